"""One tool call, in a process of its own, which answers with one line of JSON.

Run as a script it reads its task, a JSON object, from stdin and imports the tool's module in a fresh interpreter;
after a fork, `perform` is called with the tool that the parent holds.
"""

import importlib
import importlib.util
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # Windows
    resource = None


def perform(
    load: Callable[[], Any], arguments: dict[str, Any], out: int, timeout: float, memory: int, max_characters: int
) -> None:
    """Load the tool and run it, write `{"result": …}` or `{"error": "Type: message"}` to `out`, and end the process.

    The tool itself sees an empty stdin and a stdout that leads nowhere. `memory` (bytes) is what it may take beside
    what the process holds already. A result whose JSON is longer than `max_characters` is cut, and says so. Whoever
    waits for the answer ends the process after `timeout` seconds; if that one is gone, an alarm does soon after.
    """
    process = os.getpid()
    try:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
        data = (_answer(load, arguments, timeout, memory, max_characters) + "\n").encode()
        if os.getpid() == process:  # a child that the tool forked and that came back here has nothing to say
            while data:
                data = data[os.write(out, data) :]
    finally:
        os._exit(0)


def _answer(
    load: Callable[[], Any], arguments: dict[str, Any], timeout: float, memory: int, max_characters: int
) -> str:
    try:
        tool = load()
        _limit(timeout, memory)
        result = tool.run(arguments)
        text = json.dumps(result, ensure_ascii=False, allow_nan=False)
        text.encode()  # raises for a lone surrogate
        if len(text) <= max_characters:
            return json.dumps({"result": result})
        shown = result if isinstance(result, str) else text
        return json.dumps({"result": f"{shown[:max_characters]}… [cut: {len(shown)} characters in all]"})
    except BaseException as error:  # SystemExit and KeyboardInterrupt too: whatever the tool raises is its answer
        text = f"{type(error).__name__}: {error}".encode("utf-8", "replace").decode()
        return json.dumps({"error": text if len(text) <= max_characters else text[:max_characters] + "…"})


def _limit(timeout: float, memory: int) -> None:
    if resource is None:
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(timeout) + 2)
    try:
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + memory, held + memory))
    except (OSError, ValueError):
        pass  # no /proc, or a stricter limit is set already
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def find(module: str, file: str, qualname: str) -> Any:
    """The object `qualname` of a module, which is imported by its name or else from its file."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin != file:  # another file of that name comes first
        load_file(module, file)
    found: Any = importlib.import_module(module)
    for part in qualname.split("."):
        found = getattr(found, part)
    return found


def load_file(module: str, file: str) -> Any:
    """Import a file as the module `module`. Raises whatever the file raises."""
    spec = importlib.util.spec_from_file_location(module, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    loaded = sys.modules[module] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(loaded)
    except BaseException:
        del sys.modules[module]
        raise
    return loaded


def main() -> None:
    """Read the task from stdin and perform it; stdout is where the answer goes."""
    task = json.load(sys.stdin)
    sys.path[:] = task.pop("path")
    place = [task.pop(key) for key in ("module", "file", "qualname")]
    from toolbox.schema import Tool

    def load() -> Tool:  # what was made of a function, and checked, the agent knows
        found = find(*place)
        return found if isinstance(found, Tool) else Tool(found.__name__, "", {}, found)

    perform(load, out=os.dup(1), **task)


if __name__ == "__main__":
    main()
