"""What came of a turn: a small dict, its **outcome**, which goes into the JSON as it is.

Shares, intervals and comparisons are made of outcomes alone, so that two runs can be compared turn by turn later.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.calls import Call
from data import Conversation, Message, ToolCall

SHARES = {
    "parsed": "of turns that try a call, those whose every call could be read",
    "tool_name": "of turns where a call is due, those that call the right tools",
    "exact_call": "… with every argument right, in any order",
    "no_call": "of turns where no call is due, those that try none",
    "ended": "of all turns, those that end by themselves",
}


@dataclass(frozen=True)
class Turn:
    """An assistant turn to be scored: what stands before it, and the turn as it should be."""

    before: Conversation
    due: Message
    conversation: int = 0  # its place in the data: turns of one conversation are not independent
    category: str = ""  # of BFCL
    accepts: Callable[[Sequence[Call]], bool] | None = None  # says which calls are right; None: the same as are due


@dataclass(frozen=True)
class Reply:
    """What the model made of a turn: the calls to be run, and whether it tried others, unreadable or cut off."""

    calls: tuple[Call, ...] = ()
    faulty: bool = False
    ended: bool = True  # at the end-of-turn token, within the limit
    text: str = field(default="", compare=False)  # what was said, tags and all
    prompt_tokens: int = field(default=0, compare=False)
    new_tokens: int = field(default=0, compare=False)


def outcome(turn: Turn, reply: Reply) -> dict[str, Any]:
    """What came of a turn, ready for JSON. A share (see `SHARES`) that it says nothing about is None.

    `right` follows BFCL: where no call is due, it is right that none can be read, though one may have been tried.
    `arguments` are pairs of tool.argument and whether it is right; `turn` names the turn by what it holds.
    """
    due, made = turn.due.calls, reply.calls
    exact = None
    if due:
        exact = not reply.faulty and (turn.accepts(made) if turn.accepts else _same_calls(due, made))
    return {
        "id": turn.before.id,
        "conversation": turn.conversation,
        "category": turn.category,
        "turn": hashlib.sha256((turn.before.to_json() + repr(turn.due)).encode()).hexdigest()[:16],
        "parsed": not reply.faulty if made or reply.faulty else None,
        "tool_name": Counter(call.name for call in due) == Counter(call.name for call in made) if due else None,
        "exact_call": exact,
        "no_call": None if due else not (made or reply.faulty),
        "ended": reply.ended,
        "right": exact if due else not made,
        "arguments": [] if turn.accepts else list(_arguments(due, made)),
        "due": [{"name": call.name, "arguments": call.arguments} for call in due],
        "made": [{"name": call.name, "arguments": call.arguments} for call in made],
    }


def measures(outcome: dict[str, Any]) -> dict[str, list[bool]]:
    """What a turn says about each share, about `arguments`, and about its category of BFCL: values, or none."""
    values = {name: [] if outcome[name] is None else [outcome[name]] for name in SHARES}
    values["arguments"] = [right for _, right in outcome["arguments"]]
    return values | ({f"bfcl {outcome['category']}": [outcome["right"]]} if outcome["category"] else {})


def _arguments(due: Sequence[ToolCall], made: Sequence[Call]) -> Iterator[tuple[str, bool]]:
    """Each argument of a due call and of the one made for it, and whether both have it with the same value.

    That is the call of the same tool with most arguments right; where there is none, nothing is judged.
    """
    rest = list(made)
    for call in due:
        judged = [(_judge(call, other), i) for i, other in enumerate(rest) if other.name == call.name]
        if judged:
            best, place = max(judged, key=lambda pair: sum(pair[0].values()))  # of equals the first
            del rest[place]
            yield from ((f"{call.name}.{name}", same) for name, same in best.items())


def _judge(due: ToolCall, made: Call) -> dict[str, bool]:
    a, b = due.arguments, made.arguments
    return {name: name in a and name in b and _same(a[name], b[name]) for name in a | b}


def _same_calls(due: Sequence[ToolCall], made: Sequence[Call]) -> bool:
    """Whether the calls are the same ones, in any order."""
    rest = list(made)
    for call in due:
        same = next((i for i, c in enumerate(rest) if c.name == call.name and _same(c.arguments, call.arguments)), None)
        if same is None:
            return False
        del rest[same]
    return not rest


def _same(a: Any, b: Any) -> bool:
    """Equality of JSON values: 5 is 5.0, true is not 1, an object's keys have no order."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    return isinstance(a, bool) == isinstance(b, bool) and a == b
