"""An agent's run on a terminal: thoughts dimmed, calls and observations boxed, the answer plain."""

import json
import os
import shutil
import sys
import textwrap
from typing import Any, TextIO

from agent.parser import Event

MAX_LINES = 12  # of a box
_DIM, _BLUE, _RESET = "\033[2m", "\033[34m", "\033[0m"
# Control characters in what models and tools say must not reach a terminal: they could move its cursor, or worse.
_CONTROLS = {code: None for code in (*range(32), 127, *range(128, 160)) if chr(code) not in "\n\t"}


class Display:
    """Prints events as they come; give it to `Agent` as `on_event`. Colours only on a terminal, and not if NO_COLOR is
    set."""

    def __init__(self, stream: TextIO | None = None):
        self.stream = stream or sys.stdout
        self._color = self.stream.isatty() and "NO_COLOR" not in os.environ
        self._flowing = ""  # the kind of text whose line is still open

    def __call__(self, event: Event) -> None:
        """Print one event."""
        if event.kind == "call":
            self._box(f"call {event.value.name}", event.value.arguments)
        elif event.kind == "observation":
            self._box(f"result {event.value[0] or ''}".strip(), event.value[1])
        elif event.kind == "stop":
            self._end_line()
            if event.value != "answered":
                self._write(f"[stopped: {event.value.replace('_', ' ')}]\n", _DIM)
        elif event.kind == "restart":
            self._end_line()
        elif event.kind != "error":  # an error comes again as an observation
            self._flow(event.kind, event.value)

    def _flow(self, kind: str, text: str) -> None:
        """A stretch of text, on the line of the stretch before if that was of the same kind."""
        if kind != self._flowing:
            text = text.lstrip()
            if text:
                self._end_line()
                self._flowing = kind
        self._write(text, "" if kind == "content" else _DIM)

    def _box(self, title: str, value: Any) -> None:
        self._end_line()
        width = max(16, min(100, shutil.get_terminal_size().columns))
        title = textwrap.shorten(title, width - 8, placeholder="…")  # its name is the model's
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines = [part for line in clean(text).splitlines() for part in textwrap.wrap(line, width - 3) or [""]]
        if len(lines) > MAX_LINES:
            lines = [*lines[: MAX_LINES - 1], f"… {len(lines) - MAX_LINES + 1} more lines"]
        self._write(f"╭─ {title} ".ljust(width - 1, "─") + "\n", _BLUE)
        for line in lines or [""]:
            self._write("│ ", _BLUE)
            self._write(line + "\n")
        self._write("╰" + "─" * (width - 2) + "\n", _BLUE)

    def _end_line(self) -> None:
        if self._flowing:
            self._write("\n")
            self._flowing = ""

    def _write(self, text: str, style: str = "") -> None:
        text = clean(text)
        self.stream.write(f"{style}{text}{_RESET}" if self._color and style and text else text)
        self.stream.flush()


def clean(text: str) -> str:
    """The text without the characters that control a terminal."""
    return text.translate(_CONTROLS)
