"""Readers: files become conversations, and whatever is wrong with a file is said with its line number.

Two kinds of fault. A **bad row** (broken JSON, a missing field, an impossible order of roles) stops the run before it
starts, or is counted and left out with `on_bad_row="skip"`. A **fault of content** (a call to a tool that is not on
offer, arguments that break the schema) is common in real sets: it is counted in the `ReadReport`, never fatal here.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from data.conversation import ROLES, Conversation, Message, ToolCall
from errors import InputError


@dataclass
class ReadReport:
    """What was met while reading."""

    read: int = 0
    skipped: list[str] = field(default_factory=list)  # a line for each bad row that was left out
    faults: list[str] = field(default_factory=list)  # a line for each fault of content


def read_conversations(
    source: str | Path | Iterable[str | Path], *, on_bad_row: str = "error", report: ReadReport | None = None
) -> Iterator[Conversation]:
    """Stream the conversations of one or more files, or of `builtin` and `builtin:heldout`.

    A file is JSON Lines, plain or gzipped (`.gz`), one conversation a line in the OpenAI chat format with
    `reasoning_content` for the thought. Raises InputError naming file and line for a bad row (`on_bad_row="skip"`
    counts it in the report instead), and for a file that cannot be read or holds no conversation.
    """
    report = report if report is not None else ReadReport()
    for name in [source] if isinstance(source, str | Path) else source:
        if str(name).startswith("hub:"):
            raise InputError(
                f"{name}: data sets are not read from the Hub yet: download it and convert it to chat JSONL"
            )
        before = report.read + len(report.skipped)
        rows = _builtin(str(name)) if str(name).split(":")[0] == "builtin" else _file(Path(name), on_bad_row, report)
        for where, conversation in rows:
            report.read += 1
            report.faults += [f"{where}: {fault}" for fault in content_faults(conversation)]
            yield conversation
        if report.read + len(report.skipped) == before:
            raise InputError(f"{name} holds no conversation: each line should be a JSON object with `messages`")


def _builtin(name: str) -> Iterator[tuple[str, Conversation]]:
    from data import builtin

    split = name.partition(":")[2] or "train"
    if split not in ("train", "heldout"):
        raise InputError(f"{name}: the built-in data has the splits `builtin` (training) and `builtin:heldout`")
    for conversation in builtin.conversations(split):
        yield conversation.id, conversation


def _file(path: Path, on_bad_row: str, report: ReadReport) -> Iterator[tuple[str, Conversation]]:
    for number, line in _lines(path):
        try:
            row = json.loads(line, parse_constant=refuse_constant, object_pairs_hook=unique_keys)
            yield f"{path}:{number}", conversation_from_row(row, default_id=f"{path.name}:{number}")
        except (ValueError, RecursionError) as error:
            what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            message = f"{path}, line {number}: {what}"
            if on_bad_row != "skip":
                raise InputError(f"{message} (--on-bad-row skip leaves such rows out)") from None
            report.skipped.append(message)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not blank, as text; byte-order mark and CRLF read as if they were not there."""
    if path.is_dir():
        raise InputError(f"{path} is a folder: name a .jsonl or .jsonl.gz file in it")
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                if line:
                    yield number, line
    except FileNotFoundError:
        raise InputError(f"{path} does not exist: check --data") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}, line {number}: not UTF-8 ({error.reason}): convert the file to UTF-8") from None
    except (OSError, EOFError) as error:  # gzip.BadGzipFile is an OSError
        raise InputError(f"{path}, after line {number}: cannot be read ({error}): fetch or write it again") from None


def refuse_constant(name: str) -> Any:
    """For `json.loads(parse_constant=…)`: Python's json accepts NaN and Infinity, and JSON has neither."""
    raise ValueError(f"{name} is not JSON: write a number or null")


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `json.loads(object_pairs_hook=…)`: of a key that stands twice, Python's json keeps the last in silence."""
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"the key {key[:40]!r} stands twice in one object")
        result[key] = value
    return result


# ---------------------------------------------------------------------------------------------------------------------
# A row becomes a conversation.


def conversation_from_row(row: Any, default_id: str = "") -> Conversation:
    """Check a row of chat JSONL and type it. Raises ValueError that names the field."""
    row = _typed(row, dict, "the row", "an object")
    messages = _typed(row.get("messages"), list, "`messages`", "a list")
    tools = _typed(row.get("tools") or [], list, "`tools`", "a list")
    typed = [_message(message, f"messages[{i}]") for i, message in enumerate(messages)]
    _check_order(typed)
    return Conversation(
        messages=tuple(_with_result_names(typed, messages)),
        tools=tuple(_tool(tool, f"tools[{i}]") for i, tool in enumerate(tools)),
        id=str(row.get("id", default_id)),
        source=str(row.get("source", "")) or default_id.partition(":")[0],
    )


def _typed(value: Any, kind: type, what: str, should: str) -> Any:
    if not isinstance(value, kind):
        found = "missing" if value is None else f"{type(value).__name__} {json.dumps(value, default=str)[:60]}"
        raise ValueError(f"{what} should be {should}, and is {found}")
    return value


def _message(row: Any, where: str) -> Message:
    row = _typed(row, dict, where, "an object")
    role = row.get("role")
    if role not in ROLES:
        raise ValueError(f"{where}.role should be one of {', '.join(ROLES)}, and is {json.dumps(role, default=str)}")
    if role == "tool":
        name = row.get("name")
        return Message(role, _json_value(row.get("content")), name=name if isinstance(name, str) else None)
    calls = _typed(row.get("tool_calls") or [], list, f"{where}.tool_calls", "a list")
    if calls and role != "assistant":
        raise ValueError(f"{where} has tool_calls, and its role is {role}: only an assistant calls")
    content = row.get("content")
    return Message(
        role=role,
        content=_typed("" if content is None and role == "assistant" else content, str, f"{where}.content", "text"),
        thought=_typed(row.get("reasoning_content") or "", str, f"{where}.reasoning_content", "text"),
        calls=tuple(_call(call, f"{where}.tool_calls[{i}]") for i, call in enumerate(calls)),
        extra={key: value for key, value in row.items() if key not in _KNOWN and isinstance(value, str)},
    )


_KNOWN = {"role", "content", "reasoning_content", "tool_calls", "name", "tool_call_id", "refusal", "weight"}


def _call(row: Any, where: str) -> ToolCall:
    function = _typed(_typed(row, dict, where, "an object").get("function"), dict, f"{where}.function", "an object")
    name = _typed(function.get("name"), str, f"{where}.function.name", "text")
    arguments = function.get("arguments")
    if isinstance(arguments, str):  # OpenAI's own files hold JSON as text
        try:
            arguments = json.loads(arguments or "{}", parse_constant=refuse_constant, object_pairs_hook=unique_keys)
        except ValueError as error:
            raise ValueError(f"{where}.function.arguments is not JSON: {error}") from None
    return ToolCall(name, _typed(arguments, dict, f"{where}.function.arguments", "an object"))


def _json_value(content: Any) -> Any:
    """A tool's result: JSON text becomes its value, any other text stays text."""
    if not isinstance(content, str):
        return content
    try:
        return json.loads(content, parse_constant=refuse_constant, object_pairs_hook=unique_keys)
    except (ValueError, RecursionError):
        return content


def _tool(row: Any, where: str) -> dict[str, Any]:
    row = _typed(row, dict, where, "an object")
    function = _typed(row.get("function", row if "name" in row else None), dict, f"{where}.function", "an object")
    _typed(function.get("name"), str, f"{where}.function.name", "text")
    _typed(function.get("parameters", {}), dict, f"{where}.function.parameters", "a JSON schema")
    return {"type": "function", "function": function}


def _check_order(messages: list[Message]) -> None:
    """System first if at all; results only after calls; the assistant answers a user or results."""
    if not any(message.role == "assistant" for message in messages):
        raise ValueError("`messages` has no assistant turn, so there is nothing to learn")
    for i, message in enumerate(messages):
        previous = messages[i - 1] if i else None
        before = previous.role if previous else "nothing"
        if message.role == "system" and i > 0:
            raise ValueError(f"messages[{i}] is a system message: it may only stand first")
        if message.role == "tool" and not (before == "tool" or (previous and previous.calls)):
            raise ValueError(f"messages[{i}] is a tool result, and no call stands before it")
        if message.role == "assistant" and before not in ("user", "tool"):
            raise ValueError(f"messages[{i}] is an assistant turn after {before}: a user or tool turn should precede")


def _with_result_names(messages: list[Message], rows: list[dict]) -> Iterator[Message]:
    """Name each result: by its own `name`, else the call with its `tool_call_id`, else the next unanswered call."""
    names: dict[str, str] = {}
    unanswered: list[str] = []
    for message, row in zip(messages, rows, strict=True):
        if message.calls:
            unanswered = [call.name for call in message.calls]
            ids = [call.get("id") for call in row["tool_calls"]]
            names |= {key: call.name for key, call in zip(ids, message.calls, strict=True) if isinstance(key, str)}
        if message.role == "tool":
            following = unanswered.pop(0) if unanswered else None
            if message.name is None:
                message = Message("tool", message.content, name=names.get(str(row.get("tool_call_id")), following))
        yield message


# ---------------------------------------------------------------------------------------------------------------------
# Faults of content.


def content_faults(conversation: Conversation) -> list[str]:
    """Calls to tools that are not on offer, and arguments that break the tool's schema; a line each."""
    offered = {tool["function"]["name"]: tool["function"].get("parameters", {}) for tool in conversation.tools}
    faults = []
    for i, message in enumerate(conversation.messages):
        for call in message.calls:
            if call.name not in offered:
                faults.append(f"messages[{i}] calls {call.name}, which is not on offer")
            elif fault := _schema_fault(call.arguments, json.dumps(offered[call.name], sort_keys=True)):
                faults.append(f"messages[{i}] calls {call.name} with arguments that break its schema: {fault}")
    return faults


@lru_cache(maxsize=4096)
def _validator(schema: str) -> Draft202012Validator | str:
    try:
        Draft202012Validator.check_schema(json.loads(schema))
    except SchemaError as error:
        return f"the schema itself is not valid: {error.message}"
    return Draft202012Validator(json.loads(schema))


def _schema_fault(arguments: dict[str, Any], schema: str) -> str:
    validator = _validator(schema)
    if isinstance(validator, str):
        return validator
    error = next(iter(validator.iter_errors(arguments)), None)
    return "" if error is None else f"{'.'.join(map(str, error.absolute_path)) or 'arguments'}: {error.message[:120]}"
