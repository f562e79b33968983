"""What stands between `<tool_call>` and `</tool_call>` becomes calls and errors. Strict JSON, a few repairs, no eval.

Accepted as they are: an object with `name` and `arguments`, several of them, a list of them. Accepted and marked
repaired: a code fence around them, a Python dict, `parameters` for `arguments`, arguments as a JSON string or left out.
All else is a `CallError` in its place. Never raises, and takes time linear in the length of the text.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from data.literal import DECODER, MAX_DEPTH, python_literal

MAX_CHARACTERS = 65_536  # of a block
UNREADABLE = frozenset({"malformed", "too_large", "too_deep"})  # codes of a block that is no JSON as it stands


@dataclass(frozen=True)
class Call:
    """A function call as the model made it. `repaired`: its text was not quite what the format asks for."""

    name: str
    arguments: dict[str, Any]
    repaired: bool = False


@dataclass(frozen=True)
class CallError:
    """What is wrong with a turn or with one of its calls; the message is written for the model that made it."""

    code: str
    message: str

    def __str__(self) -> str:
        return self.message


def read_calls(text: str) -> list[Call | CallError]:
    """The calls of one block in order, each faulty one as a `CallError` in its place."""
    if len(text) > MAX_CHARACTERS:
        return [CallError("too_large", f"the call has {len(text)} characters; the most is {MAX_CHARACTERS}")]
    body = unfence(text)
    if not body:
        return [CallError("empty_call", "the call is empty: write an object with name and arguments")]
    if scan(body)[1] > MAX_DEPTH:
        return [CallError("too_deep", f"the call is nested deeper than {MAX_DEPTH} levels")]
    found: list[Call | CallError] = []
    repaired = body != text.strip()
    position = 0
    while position < len(body):
        try:
            value, end = DECODER.raw_decode(body, position)
        except json.JSONDecodeError as error:
            value, end, repaired = python_literal(body[position:]), len(body), True
            if value is None:
                found.append(CallError("malformed", f"malformed JSON at character {error.pos}: {error.msg}"))
                break
        except ValueError as error:  # what the decoder's hooks refuse
            found.append(CallError("not_json", str(error)))
            break
        if isinstance(value, list) and value:
            found += [_call(item, repaired) for item in value]
        else:
            found.append(_call(value, repaired))
        position = _SEPARATORS.match(body, end).end()  # type: ignore[union-attr]  # it matches the empty string
    return found


def scan(text: str, in_string: bool = False) -> tuple[bool, int]:
    """(whether `text` ends inside a JSON string, how deep its brackets nest), in one pass."""
    depth = deepest = 0
    for match in _STRUCTURE.finditer(text):
        mark = match[0]
        if mark == '"':
            in_string = not in_string
        elif not in_string and mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif not in_string and mark in "]}":
            depth -= 1
    return in_string, deepest


def unfence(text: str) -> str:
    """`text` without the white space and the Markdown code fence around it."""
    text = text.strip()
    if not text.startswith("```"):
        return text
    body = text.removesuffix("```") if len(text) >= 6 else ""
    return re.sub(r"\A```\w*", "", body).strip()


_STRUCTURE = re.compile(r'\\.|["\[\]{}]', re.DOTALL)
_SEPARATORS = re.compile(r"[\s,;]*")


def _call(value: Any, repaired: bool) -> Call | CallError:
    """One decoded object as a call. Arguments are looked for in one place only, and never made up."""
    if not isinstance(value, dict):
        return CallError("not_an_object", f"a call must be an object with name and arguments, not {_kind(value)}")
    name = value.get("name")
    if not isinstance(name, str) or not name:
        found = f"not {_kind(name)}" if "name" in value else "and it is missing"
        return CallError("bad_name", f"a call's name must be a string, {found}")
    if "arguments" in value and "parameters" in value:
        return CallError("two_arguments", "a call has arguments or parameters, not both")
    given = value.get("arguments", value.get("parameters"))
    arguments = given
    if given is None or (isinstance(given, str) and not given.strip()):
        arguments = {}  # whether it may be empty is for the tool's schema to say
    elif isinstance(given, str):
        try:
            arguments = DECODER.decode(given) if scan(given)[1] <= MAX_DEPTH else given
        except ValueError as error:
            return CallError("bad_arguments", f"the arguments are a string that is not JSON: {error}")
    if not isinstance(arguments, dict):
        return CallError("bad_arguments", f"a call's arguments must be an object, not {_kind(arguments)}")
    try:
        json.dumps([name, arguments], ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError) as error:  # UnicodeEncodeError among them
        what = "a lone surrogate" if isinstance(error, UnicodeError) else str(error)
        return CallError("not_json", f"the call holds what JSON cannot: {what}")
    return Call(name, arguments, repaired or arguments is not given or "parameters" in value)


def mark_repaired(items: list[Call | CallError]) -> list[Call | CallError]:
    """The same items, with each call marked as repaired."""
    return [replace(item, repaired=True) if isinstance(item, Call) else item for item in items]


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")
