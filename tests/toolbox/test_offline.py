"""The offline tools against Python's own fractions, datetime and zoneinfo, and against definitions of units."""

import json
import math
import time
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolbox import TOOLS
from toolbox.arithmetic import evaluate
from toolbox.offline import (
    add_days,
    calculate,
    convert_time,
    convert_units,
    current_time,
    days_between,
    text_statistics,
)
from toolbox.units import _UNITS

numbers = st.decimals(min_value=0, max_value=10_000, places=3).map(lambda d: (f"{d}", Fraction(d)))


def _combine(children):
    def join(parts):
        (a, x), operator, (b, y) = parts
        if operator in ["/", "//", "%"] and y == 0:
            operator = "+"
        value = {"+": x + y, "-": x - y, "*": x * y, "/": y and x / y, "//": y and Fraction(x // y), "%": y and x % y}
        text = f"mod({a}, {b})" if operator == "%" else f"({a}) {operator} ({b})"
        return text, Fraction(value[operator])

    operators = st.sampled_from(["+", "-", "*", "/", "//", "%"])
    return st.tuples(children, operators, children).map(join) | children.map(lambda c: (f"-({c[0]})", -c[1]))


@given(st.recursive(numbers, _combine, max_leaves=8))
def test_expressions_equal_fractions(expression):
    text, value = expression
    assert evaluate(text) == value


TOKENS = [*"+-*/%(),1x.é'[", "//", "**", "2.5", ".5", "1e3", "2,350", "pi", "sqrt(", "max("]


@given(st.lists(st.sampled_from(TOKENS), max_size=12))
def test_any_text_gives_a_number_or_a_value_error(parts):
    try:
        result = calculate("".join(parts))
    except ValueError:
        return
    assert math.isfinite(result)
    json.dumps(result, allow_nan=False)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("0.1 + 0.2", 3 / 10),
        ("17 * 2,350 / 100", 17 * 2350 / 100),
        ("-2 ** 2", -(2**2)),
        ("2 ** -1", 2**-1),
        ("2 ** 3 ** 2", 2**3**2),
        ("17 % of 2,350", 399.5),
        ("5% of 10% of (3 + 4)", 0.035),
        ("2^10", 2**10),
        ("6 × 7 − 8 ÷ 2", 6 * 7 - 8 / 2),
        ("max(1,000,2)", max(1, 0, 2)),
        ("round(2.5) + round(-2.5)", 0),
        ("round(3.14159, 2)", 3.14),
        ("sqrt(1764)", math.sqrt(1764)),
        ("sqrt(2) ** 2", 2),
        ("abs(min(-3, 2)) + floor(-0.5) + ceil(0.5)", 3 - 1 + 1),
        ("-7 // 2", -7 // 2),
        ("mod(-7, 3)", -7 % 3),
        ("0.3 - 0.1 * 3", 0),
        ("12345678901234567890.1 - 12345678901234567890", 0.1),
        ("007 + 00.5", 7.5),
        ("-" * 400 + "1", 1),
        ("1" + "+1" * 499, 500),
        ("(-8) ** 3", (-8) ** 3),
        ("(1 + 0.05/365)^365", 1.05126749647),
        ("(1 + 0.0425/12)^360", 3.57064947254),
        ("0.999^1000", 0.367695424771),
        ("10^15 / 7", 1e15 / 7),
        ("1234567890123.45 + 0", 1234567890123.45),
        ("1.5^100", 1.5**100),
        ("10^13 / 4", 2500000000000),
    ],
)
def test_expressions_by_example(expression, value):
    assert calculate(expression) == value


def test_roots_and_pi_to_twelve_digits():
    assert calculate("2 ** 0.5") == pytest.approx(math.sqrt(2), rel=1e-11)
    assert calculate("10 ** 0.3") == pytest.approx(10**0.3, rel=1e-11)
    assert calculate("pi") == pytest.approx(math.pi, rel=1e-11)
    assert isinstance(calculate("6 / 3"), int)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("1 / 0", "division by zero"),
        ("0 ** -1", "division by zero"),
        ("9 ** 9 ** 9", "too large"),
        ("0.5 ** 999999999", "too large"),
        ("1" * 900 + "**9", "too large"),
        ("1 ** 0.5 ** 99999", "too large"),
        ("1.0001^(10^9)", "too large"),
        ("(-1.0001)^10000", "too large"),
        ("0,125 * 8", "more than numbers"),
        ("1e9999", "too large or too small"),
        ("1e-99999999", "too large or too small"),
        ("1e999 ** 2", "too large"),
        ("(" * 400, "nested"),
        ("1" + "+1" * 600, "characters"),
        ("__import__('os').system('true')", "unexpected '_'"),
        ("os.system", "holds more"),
        ("system(1)", "unknown name 'system'"),
        ("sqrt", "unknown name 'sqrt'"),
        ("ｐｉ", "unexpected"),
        ("(sqrt)(4)(4)", "holds more"),
        ("max(*(1, 2))", "holds more"),
        ("max(**1)", "unknown name 'max'"),
        ("lambda", "syntax"),
        ("1 if 1 else 2", "holds more"),
        ("1 and 2", "holds more"),
        ("not 1", "holds more"),
        ("1 in 2", "holds more"),
        ("1, 2", "holds more"),
        ("()", "holds more"),
        ("%", "holds more"),
        ("True", "Fraction"),
        ("1j", "Fraction"),
        ("0x1f", "Fraction"),
        ("sqrt(-1)", "negative"),
        ("(-8) ** 0.5", "negative"),
        ("0 ** -0.5", "division by zero"),
        ("17%%", "is per cent"),
        ("3 of 4", "syntax"),
        ("1 2", "syntax"),
        ("(1", "never closed"),
        ("sqrt(1, 2)", "sqrt does not take 2"),
        ("min()", "empty"),
        ("", "syntax"),
    ],
)
def test_bad_expressions_say_why_and_at_once(expression, message):
    began = time.perf_counter()
    with pytest.raises(ValueError, match=message):
        calculate(expression)
    assert time.perf_counter() - began < 1


def _value(amount, a, b):
    return convert_units(amount, a, b)["value"]


@pytest.mark.parametrize(
    ("amount", "a", "b", "value"),
    [
        (1, "mile", "feet", 5280),
        (1, "foot", "inches", 12),
        (3, "yards", "ft", 9),
        (1, "lb", "ounces", 16),
        (1, "stone", "pounds", 14),
        (1, "short ton", "lb", 2000),
        (1, "gallon", "cm3", 231 * 2.54**3),  # 231 cubic inches
        (1, "gal", "pints", 8),
        (1, "cup", "tbsp", 16),
        (1, "tablespoon", "teaspoons", 3),
        (1, "acre", "ft2", 43560),
        (1, "km2", "ha", 100),
        (1, "hour", "s", 3600),
        (1, "weeks", "d", 7),
        (36, "km/h", "m/s", 10),
        (1, "knot", "km/h", 1.852),
        (60, "mph", "ft/s", 88),
        (1, "MB", "bits", 8_000_000),
        (1, "GiB", "MiB", 1024),
        (8, "Mbit", "MB", 1),
        (-40, "degrees Celsius", "fahrenheit", -40),
        (212, "°F", "C", 100),
        (0, "K", "celsius", -273.15),
    ],
)
def test_units_by_definition(amount, a, b, value):
    assert _value(amount, a, b) == pytest.approx(value, rel=1e-11)
    assert _value(_value(amount, a, b), b, a) == pytest.approx(amount, rel=1e-9, abs=1e-9)


def test_no_two_units_share_a_name():
    names = [name for units in _UNITS.values() for spellings in units for name in spellings.split()]
    assert len(set(names)) == len(names)
    assert all(_value(1, f"{name}s", name) == 1 for name in names if len(name) > 4)


@pytest.mark.parametrize(("a", "b", "message"), [("kg", "m", "do not convert"), ("cubit", "m", "unknown unit 'cubit'")])
def test_units_that_do_not_convert(a, b, message):
    with pytest.raises(ValueError, match=message):
        convert_units(1, a, b)


@settings(deadline=None)  # the list of zones is read from disk
@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)), st.sampled_from(["Asia/Tokyo", "America/New_York", "UTC"])
)
def test_times_equal_zoneinfo(moment, zone):
    result = convert_time(f"{moment:%H:%M}", "Europe/Paris", zone, f"{moment:%Y-%m-%d}")
    expected = moment.replace(second=0, microsecond=0, tzinfo=ZoneInfo("Europe/Paris")).astimezone(ZoneInfo(zone))
    assert (result["date"], result["time"]) == (f"{expected:%Y-%m-%d}", f"{expected:%H:%M}")
    assert result["weekday"] == f"{expected:%A}"


def test_current_time_is_now():
    before = datetime.now(ZoneInfo("Asia/Kolkata")).replace(second=0, microsecond=0)
    result = current_time("Asia/Kolkata")
    told = datetime.strptime(f"{result['date']} {result['time']}", "%Y-%m-%d %H:%M").replace(tzinfo=before.tzinfo)
    assert before <= told <= datetime.now(ZoneInfo("Asia/Kolkata"))
    assert convert_time("12:00", "UTC", "UTC")["date"] in {f"{datetime.now(ZoneInfo('UTC')):%Y-%m-%d}", result["date"]}


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-50_000, 50_000))
def test_days_equal_datetime(start, days):
    end = start + timedelta(days=days)
    assert days_between(start.isoformat(), end.isoformat()) == days
    assert add_days(start.isoformat(), days) == {"date": end.isoformat(), "weekday": f"{end:%A}"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: current_time("tokyo"), "did you mean Asia/Tokyo"),
        (lambda: current_time("../../etc/passwd"), "unknown time zone"),
        (lambda: current_time(""), "unknown time zone"),
        (lambda: convert_time("25:00", "UTC", "UTC"), "HH:MM"),
        (lambda: convert_time("23:00", "UTC", "Asia/Tokyo", "9999-12-31"), "out of range"),
        (lambda: days_between("2026-02-30", "2026-01-01"), "'2026-02-30' is not a date"),
        (lambda: days_between("03/04/2026", "2026-01-01"), "YYYY-MM-DD"),
        (lambda: add_days("2026-01-01", 10**9), "out of range"),
        (lambda: add_days("2026-01-01", 10**30), "out of range"),
    ],
)  # fmt: skip
def test_bad_arguments_say_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_text_statistics_by_counting():
    text = "It's 3.5 km away. Isn't it? It's far!\nYes"
    counted = text_statistics(text)
    assert counted["characters"] == len(text)
    assert counted["characters_without_spaces"] == len("".join(text.split()))
    assert counted["lines"] == text.count("\n") + 1
    assert counted["sentences"] == 4
    assert (
        counted["unique_words"]
        < counted["words"]
        == len(["It's", "3", "5", "km", "away", "Isn't", "it", "It's", "far", "Yes"])
    )
    assert set(text_statistics("").values()) == {0}
    assert text_statistics("Now?,")["sentences"] == 1
    assert text_statistics("ab " * 30_000 + "v1.5")["sentences"] == 1  # in linear time


def test_results_are_json():
    samples = {
        "calculate": {"expression": "1/3"},
        "convert_units": {"value": 1, "from_unit": "mi", "to_unit": "km"},
        "current_time": {"timezone": "UTC"},
        "convert_time": {"time": "09:30", "from_timezone": "UTC", "to_timezone": "Asia/Tokyo"},
        "days_between": {"start_date": "2026-01-01", "end_date": "2026-03-03"},
        "add_days": {"date": "2026-01-01", "days": 3},
        "text_statistics": {"text": "a"},
    }
    assert samples.keys() == {entry.name for entry in TOOLS}
    for entry in TOOLS:
        json.dumps(entry.run(samples[entry.name]), allow_nan=False)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("17% * 2350", 399.5),
        ("2350 + 5% * 2350", 2467.5),
        ("2350 / 5%", 47000),
        ("10% ** 2", 0.01),
        ("-3%", -0.03),
        ("(3 + 4)%", 0.07),
        ("max(50%, 0.2)", 0.5),
        ("mod(17, 5)", 2),
        ("mod(-7.5, 2)", 0.5),
    ],
)
def test_a_percent_sign_is_a_percentage_and_mod_a_remainder(expression, value):
    assert calculate(expression) == value


@pytest.mark.parametrize(
    ("expression", "share"), [("17 % 2350", "17% * 2350"), ("3 + 17 % (20 + 3)", "17% * (20 + 3)")]
)
def test_a_remainder_written_as_in_python_is_refused_with_both_ways_out(expression, share):
    with pytest.raises(ValueError, match="% is per cent") as error:
        calculate(expression)
    assert f"did you mean '{share}'? A remainder is mod(17, " in str(error.value)


def test_a_remainder_by_zero_is_a_division_by_zero():
    with pytest.raises(ValueError, match="division by zero"):
        calculate("mod(5, 0)")


def test_the_micro_sign_is_the_letter():
    assert convert_units(5, "\u00b5m", "mm") == convert_units(5, "\u03bcm", "mm")
