"""The scores of a run: shares of turns, their intervals, and where it goes wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from evaluation.intervals import intervals
from evaluation.outcomes import SHARES, Reply, Turn, outcome

MOST = 10  # entries in a list of the most frequent mistakes


def score(turns: Sequence[Turn], replies: Sequence[Reply]) -> dict[str, Any]:
    """`turns` (their number) and the shares named in `SHARES`, from 0 to 1, None where no turn asks for it."""
    return _shares([outcome(turn, reply) for turn, reply in zip(turns, replies, strict=True)])


def score_in_detail(turns: Sequence[Turn], replies: Sequence[Reply], seed: int = 0) -> dict[str, Any]:
    """What `score` says, and more.

    `intervals`: 95 % of each share; `seed` is of the draws.
    `arguments`: of those in calls to a tool that was due, the share that is right; `wrong` lists the most frequent
    mistakes as [tool.argument, how often wrong, of how many].
    `confused`: the most frequent [tool due, tool called, how often], None where there is no counterpart.
    `calls`: how many turns where a call is due, or not, tried one, or did not.
    `bfcl`, where there are its categories: n, accuracy and interval of each.
    `prompt_tokens`, `new_tokens`, and `outcomes`: what came of each turn (see `outcome`).
    """
    outcomes = [outcome(turn, reply) for turn, reply in zip(turns, replies, strict=True)]
    ranges = intervals(outcomes, seed)
    calls = {due: {"tried": 0, "not_tried": 0} for due in ("due", "not_due")}
    for each in outcomes:
        calls["due" if each["due"] else "not_due"]["not_tried" if each["parsed"] is None else "tried"] += 1
    right: dict[str, list[bool]] = {}
    for each in outcomes:
        if each["category"]:
            right.setdefault(each["category"], []).append(each["right"])
    bfcl = {
        category: {"n": len(values), "accuracy": _share(values), "interval": ranges[f"bfcl {category}"]}
        for category, values in right.items()
    }
    return {
        **_shares(outcomes),
        **({"bfcl": bfcl} if bfcl else {}),
        "intervals": {name: ranges.get(name) for name in SHARES},
        "arguments": _argument_scores(outcomes) | {"interval": ranges.get("arguments")},
        "confused": [[*pair, n] for pair, n in Counter(_confused(outcomes)).most_common(MOST)],
        "calls": calls,
        "prompt_tokens": sum(reply.prompt_tokens for reply in replies),
        "new_tokens": sum(reply.new_tokens for reply in replies),
        "outcomes": outcomes,
    }


def _shares(outcomes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    said = {name: [each[name] for each in outcomes if each[name] is not None] for name in SHARES}
    return {"turns": len(outcomes)} | {name: _share(values) for name, values in said.items()}


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None


def _argument_scores(outcomes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    judged = [argument for each in outcomes for argument in each["arguments"]]
    total = Counter(name for name, _ in judged)
    wrong = Counter(name for name, right in judged if not right).most_common(MOST)
    return {
        "n": len(judged),
        "accuracy": _share([right for _, right in judged]),
        "wrong": [[name, n, total[name]] for name, n in wrong],
    }


def _confused(outcomes: Iterable[dict[str, Any]]) -> Iterator[tuple[str | None, str | None]]:
    """Tools that were due and not called, each beside one that was called and not due."""
    for each in outcomes:
        due, made = (Counter(call["name"] for call in each[side]) for side in ("due", "made"))
        yield from zip_longest((due - made).elements(), (made - due).elements())
