"""Conversations: read, checked, rendered as token ids with labels, and packed."""

from data.conversation import Conversation, Message, ToolCall
from data.format import ChatFormat, Example, render, render_continuation, render_prompt
from data.readers import ReadReport, read_conversations

__all__ = [
    "ChatFormat",
    "Conversation",
    "Example",
    "Message",
    "ReadReport",
    "ToolCall",
    "read_conversations",
    "render",
    "render_continuation",
    "render_prompt",
]
