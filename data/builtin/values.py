"""Kinds of values: how a user says one, how the call carries it, and how a thought explains the difference."""

import datetime
import math
import random
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.builtin import pools
from toolbox.arithmetic import evaluate, to_number

ONES = pools.words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
TENS = pools.words("zero ten twenty thirty forty fifty sixty seventy eighty ninety")


@dataclass(frozen=True)
class Draw:
    """Where values come from: one conversation's random numbers, its split and its date."""

    rng: random.Random
    split: str  # "train" or "heldout": which part of each pool
    today: datetime.date
    dated: bool = True  # whether the system text states today; without it dates are said in full
    hard: bool = False  # more options on show and asked for, and more calls at once
    known: Mapping[str, Any] = field(default_factory=dict)  # for a result: the call's arguments, and what came before

    def pick(self, pool: Sequence[Any]) -> Any:
        """An entry of this split's part of a pool: every fifth entry is held out."""
        if len(pool) < 5:
            return self.rng.choice(pool)
        if self.split == "heldout":
            return self.rng.choice(pool[4::5])
        place = self.rng.randrange(len(pool) - len(pool) // 5)
        return pool[place + place // 4]


@dataclass(frozen=True)
class Value:
    """One argument: `said` stands in the user's text, `argument` in the call, `note` in the thought between them."""

    said: str
    argument: Any
    note: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of value: its JSON schema, how to draw one, and how its description states the format."""

    schema: dict[str, Any]
    draw: Callable[[Draw], Value]
    formats: tuple[str, ...] = ()  # any of these, said in the parameter's description
    question: str = ""  # asks for a missing one; "" asks by the parameter's name
    plain: bool = field(default=False)  # copied from the user's text as it stands


def number_word(number: int) -> str:
    """12 -> "twelve", 45 -> "forty-five"; 0 to 99."""
    if number < 20:
        return ONES[number]
    return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")


def join(items: Sequence[str], word: str = "and") -> str:
    """["a", "b", "c"] -> "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"


def name_words(name: str) -> str:
    """A name as words: "order_id" and "orderId" -> "order id"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower().replace("_", " ")


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def plain(make: Callable[[Draw], str]) -> Kind:
    """A string that is said and passed in the same words."""

    def draw(source: Draw) -> Value:
        text = make(source)
        return Value(text, text)

    return Kind({"type": "string"}, draw, plain=True)


def pool(items: Sequence[str]) -> Kind:
    """A string from a pool, copied as it stands."""
    return plain(lambda source: source.pick(items))


def words(items: Sequence[str]) -> Kind:
    """A string out of a tool's own few, which the schema does not list; copied as it stands."""
    return plain(lambda source: source.rng.choice(items))


def quoted(items: Sequence[str]) -> Kind:
    """Free text, said in quotation marks and copied verbatim."""

    def draw(source: Draw) -> Value:
        text = source.pick(items)
        mark = '"' if "'" in text or source.rng.random() < 0.75 else "'"
        return Value(f"{mark}{text}{mark}", text)

    return Kind({"type": "string"}, draw, plain=True)


def code(*patterns: str) -> Kind:
    """An identifier: `#` becomes a digit, `@` a capital letter."""

    def make(source: Draw) -> str:
        letters = "ABCDEFGHKLMNPRSTUVWX"
        text = ""
        for sign in source.rng.choice(patterns):
            drawn = {"#": "123456789", "@": letters}.get(sign)
            text += source.rng.choice(drawn) if drawn else sign
        return text

    return plain(make)


def integer(low: int, high: int, step: int = 1) -> Kind:
    """A whole number, in digits or, up to twenty (and round ones up to ninety), in words."""

    def draw(source: Draw) -> Value:
        number = source.rng.randrange(low, high + 1, step)
        in_words = 2 <= number <= 20 or (number < 100 and number % 10 == 0 and number > 0)
        if in_words and source.rng.random() < 0.35:
            word = number_word(number)
            return Value(word, number, f"{capital(word)} is {number}.")
        return Value(f"{number:,}" if number >= 10_000 and source.rng.random() < 0.5 else str(number), number)

    return Kind({"type": "integer"}, draw)


def trim(number: float) -> int | float:
    """2.0 -> 2."""
    return int(number) if number == int(number) else number


def decimal(low: float, high: float, digits: int = 1) -> Kind:
    """A number with up to `digits` decimals, as often whole as not."""

    def draw(source: Draw) -> Value:
        number = round(source.rng.uniform(low, high), source.rng.choice((0, digits)))
        return Value(f"{trim(number)}", trim(number))

    return Kind({"type": "number"}, draw)


def large(low: int, high: int) -> Kind:
    """A whole number of few digits before its zeros: "2.5 million", "350 thousand", "2,500,000"."""

    def draw(source: Draw) -> Value:
        number = int(math.exp(source.rng.uniform(math.log(low), math.log(high))))
        number = max(low, int(float(f"{number:.{source.rng.randint(0, 2)}e}")))
        style = source.rng.random()
        for name, size in (("billion", 10**9), ("million", 10**6), ("thousand", 10**3)):
            if style < 0.6 and number >= size and number * 10 % size == 0:
                said = f"{trim(number / size)} {name}"
                return Value(said, number, f"{said} is {number}.")
        return Value(f"{number:,}" if style < 0.85 else str(number), number)

    return Kind({"type": "integer"}, draw)


def series(low: int, high: int, fewest: int, most: int, step: int) -> Kind:
    """A list of whole numbers, in brackets or not."""

    def draw(source: Draw) -> Value:
        numbers = [source.rng.randrange(low, high + 1, step) for _ in range(source.rng.randint(fewest, most))]
        said = ", ".join(map(str, numbers))
        return Value(source.rng.choice((f"[{said}]", said, join([str(number) for number in numbers]))), numbers)

    return Kind({"type": "array", "items": {"type": "number"}}, draw)


def money(low: int, high: int) -> Kind:
    """An amount of dollars; the argument is the bare number."""

    def draw(source: Draw) -> Value:
        number = source.rng.randint(low, high)
        amount = number + 0.5 if number < 200 and source.rng.random() < 0.2 else number
        amount = amount if amount < 400 else int(amount) // 10 * 10
        digits = f"{amount:,}" if isinstance(amount, int) else f"{amount:.2f}"
        return Value(source.rng.choice((f"${digits}", f"${digits}", f"{digits} dollar{'s' * (amount != 1)}")), amount)

    return Kind({"type": "number"}, draw)


def percentage(source: Draw, number: float) -> str:
    """A share as people write it: "5 %", "5%" or "5 percent"."""
    return source.rng.choice((f"{number} %", f"{number}%", f"{number} percent"))


def percent(low: int, high: int) -> Kind:
    """A share in percent; the argument is the bare number."""

    def draw(source: Draw) -> Value:
        number = source.rng.randint(low, high)
        return Value(percentage(source, number), number)

    return Kind({"type": "number"}, draw, ("in percent", "percent"))


def choice(options: Sequence[str]) -> Kind:
    """An enum. An option is its value, or "how it is said=its value"."""
    pairs = [option.rsplit("=", 1) if "=" in option else [option, option] for option in options]
    values = list(dict.fromkeys(value for _, value in pairs))

    def draw(source: Draw) -> Value:
        said, value = source.rng.choice(pairs)
        note = "" if said.lower() == value.lower().replace("_", " ") else f"{capital(said)} is {value}."
        return Value(said, value, note)

    return Kind({"type": "string", "enum": values}, draw)


def flag(*phrases: str) -> Kind:
    """A boolean. The first phrase says true, the second, where there is one, false."""

    def draw(source: Draw) -> Value:
        place = source.rng.randrange(len(phrases))
        return Value(phrases[place], place == 0)

    return Kind({"type": "boolean"}, draw)


def several(kind: Kind, low: int, high: int) -> Kind:
    """A list of different values of one kind: "a, b and c"."""

    def draw(source: Draw) -> Value:
        values: list[Value] = []
        for _ in range(50):
            value = kind.draw(source)
            if value.argument not in [other.argument for other in values]:
                values.append(value)
            if len(values) == high or (len(values) >= low and source.rng.random() < 0.5):
                break
        notes = " ".join(value.note for value in values if value.note)
        return Value(join([value.said for value in values]), [value.argument for value in values], notes)

    return Kind({"type": "array", "items": kind.schema}, draw)


def record(fields: dict[str, Kind], said: str) -> Kind:
    """A nested object, said by a template over its fields."""

    def draw(source: Draw) -> Value:
        values = {name: kind.draw(source) for name, kind in fields.items()}
        notes = " ".join(value.note for value in values.values() if value.note)
        text = said.format(**{name: value.said for name, value in values.items()})
        return Value(text, {name: value.argument for name, value in values.items()}, notes)

    properties = {name: kind.schema for name, kind in fields.items()}
    return Kind({"type": "object", "properties": properties, "required": list(fields)}, draw)


# --- results that follow from the call -------------------------------------------------------------------------------


def _compute(source: Draw, expression: str) -> int | float:
    """An expression over what is known, to two decimals. An option that was not asked for counts as nothing."""
    text = re.sub(r"[a-z]\w*\b(?! ?\()", lambda name: str(source.known.get(name[0], 0)), expression)
    return to_number(evaluate(f"round({text}, 2)"))


def calc(expression: str) -> Kind:
    """A number computed from the arguments and the fields before it."""

    def draw(source: Draw) -> Value:
        number = _compute(source, expression)
        return Value(str(number), number)

    return Kind({"type": "number"}, draw)


def over(measure: str, name: str) -> Kind:
    """A number computed from a list that is known, to two decimals: "mean", "stdev" or "gcd"."""

    def draw(source: Draw) -> Value:
        numbers = source.known[name]
        number = math.gcd(*numbers) if measure == "gcd" else round(getattr(statistics, measure)(numbers), 2)
        return Value(str(trim(number)), trim(number))

    return Kind({"type": "number"}, draw)


def after(start: str, low: str, high: str) -> Kind:
    """A date some days after a known one, or after today where that one is not given; the days may be expressions."""

    def draw(source: Draw) -> Value:
        known = source.known.get(start)
        first = datetime.date.fromisoformat(known) if known else source.today
        days = source.rng.randint(int(_compute(source, low)), int(_compute(source, high)))
        date = (first + datetime.timedelta(days=days)).isoformat()
        return Value(date, date)

    return Kind({"type": "string"}, draw)


def text(template: str) -> Kind:
    """A text with what is known in its slots."""

    def draw(source: Draw) -> Value:
        filled = template.format_map(source.known)
        return Value(filled, filled)

    return Kind({"type": "string"}, draw)


def same(name: str, kind: Kind) -> Kind:
    """What is known under a name; where nothing is, one of a kind."""

    def draw(source: Draw) -> Value:
        value = source.known.get(name)
        return kind.draw(source) if value is None else Value(str(value), value)

    return Kind(kind.schema, draw)


def by(name: str, cases: Mapping[Any, Kind], otherwise: Kind | None) -> Kind:
    """One of a kind that a known value decides."""

    def draw(source: Draw) -> Value:
        kind = cases.get(source.known.get(name), otherwise)
        assert kind, f"no case for {name} = {source.known.get(name)!r}"
        return kind.draw(source)

    return Kind({}, draw)


def literal(value: str) -> Kind:
    """Always the same: a number, a text, or a list, written "a / b"."""
    said: Any = value.split(" / ") if " / " in value else value
    if re.fullmatch(r"\d+(\.\d+)?", value):
        said = trim(float(value))
    return Kind({}, lambda source: Value(value, said))
