"""From tokens to the packed rows that a run trains on, and what happened on the way."""

import hashlib
import itertools
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from data.packing import Row, fit, join, make_row, pack, part_weights
from data.tokens import Tokens


class _Packed(NamedTuple):
    """A row that is not made yet: which conversations, and how much of each."""

    tokens: Tokens
    chosen: list[tuple[int, int]]  # (conversation, length)


class Rows:
    """Packed rows, with counts for the run's first lines.

    The first chunk of tokens is read at once, the others while the first epoch trains on those before them. Each is
    packed for itself. `held_out` are the places of conversations that are left out. Raises InputError with
    `overlong="error"` for a conversation that does not fit.
    """

    def __init__(
        self,
        chunks: Iterable[Tokens],
        max_length: int,
        overlong: str = "truncate",
        learn: Mapping[str, float] = {},
        held_out: frozenset[int] = frozenset(),
    ) -> None:
        self.max_length, self.overlong, self.learn, self.held_out = max_length, overlong, learn, held_out
        self.conversations = self.tokens = self.learned = self._seen = 0
        self.cut: Counter[str] = Counter()  # conversations cut to fit, by source
        self.dropped: Counter[str] = Counter()  # conversations left out, by source
        self.share = 0.0  # of the data that has been read
        self.digest = ""  # of the tokens of the first chunk that has a row
        self._unread, self._chunks = iter(chunks), list[list[_Packed]]()
        self._read_on(1)
        self._length = round(sum(map(len, self._chunks)) / self.share)

    def __len__(self) -> int:
        """Rows in an epoch: where much of the data is still unread, as many as its first chunk lets expect."""
        return self._length

    def summary(self) -> str:
        """One line: how much there is and what was lost."""
        rows = sum(map(len, self._chunks))
        filled = self.tokens / max(1, rows * self.max_length)
        first = "" if self.share == 1 else f", the first {self.share:.1%} of the data"
        text = (
            f"{self.conversations:,} conversations{first}, {self.tokens:,} tokens "
            f"({self.learned / max(1, self.tokens):.0%} learned) in {rows:,} rows of {self.max_length:,} "
            f"({filled:.1%} full)"
        )
        for what, counts in (("cut to fit", self.cut), ("dropped", self.dropped)):
            if counts:
                text += f"; {what}: " + ", ".join(f"{n} of {source}" for source, n in sorted(counts.items()))
        return text

    def epoch(self, number: int, seed: int) -> Iterator[Row]:
        """The rows of an epoch in an order of its own; in the first one, number 0, chunk by chunk."""
        rng = random.Random(f"{seed} {number}")
        if number:
            yield from _shuffled([row for chunk in self._chunks for row in chunk], rng, self.learn)
            return
        with ThreadPoolExecutor(1) as reader:
            for place, chunk in enumerate(self._chunks):  # which grows meanwhile
                coming = reader.submit(self._read_on, place + 2)
                yield from _shuffled(chunk, rng, self.learn)
                coming.result()

    def _read_on(self, count: int) -> None:
        """Read until there are `count` chunks that have a row, or the data ends."""
        while len(self._chunks) < count and (tokens := next(self._unread, None)) is not None:
            if packed := self._pack(tokens):
                self._chunks.append(packed)
                self.digest = self.digest or _digest(tokens)
            self.share = tokens.share

    def _pack(self, tokens: Tokens) -> list[_Packed]:
        weights = part_weights(tokens, self.learn)
        fitting: list[tuple[int, int]] = []
        for i, source in enumerate(tokens.sources):
            if self._seen + i in self.held_out:
                continue
            self.conversations += 1
            length = fit(tokens, i, self.max_length, self.overlong)
            learned = int(np.count_nonzero(weights[tokens.parts[tokens.span(i, length)]]))
            if not learned:
                self.dropped[source] += 1
                continue
            if tokens.span(i, length) != tokens.span(i):
                self.cut[source] += 1
            self.tokens += length
            self.learned += learned
            fitting.append((i, length))
        self._seen += len(tokens)
        bins = pack([length for _, length in fitting], self.max_length)
        return [_Packed(tokens, [fitting[i] for i in chosen]) for chosen in bins]


def _digest(tokens: Tokens) -> str:
    digest = hashlib.sha256(repr(tokens.share).encode())
    for array in (tokens.input_ids, tokens.parts, tokens.ends):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:12]


def _shuffled(rows: list[_Packed], rng: random.Random, learn: Mapping[str, float]) -> Iterator[Row]:
    rows = [*rows]
    rng.shuffle(rows)
    for tokens, chosen in rows:
        weights = part_weights(tokens, learn)
        yield join([make_row(tokens, i, length, weights) for i, length in chosen])


def windows(rows: Rows, batch: int, accumulation: int, seed: int) -> Iterator[list[Row]]:
    """Endless optimizer steps, each a list of up to `accumulation` joined rows; every epoch in an order of its own."""
    for epoch in itertools.count():
        coming = rows.epoch(epoch, seed)
        while chosen := list(itertools.islice(coming, batch * accumulation)):
            yield [join(chosen[i : i + batch]) for i in range(0, len(chosen), batch)]
