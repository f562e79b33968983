"""The language of the `domains_*` tables, and how a line of one becomes a tool on offer.

== weather : garden                               a domain, and those it is never mixed with (they overlap)
= SPOT word(North Pier, Old Mill)                 a kind of value of this domain alone
@ get_forecast, forecast : Get a city's forecast. names; descriptions, separated by " | "
~ get a weather forecast                          what the user wants, as a verb phrase: where it can, with the
                                                  verb that all the descriptions begin with
* city CITY                                       a required parameter: name(s), kind, and -- its description
? units enum(celsius, fahrenheit) "in {}"         an optional one, and the clause by which a user asks for it
> What will the weather be in {city}[ {day}]?     a request; [a part] may be left out to make it incomplete
+ What is the forecast for {city+}?               one request that needs a call for each of several values
< sky enum(sunny, rainy); high int(2, 30)         what the function returns: a sole `result` is a bare value,
< run                                             "run" executes the project's own function
< total calc(count * price); due after(today, 5, 9)   computed from the arguments and the fields before it
< result over(mean : numbers)                     … from a list among them
< price by(size : small=int(2, 4), int(5, 9))     of a kind that another value decides; the last is for all others
< sum same(amount, int(5, 9)); path text({folder}/{file})   known from an earlier call, else drawn; a text of values
! {city}: {sky}, up to {high} degrees.            the answer, from arguments and result
& find_flight.flight -> book_flight.flight > book it for {passenger}     the second call uses the first's result
"""

import re
from dataclasses import dataclass
from typing import Any

from data.builtin import values
from data.builtin.kinds import KINDS
from data.builtin.values import Draw, Kind
from toolbox import TOOLS

SLOT = re.compile(r"\{(\w+)\+?\}")
PART = re.compile(r"\[([^\]]*)\]")
OWN = {tool.name: tool for tool in TOOLS}  # the project's own functions
SHOWN, SHOWN_HARD = 0.5, 0.8  # of a tool's options, those that a conversation shows


@dataclass(frozen=True)
class Param:
    """A parameter of a tool; optional if there are `clauses`, the ways in which a user asks for it."""

    names: tuple[str, ...]
    kind: Kind
    about: str
    clauses: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its name in templates."""
        return self.names[0]


@dataclass(frozen=True)
class Spec:
    """A tool of a domain, and how people ask for it."""

    domain: str
    names: tuple[str, ...]
    abouts: tuple[str, ...]
    gist: str
    params: tuple[Param, ...]
    requests: tuple[str, ...]
    joint: tuple[str, ...]  # requests for several values at once
    result: tuple[tuple[str, Kind], ...] | None  # None: the project's own function is run
    answers: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its name in chains."""
        return self.names[0]

    @property
    def incomplete(self) -> list[tuple[str, str]]:
        """(request, the part that may be left out), for parts that hold one value."""
        pairs = ((request, part) for request in self.requests for part in PART.findall(request))
        return [(request, part) for request, part in pairs if len(SLOT.findall(part)) == 1]

    def param(self, key: str) -> Param:
        """The parameter with this key."""
        return next(param for param in self.params if param.key == key)


@dataclass(frozen=True)
class Chain:
    """Two calls: `field` of the first one's result is the argument `param` of the second."""

    first: Spec
    field: str
    second: Spec
    param: str
    requests: tuple[str, ...]  # of the second, after the first's


@dataclass(frozen=True)
class Domain:
    """Tools that belong together."""

    name: str
    near: tuple[str, ...]  # domains whose tools could serve the same requests
    specs: tuple[Spec, ...]
    chains: tuple[Chain, ...]


@dataclass(frozen=True)
class Offer:
    """A tool as one conversation shows it: one of its names, one of its descriptions, some of its options."""

    spec: Spec
    name: str
    about: str
    params: tuple[tuple[str, Param, str], ...]  # (name on show, parameter, description)
    fixed: dict[str, Any] | None = None  # the schema of the project's own function

    @property
    def needed(self) -> list[tuple[str, Param]]:
        """The required parameters, each after its name on show."""
        return [(shown, param) for shown, param, _ in self.params if not param.clauses]

    def schema(self) -> dict[str, Any]:
        """The OpenAI-style schema."""
        if self.fixed is not None:
            return self.fixed
        properties = {
            shown: param.kind.schema | ({"description": about} if about else {}) for shown, param, about in self.params
        }
        required = [shown for shown, _ in self.needed]
        parameters = {"type": "object", "properties": properties, "required": required}
        return {
            "type": "function",
            "function": {"name": self.name, "description": self.about, "parameters": parameters},
        }


def _split(text: str, sign: str) -> list[str]:
    """Split at a sign outside parentheses; parts are stripped."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == sign and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return [*parts, text[start:].strip()]


def parse_kind(text: str, kinds: dict[str, Kind] = KINDS) -> Kind:
    """A kind from its name, "CITY", or its form: "int(1, 9)", "list(FOOD, 2, 3)", "record(a CITY, b DATE : {a}, {b})".

    Raises:
        ValueError: no such kind.
    """
    match = re.fullmatch(r"(\w+)(?:\((.*)\))?", text)
    if match and match[2] is None and match[1] in kinds:
        return kinds[match[1]]
    if not match or match[2] is None:
        raise ValueError(f"no such kind of value: {text!r}")
    name, inside = match.groups()
    parts = _split(inside, ",")
    if name in ("calc", "text"):
        return {"calc": values.calc, "text": values.text}[name](inside)
    if name == "over":
        return values.over(*inside.split(" : "))
    if name == "after":
        return values.after(parts[0], parts[1], parts[-1])
    if name == "same":
        return values.same(parts[0], parse_kind(parts[1], kinds))
    if name == "by":
        return _by(inside, kinds)
    if name == "list":
        return values.several(parse_kind(parts[0], kinds), int(parts[1]), int(parts[2]))
    if name == "record":
        fields, said = inside.rsplit(" : ", 1)
        named = [field.split(" ", 1) for field in _split(fields, ",")]
        return values.record({key: parse_kind(kind, kinds) for key, kind in named}, said)
    if name in ("int", "money", "percent"):
        return {"int": values.integer, "money": values.money, "percent": values.percent}[name](*map(int, parts))
    if name in ("large", "series"):
        return {"large": values.large, "series": values.series}[name](*map(int, parts))
    if name == "num":
        return values.decimal(float(parts[0]), float(parts[1]))
    if name == "flag":
        return values.flag(*(phrase.strip() for phrase in inside.split("/")))
    if name in ("enum", "word"):
        return {"enum": values.choice, "word": values.words}[name](parts)
    if name == "code":
        return values.code(*parts)
    raise ValueError(f"no such kind of value: {text!r}")


def _by(text: str, kinds: dict[str, Kind]) -> Kind:
    """The kind of "size : small=int(2, 4), int(5, 9)"; what is no kind is taken as it stands."""
    name, inside = text.split(" : ", 1)

    def kind(case: str) -> Kind:
        return parse_kind(case, kinds) if case.isupper() or re.match(r"[a-z]+\(", case) else values.literal(case)

    pairs = [re.fullmatch(r"([^=(]+)=(.+)", case) for case in _split(inside, ",")]
    last = None if pairs[-1] else _split(inside, ",")[-1]
    return values.by(name, {pair[1]: kind(pair[2]) for pair in pairs if pair}, kind(last) if last else None)


def _param(line: str, kinds: dict[str, Kind]) -> Param:
    body, _, about = line[2:].partition(" -- ")
    clauses = tuple(re.findall(r'"([^"]*)"', body))
    names, kind = re.sub(r'\s*\|?\s*"[^"]*"', "", body).strip().split(" ", 1)
    parsed = parse_kind(kind.strip(), kinds)
    if line[0] == "?" and not clauses:
        clauses = ("{}",)
    return Param(tuple(names.split("/")), parsed, about.strip(), clauses if line[0] == "?" else ())


def _fields(line: str, kinds: dict[str, Kind]) -> tuple[tuple[str, Kind], ...] | None:
    if line == "run":
        return None
    named = [field.split(" ", 1) for field in _split(line, ";")]
    return tuple((name, parse_kind(kind.strip(), kinds)) for name, kind in named)


def _spec(domain: str, lines: list[str], kinds: dict[str, Kind]) -> Spec:
    names, abouts = lines[0][2:].split(" : ", 1)

    def texts(sign: str) -> tuple[str, ...]:
        return tuple(line[2:].strip() for line in lines if line[0] == sign)

    params = tuple(_param(line, kinds) for line in lines if line[0] in "*?")
    spec = Spec(
        domain=domain,
        names=tuple(names.split(", ")),
        abouts=tuple(abouts.split(" | ")),
        gist=texts("~")[0],
        params=params,
        requests=texts(">"),
        joint=texts("+"),
        result=_fields(texts("<")[0], kinds),
        answers=texts("!"),
    )
    required = {param.key for param in params if not param.clauses}
    for request in (*spec.requests, *spec.joint):
        if set(SLOT.findall(request)) != required or len(SLOT.findall(request)) != len(required):
            raise ValueError(f"{domain}: {spec.key}: the request {request!r} must name {sorted(required)}")
    return spec


def parse_domains(text: str) -> tuple[Domain, ...]:
    """The domains of a table.

    Raises:
        ValueError: a line that breaks the language above.
    """
    domains = []
    for block in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        head, *lines = [line.strip() for line in block.splitlines() if line.strip()]
        name, _, near = head.partition(" : ")
        kinds, tools = dict(KINDS), []
        for line in lines:
            if line[0] == "=":
                alias, kind = line[2:].split(" ", 1)
                kinds[alias] = parse_kind(kind, kinds)
            elif line[0] == "@":
                tools.append([line])
            elif line[0] != "&":
                tools[-1].append(line)
        specs = {spec.key: spec for spec in (_spec(name, tool, kinds) for tool in tools)}
        chains = tuple(_chain(specs, line[2:]) for line in lines if line[0] == "&")
        domains.append(Domain(name, tuple(near.split()), tuple(specs.values()), chains))
    return tuple(domains)


def _chain(specs: dict[str, Spec], line: str) -> Chain:
    path, requests = line.split(" > ", 1)
    source, target = path.split(" -> ")
    (first, field), (second, param) = source.split("."), target.split(".")
    return Chain(specs[first], field, specs[second], param, tuple(requests.split(" | ")))


def styled(name: str, style: str, domain: str) -> str:
    """A snake_case name in another style: camel, pascal, kebab, dotted or spaced."""
    words = name.split("_")
    if style == "camel":
        return words[0] + "".join(word.capitalize() for word in words[1:])
    if style == "pascal":
        return "".join(word.capitalize() for word in words)
    if style == "kebab":
        return "-".join(words)
    if style == "dotted":
        return f"{domain}.{name}"
    if style == "spaced":
        return " ".join(word.capitalize() for word in words)
    return name


def _third_person(about: str) -> str:
    verb, _, rest = about.partition(" ")
    if verb.endswith(("s", "sh", "ch", "x", "z")) or verb in ("Do", "Go"):
        return f"{verb}es {rest}"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies {rest}"
    return f"{verb}s {rest}"


def make_offer(draw: Draw, spec: Spec, style: str) -> Offer:
    """Show a tool in one of its forms, with some of its options."""
    if spec.result is None:  # one of the project's own functions, as the toolbox describes it
        return Offer(spec, spec.key, "", tuple((param.key, param, "") for param in spec.params), OWN[spec.key].schema())
    rng = draw.rng
    about = rng.choice(spec.abouts)
    if rng.random() < 0.15:
        about = _third_person(about)
    if rng.random() < 0.35:
        about = about.rstrip(".")
    share = SHOWN_HARD if draw.hard else SHOWN
    params, variant = [], rng.randrange(6)  # names that belong together stand at the same place of their lists
    for param in spec.params:
        shown, kept = param.names[variant % len(param.names)], not param.clauses or rng.random() < share
        form = rng.choice(param.kind.formats) if param.kind.formats else ""
        if kept:
            params.append((_param_name(shown, style), param, ", ".join(filter(None, (param.about, form)))))
    return Offer(spec, styled(rng.choice(spec.names), style, spec.domain), about, tuple(params))


def _param_name(name: str, style: str) -> str:
    return styled(name, "camel", "") if style in ("camel", "pascal") else name
