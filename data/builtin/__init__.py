"""The embedded training set: conversations made from a seed, the same bytes each time and everywhere."""

import datetime
import random
from collections.abc import Iterator
from functools import cache

from data.builtin import phrases, pools
from data.builtin.domains import HELDOUT, TRAIN
from data.builtin.grammar import Domain, Offer, Spec, make_offer, parse_domains
from data.builtin.scenes import KINDS, Stage, play
from data.builtin.values import WEEKDAYS, Draw
from data.conversation import Conversation, Message

SIZES = {"train": 2400, "heldout": 300}
STYLES = {"snake": 66, "camel": 12, "dotted": 9, "kebab": 6, "pascal": 4, "spaced": 3}
OFFERED = {1: 15, 2: 24, 3: 24, 4: 15, 5: 9, 6: 6, 7: 4, 8: 3}  # tools on offer: how often
TURNS = {1: 12, 2: 26, 3: 32, 4: 30}  # tasks of the user in a conversation
OWN_TOOLS = "toolbox"  # the domain of the project's own functions, met twice as often as the others


@cache
def domains(split: str) -> tuple[Domain, ...]:
    """The domains of a split: "train" or "heldout"."""
    return parse_domains({"train": TRAIN, "heldout": HELDOUT}[split])


def conversations(split: str = "train", seed: int = 0) -> Iterator[Conversation]:
    """The conversations of a split, one by one: 2,400 of "train", 300 of "heldout"."""
    for index in range(SIZES[split]):
        yield conversation(split, index, seed)


def conversation(split: str, index: int, seed: int = 0) -> Conversation:
    """The conversation at one place of a split; it depends on nothing but these three."""
    rng = random.Random(f"{seed}/{split}/{index}")
    today = datetime.date(2024, 1, 1) + datetime.timedelta(days=rng.randrange(4 * 365))
    draw = Draw(rng, split, today, dated=rng.random() < 0.85)
    kinds = rng.choices(list(KINDS), list(KINDS.values()), k=_weighted(rng, TURNS))
    stage = _stage(draw, _main_domain(split, index, seed), kinds)
    system = _system_text(draw)
    stage.messages = [Message("system", system)] if system else []
    for kind in kinds:
        play(stage, kind)
    return Conversation(
        messages=tuple(stage.messages),
        tools=tuple(offer.schema() for offer in stage.offers),
        id=f"builtin-{split}-{index}",
        source="builtin",
    )


def _weighted(rng: random.Random, weights: dict[int, int]) -> int:
    return rng.choices(list(weights), list(weights.values()))[0]


def _main_domain(split: str, index: int, seed: int) -> Domain:
    """Every domain once in each round of conversations, the project's own tools twice, in an order of its own."""
    order = [*domains(split), *(domain for domain in domains(split) if domain.name == OWN_TOOLS)]
    random.Random(f"{seed}/{split}/round/{index // len(order)}").shuffle(order)
    return order[index % len(order)]


def _stage(draw: Draw, main: Domain, kinds: list[str]) -> Stage:
    """Choose what is on offer, so that the turns can be played."""
    rng = draw.rng
    chain = rng.choice(main.chains) if main.chains and "chain" in kinds else None
    needed = [chain.first, chain.second] if chain else []
    count = max(_weighted(rng, OFFERED), len(needed))
    strangers = [d for d in domains(draw.split) if d is not main and not _overlap(d, main)]
    own = [spec for spec in main.specs if spec not in needed]
    rng.shuffle(own)
    chosen, other = list(needed), rng.choice(strangers)
    foreign = list(other.specs)
    rng.shuffle(foreign)
    mixed = rng.random() < 0.5
    while len(chosen) < count:
        take_foreign = mixed and chosen and rng.random() < 0.4
        chosen.append(foreign.pop() if take_foreign or not own else own.pop())
    rng.shuffle(chosen)
    mixture = rng.random() < 0.12
    style = rng.choices(list(STYLES), list(STYLES.values()))[0]
    offers: list[Offer] = []
    for spec in chosen:
        offer = make_offer(draw, spec, rng.choice(list(STYLES)) if mixture else style)
        if offer.name not in [other.name for other in offers]:
            offers.append(offer)
    offered = [offer.spec for offer in offers]
    absent: list[Spec] = [spec for spec in own if spec not in offered]
    if rng.random() < 0.3 or main.name == OWN_TOOLS or not absent:
        third = rng.choice([d for d in strangers if d is not other and not _overlap(d, other)])
        absent = list(third.specs)
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
