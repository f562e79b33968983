"""The Berkeley Function Calling Leaderboard: its questions, its answers and its own checker, from the package on PyPI.

https://gorilla.cs.berkeley.edu/leaderboard, package `bfcl-eval` (Apache-2.0). Only its checker of calls is run, which
needs nothing but the standard library. The model sees the functions as JSON Schema, the checker as BFCL wrote them.
Names keep their dots. For scoring only: nothing here is to be trained on.
"""

import importlib
import json
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from agent.calls import Call
from atomic import write_file
from data import Conversation, Message, ToolCall
from evaluation.outcomes import Turn
from model.pypi_copy import cache_folder, fetch_wheel, file_sha256

PACKAGE = "bfcl-eval"
VERSION = "2026.3.23"
WHEEL = f"bfcl_eval-{VERSION}-py3-none-any.whl"
WHEEL_SHA256 = "3bb6dfa5f0c68ad403c9ec50b00db2bb3b4cc9b38ab1ff33f48fe30d853d3a0a"
CATEGORIES = (
    "simple_python",
    "multiple",
    "parallel",
    "parallel_multiple",
    "irrelevance",
    "live_simple",
    "live_multiple",
    "live_irrelevance",
)
JSON_TYPES = {"dict": "object", "float": "number", "tuple": "array"}  # where BFCL's word is not JSON Schema's


def bfcl_turns(category: str) -> list[Turn]:
    """All cases of a category, in order. `due` holds BFCL's answers: for each argument, the values that are accepted.

    Raises InputError where the package is not in the cache and cannot be fetched.
    """
    answers = [] if category.endswith("irrelevance") else _rows(f"possible_answer/BFCL_v4_{category}.json")
    accepted = {row["id"]: row["ground_truth"] for row in answers}
    turns = []
    for i, row in enumerate(_rows(f"BFCL_v4_{category}.json")):
        messages = tuple(Message(message["role"], message["content"]) for message in row["question"][0])
        tools = tuple({"type": "function", "function": json_schema_of(function)} for function in row["function"])
        answer = accepted.get(row["id"], [])
        calls = tuple(ToolCall(name, arguments) for call in answer for name, arguments in call.items())
        accepts = partial(_accepts, row["function"], answer, category) if answer else None
        before = Conversation(messages, tools, row["id"], f"{PACKAGE} {VERSION}")
        turns.append(Turn(before, Message("assistant", calls=calls), i, category, accepts))
    return turns


def json_schema_of(function: dict[str, Any]) -> dict[str, Any]:
    """A function of BFCL's as OpenAI's format has it."""
    return function | {"parameters": _json_schema(function["parameters"])}


def _json_schema(schema: dict[str, Any]) -> dict[str, Any]:
    result = dict(schema)
    if schema.get("type") == "any":
        del result["type"]
    elif "type" in schema:
        result["type"] = JSON_TYPES.get(schema["type"], schema["type"])
    if "properties" in schema:
        result["properties"] = {name: _json_schema(each) for name, each in schema["properties"].items()}
    if "items" in schema:
        result["items"] = _json_schema(schema["items"])
    return result


def _accepts(
    functions: list[dict[str, Any]], answer: list[dict[str, Any]], category: str, calls: Sequence[Call]
) -> bool:
    made = [{call.name: call.arguments} for call in calls]
    check, python = _checker()
    try:
        return check(functions, made, answer, python, category, "callora")["valid"]
    except Exception:  # it trips over some wrong types, such as texts where an optional list of objects is due
        return False


@cache
def _checker() -> tuple[Callable[..., dict[str, Any]], Any]:
    """BFCL's `ast_checker`, and its word for Python.

    It asks a table of models whether one writes a name's dots as underscores. That table imports the clients of all
    vendors; a stub stands in for it, and says no.
    """
    models: Any = ModuleType("bfcl_eval.constants.model_config")
    models.MODEL_CONFIG_MAPPING = {"callora": SimpleNamespace(underscore_to_dot=False)}
    sys.modules[models.__name__] = models
    sys.path.insert(0, str(_wheel()))
    try:
        checker = importlib.import_module("bfcl_eval.eval_checker.ast_eval.ast_checker")
        return checker.ast_checker, checker.Language.PYTHON
    finally:
        sys.path.remove(str(_wheel()))


def _rows(name: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(_wheel()) as wheel:
        return [json.loads(line) for line in wheel.read(f"bfcl_eval/data/{name}").splitlines()]


@cache
def _wheel() -> Path:
    """The package's file in the cache, fetched where it is not there, or not the pinned one."""
    wheel = cache_folder() / WHEEL
    if not wheel.is_file() or file_sha256(wheel) != WHEEL_SHA256:
        print(f"BFCL: fetching {PACKAGE} {VERSION} from PyPI (2 MB, once)", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            fetched = fetch_wheel(PACKAGE, VERSION, WHEEL_SHA256, Path(folder), "else score files with --data")
            write_file(wheel, fetched.read_bytes())
    return wheel
