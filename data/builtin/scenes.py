"""The kinds of turns: a user's message and all that follows until the assistant has answered it."""

from dataclasses import dataclass, field, replace
from typing import Any

from data.builtin import phrases, thoughts
from data.builtin.asks import (
    Ask,
    answer,
    bare,
    can_be_respective,
    draw_until,
    draw_values,
    fill,
    joint_count,
    make_ask,
    make_joint,
    make_respective,
    named,
    observe,
    say,
)
from data.builtin.chat import small_talk
from data.builtin.grammar import SLOT, Chain, Offer, Param, Spec
from data.builtin.pools import COUNTRY_CODES
from data.builtin.values import Draw, Value, capital, name_words, number_word
from data.conversation import Message, ToolCall

# Shares of the user's turns. Training has more of what is hard, but for missing arguments: in a quarter of an hour it
# is not learned to see that one is missing, only to say so as often as it was said.
KINDS = {
    "train": {"single": 45, "parallel": 14, "chain": 14, "clarify": 5, "none": 12, "chat": 5, "error": 5},
    "heldout": {"single": 52, "parallel": 10, "chain": 8, "clarify": 7, "none": 12, "chat": 6, "error": 5},
}

AGAIN = 0.3  # where it is hard, of several calls that differ in more than one value: how often all are of one tool


@dataclass
class Stage:
    """A conversation in the making."""

    draw: Draw
    offers: list[Offer]
    chain: Chain | None
    absent: list[Spec]  # tools whose requests nothing on offer can serve
    messages: list[Message]
    used: dict[str, int] = field(default_factory=dict)  # how often each tool has been asked for
    given: set[tuple[str, str]] = field(default_factory=set)  # (domain, key) of what has been said or returned so far
    last: Ask | None = None  # the previous turn's call, if there was exactly one and it succeeded

    def pick(self, options: tuple[str, ...]) -> str:
        return self.draw.rng.choice(options)

    def user(self, text: str) -> None:
        self.messages.append(Message("user", text))

    def assistant(self, content: str = "", thought: str = "", asks: tuple[Ask, ...] = ()) -> None:
        calls = tuple(ToolCall(ask.offer.name, ask.arguments) for ask in asks)
        self.given.update((ask.offer.spec.domain, key) for ask in asks for key in ask.values)
        self.messages.append(Message("assistant", content, thought, calls))

    def tool(self, ask: Ask, content: Any) -> None:
        self.messages.append(Message("tool", content, name=ask.offer.name))
        self.given.update((ask.offer.spec.domain, key) for key in (content if isinstance(content, dict) else ()))

    def offer(self) -> Offer:
        """A tool that can be asked for, one of those used least so far."""
        return self._least_used([offer for offer in self.offers if offer.spec.requests])

    def one_of(self, options: list[Offer]) -> Offer:
        """One of these tools. In training one of those used least: a tool that was called before is found in the turns
        before, and what is on offer need not be read.
        """
        return self._least_used(options) if self.draw.split == "train" else self.draw.rng.choice(options)

    def uses(self, *offers: Offer) -> None:
        """Count tools that were chosen by other means, for training."""
        for offer in offers if self.draw.split == "train" else ():
            self.used[offer.name] = self.used.get(offer.name, 0) + 1

    def _least_used(self, options: list[Offer]) -> Offer:
        least = min(self.used.get(offer.name, 0) for offer in options)
        offer = self.draw.rng.choice([offer for offer in options if self.used.get(offer.name, 0) == least])
        self.used[offer.name] = least + 1
        return offer


def play(stage: Stage, kind: str) -> None:
    """Add one turn of this kind, or of the nearest kind that the offered tools allow."""
    played = {
        "single": _single,
        "parallel": _parallel,
        "chain": _chain,
        "clarify": _clarify,
        "none": _none,
        "chat": _chat,
        "error": _error,
    }[kind](stage)
    if not played:
        _single(stage)


def _shown(offer: Offer, param: Param) -> str:
    return next(name_words(shown) for shown, other, _ in offer.params if other is param)


def _thought(pattern: str, offer: Offer, **more: str) -> str:
    return thoughts.thought(pattern, offer.schema()["function"], offer.spec.gist, **more)


def _wanted(offer: Offer) -> str:
    return thoughts.wanted(offer.schema()["function"], offer.spec.gist)


def _with_notes(thought: str, *asks: Ask) -> str:
    """A thought and the conversions that its calls' arguments need, each once."""
    return " ".join(dict.fromkeys([thought, *(sentence for ask in asks for sentence in _sentences(ask.notes))]))


def _run_and_answer(stage: Stage, asks: list[Ask]) -> None:
    results = [observe(stage.draw, ask) for ask in asks]
    for ask, result in zip(asks, results, strict=True):
        stage.tool(ask, result)
    said = " ".join(answer(stage.draw, ask, result) for ask, result in zip(asks, results, strict=True))
    stage.assistant(said, thoughts.DONE)


def _single(stage: Stage) -> bool:
    draw = stage.draw
    if stage.last and stage.last.offer.spec.joint and draw.rng.random() < 0.4:
        return _follow_up(stage, stage.last)
    ask = make_ask(draw, stage.offer())
    stage.user(say(draw, ask))
    stage.assistant(thought=_with_notes(_thought(thoughts.CALL, ask.offer), ask), asks=(ask,))
    _run_and_answer(stage, [ask])
    stage.last = ask
    return True


def _follow_up(stage: Stage, last: Ask) -> bool:
    """ "And in Rome?": the last call again with one other value."""
    draw = stage.draw
    key = next(part.split("+}")[0] for part in last.offer.spec.joint[0].split("{") if "+}" in part)
    old = last.values[key].argument
    value = draw_until(draw, last.offer.spec.param(key).kind, lambda new: new != old, 50)
    ask = Ask(last.offer, "", "", last.values | {key: value})
    said = bare(value)
    stage.user(phrases.wrap(stage.pick(phrases.FOLLOW_UP[draw.split]), said))
    thought = thoughts.AGAIN.format(x=said, tool=ask.offer.name)
    stage.assistant(thought=f"{thought} {value.note}".strip(), asks=(ask,))
    _run_and_answer(stage, [ask])
    stage.last = ask
    return True


def _parallel(stage: Stage) -> bool:
    draw = stage.draw
    with_joint = [offer for offer in stage.offers if offer.spec.joint]
    if with_joint and draw.rng.random() < 0.55:
        whole, asks, items = make_joint(draw, stage.one_of(with_joint))
        stage.user(say(draw, whole))
        thought = _same(whole.offer, items)
    elif draw.hard and draw.rng.random() < AGAIN:
        text, asks = _again(draw, stage.offer())
        items = _differing(asks)
        if not items:
            return False
        stage.user(text)
        thought = _same(asks[0].offer, items)
    else:
        first = make_ask(draw, stage.offer())
        others = [offer for offer in stage.offers if offer is not first.offer and offer.spec.requests]
        second = make_ask(draw, stage.one_of(others or [first.offer]))
        asks = [first, second]
        if first.offer is second.offer:
            items = _differing(asks)
            if not items:
                return False
            thought = _same(first.offer, items)
        else:
            then = _thought(thoughts.CALL, second.offer)
            thought = _thought(thoughts.ALL, first.offer, besides=_wanted(second.offer), others=then)
        stage.user(_requests(draw, *asks))
    stage.assistant(thought=_with_notes(thought, *asks), asks=tuple(asks))
    _run_and_answer(stage, asks)
    stage.last = None
    return True


def _again(draw: Draw, offer: Offer) -> tuple[str, list[Ask]]:
    """A text that asks for several calls of one tool, more than one value apart, and the calls.

    Each is said in full, or the first in full and of the others what differs, or all of them in one sentence.
    """
    rng, count, style = draw.rng, joint_count(draw), draw.rng.random()
    if style < 0.3:
        asks = [make_ask(draw, offer) for _ in range(count)]
        return _requests(draw, *asks), asks
    if style < 0.6 and can_be_respective(offer):
        whole, asks = make_respective(draw, offer, count)
        return say(draw, whole), asks
    first = make_ask(draw, offer)
    asks, text = [first], _ended(say(draw, first), first.mark)
    for _ in range(count - 1):
        drawn = draw_values(draw, offer)
        asks.append(Ask(offer, "", "", first.values | {param.key: drawn[param.key] for _, param in offer.needed}))
        text += f" {_ended(phrases.wrap(rng.choice(phrases.REPEAT), named(asks[-1])))}"
    return text, asks


def _same(offer: Offer, items: list[str]) -> str:
    """The thought of several calls of one tool: what tells each of them from the others."""
    calls = ", ".join(f"{offer.name} for {item}" for item in items)
    return _thought(thoughts.SAME, offer, count=number_word(len(items)), calls=calls)


def _differing(asks: list[Ask]) -> list[str]:
    """Of requests for one tool, the values of the first parameter that tells all apart; none where none does."""
    for _, param, _ in asks[0].offer.params:
        values = [ask.values[param.key] for ask in asks if param.key in ask.values]
        if len({str(value.argument) for value in values}) == len(asks):
            return [bare(value) for value in values]
    return []


def _sentences(notes: str) -> list[str]:
    return [sentence if sentence.endswith(".") else f"{sentence}." for sentence in notes.split(". ") if sentence]


def _ended(text: str, mark: str = "") -> str:
    """A text that ends as a sentence does."""
    return text if text[-1] in ".?!" else f"{text}{mark or '.'}"


def _requests(draw: Draw, first: Ask, *others: Ask) -> str:
    """Several requests as one text."""
    rng = draw.rng
    if not first.mark and not others[0].mark and len(others) == 1 and rng.random() < 0.5:
        return say(draw, replace(first, text=f"{first.text} and {others[0].text}"))
    openers = phrases.ALSO[draw.split]
    also = [phrases.wrap(rng.choice(openers[:2] if other.mark else openers), other.text) for other in others]
    said = (say(draw, first), *also)
    return " ".join(_ended(text, ask.mark) for text, ask in zip(said, (first, *others), strict=True))


def _chain(stage: Stage) -> bool:
    chain, draw = stage.chain, stage.draw
    if chain is None:
        return False
    offers = {offer.spec.key: offer for offer in stage.offers}
    first_offer, second_offer = offers[chain.first.key], offers[chain.second.key]
    stage.uses(first_offer, second_offer)
    first = make_ask(draw, first_offer)
    values = {key: value for key, value in draw_values(draw, second_offer).items() if key != chain.param}
    shared = {key: first.values[key] for key in values if key in first.values}
    template = draw.rng.choice(chain.requests)
    values |= {key: value for key, value in shared.items() if f"{{{key}}}" not in template}
    required = {param.key for param in chain.second.params if not param.clauses}
    values = {key: value for key, value in values.items() if key in required}
    ask_text = fill(template, {key: value.said for key, value in values.items()})
    pattern = stage.pick(phrases.THEN[draw.split])
    if first.mark:
        stage.user(f"{_ended(say(draw, first), first.mark)} Then {ask_text}.")
    else:
        request, _, later = pattern.format(a=first.text, b=ask_text).partition(". ")
        opening = say(draw, replace(first, text=request))
        stage.user(f"{_ended(opening)} {later}." if later else opening)
    thought = _thought(thoughts.FIRST, first_offer, then=_wanted(second_offer))
    stage.assistant(thought=_with_notes(thought, first), asks=(first,))
    result = observe(draw, first)
    stage.tool(first, result)
    found = result[chain.field] if isinstance(result, dict) else result
    known = first.said | (result if isinstance(result, dict) else {})
    second = Ask(second_offer, "", "", values | {chain.param: Value(str(found), found)}, known=known)
    thought = _thought(thoughts.SECOND, second_offer, field=name_words(chain.field), value=found)
    stage.assistant(thought=_with_notes(thought, second), asks=(second,))
    _run_and_answer(stage, [second])
    stage.last = None
    return True


def _clarify(stage: Stage) -> bool:
    draw = stage.draw
    incomplete = {offer.name: _unknown(stage, offer) for offer in stage.offers}
    offers = [offer for offer in stage.offers if incomplete[offer.name]]
    if not offers:
        return False
    offer = stage.one_of(offers)
    ask = make_ask(draw, offer, incomplete=incomplete[offer.name])
    assert ask.missing
    words = _shown(ask.offer, ask.missing)
    stage.user(say(draw, ask))
    named = f'"{words}"' if words.startswith(("to", "from")) else words
    question = ask.missing.kind.question or stage.pick(phrases.QUESTION[draw.split]).format(param=named)
    stage.assistant(question, _thought(thoughts.MISSING, ask.offer, param=words))
    value = ask.values[ask.missing.key]
    stage.user(phrases.wrap(stage.pick(phrases.REPLY[draw.split]), value.said, keep=ask.missing.kind.plain))
    thought = thoughts.SUPPLIED.format(param=words, tool=ask.offer.name)
    stage.assistant(thought=_with_notes(thought, ask), asks=(ask,))
    _run_and_answer(stage, [ask])
    stage.last = None
    return True


def _unknown(stage: Stage, offer: Offer) -> list[tuple[str, str]]:
    """The incomplete requests for a tool that lack what no turn before has said: else it could be meant."""
    spec = offer.spec
    return [pair for pair in spec.incomplete if (spec.domain, SLOT.findall(pair[1])[0]) not in stage.given]


def _none(stage: Stage) -> bool:
    draw = stage.draw
    if not stage.absent:
        return False
    spec = draw.rng.choice(stage.absent)
    # only the words of the request are needed: the absent tool is shown to nobody
    hidden = Offer(spec, "", "", tuple((param.key, param, "") for param in spec.params))
    ask = make_ask(draw, hidden)
    stage.given.update((spec.domain, key) for key in ask.values)
    stage.user(say(draw, ask))
    stage.assistant(stage.pick(phrases.CANNOT[draw.split]), thoughts.NONE.format(Gist=capital(spec.gist)))
    stage.last = None
    return True


def _chat(stage: Stage) -> bool:
    gists = list(dict.fromkeys(offer.spec.gist for offer in stage.offers))
    started = any(message.role == "assistant" for message in stage.messages)
    user, reply = small_talk(stage.draw, gists, started)
    stage.user(user)
    stage.assistant(reply, thoughts.TALK)
    stage.last = None
    return True


def _error(stage: Stage) -> bool:
    """The tool fails: a passing failure is tried again, a named correction is made, a lasting one is reported."""
    draw = stage.draw
    ask = make_ask(draw, stage.one_of([o for o in stage.offers if o.spec.result is not None] or [stage.offer()]))
    if ask.offer.spec.result is None:
        return False
    stage.user(say(draw, ask))
    stage.assistant(thought=_with_notes(_thought(thoughts.CALL, ask.offer), ask), asks=(ask,))
    stage.last = None
    correction, style = _correction(draw, ask), draw.rng.random()
    if correction and style < 0.5:
        corrected, error = correction
        stage.tool(ask, {"error": error[0]})
        thought = thoughts.CORRECT.format(value=error[1], tool=ask.offer.name)
        stage.assistant(thought=thought, asks=(corrected,))
        _run_and_answer(stage, [corrected])
    elif style < 0.75:
        stage.tool(ask, {"error": stage.pick(phrases.PASSING)})
        stage.assistant(thought=thoughts.RETRY.format(tool=ask.offer.name), asks=(ask,))
        _run_and_answer(stage, [ask])
    else:
        error = stage.pick(phrases.LASTING)
        stage.tool(ask, {"error": error})
        stage.assistant(phrases.FAILED.format(gist=ask.offer.spec.gist, error=error), thoughts.GIVE_UP)
    return True


def _correction(draw: Draw, ask: Ask) -> tuple[Ask, tuple[str, str]] | None:
    """The ask with one identifier or city mended as the error says: (mended ask, (error, right value))."""
    for shown, param, _ in ask.offer.params:
        value = ask.values.get(param.key)
        if value is None or not isinstance(value.argument, str):
            continue
        if value.argument in COUNTRY_CODES:
            right = f"{value.argument}, {COUNTRY_CODES[value.argument]}"
            error = f"{shown} '{value.argument}' is ambiguous; use '{right}'"
        elif param.kind.plain and any(c.isdigit() for c in value.argument) and value.argument.count("-") == 1:
            right = value.argument.replace("-", "")
            error = draw.rng.choice(
                (
                    f"invalid {shown} '{value.argument}'; did you mean '{right}'?",
                    f"{shown} must be written without a hyphen: '{right}'",
                    f"no {shown} '{value.argument}'; closest match: '{right}'",
                )
            )
        else:
            continue
        values = ask.values | {param.key: replace(value, argument=right)}
        return Ask(ask.offer, ask.text, ask.mark, values), (error, right)
    return None
