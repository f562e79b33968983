"""Tools that work without a network: arithmetic, units, time, dates and text. Bad arguments raise ValueError."""

import re
from datetime import date as Date
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from toolbox.arithmetic import evaluate, to_number
from toolbox.schema import tool
from toolbox.units import convert


def calculate(expression: str) -> int | float:
    """Evaluate an arithmetic expression exactly.

    Args:
        expression: Numbers, percentages as in 17% * 80, + - * / // **, parentheses, sqrt, round, min, max and pi.
    """
    return to_number(evaluate(expression))


def convert_units(value: float, from_unit: str, to_unit: str) -> dict[str, Any]:
    """Convert a value from one unit of measurement to another.

    Args:
        value: The value to convert.
        from_unit: The unit of the value, such as km, pound, celsius, mph or GB.
        to_unit: The unit to convert to.
    """
    return {"value": to_number(convert(Fraction(str(value)), from_unit, to_unit)), "unit": to_unit}


def current_time(timezone: str) -> dict[str, Any]:
    """Get the current date and time in a time zone.

    Args:
        timezone: The IANA name of the time zone, such as Europe/Paris.
    """
    return {"timezone": timezone} | _describe(datetime.now(_zone(timezone)))


def convert_time(time: str, from_timezone: str, to_timezone: str, date: str | None = None) -> dict[str, Any]:
    """Convert a time of day from one time zone to another.

    Args:
        time: The time in the first zone, as HH:MM.
        from_timezone: The IANA name of the first time zone, such as America/New_York.
        to_timezone: The IANA name of the second time zone, such as Asia/Tokyo.
        date: The date in the first zone, as YYYY-MM-DD; today if left out.
    """
    source, target = _zone(from_timezone), _zone(to_timezone)
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", time.strip())
    if not match:
        raise ValueError(f"time must be HH:MM on a 24-hour clock, such as 14:30, not {time!r}")
    day = datetime.now(source).date() if date is None else _date(date)
    moment = datetime(day.year, day.month, day.day, int(match[1]), int(match[2]), tzinfo=source)
    try:
        return {"timezone": to_timezone} | _describe(moment.astimezone(target))
    except OverflowError:
        raise ValueError(f"the date {date} is out of range") from None


def days_between(start_date: str, end_date: str) -> int:
    """Count the days from one date to another; negative if the second is earlier.

    Args:
        start_date: The first date, as YYYY-MM-DD.
        end_date: The second date, as YYYY-MM-DD.
    """
    return (_date(end_date) - _date(start_date)).days


def add_days(date: str, days: int) -> dict[str, Any]:
    """Find the date and weekday a number of days after a date.

    Args:
        date: The date to start from, as YYYY-MM-DD.
        days: How many days to add; negative to go back.
    """
    start = _date(date)
    try:
        day = start + timedelta(days=days)
    except OverflowError:
        raise ValueError(f"{days} days from {date} is out of range") from None
    return {"date": day.isoformat(), "weekday": f"{day:%A}"}


def text_statistics(text: str) -> dict[str, int]:
    """Count the words, characters, sentences and lines of a text.

    Args:
        text: The text to count.
    """
    words = re.findall(r"\w+(?:['’-]\w+)*", text)
    sentences = re.split(r"[.!?](?=\s|$|[\"'”’)])", text)
    return {
        "words": len(words),
        "unique_words": len({word.casefold() for word in words}),
        "characters": len(text),
        "characters_without_spaces": len(re.sub(r"\s", "", text)),
        "sentences": sum(bool(re.search(r"\w", sentence)) for sentence in sentences),
        "lines": len(text.splitlines()),
    }


def _describe(moment: datetime) -> dict[str, str]:
    return {"date": moment.date().isoformat(), "time": f"{moment:%H:%M}", "weekday": f"{moment:%A}"}


def _date(text: str) -> Date:
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip()):
            raise ValueError("its form is wrong")
        return Date.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date of the form YYYY-MM-DD: {error}") from None


def _zone(name: str) -> ZoneInfo:
    known = available_timezones()
    if name in known:
        return ZoneInfo(name)
    wanted = name.strip().casefold().replace(" ", "_")
    near = sorted(zone for zone in known if wanted in (zone.casefold(), zone.casefold().rpartition("/")[2]))
    hint = f"did you mean {' or '.join(near[:3])}?" if near else "use an IANA name such as Europe/Paris"
    raise ValueError(f"unknown time zone {name!r}: {hint}")


TOOLS = tuple(
    map(tool, (calculate, convert_units, current_time, convert_time, days_between, add_days, text_statistics))
)
