"""Packing: conversations share rows of up to `max_length` tokens, so that no step computes padding.

A row's documents never see each other (see `model/attention.py`) and their positions start anew, so a packed row's
loss is the sum of its conversations' losses, and packing changes speed alone.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.format import IGNORE
from data.tokens import END_OF_TURN, Tokens
from errors import InputError


@dataclass(frozen=True)
class Row:
    """Ids ready to train on: one document, or after `join` several behind one another."""

    input_ids: list[int]
    labels: list[int]
    weights: list[float]  # of each label in the loss; 0 where none is learned
    documents: tuple[int, ...]  # the documents' lengths
    conversations: tuple[str, ...]  # their ids, for messages

    @property
    def learned(self) -> int:
        """How many tokens the loss counts."""
        return sum(label != IGNORE for label in self.labels)


def join(rows: Sequence[Row]) -> Row:
    """Several rows behind one another, as one row of all their documents."""
    return Row(
        input_ids=[token for row in rows for token in row.input_ids],
        labels=[label for row in rows for label in row.labels],
        weights=[weight for row in rows for weight in row.weights],
        documents=tuple(length for row in rows for length in row.documents),
        conversations=tuple(name for row in rows for name in row.conversations),
    )


def padded(row: Row, length: int) -> Row:
    """The row with a last document of nothing, up to `length` tokens: every row of a run then has the same shape."""
    missing = length - len(row.input_ids)
    if not missing:
        return row
    return join([row, Row([0] * missing, [IGNORE] * missing, [0.0] * missing, (missing,), ())])


def fit(tokens: Tokens, i: int, max_length: int, overlong: str = "truncate") -> int:
    """How many tokens of conversation `i` are taken into a row of at most `max_length`; 0 where it has to be dropped.

    A longer one is cut after its last whole assistant turn that fits ("truncate"), dropped ("drop") or refused
    ("error", an InputError); it is never cut inside a turn.
    """
    parts = tokens.parts[tokens.span(i)]
    if len(parts) <= max_length:
        return len(parts)
    if overlong == "error":
        raise InputError(
            f"conversation {tokens.ids[i]} has {len(parts)} tokens, more than --max-length {max_length}: raise it, or "
            "choose --overlong truncate or drop"
        )
    ends = np.flatnonzero(parts[:max_length] == END_OF_TURN)
    return int(ends[-1]) + 1 if overlong == "truncate" and len(ends) else 0


def part_weights(tokens: Tokens, learn: Mapping[str, float]) -> np.ndarray:
    """The weight in the loss of each of `tokens.names`: what `learn` says, else 1; 0 is not learned.

    `learn` names parts: "thought", "call", "answer", or one of the format's extra parts.
    """
    named = {"content" if part == "answer" else part: weight for part, weight in learn.items()}
    return np.array([0.0, *(named.get(name, 1.0) for name in tokens.names[1:])])


def make_row(tokens: Tokens, i: int, length: int, weights: np.ndarray) -> Row:
    """The first `length` tokens of conversation `i` as a row; `weights` are `part_weights`."""
    at = tokens.span(i, length)
    ids, each = tokens.input_ids[at].tolist(), weights[tokens.parts[at]].tolist()
    labels = [token if weight else IGNORE for token, weight in zip(ids, each, strict=True)]
    return Row(ids, labels, each, (length,), (tokens.ids[i],))


def pack(lengths: Sequence[int], max_length: int) -> list[list[int]]:
    """Best-fit decreasing bin packing: the indices of `lengths` in bins that hold at most `max_length` in sum.

    The longest come first, each into the fullest bin that still has room (Johnson 1973: never above 11/9 of the
    optimum plus one bin).
    """
    bins: list[list[int]] = []
    room: list[tuple[int, int]] = []  # (space left, bin), sorted
    for index in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        at = bisect_left(room, (lengths[index], 0))
        if at < len(room):
            space, which = room.pop(at)
        else:
            space, which = max_length, len(bins)
            bins.append([])
        bins[which].append(index)
        insort(room, (space - lengths[index], which))
    return bins
