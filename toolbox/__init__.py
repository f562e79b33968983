"""Python functions that a model may call: how one becomes a schema, and a few that work offline."""

from toolbox.offline import TOOLS
from toolbox.schema import Tool, tool

__all__ = ["TOOLS", "Tool", "tool"]
