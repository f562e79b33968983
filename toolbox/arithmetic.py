"""Exact arithmetic on expressions, by recursive descent over fractions: nothing is ever evaluated as Python.

sum     = product (("+" | "-") product)*
product = unary (("*" | "/" | "//" | "%") unary)*
unary   = ("-" | "+") unary | power
power   = percent ("**" unary)?
percent = atom "%"?              where no operand follows the sign: "17% * 2350"; "17 % 5" is a remainder
atom    = number | name | name "(" sum ("," sum)* ")" | "(" sum ")"
"""

import math
import re
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction

MAX_CHARACTERS = 1000
MAX_DEPTH = 50
MAX_BITS = 4096  # of any numerator or denominator on the way: about 1,200 digits

_TOKEN = re.compile(r"\s*(\*\*|//|[-+*/%(),]|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?|[A-Za-z]\w*)\s*")
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?!\d)")
_PI = Fraction("3.14159265358979323846264338328")


def evaluate(expression: str) -> Fraction:
    """The value of an expression. Commas in numbers ("2,350") are read as thousands, save inside function calls.

    Raises:
        ValueError: a malformed expression, a division by zero, or one past the caps on size.
    """
    if len(expression) > MAX_CHARACTERS:
        raise ValueError(f"the expression has {len(expression)} characters; the most is {MAX_CHARACTERS}")
    text = expression.translate(str.maketrans({"×": "*", "÷": "/", "−": "-", "^": "**"}))
    if not re.search(r"[A-Za-z]\w*\s*\(", text):
        text = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text)
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            raise ValueError(f"unexpected {text[position:].strip()[:20]!r} in the expression {expression!r}")
        tokens.append(match[1])
        position = match.end()
    parser = _Parser(tokens)
    value = parser.sum()
    if parser.next:
        raise ValueError(f"unexpected {parser.next!r} in the expression {expression!r}")
    return value


def to_number(value: Fraction) -> int | float:
    """An integer where the value is one, else the nearest float to 12 significant digits.

    Raises:
        ValueError: the value is past the range of a float.
    """
    if value.denominator == 1:
        return value.numerator
    with localcontext(prec=12):
        rounded = Decimal(value.numerator) / Decimal(value.denominator)
    number = float(rounded)
    if math.isinf(number):
        raise ValueError("the result is too large")
    return int(rounded) if rounded == rounded.to_integral_value() else number


class _Parser:
    """One pass over the tokens; `next` is the token ahead, "" at the end."""

    def __init__(self, tokens: list[str]):
        self.tokens, self.position, self.depth = tokens, 0, 0

    @property
    def next(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        token = self.next
        if token not in wanted:
            return ""
        self.position += 1
        return token

    def takes_percent(self) -> bool:
        """Take a percent sign, unless what follows it makes it a remainder."""
        after = self.tokens[self.position + 1] if self.position + 1 < len(self.tokens) else ")"
        return after in ("+", "-", "*", "/", "//", "**", ")", ",") and bool(self.take("%"))

    def sum(self) -> Fraction:
        value = self.product()
        while operator := self.take("+", "-"):
            other = self.product()
            value = _checked(value + other if operator == "+" else value - other)
        return value

    def product(self) -> Fraction:
        value = self.unary()
        while operator := self.take("*", "/", "//", "%"):
            try:
                value = _checked(_OPERATORS[operator](value, self.unary()))
            except ZeroDivisionError:
                raise ValueError("division by zero") from None
        return value

    def unary(self) -> Fraction:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError(f"the expression is nested deeper than {MAX_DEPTH} levels")
        if sign := self.take("-", "+"):
            value = -self.unary() if sign == "-" else self.unary()
        else:
            value = self.atom()
            if self.takes_percent():
                value /= 100
            if self.take("**"):
                value = _power(value, self.unary())
        self.depth -= 1
        return value

    def atom(self) -> Fraction:
        token = self.next
        self.position += 1
        if token == "(":
            value = self.sum()
            self.close()
            return value
        if token[:1].isdigit() or token[:1] == ".":
            return _checked(Fraction(token.rstrip(".") if token.endswith(".") else token))
        if token == "pi":
            return _PI
        if token in _FUNCTIONS and self.take("("):
            arguments = [self.sum()]
            while self.take(","):
                arguments.append(self.sum())
            self.close()
            try:
                return _checked(_FUNCTIONS[token](*arguments))
            except TypeError:
                raise ValueError(f"{token} does not take {len(arguments)} arguments") from None
        if token and token[0].isalpha():
            raise ValueError(f"unknown name {token!r}: there are {', '.join(_FUNCTIONS)} and pi")
        raise ValueError(f"a number is missing {f'before {token!r}' if token else 'at the end of the expression'}")

    def close(self) -> None:
        if not self.take(")"):
            raise ValueError("a closing parenthesis is missing")


def _checked(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise ValueError("a number in the expression is too large")
    return value


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if base == 0 and exponent < 0:
        raise ValueError("division by zero")
    if exponent == Fraction(1, 2):
        return _sqrt(base)
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(exponent) * max(size - 1, 0 if abs(base) in (0, 1) else 1) > MAX_BITS:
        raise ValueError("a power in the expression is too large")
    if exponent.denominator == 1:
        return _checked(Fraction(base**exponent.numerator))
    if base < 0:
        raise ValueError("a root of a negative number is not real")
    with localcontext(prec=30):
        return _checked(Fraction(_decimal(base) ** _decimal(exponent)))


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


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


_OPERATORS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: Fraction(a // b),
    "%": lambda a, b: a % b,
}
_FUNCTIONS: dict[str, Callable[..., Fraction]] = {
    "sqrt": lambda value: _sqrt(value),
    "abs": lambda value: abs(value),
    "round": lambda value, digits=Fraction(0): _round(value, digits),
    "floor": lambda value: Fraction(math.floor(value)),
    "ceil": lambda value: Fraction(math.ceil(value)),
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
}
