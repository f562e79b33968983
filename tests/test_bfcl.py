"""BFCL: its own answers are right and no answer is wrong, whole categories through its own checker."""

import json
import random
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
import torch
from tokenizers import Tokenizer

import evaluate as module
from agent.calls import Call
from data import ChatFormat, Message, ToolCall
from data.format import add_format_tokens, assistant_text, render_prompt
from errors import InputError
from evaluate import Reply, Turn, evaluate
from evaluation import bfcl
from evaluation.bfcl import CATEGORIES, bfcl_turns
from evaluation.outcomes import outcome
from tests.small_runs import exit_code

ROWS = dict(zip(CATEGORIES, (400, 200, 200, 200, 240, 258, 1053, 884), strict=True))  # as BFCL's own table has them


@pytest.fixture(scope="module")
def cases() -> dict[str, list[Turn]]:
    """All cases; the package is fetched from PyPI where it is not in the cache."""
    return {category: bfcl_turns(category) for category in CATEGORIES}


def first(accepted: Sequence[Any]) -> Any:
    return next((value for value in accepted if value != ""), "")


def given(call: ToolCall, required: Sequence[str]) -> Call:
    """A call as BFCL's answer has it: the first of the accepted values, and nothing that may be left out.

    An object's fields, and those of a list's objects, have lists of accepted values too.
    """

    def plain(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {name: first(accepted) for name, accepted in value.items() if "" not in accepted}

    chosen = {name: first(a) for name, a in call.arguments.items() if a and ("" not in a or name in required)}
    return Call(call.name, {n: [plain(x) for x in v] if isinstance(v, list) else plain(v) for n, v in chosen.items()})


def answer(turn: Turn) -> list[Call]:
    required = {t["function"]["name"]: t["function"]["parameters"].get("required", ()) for t in turn.before.tools}
    return [given(call, required[call.name]) for call in turn.due.calls]


def right(turn: Turn, calls: Sequence[Call]) -> bool:
    return outcome(turn, Reply(tuple(calls)))["right"]


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_given_answers_are_right_and_no_answer_is_wrong(category: str, cases: dict[str, list[Turn]]):
    turns = cases[category]
    assert len(turns) == ROWS[category]
    assert sum(right(turn, answer(turn)) for turn in turns) / len(turns) > 0.99
    none_due = category.endswith("irrelevance")
    assert [right(turn, ()) for turn in turns] == [none_due] * len(turns)
    assert [bool(turn.due.calls) for turn in turns] == [not none_due] * len(turns)


@pytest.mark.parametrize("category", [category for category in CATEGORIES if "irrelevance" not in category])
def test_whatever_is_changed_in_an_answer_makes_it_wrong(category: str, cases: dict[str, list[Turn]]):
    turns = [turn for turn in cases[category] if right(turn, answer(turn))]
    swapped = []
    for turn in random.Random(0).sample(turns, 100):
        calls = answer(turn)
        name, arguments = calls[0].name, calls[0].arguments
        assert not right(turn, [*calls, calls[0]])
        assert not right(turn, calls[1:])
        assert not right(turn, [Call(f"{name}_", arguments), *calls[1:]])
        assert not right(turn, [Call(name, arguments | {"no such argument": 1}), *calls[1:]])
        assert not outcome(turn, Reply(tuple(calls), faulty=True))["right"]
        if "." in name:
            assert not right(turn, [Call(name.replace(".", "_"), arguments), *calls[1:]])
        swapped.append(right(turn, calls[::-1]))
    assert sum(swapped) >= 99  # an answer that accepts another's values as well takes that one's call


def test_any_call_is_wrong_where_none_is_due(cases: dict[str, list[Turn]]):
    turn = cases["irrelevance"][0]
    name = turn.before.tools[0]["function"]["name"]
    assert not right(turn, [Call(name, {})])
    tried = outcome(turn, Reply((), faulty=True))  # BFCL calls it right where no call can be read
    assert (tried["right"], tried["no_call"]) == (True, False)


@pytest.mark.parametrize("category", CATEGORIES)
def test_functions_become_json_schema_and_answers_fit_it(category: str, cases: dict[str, list[Turn]]):
    fits, seen = [], set()
    for turn in cases[category]:
        schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in turn.before.tools}
        seen |= {json.dumps(schema) for schema in schemas.values()}
        fits += [jsonschema.Draft202012Validator(schemas[call.name]).is_valid(call.arguments) for call in answer(turn)]
    for schema in seen:
        jsonschema.Draft202012Validator.check_schema(json.loads(schema))  # refuses a type that JSON Schema has not
    assert sum(fits) >= 0.98 * len(fits)


def test_only_types_change_and_the_checker_sees_bfcls(cases: dict[str, list[Turn]]):
    written = {
        "name": "a.b",
        "description": "d",
        "parameters": {
            "type": "dict",
            "properties": {
                "type": {"type": "float", "default": 0.5},
                "items": {"type": "tuple", "items": {"type": "dict", "properties": {"x": {"type": "any"}}}},
                "s": {"type": "string", "enum": ["dict", "any"]},
                "properties": {"type": "any", "description": "any"},
            },
            "required": ["type"],
        },
    }
    before = json.dumps(written)
    assert bfcl.json_schema_of(written) == {
        "name": "a.b",
        "description": "d",
        "parameters": {
            "type": "object",
            "properties": {
                "type": {"type": "number", "default": 0.5},
                "items": {"type": "array", "items": {"type": "object", "properties": {"x": {}}}},
                "s": {"type": "string", "enum": ["dict", "any"]},
                "properties": {"description": "any"},
            },
            "required": ["type"],
        },
    }
    assert json.dumps(written) == before
    functions = cases["simple_python"][0].accepts.args[0]  # type: ignore[union-attr]
    assert functions[0]["parameters"]["type"] == "dict"


def test_what_the_checker_trips_over_is_wrong():
    parameters = {"type": "dict", "properties": {"x": {"type": "array", "items": {"type": "dict"}}}, "required": []}
    functions, accepted = [{"name": "f", "parameters": parameters}], [{"f": {"x": [[{"a": [1]}], ""]}}]
    check, python = bfcl._checker()
    with pytest.raises(AttributeError):
        check(functions, [{"f": {"x": ["a"]}}], accepted, python, "simple_python", "callora")
    assert not bfcl._accepts(functions, accepted, "simple_python", [Call("f", {"x": ["a"]})])
    assert bfcl._accepts(functions, accepted, "simple_python", [Call("f", {"x": [{"a": 1}]})])


# ---------------------------------------------------------------------------------------------------------------------
# From prompt to score.


def test_a_model_that_gives_bfcls_answers_is_right(
    cases: dict[str, list[Turn]], tiny_tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
):
    """Rendered, "generated", read by the parser and checked: one case in eight has no call where one is due."""
    format = ChatFormat()
    add_format_tokens(tiny_tokenizer, format)
    turns = [turn for category in CATEGORIES for turn in cases[category][:8]]
    said = {}
    for i, turn in enumerate(turns):
        calls = tuple(ToolCall(call.name, call.arguments) for call in answer(turn) if i % 8)
        text = assistant_text(Message("assistant", "" if calls else "No.", "So.", calls), format)
        said[tuple(render_prompt(turn.before, tiny_tokenizer, format))] = tiny_tokenizer.encode(text + "<|im_end|>").ids
    monkeypatch.setattr(module, "generate_batch", lambda model, prompts, **_: [said[tuple(ids)] for ids in prompts])
    config = SimpleNamespace(vocab_size=10_000, max_position_embeddings=100_000, eos_token_ids=())
    model: Any = SimpleNamespace(config=config, parameters=lambda: iter([torch.zeros(1)]))
    result = evaluate(model, tiny_tokenizer, turns, format, 1000, constrain=False)
    assert {name: each["n"] for name, each in result["bfcl"].items()} == dict.fromkeys(CATEGORIES, 8)
    for category, each in result["bfcl"].items():
        assert each["accuracy"] == (1 if category.endswith("irrelevance") else 7 / 8)
    assert (result["tool_name"], result["no_call"]) == (42 / 48, 1)
    assert result["calls"]["due"] == {"tried": 42, "not_tried": 6}
    assert result["arguments"]["n"] == 0  # accepted values are not arguments


def test_bfcl_on_the_command_line(
    tiny_llama_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    words = ["--model", str(tiny_llama_folder), "--bfcl", "irrelevance", "simple_python", "irrelevance"]
    assert exit_code(monkeypatch, module, *words, "--limit", 3, "--max-new-tokens", 2, "--json", "-") == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["base"]["bfcl"] == {
        "irrelevance": {"n": 3, "accuracy": 1, "interval": [1, 1]},
        "simple_python": {"n": 3, "accuracy": 0, "interval": [0, 0]},
    }
    assert scores["base"]["turns"] == 6
    assert scores["run"]["data"] is None


@pytest.mark.parametrize(
    ("words", "tokens"),
    [((), 192), (("--bfcl", "parallel"), 512), (("--bfcl", "parallel", "--max-new-tokens", "64"), 64)],
)
def test_a_reply_may_be_longer_where_many_calls_are_due(
    words: tuple[str, ...], tokens: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "argv", ["evaluate.py", *words])
    assert module._parse_arguments().max_new_tokens == tokens


# ---------------------------------------------------------------------------------------------------------------------
# The package.


@pytest.fixture
def own_cache(tmp_path: Path, cases: dict[str, list[Turn]], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache; pip sees the real file, and nothing else."""
    index = tmp_path / "index"
    index.mkdir()
    shutil.copy(bfcl._wheel(), index)
    monkeypatch.setenv("CALLORA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return index / bfcl.WHEEL


def test_the_package_is_fetched_once_and_again_where_it_is_damaged(own_cache: Path, capsys: pytest.CaptureFixture):
    wheel = bfcl._wheel.__wrapped__()
    assert wheel.read_bytes() == own_cache.read_bytes()
    assert "fetching bfcl-eval" in capsys.readouterr().err
    bfcl._wheel.__wrapped__()
    assert capsys.readouterr().err == ""
    wheel.write_bytes(own_cache.read_bytes()[:-1])
    assert bfcl._wheel.__wrapped__().read_bytes() == own_cache.read_bytes()
    assert [path.name for path in wheel.parent.iterdir()] == [bfcl.WHEEL]


def test_no_package_and_another_package_are_one_line(own_cache: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr(bfcl, "WHEEL_SHA256", "0" * 64)
        with pytest.raises(InputError, match="not the pinned 0000"):
            bfcl._wheel.__wrapped__()
    own_cache.unlink()
    with pytest.raises(InputError, match=r"is PyPI reachable\? else score files with --data") as caught:
        bfcl._wheel.__wrapped__()
    assert "\n" not in str(caught.value)
    assert not (own_cache.parents[1] / "cache").exists()
