"""Tools from a file of one's own, and how a call's process sees them."""

import enum
import functools
import os
import sys
from dataclasses import dataclass

import pytest
import torch

from agent import Call, ToolRunner, load_tools, tool
from errors import InputError
from toolbox import TOOLS, Tool


def write(folder, text: str, name: str = "my_tools.py"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


OWN = '''
import os
from math import sqrt
from helper_of_mine import SCALE

print("imported")
COUNT = 0

def scaled(x: float) -> float:
    """Scale x."""
    print("called")
    return x * SCALE

def process() -> list[int]:
    """This process, and how often it was asked."""
    global COUNT
    COUNT += 1
    return [os.getpid(), COUNT]

def _hidden(x):
    return x
'''


def test_a_file_of_ones_own_gives_its_public_functions(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    write(tmp_path, "SCALE = 3", "helper_of_mine.py")
    runner = ToolRunner(load_tools(write(tmp_path, OWN)))
    assert [schema["function"]["name"] for schema in runner.schemas] == ["scaled", "process"]
    assert runner.run(Call("scaled", {"x": 2})) == 3 * 2.0
    first, second = (runner.run(Call("process", {})) for _ in range(2))
    assert first[0] != second[0] != os.getpid()
    assert first[1] == second[1] == 1  # no memory from call to call
    assert capfd.readouterr().out == ""


def test_a_neighbour_with_the_files_inner_name_is_not_run_in_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    write(tmp_path, "def name() -> str:\n    'Say who it is.'\n    return 'the neighbour'\n", "tools_mine.py")
    mine = write(tmp_path, "def name() -> str:\n    'Say who it is.'\n    return 'mine'\n", "mine.py")
    assert ToolRunner(load_tools(mine)).run(Call("name", {})) == "mine"


DECORATED = '''
import sys
from agent import tool

def helper(x):
    return x + 1

@tool
def up(x: int) -> list:
    """Up, and whether torch was imported for it."""
    return [helper(x), "torch" in sys.modules]
'''


def test_where_some_functions_are_decorated_only_those_are_tools(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    path = write(tmp_path, DECORATED, "decorated.py")
    runner = ToolRunner(load_tools(path))
    assert [schema["function"]["name"] for schema in runner.schemas] == ["up"]
    assert runner.run(Call("up", {"x": 1})) == [2, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("def (", "SyntaxError"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("import no_such_module_here", "No module named"),
        ("X = 1", "no tool in it"),
        ("from math import sqrt\nfrom os.path import join", "no tool in it"),
        ("def f(x):\n    'D.'", "parameter x"),
        ("", "no tool in it"),
    ],
)
def test_a_file_without_usable_tools_is_one_line(tmp_path, text, message, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    path = write(tmp_path, text)
    with pytest.raises(InputError, match=message) as error:
        load_tools(path)
    assert "\n" not in str(error.value)


def test_a_missing_file_or_a_folder_is_named(tmp_path):
    for path in (tmp_path / "none.py", tmp_path):
        with pytest.raises(InputError, match=str(path)):
            load_tools(path)


def test_local_functions_see_their_closure_while_torch_has_threads():
    torch.ones(256, 256) @ torch.ones(256, 256)
    secret = {"value": 41}

    def peek(add: int) -> int:
        """Look at a local variable."""
        secret["value"] += 1  # in the child alone
        return secret["value"] + add

    runner = ToolRunner([peek])
    assert [runner.run(Call("peek", {"add": 1})) for _ in range(2)] == [43, 43]
    assert secret["value"] == 41


class Unit(enum.Enum):
    METRE = "m"


@dataclass
class Place:
    x: float
    unit: Unit = Unit.METRE


def test_enums_and_dataclasses_arrive_as_such_and_nested_objects_take_no_extra_fields():
    def where(place: Place, others: list[Place]) -> str:
        """Describe."""
        return f"{type(place.x).__name__} {place.unit.name} {len(others)}"

    runner = ToolRunner([where])
    good = {"place": {"x": 1, "unit": "m"}, "others": [{"x": 2}]}
    assert runner.run(Call("where", good)) == "float METRE 1"
    assert "place" in runner.check(Call("where", good | {"place": {"x": 1, "surplus": 2}}))
    assert "others.0" in runner.check(Call("where", good | {"others": [{"x": 2, "surplus": 2}]}))


def test_two_tools_of_one_name_or_a_broken_schema_are_errors():
    with pytest.raises(InputError, match="two tools are called calculate"):
        ToolRunner([TOOLS[0], TOOLS[0]])
    with pytest.raises(InputError, match="no JSON schema"):
        ToolRunner([Tool("t", "d", {"type": "dict"}, print)])


def test_the_toolbox_runs_in_a_process_of_its_own():
    runner = ToolRunner(TOOLS)
    assert runner.run(Call("calculate", {"expression": "17 * 2350 / 100"})) == TOOLS[0]("17 * 2350 / 100")
    assert runner.run(Call("calculate", {"expression": "1/0"})) == {"error": "ValueError: division by zero"}
    assert tool(TOOLS[0]) is TOOLS[0]


def test_long_errors_and_results_are_cut_with_a_mark():
    def shout(n: int) -> list[str]:
        """Return much, or raise it."""
        if n < 0:
            raise ValueError("e" * -n)
        return ["x" * n]

    runner = ToolRunner([shout], max_characters=100)
    assert runner.run(Call("shout", {"n": 10})) == ["x" * 10]
    cut = runner.run(Call("shout", {"n": 1000}))
    assert cut == '["' + "x" * 98 + "… [cut: 1004 characters in all]"
    assert runner.run(Call("shout", {"n": -1000}))["error"].endswith("e…")


MARKED = '''
from __future__ import annotations
from typing import NotRequired, Required, TypedDict

class Some(TypedDict):
    city: str
    stars: NotRequired[int]

class Partial(TypedDict, total=False):
    city: Required[str]
    stars: int

def find(one: Some, other: Partial) -> str:
    """Find."""
    return f"{one} {other}"

search = find
'''


def test_a_typed_dicts_marks_count_where_hints_are_text_and_a_second_name_is_no_second_tool(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    runner = ToolRunner(load_tools(write(tmp_path, MARKED)))
    (schema,) = runner.schemas
    assert [part["required"] for part in schema["function"]["parameters"]["properties"].values()] == [["city"]] * 2
    where = {"city": "Oslo"}
    assert runner.run(Call("find", {"one": where, "other": where})) == f"{where} {where}"


BY_HAND = """
from agent import Tool

def _look_up(city, **more):
    return {"city": city, **more}

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
weather = Tool("get_weather", "Get the weather.", CITY, _look_up)
"""


def test_a_tool_made_by_hand_runs_though_its_function_has_no_schema(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [tmp_path, *sys.path])  # Python passes over what is no text
    runner = ToolRunner(load_tools(write(tmp_path, BY_HAND)))
    assert runner.run(Call("get_weather", {"city": "Oslo"})) == {"city": "Oslo"}


def test_a_reference_that_leads_nowhere_is_a_fault_of_the_call():
    parameters = {"type": "object", "properties": {"x": {"$ref": "https://example.invalid/x.json"}}}
    runner = ToolRunner([Tool("odd", "Do something odd.", parameters, print)])
    assert "its schema cannot be applied" in runner.check(Call("odd", {"x": 1}))


def test_a_reference_to_itself_is_a_fault_of_the_call():
    parameters = {"type": "object", "properties": {"x": {"$ref": "#/properties/x"}}}
    runner = ToolRunner([Tool("odd", "Do something odd.", parameters, print)])
    assert "its schema cannot be applied" in runner.check(Call("odd", {"x": 1}))


def test_a_tool_made_by_hand_may_be_around_any_callable():
    double = functools.partial(lambda x, factor: x * factor, factor=2)
    assert Tool("double", "Twice a number.", {"type": "object"}, double).run({"x": 3}) == 6
