"""A Python function becomes a tool: its type hints make the JSON schema, its docstring the descriptions."""

import dataclasses
import enum
import inspect
import math
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NotRequired, Required, Union

from errors import InputError

_SCALARS: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True)
class Tool:
    """A function that a model may call, and how it is described to the model."""

    name: str
    description: str
    parameters: dict[str, Any]  # JSON schema of the arguments: {"type": "object", "properties", "required"}
    function: Callable[..., Any]
    fixed: dict[str, Any] = field(default_factory=dict)  # arguments that the user gives, and the model never sees

    def with_fixed(self, **fixed: Any) -> "Tool":
        """The same tool with these arguments (JSON values) given once and for all."""
        schema = dict(self.parameters)
        schema["properties"] = {name: part for name, part in schema["properties"].items() if name not in fixed}
        schema["required"] = [name for name in schema["required"] if name not in fixed]
        return replace(self, parameters=schema, fixed=self.fixed | fixed)

    def schema(self) -> dict[str, Any]:
        """The OpenAI-style schema that stands between `<tools>` tags."""
        return {
            "type": "function",
            "function": {"name": self.name, "description": self.description, "parameters": self.parameters},
        }

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs, **self.fixed)

    def run(self, arguments: dict[str, Any]) -> Any:
        """Call the function with JSON arguments: enums and dataclasses are built from their JSON form first."""
        hinted = inspect.isroutine(self.function) or inspect.isclass(self.function)  # another callable has no hints
        hints = typing.get_type_hints(self.function) if hinted else {}
        given = arguments | self.fixed
        return self.function(**{name: _from_json(hints.get(name, Any), value) for name, value in given.items()})


def tool(function: Callable[..., Any] | Tool) -> Tool:
    """Make a `Tool` of a function; also a decorator. What is a `Tool` already comes back as it is.

    Hints may be str, int, float, bool, Literal, Enum, list[T], dict[str, T], T | None, a dataclass or a TypedDict. A
    parameter with a default is optional. The docstring's first paragraph is the description; the lines under "Args:"
    (Google style) describe the parameters.

    Raises:
        InputError: no name, docstring or hint, a hint with no JSON schema, `*args` or `**kwargs`, a coroutine.
    """
    if isinstance(function, Tool):
        return function
    name = getattr(function, "__name__", "")
    if not name.isidentifier():
        raise InputError(f"a tool must be a named function, not {name or function!r}: write it with def")
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise InputError(f"tool {name}: async functions are not supported: write it with def")
    description, notes = _read_docstring(inspect.getdoc(function) or "")
    if not description:
        raise InputError(f"tool {name}: no docstring: its first line tells the model what the function does")
    try:
        hints = typing.get_type_hints(function)
    except (NameError, TypeError, AttributeError) as error:
        raise InputError(f"tool {name}: its type hints cannot be read: {error}") from None
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        where = f"tool {name}, parameter {parameter.name}"
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise InputError(f"{where}: positional-only, *args and **kwargs have no schema: give it a name of its own")
        if parameter.name not in hints:
            raise InputError(f"{where}: no type hint: write {parameter.name}: str, for example")
        schema = _schema_of(hints[parameter.name], where, ())
        if parameter.name in notes:
            schema["description"] = notes[parameter.name]
        default = parameter.default
        if default is parameter.empty:
            required.append(parameter.name)
        elif isinstance(default, (str, int)) or (isinstance(default, float) and math.isfinite(default)):
            schema["default"] = default
        properties[parameter.name] = schema
    return Tool(name, description, {"type": "object", "properties": properties, "required": required}, function)


def _schema_of(hint: Any, where: str, parents: tuple[Any, ...]) -> dict[str, Any]:
    """The JSON schema of one type hint. `parents` are the objects it is nested in: one inside itself has no schema."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return _choices(list(args), where)
    if isinstance(hint, type) and hint in _SCALARS:  # a list, as in [str], has no hash
        return {"type": _SCALARS[hint]}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _choices([member.value for member in hint], where)
    if origin in (Union, types.UnionType) and len(args) == 2 and type(None) in args:
        schema = _schema_of(_not_none(args), where, parents)
        schema["type"] = [schema["type"], "null"] if isinstance(schema["type"], str) else [*schema["type"], "null"]
        if "enum" in schema:
            schema["enum"].append(None)
        return schema
    if origin is list and args:
        return {"type": "array", "items": _schema_of(args[0], where, parents)}
    if origin is dict and args and args[0] is str:
        return {"type": "object", "additionalProperties": _schema_of(args[1], where, parents)}
    if dataclasses.is_dataclass(hint) or typing.is_typeddict(hint):
        if hint in parents:
            raise InputError(f"{where}: {inspect.formatannotation(hint)} contains itself, which has no schema here")
        if dataclasses.is_dataclass(hint):
            missing = dataclasses.MISSING
            fields = [field for field in dataclasses.fields(hint) if field.init]
            required = [f.name for f in fields if f.default is missing and f.default_factory is missing]
            names = [field.name for field in fields]
        else:
            names = list(typing.get_type_hints(hint))
            required = [name for name in names if _is_required(hint, name)]
        hints = typing.get_type_hints(hint)
        properties = {name: _schema_of(hints[name], f"{where}.{name}", (*parents, hint)) for name in names}
        return {"type": "object", "properties": properties, "required": required}
    raise InputError(
        f"{where}: the type hint {inspect.formatannotation(hint)} has no JSON schema: use str, int, float, bool, "
        "Literal, Enum, list[T], dict[str, T], T | None, a dataclass or a TypedDict"
    )


def _is_required(hint: Any, name: str) -> bool:
    """Whether a TypedDict needs a key: where its hints are text, `__required_keys__` knows nothing of their marks."""
    mark = typing.get_origin(typing.get_type_hints(hint, include_extras=True)[name])
    return mark is Required or (mark is not NotRequired and name in hint.__required_keys__)


def _choices(values: list[Any], where: str) -> dict[str, Any]:
    kinds = list(dict.fromkeys(_SCALARS.get(type(value)) for value in values))
    if None in kinds or not kinds:
        raise InputError(f"{where}: the choices {values} must be strings, numbers or booleans")
    return {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": values}


def _not_none(args: tuple[Any, ...]) -> Any:
    return args[0] if args[1] is type(None) else args[1]


def _from_json(hint: Any, value: Any) -> Any:
    """A validated JSON value as the function's hint wants it."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _from_json(_not_none(args), value)
    if hint in (int, float):  # in JSON schema 5.0 is an integer and 5 a number
        return hint(value)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return hint(value)
    if origin is list:
        return [_from_json(args[0], item) for item in value]
    if origin is dict:
        return {key: _from_json(args[1], item) for key, item in value.items()}
    if dataclasses.is_dataclass(hint) or typing.is_typeddict(hint):
        hints = typing.get_type_hints(hint)
        return hint(**{key: _from_json(hints.get(key, Any), item) for key, item in value.items()})  # type: ignore
    return value


def _read_docstring(docstring: str) -> tuple[str, dict[str, str]]:
    """(first paragraph, {parameter: its text under "Args:"}) of a docstring whose indentation is cleaned."""
    description = " ".join(re.split(r"\n\n|^Args:[ \t]*$", docstring, maxsplit=1, flags=re.MULTILINE)[0].split())
    notes: dict[str, str] = {}
    section = re.search(r"^Args:[ \t]*\n((?:[ \t]+.*(?:\n|\Z)|\n)*)", docstring, re.MULTILINE)
    name = ""
    for line in inspect.cleandoc(section.group(1)).splitlines() if section else ():
        if start := re.match(r"(\w+)\s*(?:\([^)]*\))?:\s*(.*)", line):
            name, text = start.groups()
            notes[name] = text
        elif name and line.startswith(" "):
            notes[name] = f"{notes[name]} {line.strip()}".strip()
    return description, notes
