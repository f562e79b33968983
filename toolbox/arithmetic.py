"""Exact arithmetic on expressions: Python's parser reads them, and a walk over its tree computes with fractions.

Numbers, + - * / // **, parentheses, pi and the functions below are computed; whatever else the tree holds is refused,
and nothing is ever run as Python. A percent sign divides by 100: "17% * 2350", "17 % of 2,350". As Python's remainder,
which is `mod` here, it is refused: whoever writes "17 % 2350" is likelier to want a share.
"""

import ast
import math
import re
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction

MAX_CHARACTERS = 1000
MAX_BITS = 4096  # of any numerator or denominator on the way: about 1,200 digits

_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "^": "**"})
_THOUSANDS = re.compile(r"(?<![\d.])[1-9]\d{0,2}(?:,\d{3})+(?!\d)")
_PI = Fraction("3.14159265358979323846264338328")


def evaluate(expression: str) -> Fraction:
    """The value of an expression. Commas ("2,350") are read as thousands, save where the expression calls a function.

    Raises:
        ValueError: a malformed expression, a division by zero, or one past the caps on size.
    """
    if len(expression) > MAX_CHARACTERS:
        raise ValueError(f"the expression has {len(expression)} characters; the most is {MAX_CHARACTERS}")
    text = " ".join(expression.translate(_SIGNS).split())
    if odd := re.search(r"[^\w .+\-*/%(),]|_", text, re.ASCII):
        raise ValueError(f"unexpected {odd[0]!r} in the expression {expression!r}")
    if not re.search(r"[A-Za-z]\w* ?\(", text):
        text = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text)
    if re.search(r"\d\.?[eE][+-]?\d{4}", text):
        raise ValueError("a number in the expression is too large or too small")
    text = re.sub(r"(?<![\w.])0+(?=\d)", "", text)  # Python has no 007
    text = re.sub(r"(?<=%) ?of\b", " *", text)
    text = re.sub(r"%(?= ?(?:[-+*/),]|$))", "[0]", text)  # a percentage, written as what binds as tightly
    try:
        return _value(ast.parse(text, mode="eval").body, text)
    except ZeroDivisionError:
        raise ValueError("division by zero") from None
    except SyntaxError as error:
        raise ValueError(f"{error.msg} in the expression {expression!r}") from None
    except (RecursionError, MemoryError):
        raise ValueError("the expression is nested too deeply") from None


def to_number(value: Fraction) -> int | float:
    """An integer where the value is one, else a float: of 12 significant digits, or from 10^9 on the nearest.

    Raises:
        ValueError: the value is past the range of a float.
    """
    if value.denominator == 1:
        return value.numerator
    if abs(value) >= 10**9:
        try:
            return float(value)
        except OverflowError:
            raise ValueError("the result is too large") from None
    with localcontext(prec=12):
        rounded = _decimal(value)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def _value(node: ast.expr, text: str) -> Fraction:
    match node:
        case ast.Constant():
            return _checked(Fraction(text[node.col_offset : node.end_col_offset]))  # as written: a float is not exact
        case ast.Name(id="pi"):
            return _PI
        case ast.Subscript(value=part):
            return _value(part, text) / 100
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, text)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, text)
        case ast.BinOp(op=ast.Mod()):
            a, b = (_written(part, text) for part in (node.left, node.right))
            raise ValueError(f"% is per cent in '{a} % {b}'; did you mean '{a}% * {b}'? A remainder is mod({a}, {b})")
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return _checked(_OPERATORS[type(operator)](_value(left, text), _value(right, text)))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            values = [_value(argument, text) for argument in arguments]
            try:
                return _checked(_FUNCTIONS[name](*values))
            except TypeError:
                raise ValueError(f"{name} does not take {len(values)} arguments") from None
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            raise ValueError(f"unknown name {name!r}: there are {', '.join(_FUNCTIONS)} and pi")
    raise ValueError("the expression holds more than numbers, + - * / // **, percentages, parentheses and functions")


def _written(node: ast.expr, text: str) -> str:
    """What stands in the text for a part of the tree."""
    part = text[node.col_offset : node.end_col_offset].replace("[0]", "%")
    return f"({part})" if isinstance(node, ast.BinOp | ast.UnaryOp) else part


def _checked(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise ValueError("a number in the expression is too large")
    return value


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if base == 0 and exponent < 0:
        raise ZeroDivisionError
    if exponent == Fraction(1, 2):
        return _sqrt(base)
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    exact = abs(exponent) * max(size - 1, 0 if abs(base) in (0, 1) else 1) <= MAX_BITS
    if not exact and (base < 0 or abs(exponent) > 10**12 or abs(exponent * Fraction(_log2(base))) > MAX_BITS):
        raise ValueError("a power in the expression is too large")
    if exact and exponent.denominator == 1:
        return Fraction(base**exponent.numerator)
    if base < 0:
        raise ValueError("a root of a negative number is not real")
    with localcontext(prec=30):
        return Fraction(_decimal(base) ** _decimal(exponent))


def _sqrt(value: Fraction) -> Fraction:
    if value < 0:
        raise ValueError("the square root of a negative number is not real")
    root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    if root * root == value:
        return root
    with localcontext(prec=30):
        return Fraction(_decimal(value).sqrt())


def _round(value: Fraction, digits: Fraction = Fraction(0)) -> Fraction:
    """Half away from zero, as on paper."""
    if digits.denominator != 1 or abs(digits) > 300:
        raise ValueError("the number of digits to round to must be a small integer")
    scale = Fraction(10) ** digits.numerator
    rounded = math.floor(abs(value) * scale + Fraction(1, 2)) / scale
    return rounded if value >= 0 else -rounded


def _log2(value: Fraction) -> float:
    return math.log2(value.numerator) - math.log2(value.denominator)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: Fraction(a // b),
    ast.Pow: _power,
}
_FUNCTIONS: dict[str, Callable[..., Fraction]] = {
    "sqrt": _sqrt,
    "mod": lambda a, b: a % b,
    "abs": lambda value: abs(value),
    "round": _round,
    "floor": lambda value: Fraction(math.floor(value)),
    "ceil": lambda value: Fraction(math.ceil(value)),
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
}
