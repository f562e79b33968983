"""How far shares can be trusted: 95 % intervals by the bootstrap, of one run and of the difference of two.

Turns of one conversation are not independent, so whole conversations are drawn, with replacement, as many as there are;
an interval holds the middle 95 % of the shares of such draws (Efron & Tibshirani 1993, chapter 13). Two runs are
compared on the turns that both have scored, with the same draws for both. Where all turns came out alike, so do all
draws, and the interval has no width: it says nothing of what a larger sample would show.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from errors import InputError
from evaluation.outcomes import measures

DRAWS = 2000


def intervals(outcomes: Sequence[dict[str, Any]], seed: int = 0) -> dict[str, list[float]]:
    """[low, high] of each of the `measures` of which some turn says something."""
    names = _names(outcomes)
    return dict(zip(names, _middle(_draws(outcomes, outcomes, names, seed)), strict=True)) if names else {}


def compare(first: Sequence[dict[str, Any]], second: Sequence[dict[str, Any]], seed: int = 0) -> dict[str, Any]:
    """Two runs, on the turns that both have: `turns`, their number, and `measures`, by name.

    Each measure is {"first", "second"} (shares), "difference" (the second's less the first's) and its "interval".
    Raises InputError where the runs have no turn in common.
    """
    by_turn = {each["turn"]: each for each in second}
    first = [each for each in first if each["turn"] in by_turn]
    second = [by_turn[each["turn"]] for each in first]
    if not first:
        raise InputError("the two runs have no turn in common: score the same --data or --bfcl, with the same --seed")
    names = [name for name in _names(first) if name in _names(second)]
    ranges = _middle(_draws(second, first, names, seed) - _draws(first, first, names, seed))
    compared = {}
    for name, interval in zip(names, ranges, strict=True):
        a, b = (float(np.mean([value for each in run for value in measures(each)[name]])) for run in (first, second))
        compared[name] = {"first": a, "second": b, "difference": b - a, "interval": interval}
    return {"turns": len(first), "measures": compared}


def _names(outcomes: Sequence[dict[str, Any]]) -> list[str]:
    """What some turn says something about."""
    found = {name for each in outcomes for name, values in measures(each).items() if values}
    return [name for name in dict.fromkeys(name for each in outcomes for name in measures(each)) if name in found]


def _draws(
    outcomes: Sequence[dict[str, Any]], grouped_as: Sequence[dict[str, Any]], names: Sequence[str], seed: int
) -> np.ndarray:
    """Each draw's shares (DRAWS, names), NaN where no turn of a draw says anything about one."""
    conversations = [(each["category"], each["conversation"]) for each in grouped_as]
    index = {conversation: i for i, conversation in enumerate(dict.fromkeys(conversations))}
    sums = np.zeros((len(index), 2, len(names)))  # a conversation's values that are true, and all its values
    for conversation, outcome in zip(conversations, outcomes, strict=True):
        values = [measures(outcome).get(name, []) for name in names]
        sums[index[conversation]] += [[sum(each) for each in values], [len(each) for each in values]]
    random = np.random.default_rng(seed)
    drawn = np.stack([sums[random.integers(len(sums), size=len(sums))].sum(axis=0) for _ in range(DRAWS)])
    with np.errstate(invalid="ignore"):
        return drawn[:, 0] / drawn[:, 1]


def _middle(draws: np.ndarray) -> list[list[float]]:
    """(DRAWS, n) -> n intervals."""
    return np.nanpercentile(draws, [2.5, 97.5], axis=0).T.tolist()
