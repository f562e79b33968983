"""A few of the built-in conversations that compute: enough to teach the real model one tool in a few steps."""

import sys

from data import read_conversations

chosen = [
    conversation
    for conversation in read_conversations("builtin")
    if len(conversation.to_json()) < 3500
    and any(call.name == "calculate" for message in conversation.messages[:3] for call in message.calls)
    and all(len(message.calls) < 2 for message in conversation.messages)  # two at once take more than a few steps
]
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.writelines(conversation.to_json() + "\n" for conversation in chosen[:12])
print(f"{len(chosen[:12])} conversations")
