"""The agent: a model's turns parsed, its calls checked and run, what they return shown to it."""

from typing import TYPE_CHECKING, Any

from agent.calls import Call, CallError
from agent.parser import Event, StreamParser, Turn, parse_assistant, parse_ids
from agent.tools import Tool, ToolRunner, load_tools, tool

if TYPE_CHECKING:
    from agent.loop import Agent, Step, Trace

__all__ = [
    "Agent",
    "Call",
    "CallError",
    "Event",
    "Step",
    "StreamParser",
    "Tool",
    "ToolRunner",
    "Trace",
    "Turn",
    "load_tools",
    "parse_assistant",
    "parse_ids",
    "tool",
]


def __getattr__(name: str) -> Any:
    """Import what needs torch when it is first used: a tool's process may import this package for `tool` alone."""
    if name in ("Agent", "Step", "Trace"):
        from agent import loop

        return vars(loop)[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
