"""Text becomes a value: strict JSON, or a Python literal within bounds. Nothing is ever evaluated."""

import ast
import json
import sys
import warnings
from typing import Any

MAX_DEPTH = 64  # of nested brackets
MAX_DIGITS = 300  # of an integer, so that it still fits a float


def read_value(text: str) -> Any:
    """The one value that `text` is: JSON, else a Python dict or list of at most 200,000 characters.

    Raises ValueError that says what is wrong with it as JSON, or RecursionError for JSON nested too deeply.
    """
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        value = python_literal(text.strip(), 200_000)
        if value is None:
            raise ValueError(f"neither JSON ({error}) nor a Python dict or list") from None
        return value


def read_values(text: str) -> list[Any]:
    """The values that stand one after another in `text`, those of a list in its place. Raises as `read_value` does."""
    text, at, values = text.strip(), 0, []
    while at < len(text):
        try:
            value, at = DECODER.raw_decode(text, at)
        except json.JSONDecodeError:
            value, at = read_value(text[at:]), len(text)
        values += value if isinstance(value, list) else [value]
        while text[at : at + 1] in (" ", "\n", "\t", "\r", ",", ";"):
            at += 1
    return values


def python_literal(text: str, most: int = 10_000) -> Any:
    """A dict or list written in Python's way (single quotes, True, None), or None where it is not one.

    Several with commas between them are a list. `most` is how many characters `text` may have.
    """
    if len(text) > most or text[:1] not in ("{", "["):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an odd escape in a string
            tree = ast.parse(text, mode="eval").body
        return [_value(node) for node in tree.elts] if isinstance(tree, ast.Tuple) else _value(tree)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _value(node: ast.expr | None, depth: int = 1) -> Any:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    match node:
        case ast.Dict(keys=keys, values=values):
            names = [_value(key, depth + 1) for key in keys]
            if not all(isinstance(name, str) for name in names):
                raise ValueError("a key that is no text")
            return unique_keys([(name, _value(value, depth + 1)) for name, value in zip(names, values, strict=True)])
        case ast.List(elts=items):
            return [_value(item, depth + 1) for item in items]
        case ast.Constant(value=str() | None as constant):
            return constant
        case ast.Constant(value=int() | float() as number) if abs(number) <= sys.float_info.max:
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float()) as operand):
            return -_value(operand, depth)
        case _:
            raise ValueError("not a plain literal")


def refuse_constant(name: str) -> Any:
    """For `json.loads(parse_constant=…)`: Python's json accepts NaN and Infinity, and JSON has neither."""
    raise ValueError(f"{name} is not JSON: write a number or null")


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `json.loads(object_pairs_hook=…)`: of a key that stands twice, Python's json keeps the last in silence."""
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"the key {key[:40]!r} stands twice in one object")
        result[key] = value
    return result


def _parse_float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {digits[:40]} is too large")
    return value


def _parse_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"an integer of {len(digits)} digits is too large")
    return int(digits)


DECODER = json.JSONDecoder(
    object_pairs_hook=unique_keys, parse_constant=refuse_constant, parse_float=_parse_float, parse_int=_parse_int
)
