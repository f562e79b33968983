"""Requests and results: what a user asks of a tool, in words and as arguments, and what the tool returns."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from data.builtin import phrases
from data.builtin.grammar import OWN, PART, SLOT, Offer, Param
from data.builtin.pools import UNITS
from data.builtin.values import Draw, Kind, Value, capital, join, name_words
from toolbox.units import convert

TERSE = 0.2  # share of the training requests that name the parameters
OPTIONS, OPTIONS_HARD = 0.35, 0.6  # of the options on show, those that a request asks for
JOINT, JOINT_HARD = {2: 70, 3: 30}, {2: 50, 3: 35, 4: 15}  # one request for several calls: for how many, and how often


@dataclass(frozen=True)
class Ask:
    """A request for one call: the words without their end, the end's sort ("", "?" or "."), and the values."""

    offer: Offer
    text: str
    mark: str
    values: dict[str, Value]  # by the parameter's key
    missing: Param | None = None
    keep: bool = False  # the text begins with a value, whose first letter must stay
    known: dict[str, Any] = field(default_factory=dict)  # what the call before it, in a chain, was about

    @property
    def arguments(self) -> dict[str, Any]:
        """The call's arguments, in the order of the schema."""
        return {
            shown: self.values[param.key].argument for shown, param, _ in self.offer.params if param.key in self.values
        }

    @property
    def said(self) -> dict[str, Any]:
        """The arguments by the parameters' keys."""
        return {key: value.argument for key, value in self.values.items()}

    @property
    def notes(self) -> str:
        """The conversions, for the thought."""
        return " ".join(dict.fromkeys(value.note for value in self.values.values() if value.note))


def draw_values(draw: Draw, offer: Offer) -> dict[str, Value]:
    """A value for every required parameter, and for some of the options on show."""
    values, share = {}, OPTIONS_HARD if draw.hard else OPTIONS
    for _, param, _ in offer.params:
        if not param.clauses or draw.rng.random() < share:
            values[param.key] = _distinct(draw, param, values)
    return values


def draw_until(draw: Draw, kind: Kind, fits: Callable[[Any], bool], times: int) -> Value:
    """A value of a kind, drawn again, up to so many times, while its argument does not fit."""
    value = kind.draw(draw)
    while not fits(value.argument) and (times := times - 1) >= 0:
        value = kind.draw(draw)
    return value


def _distinct(draw: Draw, param: Param, values: dict[str, Value]) -> Value:
    taken = [value.argument for value in values.values()]
    value = draw_until(draw, param.kind, lambda new: new not in taken or isinstance(new, (bool, int)), 10)
    return _fitting(draw, param, values, value)


def _fitting(draw: Draw, param: Param, values: dict[str, Value], value: Value) -> Value:
    """The value, drawn again until it fits: an end after its start, a unit of the other one's dimension."""
    if param.key == "to_unit":
        given = values["from_unit"].argument
        dimension = next(group for group in UNITS if given in group)
        said = draw.rng.choice([unit for unit in dimension if convert(Fraction(1), given, unit) != 1])
        return Value(said, said)
    if not param.key.startswith(("end", "to_", "until", "check_out")) or "enum" in param.kind.schema:
        return value
    starts = [v.argument for key, v in values.items() if key.startswith(("start", "from", "check_in"))]
    for _ in range(60):
        if all(not _is_moment(start) or start < value.argument for start in starts):
            return value
        value = param.kind.draw(draw)
    return value


def _is_moment(argument: Any) -> bool:
    return isinstance(argument, str) and bool(re.match(r"\d{4}-\d\d-\d\d$|\d\d:\d\d$", argument))


def bare(value: Value) -> str:
    """How a value is said where its preposition stands already: "May 3" for "on May 3"."""
    return value.said.removeprefix("on ") if _is_moment(value.argument) else value.said


def _with_article(match: re.Match[str]) -> str:
    return f"{match[1]}n " if match[2].lower() in "aeiou8" else f"{match[1]} "


def fill(template: str, values: dict[str, str]) -> str:
    """A template with its slots filled; "a" before one becomes "an" where its value asks for it."""
    text = SLOT.sub(lambda match: values[match[1]], re.sub(r"\b([aA]) (?=\{)", r"\1(n) ", template))
    return re.sub(r"\b([aA])\(n\) (?=(\w))", _with_article, text)


def make_ask(draw: Draw, offer: Offer, *, incomplete: Sequence[tuple[str, str]] = ()) -> Ask:
    """A request for a tool. One of `incomplete`, pairs of a request and a part of it, leaves out a required value.

    Now and then the user is terse and names the parameters: "book a table: guests four, time 7 pm".
    """
    spec, rng = offer.spec, draw.rng
    values, missing = draw_values(draw, offer), None
    said = {key: value.said for key, value in values.items()}
    if draw.split == "train" and spec.result is not None and not incomplete and rng.random() < TERSE:
        named = [
            f"{name_words(shown).removesuffix(' on')} {{{param.key}}}"  # not "planted on yesterday"
            for shown, param in offer.needed
        ]
        said |= {param.key: bare(values[param.key]) for _, param in offer.needed}
        return _finish(draw, offer, f"{spec.gist}: {', '.join(named)}" if named else spec.gist, values, said, None)
    if incomplete:
        template, part = rng.choice(incomplete)
        missing = spec.param(SLOT.findall(part)[0])
        template = template.replace(f"[{part}]", "")
    else:
        template = rng.choice(spec.requests)
    template = PART.sub(r"\1", template)
    return _finish(draw, offer, template, values, said, missing)


def _finish(
    draw: Draw, offer: Offer, template: str, values: dict[str, Value], said: dict[str, str], missing: Param | None
) -> Ask:
    mark = template[-1] if template[-1] in "?." else ""
    text = template.removesuffix(mark)
    for _, param, _ in offer.params:
        if param.clauses and param.key in values:
            clause = draw.rng.choice(param.clauses).replace("{}", f"{{{param.key}}}")
            text += (", " if clause.startswith(("but ", "and ")) else " ") + clause
    first = text.split(" ", 1)[0]
    if first[0].isupper() and first not in ("I", "I'm", "I've", "I'd", "I'll") and not first[1:2].isupper():
        text = text[0].lower() + text[1:]
    return Ask(offer, fill(text, said), mark, values, missing, keep=_begins_with_name(template, offer))


def _begins_with_name(template: str, offer: Offer) -> bool:
    """Whether a template begins with a value that is written as it is: a name, and not one of an enum's words."""
    slot = SLOT.match(template)
    return slot is not None and "enum" not in offer.spec.param(slot[1]).kind.schema


def joint_count(draw: Draw) -> int:
    """For how many calls of one tool a request is."""
    counts = JOINT_HARD if draw.hard else JOINT
    return draw.rng.choices(list(counts), list(counts.values()))[0]


def make_joint(draw: Draw, offer: Offer) -> tuple[Ask, list[Ask], list[str]]:
    """One request for several calls of a tool: its words, the calls, and the values that differ."""
    rng = draw.rng
    template = rng.choice(offer.spec.joint)
    match = re.search(r"\{(\w+)\+\}", template)
    assert match, f"{offer.spec.key}: a joint request marks one slot with +"
    param, values = offer.spec.param(match[1]), draw_values(draw, offer)
    several = [values[param.key]]
    count = joint_count(draw)
    for _ in range(100):
        value = param.kind.draw(draw)
        if value.argument not in [other.argument for other in several]:
            several.append(value)
        if len(several) == count:
            break
    items = [bare(value) for value in several]
    said = {key: value.said for key, value in values.items()} | {param.key: join([value.said for value in several])}
    asks = [Ask(offer, "", "", values | {param.key: value}) for value in several]
    return _finish(draw, offer, template, values, said, None), asks, items


def can_be_respective(offer: Offer) -> bool:
    """Whether a request can name lists of two or three values, each of which is one word or number to a call."""
    kinds = [param.kind.schema.get("type") for _, param in offer.needed]
    statement = any(request.endswith(".") for request in offer.spec.requests)  # its verb would have to agree
    return len(kinds) in (2, 3) and not {"array", "object", "boolean"} & set(kinds) and not statement


def make_respective(draw: Draw, offer: Offer, count: int) -> tuple[Ask, list[Ask]]:
    """One request for several calls of a tool, "send $5 and $20 to Ann and Bob, respectively", and the calls."""
    needed = [param.key for _, param in offer.needed]
    drawn = [draw_values(draw, offer) for _ in range(count)]
    asks = [Ask(offer, "", "", {key: values[key] for key in needed}) for values in drawn]
    said = {key: join([ask.values[key].said for ask in asks]) for key in needed}
    template = PART.sub(r"\1", draw.rng.choice(offer.spec.requests))
    mark = template[-1] if template[-1] in "?." else ""
    return _finish(draw, offer, f"{template.removesuffix(mark)}, respectively{mark}", asks[0].values, said, None), asks


def named(ask: Ask) -> str:
    """What is needed, by name: "pet Rex, kilograms 5"."""
    pairs = [(shown, ask.values[param.key]) for shown, param in ask.offer.needed]
    return ", ".join(f"{name_words(shown).removesuffix(' on')} {bare(value)}" for shown, value in pairs)


def say(draw: Draw, ask: Ask) -> str:
    """A request as a user would put it: in a wrapper of this split."""
    return phrases.wrap(draw.rng.choice(phrases.WRAPPERS[draw.split][ask.mark]), ask.text, ask.keep)


def show(value: Any) -> str:
    """A JSON value as an answer words it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return join([show(item) for item in value]) if value else "nothing"
    if isinstance(value, dict):
        return ", ".join(show(item) for item in value.values())
    return str(value)


def observe(draw: Draw, ask: Ask) -> Any:
    """What the tool returns: drawn for an imagined tool, computed for one of the project's own."""
    spec = ask.offer.spec
    if spec.result is None:
        return OWN[spec.key].run(ask.arguments)
    result: dict[str, Any] = {}
    for name, kind in spec.result:
        source = replace(draw, known=ask.known | ask.said | result)
        said = ask.said.values() if kind.plain else ()  # a team does not meet itself
        result[name] = draw_until(source, kind, lambda new, said=said: new not in said, 20).argument
    return result["result"] if list(result) == ["result"] else result


def answer(draw: Draw, ask: Ask, result: Any) -> str:
    """The answer, from the arguments and the result alone."""
    facts = {}
    for key, value in ask.values.items():  # an enum's value as the user said it: "south dome", not "south"
        chosen = "enum" in ask.offer.spec.param(key).kind.schema
        facts[key] = value.said if chosen else show(value.argument)
    prefix = "result_" if ask.offer.spec.result is None else ""  # the toolbox's fields may be named as its arguments
    if isinstance(result, dict):
        facts |= {f"{prefix}{name}": show(value) for name, value in result.items()}
    else:
        facts["result"] = show(result)
    text = fill(draw.rng.choice(ask.offer.spec.answers), facts)
    text = re.sub(r"(\$\d+\.\d)(?!\d)", r"\g<1>0", text)  # $12.5 is said as $12.50
    first = text.split(" ", 1)[0]
    return capital(text) if first.isalpha() else text
