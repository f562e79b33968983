"""The kinds of values with a name: people, places and things, dates, times, durations and arithmetic in words."""

import datetime
import re
from collections.abc import Callable

from data.builtin import pools
from data.builtin.values import Draw, Kind, Value, capital, code, number_word, percentage, plain, pool, quoted, trim

MONTHS = tuple(datetime.date(2000, month, 1).strftime("%B") for month in range(1, 13))
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


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


def _draw_later_date(source: Draw) -> Value:
    """A date for what has to last, such as a card: some months away."""
    date = source.today + datetime.timedelta(days=source.rng.randint(60, 500))
    return _calendar_date(source, date, year=True)


def _draw_past_date(source: Draw) -> Value:
    """ "yesterday" or "on May 3, 2025"."""
    if source.dated and source.rng.random() < 0.3:
        date = source.today - datetime.timedelta(days=1)
        return Value("yesterday", date.isoformat(), f"Yesterday was {date.isoformat()}.")
    date = source.today - datetime.timedelta(days=source.rng.randint(5, 300))
    value = _calendar_date(source, date, year=True)
    return Value(f"on {value.said}", value.argument, value.note)


def _draw_time(source: Draw, first: int, last: int) -> Value:
    hour, minute = source.rng.randint(first, last), source.rng.choice((0, 0, 15, 30, 30, 45))
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


def _draw_amount(source: Draw) -> Value:
    rng = source.rng
    number = rng.choice((rng.randint(2, 90), rng.randint(100, 4000), rng.randint(12, 99) / 2))
    return Value(f"{trim(number):,}", trim(number))


def _draw_arithmetic(source: Draw) -> Value:
    """An arithmetic problem in words or signs, as an expression for `calculate`."""
    rng = source.rng
    a, b, c = rng.randint(2, 99), rng.randint(2, 60), rng.randint(2, 12)
    big = rng.choice((rng.randint(100, 999), rng.randint(1, 90) * 50, rng.randint(1000, 9999)))
    share = rng.choice((rng.randint(2, 60), rng.choice((2.5, 7.5, 12.5))))
    sign = percentage(source, share)
    said, expression = rng.choice(
        (
            *((f"{sign} of {big:,}", f"{share}% * {big}"),) * 9,  # what is asked for most
            (f"{sign} of {a}", f"{share}% * {a}"),
            (f"{big:,} plus {sign}", f"{big} + {share}% * {big}"),
            (f"{big:,} minus {sign}", f"{big} - {share}% * {big}"),
            (f"{a} times {b}", f"{a} * {b}"),
            (f"{big:,} times {c}", f"{big} * {c}"),
            (f"{a} multiplied by {b}", f"{a} * {b}"),
            (f"{big:,} plus {a}", f"{big} + {a}"),
            (f"{big:,} minus {a}", f"{big} - {a}"),
            (f"{big:,} divided by {c}", f"{big} / {c}"),
            (f"{big:,} over {c}", f"{big} / {c}"),
            (f"half of {big:,}", f"{big} / 2"),
            (f"a third of {big:,}", f"{big} / 3"),
            (f"the sum of {a}, {b} and {c}", f"{a} + {b} + {c}"),
            (f"the average of {a}, {b} and {c}", f"({a} + {b} + {c}) / 3"),
            (f"the square root of {big:,}", f"sqrt({big})"),
            (f"{c} squared", f"{c} ** 2"),
            (f"{c} to the power of {b % 5 + 2}", f"{c} ** {b % 5 + 2}"),
            (f"{a} plus {b}, times {c}", f"({a} + {b}) * {c}"),
            (f"{a} times {b} plus {big:,}", f"{a} * {b} + {big}"),
            (f"{a} * {b} - {c}", f"{a} * {b} - {c}"),
            (f"({a} + {b}) / {c}", f"({a} + {b}) / {c}"),
            (f"{a} x {b}", f"{a} * {b}"),
        )
    )
    return Value(said, expression, "" if said == expression else f"Expression: {expression}.")


def _draw_rate(source: Draw) -> Value:
    """A share in percent, for a call that carries it as a fraction."""
    number = source.rng.randint(1, 24) / 2
    said = percentage(source, trim(number))
    return Value(said, number / 100, f"{said} is {number / 100:g}.")


def _draw_start(source: Draw) -> Value:
    """A velocity at the start: none, as often as not."""
    if source.rng.random() < 0.5:
        return Value("from rest", 0, "From rest is 0.")
    number = source.rng.randint(2, 40)
    return Value(f"at {number} m/s", number)


def _draw_formula(source: Draw) -> Value:
    """A polynomial in x as it is written, and as Python has it."""
    rng = source.rng
    power, times, plus = rng.randint(2, 4), rng.randint(2, 9), rng.randint(1, 12)
    said = rng.choice(
        (f"x^{power}", f"{times}x^{power}", f"x^{power} + {times}x", f"{times}x^{power} - {plus}", f"{times}x + {plus}")
    )
    argument = re.sub(r"(\d)x", r"\1*x", said).replace("^", "**")
    return Value(rng.choice((said, f"y = {said}", f"f(x) = {said}")), argument, f"In Python: {argument}.")


def _draw_point(source: Draw) -> Value:
    x, y = source.rng.randint(-20, 20), source.rng.randint(-20, 20)
    return Value(source.rng.choice((f"({x}, {y})", f"[{x}, {y}]")), [x, y])


def _draw_city_and_state(source: Draw) -> Value:
    city, state = source.pick(pools.US_CITIES)
    if source.rng.random() < 0.25:
        return Value(f"{city}, {state}", f"{city}, {state}")
    return Value(city, f"{city}, {state}", f"{city} is {city}, {state}.")


def _draw_periods(source: Draw) -> Value:
    """How many times a year."""
    said, number = source.rng.choice((("yearly", 1), ("quarterly", 4), ("monthly", 12), ("daily", 365)))
    return Value(said, number, f"{capital(said)} is {number}.")


DATE_FORMATS = ("YYYY-MM-DD", "date, YYYY-MM-DD", "date as YYYY-MM-DD")
TIME_FORMATS = ("24-hour HH:MM", "HH:MM", "time, HH:MM (24-hour)")


def _dates(draw: Callable[[Draw], Value]) -> Kind:
    return Kind({"type": "string"}, draw, DATE_FORMATS, "For which date?")


def _times(first: int, last: int) -> Kind:
    """Times of day, from one hour to the end of another."""
    return Kind({"type": "string"}, lambda source: _draw_time(source, first, last), TIME_FORMATS, "At what time?")


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
    "TEXT": quoted(pools.MESSAGES),
    "NOTE": quoted(pools.NOTES),
    "REVIEW": quoted(pools.REVIEWS),
    "BUG": quoted(pools.BUGS),
    "DEFECT": quoted(pools.DEFECTS),
    "REASON": quoted(pools.REASONS),
    "CLAIM": quoted(pools.CLAIMS),
    "PHRASE": quoted(pools.EXPRESSIONS),
    "FILE": pool(pools.FILES),
    "FOLDER": pool(pools.FOLDERS),
    "LANGUAGE": pool(pools.LANGUAGES),
    "TOPIC": pool(pools.TOPICS),
    "TEAM": pool(pools.TEAMS),
    "DATE": _dates(_draw_date),
    "ON_DATE": _dates(_draw_on_date),
    "LATER_DATE": _dates(_draw_later_date),
    "PAST_DATE": _dates(_draw_past_date),
    "TIME": _times(7, 21),
    "MORNING": _times(7, 10),
    "AFTERNOON": _times(13, 17),
    "ARITHMETIC": Kind({"type": "string"}, _draw_arithmetic),
    "RATE": Kind({"type": "number"}, _draw_rate, ("as a decimal",)),
    "START": Kind({"type": "number"}, _draw_start),
    "PERIODS": Kind({"type": "integer"}, _draw_periods),
    "FORMULA": Kind({"type": "string"}, _draw_formula),
    "POINT": Kind({"type": "array", "items": {"type": "number"}}, _draw_point),
    "CITY_STATE": Kind({"type": "string"}, _draw_city_and_state),
    "STATE": pool(pools.US_STATES),
    "AMOUNT": Kind({"type": "number"}, _draw_amount),
    "MEASURE": plain(lambda source: source.rng.choice(source.rng.choice(pools.UNITS))),
    "MINUTES": Kind({"type": "integer"}, _draw_minutes, ("in minutes", "minutes"), "For how long?"),
}
