"""The agent: a model's turns parsed, its calls checked and run, what they return shown to it."""

from agent.calls import Call, CallError
from agent.loop import Agent, Step, Trace
from agent.parser import Event, StreamParser, Turn, parse_assistant, parse_ids
from agent.tools import Tool, ToolRunner, load_tools, tool

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
