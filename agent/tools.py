"""The tools that an agent may call: an allowlist, arguments checked against the schema, each call in its own process.

A call never runs in the agent's process. A tool that can be imported (a file given with `--tools`, a package's module)
runs in a fresh interpreter that imports only its module: forking a process whose torch has started threads, or that
holds a GPU, is not safe in general. What cannot be imported (a lambda's kin: a function defined in `__main__` or in
another function) runs in a fork, which is all right for code that does not use torch, and needs POSIX. Either way
the process leads a session of its own, is killed with its children when the call is over, and has limits on time and
memory. A tool has no memory from call to call: what it should keep, it must write to a file.
"""

import contextlib
import inspect
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from agent import worker
from agent.calls import Call
from errors import InputError
from toolbox.schema import Tool, tool

__all__ = ["Tool", "ToolRunner", "load_tools", "tool"]


def load_tools(path: str | Path) -> list[Tool]:
    """The tools in a Python file of the user's own, which is imported: each public function that it defines.

    Where some are decorated with `@tool`, only those. Raises InputError for a file that is missing, raises when it is
    imported, or defines no tool.
    """
    path = Path(path).resolve()
    if not path.is_file():
        raise InputError(f"{path}: no such file: --tools names a Python file of your own")
    name = "tools_" + re.sub(r"\W", "_", path.stem)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # for what the file itself imports
    try:
        with contextlib.redirect_stdout(sys.stderr):
            module = worker.load_file(name, str(path))
    except (Exception, SystemExit) as error:
        raise InputError(f"{path}: importing it raised {type(error).__name__}: {error}") from None
    public = (value for key, value in vars(module).items() if not key.startswith("_"))
    members = {id(value): value for value in public}  # each once, under whatever names
    decorated = [value for value in members.values() if isinstance(value, Tool) and value.function.__module__ == name]
    functions = [value for value in members.values() if inspect.isfunction(value) and value.__module__ == name]
    found = decorated or [tool(function) for function in functions]
    if not found:
        raise InputError(f"{path}: no tool in it: define a function with type hints and a docstring")
    return found


class ToolRunner:
    """Checks and runs calls of a fixed set of tools.

    Args:
        tools: Functions or `Tool`s; names must differ.
        timeout: Seconds that a call may take.
        memory: Bytes that a call may take beside the interpreter's own (Linux).
        max_characters: Where a result, as JSON, is cut.
    """

    def __init__(
        self,
        tools: Iterable[Tool | Callable[..., Any]],
        timeout: float = 10.0,
        memory: int = 2 << 30,
        max_characters: int = 4000,
    ):
        self.timeout, self.memory, self.max_characters = timeout, memory, max_characters
        self._tools: dict[str, Tool] = {}
        for entry in map(tool, tools):
            if entry.name in self._tools:
                raise InputError(f"two tools are called {entry.name}: rename one")
            self._tools[entry.name] = entry
            try:
                Draft202012Validator.check_schema(entry.parameters)
            except SchemaError as error:
                raise InputError(f"tool {entry.name}: its parameters are no JSON schema: {error.message}") from None
        self._validators = {  # which fetch no "$ref" from elsewhere
            name: Draft202012Validator(closed(each.parameters), registry=Registry())
            for name, each in self._tools.items()
        }

    @property
    def schemas(self) -> tuple[dict[str, Any], ...]:
        """The tools as OpenAI-style schemas, in order."""
        return tuple(entry.schema() for entry in self._tools.values())

    def check(self, call: Call) -> str:
        """What is wrong with a call, in words for the model; "" if nothing is. The name must be a tool's exactly."""
        if call.name not in self._tools:
            return f"there is no tool {call.name[:80]!r}; the tools are: {', '.join(self._tools) or 'none'}"
        faults = []
        try:
            for error in self._validators[call.name].iter_errors(call.arguments):
                field = ".".join(map(str, error.absolute_path))
                faults.append(f"argument {field}: {error.message[:200]}" if field else error.message[:200])
        except (Unresolvable, RecursionError) as error:  # a "$ref" to nothing, or to itself
            faults.append(f"its schema cannot be applied: {error}")
        return f"{call.name}: " + "; ".join(sorted(faults)[:3]) if faults else ""

    def run(self, call: Call) -> Any:
        """The call's result as a JSON value, or `{"error": "…"}`: of a bad call, or of whatever befell the tool."""
        if fault := self.check(call):
            return {"error": fault}
        entry = self._tools[call.name]
        process, pipe = self._start(entry, call.arguments | entry.fixed)
        try:
            line = self._read_line(pipe)
        finally:
            os.close(pipe)
            _kill(process)
            _, status = os.waitpid(process, 0)
        if line is None:
            return {"error": f"TimeoutError: {call.name} took longer than {self.timeout:g} seconds and was stopped"}
        try:
            answer = json.loads(line)
            return answer["result"] if "result" in answer else {"error": answer["error"]}
        except (ValueError, TypeError, KeyError):  # nothing, or what the tool itself wrote to the pipe
            number = os.WTERMSIG(status)
            cause = f"by signal {number} ({signal.strsignal(number)})" if number else "by its own exit"
            return {"error": f"RuntimeError: {call.name} ended without a result, {cause}"}

    def _start(self, entry: Tool, arguments: dict[str, Any]) -> tuple[int, int]:
        """Start a process for one call; returns its id and the pipe that its answer comes from."""
        limits = {"timeout": self.timeout, "memory": self.memory, "max_characters": self.max_characters}
        pipe, write_end = os.pipe()
        try:
            if place := _importable(entry.function):
                path = [folder for folder in sys.path if isinstance(folder, str)]  # Python looks at no others
                process = _start_interpreter({"path": path, **place, "arguments": arguments, **limits}, write_end)
            else:
                process = _fork(entry, arguments, limits, write_end)
        finally:
            os.close(write_end)
        return process, pipe

    def _read_line(self, pipe: int) -> bytes | None:
        """The answer; b"" if the process ended without one, None if its time was up."""
        deadline = time.monotonic() + self.timeout
        data = bytearray()
        while not data.endswith(b"\n"):  # not until the end of the file: a child of the tool may hold the pipe open
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return None
            chunk = os.read(pipe, 65536)
            if not chunk:
                return b""
            data += chunk
        return bytes(data)


def _importable(function: Callable[..., Any]) -> dict[str, str] | None:
    """Where a fresh interpreter finds a function; None for one that it would not find or find changed."""
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    file = getattr(module, "__file__", None)
    if module is None or not file or module.__name__ == "__main__":
        return None
    try:
        found = worker.find(module.__name__, file, function.__qualname__)
    except (ImportError, ValueError, AttributeError):  # a function within a function, say
        return None
    if function not in (found, getattr(found, "function", None)):
        return None
    return {"module": module.__name__, "file": file, "qualname": function.__qualname__}


def _start_interpreter(task: dict[str, Any], write_end: int) -> int:
    command = [sys.executable, "-P", worker.__file__]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=write_end, start_new_session=True)
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin:  # of an interpreter that cannot even start
        process.stdin.write(json.dumps(task).encode())
    process.returncode = 0  # it is waited for by its id
    return process.pid


def _fork(entry: Tool, arguments: dict[str, Any], limits: dict[str, Any], write_end: int) -> int:
    if not hasattr(os, "fork"):
        raise InputError(f"tool {entry.name} must be a function in a file of its own: this system cannot fork")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads; see the top of this file
        process = os.fork()
    if process == 0:
        try:
            os.setsid()
            worker.perform(lambda: entry, arguments, write_end, **limits)
        finally:
            os._exit(1)
    return process


def _kill(process: int) -> None:
    """End the process and all that it has started."""
    for kill in (os.killpg, os.kill):
        try:
            kill(process, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # it has ended, or has not come to lead its group yet
            continue


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema, in which objects that list their properties take no others."""
    combined = {"additionalProperties", "patternProperties", "allOf", "anyOf", "oneOf", "$ref"}
    result = dict(schema)
    if "properties" in schema:
        result["properties"] = {n: closed(v) if isinstance(v, dict) else v for n, v in schema["properties"].items()}
        if not combined & schema.keys():
            result["additionalProperties"] = False
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            result[key] = closed(schema[key])
    return result
