"""From data files to the packed rows that a run trains on, and what happened on the way."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tokenizers import Tokenizer

from data import ChatFormat, Conversation, render
from data.packing import Row, fit, join, pack


@dataclass
class Rows:
    """Packed rows, with counts for the run's first lines."""

    rows: list[Row]
    max_length: int
    conversations: int = 0
    cut: Counter[str] = field(default_factory=Counter)  # conversations cut to fit, by source
    dropped: Counter[str] = field(default_factory=Counter)  # conversations left out, by source

    @property
    def tokens(self) -> int:
        return sum(len(row.input_ids) for row in self.rows)

    @property
    def learned(self) -> int:
        return sum(row.learned for row in self.rows)

    def summary(self) -> str:
        """One line: how much there is and what was lost."""
        filled = self.tokens / max(1, len(self.rows) * self.max_length)
        text = (
            f"{self.conversations:,} conversations, {self.tokens:,} tokens ({self.learned / max(1, self.tokens):.0%} "
            f"learned) in {len(self.rows):,} rows of {self.max_length:,} ({filled:.1%} full)"
        )
        for what, counts in (("cut to fit", self.cut), ("dropped", self.dropped)):
            if counts:
                text += f"; {what}: " + ", ".join(f"{n} of {source}" for source, n in sorted(counts.items()))
        return text


def prepare_rows(
    conversations: Iterable[Conversation],
    tokenizer: Tokenizer,
    format: ChatFormat,
    max_length: int,
    overlong: str,
    learn: Mapping[str, float] = {},
) -> Rows:
    """Render, cut and pack. Raises InputError with `overlong="error"` for a conversation that does not fit."""
    result = Rows([], max_length)
    fitting: list[Row] = []
    for conversation in conversations:
        result.conversations += 1
        example = render(conversation, tokenizer, format)
        row = fit(example, conversation.id, max_length, overlong, learn)
        if row is None:
            result.dropped[conversation.source] += 1
            continue
        if len(row.input_ids) < len(example.input_ids):
            result.cut[conversation.source] += 1
        fitting.append(row)
    bins = pack([len(row.input_ids) for row in fitting], max_length)
    result.rows = [join([fitting[i] for i in chosen]) for chosen in bins]
    return result


def steps_per_epoch(rows: int, per_step: int) -> int:
    """How many optimizer steps an epoch has; the last one may be short."""
    return -(-rows // per_step)


def windows(rows: list[Row], batch: int, accumulation: int, seed: int) -> Iterator[list[Row]]:
    """Endless optimizer steps, each a list of up to `accumulation` joined rows; every epoch in an order of its own."""
    epoch = 0
    while True:
        order = list(range(len(rows)))
        random.Random(f"{seed} {epoch}").shuffle(order)
        for at in range(0, len(order), batch * accumulation):
            chosen = [rows[i] for i in order[at : at + batch * accumulation]]
            yield [join(chosen[i : i + batch]) for i in range(0, len(chosen), batch)]
        epoch += 1
