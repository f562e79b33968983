"""Conversion between units of measurement with exact factors (BIPM, NIST Special Publication 811 Appendix B)."""

from fractions import Fraction

# dimension -> {the unit's names: its size in the dimension's first unit}. All but one-letter names may end in s.
_UNITS: dict[str, dict[str, str]] = {
    "length": {
        "m meter metre": "1",
        "km kilometer kilometre": "1000",
        "cm centimeter centimetre": "0.01",
        "mm millimeter millimetre": "0.001",
        "um μm micrometer micrometre": "0.000001",
        "nm nanometer nanometre": "0.000000001",
        "in inch inches": "0.0254",
        "ft foot feet": "0.3048",
        "yd yard": "0.9144",
        "mi mile": "1609.344",
        "nmi nautical_mile": "1852",
    },
    "mass": {
        "kg kilogram kilo": "1",
        "g gram": "0.001",
        "mg milligram": "0.000001",
        "t tonne metric_ton": "1000",
        "lb lbs pound": "0.45359237",
        "oz ounce": "0.028349523125",
        "st stone": "6.35029318",
        "ton short_ton us_ton": "907.18474",
    },
    "volume": {
        "l liter litre": "1",
        "ml milliliter millilitre": "0.001",
        "cl centiliter centilitre": "0.01",
        "dl deciliter decilitre": "0.1",
        "m3 m³ cubic_meter cubic_metre": "1000",
        "cm3 cm³ cubic_centimeter cubic_centimetre": "0.001",
        "gal gallon us_gallon": "3.785411784",
        "qt quart": "0.946352946",
        "pt pint": "0.473176473",
        "cup": "0.2365882365",
        "floz fl_oz fluid_ounce": "0.0295735295625",
        "tbsp tablespoon": "0.01478676478125",
        "tsp teaspoon": "0.00492892159375",
        "imperial_gallon uk_gallon": "4.54609",
        "imperial_pint uk_pint": "0.56826125",
    },
    "time": {
        "s sec second": "1",
        "ms millisecond": "0.001",
        "us μs microsecond": "0.000001",
        "ns nanosecond": "0.000000001",
        "min minute": "60",
        "h hr hour": "3600",
        "d day": "86400",
        "wk week": "604800",
        "yr year": "31557600",  # Julian: 365.25 days
    },
    "speed": {
        "m/s mps meters_per_second metres_per_second": "1",
        "km/h kmh kph kilometers_per_hour kilometres_per_hour": "5/18",
        "mph mi/h miles_per_hour": "0.44704",
        "kn kt knot": "463/900",
        "ft/s fps feet_per_second": "0.3048",
    },
    "data": {
        "B byte": "1",
        "b bit": "1/8",
        "kB KB kilobyte": "1000",
        "MB megabyte": "1000000",
        "GB gigabyte": "1000000000",
        "TB terabyte": "1000000000000",
        "PB petabyte": "1000000000000000",
        "KiB kibibyte": "1024",
        "MiB mebibyte": "1048576",
        "GiB gibibyte": "1073741824",
        "TiB tebibyte": "1099511627776",
        "kbit Kb kilobit": "125",
        "Mbit Mb megabit": "125000",
        "Gbit Gb gigabit": "125000000",
    },
    "area": {
        "m2 m² square_meter square_metre": "1",
        "km2 km² square_kilometer square_kilometre": "1000000",
        "cm2 cm² square_centimeter square_centimetre": "0.0001",
        "ha hectare": "10000",
        "acre ac": "4046.8564224",
        "ft2 ft² sqft square_foot square_feet": "0.09290304",
        "in2 in² square_inch square_inches": "0.00064516",
        "yd2 yd² square_yard": "0.83612736",
        "mi2 mi² square_mile": "2589988.110336",
    },
    "temperature": {  # size of a degree in kelvin; where zero lies is in _ZERO
        "K kelvin": "1",
        "C °C celsius centigrade": "1",
        "F °F fahrenheit": "5/9",
    },
}
_ZERO = {"C": Fraction("273.15"), "F": Fraction("459.67") * Fraction(5, 9)}  # in kelvin


def _table() -> dict[str, tuple[str, str, Fraction]]:
    """{name: (dimension, the unit's first name, its factor)}, with each name as written and in lower case."""
    table: dict[str, tuple[str, str, Fraction]] = {}
    for dimension, units in _UNITS.items():
        for names, factor in units.items():
            first, *_ = spellings = names.split()
            for name in spellings:
                table[name] = (dimension, first, Fraction(factor))
    for name in list(table):
        if len(name) > 1:
            table.setdefault(f"{name}s", table[name])
    for name in list(table):
        table.setdefault(name.lower(), table[name])
    return table


_TABLE = _table()


def convert(value: Fraction, from_unit: str, to_unit: str) -> Fraction:
    """`value` in `from_unit`, expressed in `to_unit`.

    Raises:
        ValueError: an unknown unit, or two that do not measure the same thing.
    """
    (source, first, size), (target, second, other) = _find(from_unit), _find(to_unit)
    if source != target:
        raise ValueError(f"{from_unit} is a unit of {source} and {to_unit} of {target}: they do not convert")
    return (value * size + _ZERO.get(first, 0) - _ZERO.get(second, 0)) / other


def _find(unit: str) -> tuple[str, str, Fraction]:
    name = "_".join(unit.split()).replace("\u00b5", "\u03bc")  # the micro sign, as the letter
    for spelling in (name, name.lower(), name.lower().removeprefix("degrees_").removeprefix("degree_")):
        if spelling in _TABLE:
            return _TABLE[spelling]
    examples = ", ".join(f"{next(iter(units)).split()[0]} ({dimension})" for dimension, units in _UNITS.items())
    raise ValueError(f"unknown unit {unit!r}; known are, for example, {examples}")
