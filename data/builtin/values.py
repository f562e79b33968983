"""Kinds of values: how a user says one, how the call carries it, and how a thought explains the difference."""

import datetime
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.builtin import pools

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
MONTHS = tuple(datetime.date(2000, month, 1).strftime("%B") for month in range(1, 13))
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Draw:
    """Where values come from: one conversation's random numbers, its split and its date."""

    rng: random.Random
    split: str  # "train" or "heldout": which part of each pool
    today: datetime.date
    dated: bool = True  # whether the system text states today; without it dates are said in full

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


def join(items: Sequence[str]) -> str:
    """["a", "b", "c"] -> "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


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
            text += str(source.rng.randint(1, 9)) if sign == "#" else source.rng.choice(letters) if sign == "@" else sign
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


def _trim(number: float) -> int | float:
    return int(number) if number == int(number) else number


def decimal(low: float, high: float, digits: int = 1) -> Kind:
    """A number with up to `digits` decimals, as often whole as not."""

    def draw(source: Draw) -> Value:
        number = round(source.rng.uniform(low, high), source.rng.choice((0, digits)))
        return Value(f"{_trim(number)}", _trim(number))

    return Kind({"type": "number"}, draw)


def money(low: int, high: int) -> Kind:
    """An amount of dollars; the argument is the bare number."""

    def draw(source: Draw) -> Value:
        number = source.rng.randint(low, high)
        amount = number + 0.5 if number < 200 and source.rng.random() < 0.2 else number
        amount = amount if amount < 400 else int(amount) // 10 * 10
        digits = f"{amount:,}" if isinstance(amount, int) else f"{amount:.2f}"
        return Value(source.rng.choice((f"${digits}", f"${digits}", f"{digits} dollars")), amount)

    return Kind({"type": "number"}, draw)


def percent(low: int, high: int) -> Kind:
    """A share in percent; the argument is the bare number."""

    def draw(source: Draw) -> Value:
        number = source.rng.randint(low, high)
        return Value(source.rng.choice((f"{number} %", f"{number}%", f"{number} percent")), number)

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


def next_weekday(today: datetime.date, weekday: int) -> datetime.date:
    """The first such day strictly after today: what "next Friday" means throughout."""
    return today + datetime.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _ordinal(day: int) -> str:
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _calendar_date(source: Draw, date: datetime.date, year: bool) -> Value:
    month = MONTHS[date.month - 1]
    said = source.rng.choice((f"{month} {date.day}", f"{month} {_ordinal(date.day)}", f"{date.day} {month}"))
    if year:
        said = f"{said}, {date.year}" if said[0].isalpha() else f"{said} {date.year}"
    return Value(said, date.isoformat(), f"{said} is {date.isoformat()}.")


def _relative_date(source: Draw) -> Value:
    today, style = source.today, source.rng.random()
    if style < 0.5:
        said, date = "tomorrow", today + datetime.timedelta(days=1)
    elif style < 0.74:
        said, date = "today", today
    elif style < 0.82:
        said, date = "the day after tomorrow", today + datetime.timedelta(days=2)
    else:
        weekday = source.rng.randrange(7)
        said, date = f"next {WEEKDAYS[weekday]}", next_weekday(today, weekday)
        reason = f"Today is {WEEKDAYS[today.weekday()]}, so {said} is {date.isoformat()}."
        return Value(said, date.isoformat(), reason)
    return Value(said, date.isoformat(), f"{capital(said)} is {date.isoformat()}.")


def _draw_date(source: Draw) -> Value:
    if source.dated and source.rng.random() < 0.45:
        return _relative_date(source)
    date = source.today + datetime.timedelta(days=source.rng.randint(3, 120))
    if source.rng.random() < 0.2:
        return Value(date.isoformat(), date.isoformat())
    return _calendar_date(source, date, year=not source.dated or date.year != source.today.year)


def _draw_on_date(source: Draw) -> Value:
    value = _draw_date(source)
    bare = value.said.startswith(("tomorrow", "today", "next", "the day"))
    return value if bare else Value(f"on {value.said}", value.argument, value.note)


def _draw_past_date(source: Draw) -> Value:
    """ "yesterday" or "on May 3, 2025"."""
    if source.dated and source.rng.random() < 0.3:
        date = source.today - datetime.timedelta(days=1)
        return Value("yesterday", date.isoformat(), f"Yesterday was {date.isoformat()}.")
    date = source.today - datetime.timedelta(days=source.rng.randint(5, 300))
    value = _calendar_date(source, date, year=True)
    return Value(f"on {value.said}", value.argument, value.note)


def _draw_time(source: Draw) -> Value:
    hour, minute = source.rng.randint(7, 21), source.rng.choice((0, 0, 15, 30, 30, 45))
    argument, style = f"{hour:02d}:{minute:02d}", source.rng.random()
    short = (hour - 1) % 12 + 1
    if style < 0.25:
        return Value(argument, argument)
    half = "am" if hour < 12 else "pm"
    if style < 0.75:
        said = f"{short}:{minute:02d} {half}" if minute or style < 0.4 else f"{short} {half}"
    elif hour == 12 and minute == 0:
        said = "noon"
    else:
        part = "in the morning" if hour < 12 else "in the afternoon" if hour < 18 else "in the evening"
        words = {0: "{} o'clock", 15: "a quarter past {}", 30: "half past {}", 45: "a quarter to {}"}[minute]
        said = f"{words.format(number_word(short % 12 + 1 if minute == 45 else short))} {part}"
    return Value(said, argument, f"{capital(said)} is {argument}.")


def _draw_minutes(source: Draw) -> Value:
    fixed = {"half an hour": 30, "an hour": 60, "an hour and a half": 90, "two hours": 120, "three hours": 180}
    if source.rng.random() < 0.4:
        said = source.rng.choice(tuple(fixed))
        return Value(said, fixed[said], f"{capital(said)} is {fixed[said]} minutes.")
    number = source.rng.randrange(10, 100, 5)
    return Value(f"{number} minutes", number)


def _email(source: Draw) -> str:
    first, last = source.pick(pools.FIRST_NAMES), source.pick(pools.LAST_NAMES)
    return f"{first}.{last}@{source.rng.choice(pools.MAIL_HOSTS)}".lower()


DATE_FORMATS = ("YYYY-MM-DD", "date, YYYY-MM-DD", "date as YYYY-MM-DD")
TIME_FORMATS = ("24-hour HH:MM", "HH:MM", "time, HH:MM (24-hour)")


def _dates(draw: Callable[[Draw], Value]) -> Kind:
    return Kind({"type": "string"}, draw, DATE_FORMATS, "For which date?")


KINDS: dict[str, Kind] = {
    "PERSON": plain(lambda source: f"{source.pick(pools.FIRST_NAMES)} {source.pick(pools.LAST_NAMES)}"),
    "FIRST": pool(pools.FIRST_NAMES),
    "CITY": pool(pools.CITIES),
    "COUNTRY": pool(pools.COUNTRIES),
    "COMPANY": pool(pools.COMPANIES),
    "STREET": plain(lambda source: f"{source.rng.randint(2, 99)} {source.pick(pools.STREETS)}"),
    "EMAIL": plain(_email),
    "PHONE": code("555-01##", "+1 555 01##", "+44 20 7946 0###"),
    "URL": plain(lambda source: f"https://{source.pick(pools.SITES)}/{source.pick(pools.PAGES)}"),
    "COLOR": pool(pools.COLORS),
    "TITLE": pool(pools.TITLES),
    "ARTIST": pool(pools.ARTISTS),
    "DISH": pool(pools.DISHES),
    "FOOD": pool(pools.FOODS),
    "PRODUCT": pool(pools.PRODUCTS),
    "TASK": quoted(pools.TASKS),
    "SUBJECT": quoted(pools.SUBJECTS),
    "TEXT": quoted(pools.SENTENCES),
    "PHRASE": quoted(pools.EXPRESSIONS),
    "FILE": pool(pools.FILES),
    "FOLDER": pool(pools.FOLDERS),
    "LANGUAGE": pool(pools.LANGUAGES),
    "TOPIC": pool(pools.TOPICS),
    "TEAM": pool(pools.TEAMS),
    "DATE": _dates(_draw_date),
    "ON_DATE": _dates(_draw_on_date),
    "PAST_DATE": _dates(_draw_past_date),
    "TIME": Kind({"type": "string"}, _draw_time, TIME_FORMATS, "At what time?"),
    "MINUTES": Kind({"type": "integer"}, _draw_minutes, ("in minutes", "minutes"), "For how long?"),
}
