"""The embedded training set: conversations made from a seed, the same bytes each time and everywhere."""

import datetime
import random
from collections.abc import Iterator
from functools import cache

from data.builtin import phrases, pools
from data.builtin.domains import HARD, HELDOUT, MADE, TRAIN
from data.builtin.grammar import Domain, Offer, make_offer, parse_domains
from data.builtin.kinds import WEEKDAYS
from data.builtin.scenes import KINDS, Stage, play
from data.builtin.values import Draw
from data.conversation import Conversation, Message

SIZES = {"train": 2400, "heldout": 300, "hard": 2400}
STYLES = {"snake": 66, "camel": 12, "dotted": 9, "kebab": 6, "pascal": 4, "spaced": 3}
# tools on offer: how often. Training has more of them, so that most of its calls are a tool's first in a conversation
OFFERED = {
    "train": {1: 5, 2: 15, 3: 30, 4: 28, 5: 14, 6: 4, 7: 2, 8: 2},
    "heldout": {1: 20, 2: 34, 3: 24, 4: 11, 5: 5, 6: 2, 7: 2, 8: 2},
}
# tasks of the user, by the number of tools: the more there is to read, the more is done with it, up to a length; and
# training reads the tools once for as many tasks as a row of 1,024 tokens holds
TURNS = {
    "train": {1: (2,), 2: (3,), 3: (4,), 4: (4,), 5: (4,), 6: (4,), 7: (3,), 8: (3,)},
    "heldout": {1: (1, 2, 2), 2: (2, 3, 3), 3: (3, 4), 4: (3, 4, 4), 5: (3, 4), 6: (3,), 7: (2, 3), 8: (2, 3)},
}
OWN_TOOLS = "toolbox"  # the domain of the project's own functions
OWN_SHARE = 8  # how often it is met, against once for every other domain
HARD_SHARE = 4  # how often a domain that "hard" alone has
MADE_SHARE = 24  # how many of the domains that are made of verbs and things are met, until every other one has been


@cache
def domains(split: str) -> tuple[Domain, ...]:
    """The domains of a split, "train", "heldout" or "hard": those that are made of verbs and things come last."""
    if split == "heldout":
        return parse_domains(HELDOUT)
    return parse_domains(TRAIN) + (parse_domains(HARD) if split == "hard" else ()) + parse_domains(MADE)


@cache
def _rounds(split: str) -> tuple[list[Domain], list[Domain]]:
    """What is met in every round, as often as it is, and the made domains."""
    made = {domain.name for domain in parse_domains(MADE)} if split != "heldout" else {}
    shares = {OWN_TOOLS: OWN_SHARE} | {domain.name: HARD_SHARE for domain in parse_domains(HARD)}
    written = [domain for domain in domains(split) if domain.name not in made]
    often = [domain for domain in written for _ in range(shares.get(domain.name, 1))]
    return often, [domain for domain in domains(split) if domain.name in made]


def conversations(split: str = "train", seed: int = 0) -> Iterator[Conversation]:
    """The conversations of a split, one by one: 2,400 of "train", 300 of "heldout".

    Also 2,400 of "hard": training's tools and words and some that compute and look up, with more options that are asked
    for, and more calls at once.
    """
    for index in range(SIZES[split]):
        yield conversation(split, index, seed)


def conversation(split: str, index: int, seed: int = 0) -> Conversation:
    """The conversation at one place of a split; it depends on nothing but these three."""
    rng, name, hard = random.Random(f"{seed}/{split}/{index}"), f"builtin-{split}-{index}", split == "hard"
    main, split = _main_domain(split, index, seed), "train" if hard else split
    today = datetime.date(2024, 1, 1) + datetime.timedelta(days=rng.randrange(4 * 365))
    draw = Draw(rng, split, today, dated=rng.random() < 0.85, hard=hard)
    count = rng.choices(list(OFFERED[split]), list(OFFERED[split].values()))[0]
    kinds = rng.choices(list(KINDS[split]), list(KINDS[split].values()), k=rng.choice(TURNS[split][count]))
    stage = _stage(draw, main, kinds, count)
    system = _system_text(draw)
    stage.messages = [Message("system", system)] if system else []
    for kind in kinds:
        play(stage, kind)
    return Conversation(
        messages=tuple(stage.messages), tools=tuple(offer.schema() for offer in stage.offers), id=name, source="builtin"
    )


def _main_domain(split: str, index: int, seed: int) -> Domain:
    """Every written domain once in each round of conversations, the project's own tools more often, and some of the
    made ones, in an order of its own."""
    often, made = _rounds(split)
    size = len(often) + min(MADE_SHARE, len(made))
    number = index // size
    order = [*often, *(made[(number * MADE_SHARE + i) % len(made)] for i in range(size - len(often)))]
    random.Random(f"{seed}/{split}/round/{number}").shuffle(order)
    return order[index % size]


def _stage(draw: Draw, main: Domain, kinds: list[str], count: int) -> Stage:
    """Choose what is on offer, so that the turns can be played."""
    rng = draw.rng
    strangers = [d for d in domains("hard" if draw.hard else draw.split) if d is not main and not _overlap(d, main)]
    other = rng.choice([d for d in strangers if main.chains or d.chains])
    chain = rng.choice(main.chains or other.chains) if "chain" in kinds else None
    needed = [chain.first, chain.second] if chain else []
    count = max(count, len(needed))
    own = [spec for spec in main.specs if spec not in needed]
    rng.shuffle(own)
    own.sort(key=lambda spec: (bool(spec.requests), spec.key == "calculate"))  # one that can be asked for comes first
    chosen = list(needed)
    foreign = [spec for spec in other.specs if spec not in needed]
    rng.shuffle(foreign)
    mixed = rng.random() < 0.5
    while len(chosen) < count:
        take_foreign = mixed and chosen and rng.random() < 0.4
        chosen.append(foreign.pop() if take_foreign or not own else own.pop())
    mixture = rng.random() < 0.12
    style = rng.choices(list(STYLES), list(STYLES.values()))[0]
    offers: list[Offer] = []
    for spec in sorted(chosen, key=lambda spec: spec not in needed):  # a chain's two are never dropped
        offer = make_offer(draw, spec, rng.choice(list(STYLES)) if mixture else style)
        if offer.name not in [other.name for other in offers]:
            offers.append(offer)
    rng.shuffle(offers)
    offered = [offer.spec for offer in offers]
    absent = [spec for spec in own if spec not in offered]
    if rng.random() < 0.3 or main.name == OWN_TOOLS or not absent:
        third = rng.choice([d for d in strangers if d is not other and not _overlap(d, other)])
        absent = [spec for spec in third.specs if spec.requests]
    return Stage(draw, offers, chain, absent, [])


def _overlap(one: Domain, other: Domain) -> bool:
    return one.name in other.near or other.name in one.near


def _system_text(draw: Draw) -> str:
    rng, today = draw.rng, draw.today
    lines = []
    if rng.random() < 0.3:
        line = rng.choice(phrases.SYSTEM[draw.split])
        lines.append(line.format(company=draw.pick(pools.COMPANIES), name=draw.pick(pools.FIRST_NAMES)))
    if draw.dated:
        date_line = rng.choice(phrases.DATE_LINES)
        lines.append(date_line.format(weekday=WEEKDAYS[today.weekday()], date=today.isoformat()))
    return " ".join(lines)
