"""Rows as others write them become chat rows, and so a `Conversation`.

| dialect | what a row holds |
| --- | --- |
| chat | `messages` of `role` and `content` with `tool_calls`: OpenAI's format, and the project's own |
| sharegpt | `conversations` of `from` and `value`; calls are JSON in turns from `function_call` |
| hermes | either of these with `<tools>`, `<think>`, `<tool_call>` and `<tool_response>` inside the text |
| xlam | `query`, `tools` and `answers` |

What a row holds as JSON in a string may be a Python dict or list as well. All functions raise ValueError that names the
field, or RecursionError for what is nested too deeply.
"""

import re
from functools import partial
from typing import Any

from data.chat_row import conversation_from_row, typed, values_of
from data.conversation import ROLES, Conversation
from data.literal import read_value

_ROLE_OF = {name: name for name in ROLES} | {
    "human": "user",
    "gpt": "assistant",
    "model": "assistant",
    "function_call": "assistant",
    "observation": "tool",
    "function": "tool",
}
_TAGS = {"system": ("<tools>",), "assistant": ("<think>", "<tool_call>"), "tool": ("<tool_response>",)}


def read_row(row: Any, dialect: str = "auto", id: str = "", source: str = "") -> Conversation:
    """Check a row and type it. `id` and `source` stand in where the row has none."""
    row = typed(row, dict, "the row", "an object")
    if _is_benchmark(row):
        raise ValueError(f"{row['id']} is of the Berkeley Function Calling Leaderboard: for evaluation alone, no data")
    own = {"id": id if row.get("id") is None else row["id"], "source": row.get("source") or source}
    return conversation_from_row(DIALECTS[detect(row) if dialect == "auto" else dialect](row) | own)


# Ids of the Berkeley Function Calling Leaderboard: any, and those that hardly another set has.
_BFCL_ANY = re.compile(r"[a-z_]+_\d+(-[a-z]+)?(-\d+)*")
_BFCL_OWN = re.compile(
    r"simple_(python|java|javascript)_\d+|multi_turn_(base|long_context|miss_func|miss_param)_\d+"
    r"|live_(simple|(parallel_)?multiple|parallel|(ir)?relevance)_\d+-\d+-\d+"
)


def _is_benchmark(row: dict[str, Any]) -> bool:
    """Whether a row is of that leaderboard: a question or an answer as published, or either in another form."""
    published = isinstance(row.get("question"), list) or isinstance(row.get("ground_truth"), list)
    return bool((_BFCL_ANY if published else _BFCL_OWN).fullmatch(str(row.get("id"))))


def detect(row: dict[str, Any]) -> str:
    """The dialect of a row, by what it holds.

    Tags in the text of a chat row are plain text, unless its system turn lists tools and no field of its own does.
    """
    if "query" in row and "answers" in row:
        return "xlam"
    turns = row.get("conversations", row.get("messages"))
    turns = [turn for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []
    if "conversations" in row or any("from" in turn or turn.get("role") in ("human", "model") for turn in turns):
        return "hermes" if any(_tagged(turn) for turn in turns) else "sharegpt"
    lists_tools = not isinstance(row.get("tools"), list) and any(
        turn.get("role") == "system" and _tagged(turn) for turn in turns
    )
    return "hermes" if lists_tools and not any(turn.get("tool_calls") for turn in turns) else "chat"


def _tagged(turn: dict[str, Any]) -> bool:
    text = turn.get("value", turn.get("content"))
    role = _ROLE_OF.get(str(turn.get("from", turn.get("role"))), "")
    return isinstance(text, str) and any(tag in text for tag in _TAGS.get(role, ()))


# ---------------------------------------------------------------------------------------------------------------------
# Other dialects become chat rows.


def _xlam(row: dict[str, Any]) -> dict[str, Any]:
    calls = values_of(row.get("answers"), "`answers`")
    if not calls:
        raise ValueError("`answers` is empty, so there is nothing to learn")
    answer = {"role": "assistant", "tool_calls": _calls(calls, "`answers`")}
    return {"tools": row.get("tools"), "messages": [{"role": "user", "content": row.get("query")}, answer]}


def _sharegpt(row: dict[str, Any], tags: bool = False) -> dict[str, Any]:
    tools = row.get("tools")
    messages: list[dict[str, Any]] = [{"role": "system", "content": row["system"]}] if row.get("system") else []
    called: list[Any] = []  # names that results may answer for
    key = "conversations" if "conversations" in row else "messages"
    for i, turn in enumerate(typed(row.get(key), list, f"`{key}`", "a list")):
        turn = typed(turn, dict, f"{key}[{i}]", "an object")
        name = turn.get("from", turn.get("role"))
        role = _ROLE_OF.get(str(name), name)
        text = typed(turn.get("value", turn.get("content")), str, f"{key}[{i}]'s `value`", "text")
        if turn.get("tool_calls"):
            raise ValueError(f"{key}[{i}] has `tool_calls`, which belong in `messages` with `role` and `content`")
        if role == "system":
            if tags:
                text, listed = _system(text, f"{key}[{i}]")
                tools = listed or tools
            if text:
                messages = [*(messages if i else ()), {"role": "system", "content": text}]  # above the column `system`
        elif role == "assistant":
            message = _assistant(text, f"{key}[{i}]", tags, bare=name == "function_call")
            if name == "function_call" and messages and messages[-1]["role"] == "assistant":
                messages[-1]["tool_calls"] += message["tool_calls"]  # one turn of several calls
            else:
                messages.append(message)
            called = [call["function"]["name"] for call in messages[-1]["tool_calls"] if "name" in call["function"]]
        elif role == "tool":
            messages += [_result(part, called) for part in (_inside(text) if tags else [text])]
        else:
            messages.append({"role": role, "content": text})
    return {"tools": tools, "messages": messages}


DIALECTS = {"chat": dict, "sharegpt": _sharegpt, "hermes": partial(_sharegpt, tags=True), "xlam": _xlam}
DATA_FORMATS = ("auto", *DIALECTS)


def _system(text: str, where: str) -> tuple[str, list[Any]]:
    """What a Hermes system turn says beside its instructions for calling functions, and the tools that it lists.

    The instructions are cut out: from their first sentence to the list's end, and what then explains `<tool_call>`.
    """
    opener = re.search(r"<tools>(?!\s*</tools>)", text)  # not where the tag is only mentioned
    if not opener:
        return text, []
    listed, _, after = text[opener.end() :].partition("</tools>")
    before = re.split(r"You are a function calling AI model|# Tools\s", text[: opener.start()])[0]
    if explains := re.search(r"Use the following pydantic model|For each function call", after):
        after, rest = after[: explains.start()], after[explains.start() :]
        example = re.search(r"<tool_call>\s*[^\s<]", rest)
        after += rest[example.end() :].partition("</tool_call>")[2] if example else rest
    return (before + after).strip(), values_of(listed, f"{where}: <tools>")


def _assistant(text: str, where: str, tags: bool, bare: bool) -> dict[str, Any]:
    """An assistant turn. With `tags`, its thought and calls stand in tags; with `bare`, it is nothing but calls."""
    thought, calls = "", []
    if tags and ("<think>" in text or "</think>" in text):
        head, closer, after = text.partition("</think>")
        before, _, thought = head.partition("<think>") if "<think>" in head else ("", "", head)
        if not closer or "<think>" in thought + after:
            raise ValueError(f"{where} opens <think> and never closes it, or thinks twice")
        text = before + after
    if tags and "<tool_call>" in text:
        text, *blocks = text.split("<tool_call>")
        for block in blocks:
            inside, closer, rest = block.rpartition("</tool_call>")  # an earlier one stands in a string
            if not closer:
                raise ValueError(f"{where} opens <tool_call> and never closes it")
            calls += values_of(inside, f"{where}: <tool_call>")
            text += rest
    elif bare:
        text, calls = "", values_of(text, where)
    calls = _calls(calls, where)
    return {"role": "assistant", "content": text.strip(), "reasoning_content": thought.strip(), "tool_calls": calls}


def _calls(values: list[Any], where: str) -> list[dict[str, Any]]:
    """A chat row's `tool_calls` of objects with `name` and `arguments`, which some call `parameters`."""
    for i, call in enumerate(values):
        if "parameters" in typed(call, dict, f"{where}: a call", "an object") and "arguments" not in call:
            values[i] = {**call, "arguments": call["parameters"]}
    return [{"function": call} for call in values]


def _inside(text: str) -> list[str]:
    """What stands in each <tool_response>, or all of it where there is none."""
    blocks = text.split("<tool_response>")[1:]
    closed = (block.rpartition("</tool_response>") for block in blocks)
    return [inside if closer else rest for inside, closer, rest in closed] or [text]


def _result(text: str, called: list[Any]) -> dict[str, Any]:
    """A tool's result: a value, or text where it is none; some say whose it is, as {"name", "content"}."""
    try:
        value = read_value(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict) and {"name", "content"} <= value.keys() and value["name"] in called:
        return {"role": "tool", "name": value["name"], "content": value["content"]}
    return {"role": "tool", "content": value if isinstance(value, dict | list) else text.strip()}
