"""A function becomes a tool: its schema, its faults, and JSON arguments turned into what the function expects."""

import enum
import math
import typing
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, TypedDict

import pytest
from jsonschema import Draft202012Validator
from transformers.utils import get_json_schema

from errors import InputError
from toolbox import TOOLS, Tool, tool


class Unit(enum.Enum):
    CELSIUS = "celsius"
    KELVIN = "kelvin"


@dataclass
class Point:
    x: float
    y: float = 0.0
    tags: list[str] = field(default_factory=list)


class Options(TypedDict):
    deep: bool
    unit: NotRequired[Unit]


@dataclass
class Tree:
    children: list["Tree"]


def plain(name: str, count: int, share: float, loud: bool, tags: list[str], limit: int = 5) -> str:
    """Do something with a name.

    Args:
        name: Whose it is.
        count: How many, at
            the very least.
        share: From 0 to 1.
        loud: Whether to shout.
        tags: Labels.
        limit: The most.

    Returns:
        A text.
    """
    return f"{name}{count}{share}{loud}{tags}{limit}"


def rich(
    kind: Literal["a", "b"],
    unit: Unit,
    point: Point,
    options: Options,
    scores: dict[str, int],
    note: str | None = None,
    points: list[Point] | None = None,
    choice: Literal[1, "one"] = 1,
) -> Any:
    """Take all that may be taken."""
    return kind, unit, point, options, scores, note, points, choice


def test_schema_equals_that_of_transformers():
    ours, theirs = tool(plain).schema(), get_json_schema(plain)
    ours["function"]["parameters"]["properties"]["limit"].pop("default")  # transformers tells no defaults
    theirs["function"].pop("return", None)
    properties = theirs["function"]["parameters"]["properties"]
    properties["count"]["description"] = " ".join(properties["count"]["description"].split())
    assert ours == theirs


def test_a_default_makes_a_parameter_optional_and_is_told():
    parameters = tool(plain).parameters
    assert "limit" not in parameters["required"]
    assert parameters["properties"]["limit"]["default"] == 5


def test_rich_hints_make_a_valid_schema_that_accepts_and_refuses():
    parameters = tool(rich).parameters
    Draft202012Validator.check_schema(parameters)
    validator = Draft202012Validator(parameters)
    good = {
        "kind": "a",
        "unit": "kelvin",
        "point": {"x": 1},
        "options": {"deep": True, "unit": "celsius"},
        "scores": {"a": 1},
        "note": None,
        "points": [{"x": 0, "y": 2, "tags": ["t"]}],
        "choice": "one",
    }
    assert validator.is_valid(good)
    for name, wrong in [
        ("kind", "c"),
        ("unit", "CELSIUS"),
        ("unit", None),
        ("point", {"y": 1}),
        ("options", {"unit": "kelvin"}),
        ("scores", {"a": "1"}),
        ("note", 3),
        ("points", [{}]),
        ("choice", 2),
    ]:
        assert not validator.is_valid(good | {name: wrong}), name


def test_run_builds_enums_and_dataclasses_from_json():
    arguments = {
        "kind": "b",
        "unit": "kelvin",
        "point": {"x": 1},
        "options": {"deep": False, "unit": "celsius"},
        "scores": {"a": 1.0},
        "points": [{"x": 2, "tags": ["t"]}],
    }
    kind, unit, point, options, scores, note, points, choice = tool(rich).run(arguments)
    assert (kind, unit, point, note, choice) == ("b", Unit.KELVIN, Point(1.0), None, 1)
    assert options == {"deep": False, "unit": Unit.CELSIUS}
    assert points == [Point(2.0, tags=["t"])]
    assert isinstance(scores["a"], int)  # 1.0 is an integer to JSON schema


def test_decorated_function_is_a_tool_and_still_callable():
    @tool
    def double(x: int) -> int:
        """Twice x."""
        return 2 * x

    assert isinstance(double, Tool)
    assert tool(double) is double
    assert double(4) == double(x=4) == double.run({"x": 4}) == 2 * 4


def no_hint(x):
    """D."""


def no_docstring(x: int) -> int:
    return x


def star(*args: int):
    """D."""


def keywords(**options: int):
    """D."""


def positional(x: int, /):
    """D."""


def bytes_hint(data: bytes):
    """D."""


def nested_hint(data: list[dict[int, str]]):
    """D."""


def union(data: int | str):
    """D."""


def bare_list(data: list):
    """D."""


def bare_typing_list(data: typing.List):  # noqa: UP006
    """D."""


def bare_typing_dict(data: typing.Dict):  # noqa: UP006
    """D."""


def a_list_as_hint(data: [str]):  # type: ignore
    """D."""


def list_choice(data: Literal[["a"]]):  # type: ignore
    """D."""


def recursive(tree: Tree):
    """D."""


def unknown(data: "Nowhere"):  # type: ignore  # noqa: F821
    """D."""


async def coroutine(x: int):
    """D."""


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (no_hint, "no_hint, parameter x"),
        (no_docstring, "no_docstring: no docstring"),
        (star, "star, parameter args"),
        (keywords, "keywords, parameter options"),
        (positional, "positional, parameter x"),
        (bytes_hint, "bytes_hint, parameter data"),
        (nested_hint, "nested_hint, parameter data"),
        (union, "union, parameter data"),
        (bare_list, "bare_list, parameter data"),
        (bare_typing_list, "bare_typing_list, parameter data"),
        (bare_typing_dict, "bare_typing_dict, parameter data"),
        (a_list_as_hint, "a_list_as_hint, parameter data"),
        (list_choice, "list_choice, parameter data"),
        (recursive, "recursive, parameter tree"),
        (unknown, "unknown: its type hints"),
        (coroutine, "coroutine: async"),
        (lambda x: x, "<lambda>"),
    ],
)
def test_what_has_no_schema_is_an_error_that_names_function_and_parameter(function, names):
    with pytest.raises(InputError, match=names):
        tool(function)


def test_args_may_follow_the_first_line_at_once():
    def double(x: int) -> int:
        """Twice a number.
        Args:
            x: The number.
        """
        return 2 * x

    made = tool(double)
    assert made.description == "Twice a number."
    assert made.parameters["properties"]["x"]["description"] == "The number."


def test_the_toolbox_has_valid_schemas_with_every_parameter_described():
    assert len({entry.name for entry in TOOLS}) == len(TOOLS) > 0
    for entry in TOOLS:
        Draft202012Validator.check_schema(entry.parameters)
        assert all(schema.get("description") for schema in entry.parameters["properties"].values()), entry.name


def test_a_fixed_argument_is_given_by_the_user_and_not_shown_to_the_model():
    def greet(name: str, greeting: str, mark: str = "!") -> str:
        """Greet.

        Args:
            name: Whom.
            greeting: How.
        """
        return f"{greeting}, {name}{mark}"

    fixed = tool(greet).with_fixed(greeting="Hello").with_fixed(mark="?")
    assert fixed.parameters == {
        "type": "object",
        "properties": {"name": {"type": "string", "description": "Whom."}},
        "required": ["name"],
    }
    assert fixed.run({"name": "Ada"}) == fixed(name="Ada") == "Hello, Ada?"
    assert fixed.run({"name": "Ada", "greeting": "Forged"}) == "Hello, Ada?"
    assert "greeting" in tool(greet).parameters["properties"]


def test_a_default_that_json_lacks_is_not_shown():
    def find(most: float = math.inf, least: float = -1.5) -> str:
        """Find."""
        return ""

    properties = tool(find).parameters["properties"]
    assert properties == {"most": {"type": "number"}, "least": {"type": "number", "default": -1.5}}
