"""Typed conversations: what a row of a data file is, once it has been read and checked.

A `Conversation` is a list of messages and the tools that were on offer. Every reader in `data/` ends here and
everything else (rendering, masks, packing, the doctor, the agent's history) begins here.
"""

import json
from dataclasses import dataclass, field
from typing import Any

ROLES = ("system", "user", "assistant", "tool")


@dataclass(frozen=True)
class ToolCall:
    """One function call that an assistant made."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Message:
    """One turn of a conversation.

    `content` is text, except in role "tool", where it is any JSON value: what the function returned.
    `thought` and `calls` belong to the assistant; `name` is the function that a tool message answers for.
    `extra` holds parts that a `ChatFormat` of one's own adds to the cycle (a plan, say), by name. An assistant's turn
    that is not `learned` is there for what follows it (OpenAI's `"weight": 0`).
    """

    role: str
    content: Any = ""
    thought: str = ""
    calls: tuple[ToolCall, ...] = ()
    name: str | None = None
    extra: dict[str, str] = field(default_factory=dict)
    learned: bool = True


@dataclass(frozen=True)
class Conversation:
    """Messages in order, and the tools on offer as OpenAI-style schemas.

    `tools[i]` is `{"type": "function", "function": {"name", "description", "parameters": JSON Schema}}`.
    `id` and `source` say where the row came from, for reports.
    """

    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...] = ()
    id: str = ""
    source: str = ""

    def to_row(self) -> dict[str, Any]:
        """The project's own chat JSONL row (OpenAI's chat format with `reasoning_content`)."""
        return {
            "id": self.id,
            "source": self.source,
            "tools": list(self.tools),
            "messages": [_message_to_row(message) for message in self.messages],
        }

    def to_json(self) -> str:
        """`to_row` as one line of JSON."""
        return json.dumps(self.to_row(), ensure_ascii=False)


def _message_to_row(message: Message) -> dict[str, Any]:
    row: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.role == "tool" and isinstance(message.content, str) and _is_json(message.content):
        row["content"] = json.dumps(message.content)  # text that happens to be JSON: quoted, so that it stays text
    if message.thought:
        row["reasoning_content"] = message.thought
    if message.calls:
        row["tool_calls"] = [
            {"type": "function", "function": {"name": call.name, "arguments": call.arguments}} for call in message.calls
        ]
    if message.name is not None:
        row["name"] = message.name
    if not message.learned:
        row["weight"] = 0
    return row | message.extra


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
