"""A chat row (OpenAI's format, with `reasoning_content` for the thought) is checked and becomes a `Conversation`."""

import json
from collections.abc import Iterator
from typing import Any

from data.conversation import ROLES, Conversation, Message, ToolCall
from data.literal import DECODER, read_values


def conversation_from_row(row: dict[str, Any]) -> Conversation:
    """Check a row of chat JSONL and type it. Raises ValueError that names the field."""
    rows = [_modern(message) for message in typed(row.get("messages"), list, "`messages`", "a list")]
    tools = values_of(row.get("tools", row.get("functions")), "`tools`")
    messages = [_message(message, f"messages[{i}]") for i, message in enumerate(rows)]
    _check_order(messages)
    conversation = Conversation(
        messages=tuple(_with_result_names(messages, rows)),
        tools=tuple(_tool(tool, f"tools[{i}]") for i, tool in enumerate(tools)),
        id=str(row["id"]),
        source=str(row["source"]),
    )
    try:
        json.dumps(conversation.to_row(), ensure_ascii=False, allow_nan=False).encode()  # raises for a lone surrogate
    except TypeError as error:  # Parquet has types that JSON lacks
        raise ValueError(str(error)) from None
    return conversation


def typed(value: Any, kind: type, what: str, should: str) -> Any:
    """The value, if it is of that type. Raises ValueError that says what it should be, and what it is instead."""
    if not isinstance(value, kind):
        found = "missing" if value is None else f"{type(value).__name__} {json.dumps(value, default=str)[:60]}"
        raise ValueError(f"{what} should be {should}, and is {found}")
    return value


def values_of(value: Any, what: str) -> list[Any]:
    """A list, or what is written in a string as JSON or in Python's way; a list of nothing where it is null."""
    if isinstance(value, str):
        try:
            return read_values(value)
        except ValueError as error:
            raise ValueError(f"{what} cannot be read: {error}") from None
    return typed([] if value is None else value, list, what, "a list")


def _modern(message: Any) -> Any:
    """OpenAI's first form of a call, `function_call` and the role `function`, as today's."""
    if isinstance(message, dict) and isinstance(message.get("function_call"), dict):
        message = {**message, "tool_calls": [{"function": message["function_call"]}]}
    return {**message, "role": "tool"} if isinstance(message, dict) and message.get("role") == "function" else message


def _message(row: Any, where: str) -> Message:
    row = typed(row, dict, where, "an object")
    role = row.get("role")
    if role not in ROLES:
        raise ValueError(f"{where}.role should be one of {', '.join(ROLES)}, and is {json.dumps(role, default=str)}")
    if role == "tool":
        name = row.get("name")
        return Message(role, _json_value(row.get("content")), name=name if name and isinstance(name, str) else None)
    calls = typed(row.get("tool_calls") or [], list, f"{where}.tool_calls", "a list")
    if calls and role != "assistant":
        raise ValueError(f"{where} has tool_calls, and its role is {role}: only an assistant calls")
    content = row.get("content")
    if content is None and role == "assistant":
        content = row.get("refusal") or ""
    message = Message(
        role=role,
        content=typed(content, str, f"{where}.content", "text"),
        thought=typed(row.get("reasoning_content") or "", str, f"{where}.reasoning_content", "text"),
        calls=tuple(_call(call, f"{where}.tool_calls[{i}]") for i, call in enumerate(calls)),
        extra={key: value for key, value in row.items() if key not in _KNOWN and isinstance(value, str)},
        learned=row.get("weight") != 0,
    )
    said = message.content.strip() or message.thought.strip() or message.calls
    if role == "assistant" and not said:
        raise ValueError(f"{where} is an assistant turn that says nothing and calls nothing")
    return message


_KNOWN = {"role", "content", "reasoning_content", "tool_calls", "name", "tool_call_id", "refusal", "weight"}


def _call(row: Any, where: str) -> ToolCall:
    function = typed(typed(row, dict, where, "an object").get("function"), dict, f"{where}.function", "an object")
    name = typed(function.get("name"), str, f"{where}.function.name", "text")
    arguments = function.get("arguments")
    if isinstance(arguments, str):  # OpenAI's own files hold JSON as text
        try:
            arguments = DECODER.decode(arguments or "{}")
        except ValueError as error:
            raise ValueError(f"{where}.function.arguments is not JSON: {error}") from None
    return ToolCall(name, typed(arguments, dict, f"{where}.function.arguments", "an object"))


def _json_value(content: Any) -> Any:
    """A tool's result: JSON text becomes its value, any other text stays text."""
    if not isinstance(content, str):
        return content
    try:
        return DECODER.decode(content)
    except (ValueError, RecursionError):
        return content


def _tool(row: Any, where: str) -> dict[str, Any]:
    row = typed(row, dict, where, "an object")
    function = typed(row.get("function", row if "name" in row else None), dict, f"{where}.function", "an object")
    function = {key: value for key, value in function.items() if value is not None}  # null is left out
    typed(function.get("name"), str, f"{where}.function.name", "text")
    typed(function.get("description", ""), str, f"{where}.function.description", "text")
    parameters = typed(function.get("parameters", {}), dict, f"{where}.function.parameters", "a JSON schema")
    if parameters and all(isinstance(each, dict) and isinstance(each.get("type"), str) for each in parameters.values()):
        function = {**function, "parameters": _schema(parameters)}
    return {"type": "function", "function": function}


def _schema(parameters: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """xLAM's parameters, {name: {"type": "int, optional", "description", "default"}}, as a JSON schema."""
    properties: dict[str, Any] = {}
    required = []
    for name, given in parameters.items():
        rest = {key: value for key, value in given.items() if key != "type" and (key, value) != ("default", "")}
        properties[name] = _json_type(given["type"]) | rest
        if "optional" not in given["type"].lower() and "default" not in rest:
            required.append(name)
    return {"type": "object", "properties": properties, "required": required}


_JSON_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "dict": "object"}
_JSON_TYPES |= {"list": "array", "set": "array", "tuple": "array"}
_JSON_TYPES |= {name: name for name in _JSON_TYPES.values()}


def _json_type(written: str) -> dict[str, Any]:
    """The schema of a type in Python's words ("List[int], optional"); one that says nothing for a word not known."""
    word, _, inner = written.strip().removesuffix("optional").rstrip(", ").partition("[")
    inner = inner.removesuffix("]")
    if word == "Optional":
        return _json_type(inner)
    kind = {"type": _JSON_TYPES[word.lower()]} if word.lower() in _JSON_TYPES else {}
    return kind | ({"items": _json_type(inner)} if word.lower() in ("list", "set") and inner else {})


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
            following = unanswered[0] if unanswered else None
            name = message.name or names.get(str(row.get("tool_call_id")), following)
            if name in unanswered:
                unanswered.remove(name)
            message = Message("tool", message.content, name=name)
        yield message
