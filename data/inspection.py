"""What the data doctor gathers in one pass over files: counts by source, lengths, findings, and a conversation to show.

Rows are read, rendered and forgotten; a few hundred bytes of each stay, for the duplicates.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby, islice, pairwise
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer
from tqdm import tqdm

from data.conversation import Conversation
from data.duplicates import NEAR, nearest_earlier, signature
from data.findings import Findings, faults, length_fault, markup_pattern
from data.format import ChatFormat, Example, render
from data.readers import ReadReport, read_conversations

BINS = 8  # of the histogram, up to twice the maximal length; one more holds the rest


Counts = tuple[int, int, frozenset[str], int, int]  # assistant turns, calls, names of the tools, tokens, learned tokens


def counts(conversation: Conversation, example: Example) -> Counts:
    calls = [len(message.calls) for message in conversation.messages if message.role == "assistant"]
    tools = frozenset(tool["function"]["name"] for tool in conversation.tools)
    learned = sum(len(segment.input_ids) for segment in example.segments if segment.learned)
    return len(calls), sum(calls), tools, len(example.input_ids), learned


@dataclass
class Inspection:
    """What was found in files."""

    max_length: int
    by_source: defaultdict[str, list[Counts]] = field(default_factory=lambda: defaultdict(list))
    eval_by_source: defaultdict[str, list[Counts]] = field(default_factory=lambda: defaultdict(list))
    findings: Findings = field(default_factory=Findings)
    bad_rows: int = 0
    shown: tuple[Conversation, Example] | None = None  # the conversation that was asked for

    @property
    def conversations(self) -> int:
        """How many there are to train on."""
        return sum(map(len, self.by_source.values()))

    def table(self) -> list[tuple[str, ...]]:
        """The counts as text, a row for each source below the heads; lengths are in tokens."""
        rows: list[tuple[str, ...]] = [
            ("source", "conversations", "turns", "calls", "tools", "min", "median", "mean", "p95", "max", "learned")
        ]
        for prefix, by_source in (("", self.by_source), ("eval ", self.eval_by_source)):
            total = {"all": list(chain(*by_source.values()))} if len(by_source) > 1 else {}
            for source, of in (by_source | total).items():
                turns, calls, tools, tokens, learned = zip(*of, strict=True)
                lengths = np.array(tokens)
                numbers = (len(of), sum(turns), sum(calls), len(frozenset().union(*tools)))
                numbers += (*np.percentile(lengths, [0, 50]), lengths.mean(), *np.percentile(lengths, [95, 100]))
                share = f"{sum(learned) / lengths.sum():.1%}"
                rows.append((prefix + source, *(f"{number:,.0f}" for number in numbers), share))
        return rows

    def histogram(self) -> list[tuple[str, int, bool]]:
        """How many conversations to train on have which length: (tokens, how many, whether they fit in a row)."""
        lengths = [tokens for *_, tokens, _ in chain(*self.by_source.values())]
        edges = [self.max_length * i * 2 // BINS for i in range(BINS + 1)]
        heights = np.histogram(lengths, [*(edge + 0.5 for edge in edges), np.inf])[0]  # a bin holds its upper edge
        names = [f"{low + 1:,} – {high:,}" for low, high in pairwise(edges)]
        names.append(f"over {edges[-1]:,}")
        return [(name, int(n), i < BINS // 2) for i, (name, n) in enumerate(zip(names, heights, strict=True))]


def inspect_files(
    files: Sequence[str],
    tokenizer: Tokenizer,
    *,
    eval_files: Sequence[str] = (),
    max_length: int = 1024,
    data_format: str = "auto",
    limit: int | None = None,
    row: int = 1,
) -> Inspection:
    """Read, check and count all; `limit` conversations of `files` and of `eval_files` where it is given.

    `row` is which conversation to keep for showing, from 1. Raises InputError for a file that cannot be read.
    """
    result = Inspection(max_length)
    markup = markup_pattern(tokenizer)  # before render() adds the format's tags
    rows: list[tuple[str, str]] = []  # source and place
    signatures: list[np.ndarray] = []
    seen: set[int] = set()  # ids that occur in what is trained on
    reports: list[tuple[str, ReadReport]] = []
    trained = 0
    for prefix, names in (("", files), ("eval ", eval_files)):
        read = islice(_read(names, data_format, prefix, reports), limit)
        for place, conversation in tqdm(read, desc=f"{prefix}conversations", leave=False, disable=None):
            example = render(conversation, tokenizer)
            by_source = result.eval_by_source if prefix else result.by_source
            by_source[conversation.source].append(counts(conversation, example))
            rows.append((prefix + conversation.source, place))
            signatures.append(signature(conversation))
            found = list(faults(conversation, markup))
            if not prefix:
                trained += 1
                seen.update(example.input_ids)
                found += length_fault(example, max_length)
                if trained == row:
                    result.shown = conversation, example
            for kind, line in found:
                result.findings.add(kind, prefix + conversation.source, f"{place}: {line}")
    for source, report in reports:
        result.bad_rows += len(report.skipped)
        for line in report.skipped:
            result.findings.add_bad_row(source, line)
    if trained:
        _find_duplicates(result.findings, rows, np.stack(signatures), trained)
        _find_unused_tags(result.findings, tokenizer, seen)
    return result


def _read(
    names: Sequence[str], data_format: str, prefix: str, reports: list[tuple[str, ReadReport]]
) -> Iterator[tuple[str, Conversation]]:
    """Each conversation with its place; what the reader says of each file goes to `reports`."""
    for name in names:
        report = ReadReport()
        reports.append((prefix + Path(name).name, report))
        for conversation in read_conversations(name, on_bad_row="skip", data_format=data_format, report=report):
            yield report.place, conversation


def _find_duplicates(findings: Findings, rows: list[tuple[str, str]], signatures: np.ndarray, trained: int) -> None:
    """Each row once, with the earlier one that it has most in common with. The first `trained` are trained on."""
    nearest, share = nearest_earlier(signatures)
    for i in np.flatnonzero(share >= NEAR):
        kind = "leak" if i >= trained > nearest[i] else "duplicate"
        source, place = rows[i]
        if share[i] == 1:
            findings.add(kind, source, f"{place}: as {rows[nearest[i]][1]}")
        else:
            findings.add(f"near-{kind}", source, f"{place}: much as {rows[nearest[i]][1]}")


def _find_unused_tags(findings: Findings, tokenizer: Tokenizer, seen: set[int]) -> None:
    format = ChatFormat()
    for tag, why in zip(
        (format.tools, format.think, format.tool_call, format.tool_response),
        ("no row offers tools", "no turn has a thought", "no turn calls a tool", "no call has a result"),
        strict=True,
    ):
        if tokenizer.token_to_id(tag[0]) not in seen:
            findings.add("unused-tag", "", f"{tag[0]}: {why}")


def stretches(example: Example, tokenizer: Tokenizer) -> Iterator[tuple[bool, str]]:
    """A rendered conversation as text, in stretches that are learned or not."""
    for learned, segments in groupby(example.segments, key=lambda segment: segment.learned):
        ids = [token for segment in segments for token in segment.input_ids]
        yield learned, visible(tokenizer.decode(ids, skip_special_tokens=False))


def visible(text: str) -> str:
    """Control characters as pictures (␛ for escape), so that a file cannot drive the reader's terminal."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda m: chr(0x2400 + ord(m[0])) if m[0] < " " else "\ufffd", text)
