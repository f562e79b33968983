"""The data doctor: what a model would learn from a file, and what is wrong with it.

    python -m data.inspect my.jsonl                     the first conversation, faults, and a table of lengths
    python -m data.inspect builtin:heldout --row 7      another one; learned and unlearned tokens in two colours

Bad rows and faults of content are named, and bad rows make the exit code 1.
"""

import argparse
import io
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby, islice

import numpy as np
from tokenizers import Tokenizer
from tqdm import tqdm

from data.conversation import Conversation
from data.format import Example, render
from data.readers import ReadReport, read_conversations
from errors import InputError, command_line
from model.hub import DEFAULT_MODEL, load_tokenizer

LEARNED, UNLEARNED, RESET = "\033[32m", "\033[90m", "\033[0m"  # green, grey


@dataclass
class Statistics:
    """Counts over the conversations of one source."""

    turns: int = 0  # of the assistant
    calls: int = 0
    tools: set[str] = field(default_factory=set)  # names of those on offer
    lengths: list[int] = field(default_factory=list)  # tokens of each conversation
    learned: int = 0  # tokens

    def add(self, conversation: Conversation, example: Example) -> None:
        assistant = [message for message in conversation.messages if message.role == "assistant"]
        self.turns += len(assistant)
        self.calls += sum(len(message.calls) for message in assistant)
        self.tools |= {tool["function"]["name"] for tool in conversation.tools}
        self.lengths.append(len(example.input_ids))
        self.learned += sum(len(segment.input_ids) for segment in example.segments if segment.learned)


def statistics(conversations: Iterable[Conversation], tokenizer: Tokenizer) -> dict[str, Statistics]:
    """Statistics of each source, by its name, and of all of them under "all" where there are several."""
    total, by_source = Statistics(), defaultdict[str, Statistics](Statistics)
    for conversation in conversations:
        example = render(conversation, tokenizer)
        by_source[conversation.source].add(conversation, example)
        total.add(conversation, example)
    return dict(by_source) | ({"all": total} if len(by_source) > 1 else {})


def table(by_source: dict[str, Statistics]) -> str:
    """The statistics as lines of text; lengths are in tokens."""
    head = ("source", "conversations", "turns", "calls", "tools", "min", "median", "mean", "p95", "max", "learned")
    rows: list[tuple[str, ...]] = [head]
    for source, stats in by_source.items():
        lengths = np.array(stats.lengths)
        numbers = (len(lengths), stats.turns, stats.calls, len(stats.tools), lengths.min(), np.median(lengths))
        numbers += (lengths.mean(), np.percentile(lengths, 95), lengths.max())
        rows.append((source, *(f"{n:,.0f}" for n in numbers), f"{stats.learned / lengths.sum():.1%}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [[row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])] for row in rows]
    return "\n".join("  ".join(line) for line in lines)


def show(example: Example, tokenizer: Tokenizer, color: bool) -> str:
    """A rendered conversation: learned tokens green and all others grey, or learned ones in ⟦ ⟧ without colour."""
    text = ""
    for learned, segments in groupby(example.segments, key=lambda segment: segment.learned):
        ids = [token for segment in segments for token in segment.input_ids]
        part = _visible(tokenizer.decode(ids, skip_special_tokens=False))
        if color:
            start = LEARNED if learned else UNLEARNED
            part = "\n".join(f"{start}{line}{RESET}" if line else "" for line in part.split("\n"))
        elif learned:
            part = f"⟦{part}⟧"
        text += part
    return text


def _visible(text: str) -> str:
    """Control characters as pictures (␛ for escape), so that a file cannot drive the reader's terminal."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda m: chr(0x2400 + ord(m[0])) if m[0] < " " else "\ufffd", text)


def main() -> int:
    args = _parse_arguments()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows another
    try:
        bad_rows = _inspect(args)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough; the interpreter must not try to write the rest either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 1 if bad_rows else 0


def _inspect(args: argparse.Namespace) -> int:
    """Print it all; returns the number of bad rows."""
    tokenizer = load_tokenizer(args.model)
    report = ReadReport()
    conversations = list(islice(read_conversations(args.data, on_bad_row="skip", report=report), args.limit))
    for row in report.skipped:
        print(f"bad row: {_visible(row)}")
    if not conversations:
        raise InputError(f"{' '.join(args.data)}: not one conversation could be read")
    if args.row > len(conversations):
        raise InputError(f"--row {args.row}: there are {len(conversations):,} conversations")
    shown = conversations[args.row - 1]
    color = args.color == "always" or (args.color == "auto" and sys.stdout.isatty())
    legend = f"{LEARNED}learned{RESET}, {UNLEARNED}not learned{RESET}" if color else "learned: ⟦ ⟧"
    print(f"{_visible(shown.id)} from {_visible(shown.source)} ({legend})\n")
    print(show(render(shown, tokenizer), tokenizer, color))
    by_source = statistics(tqdm(conversations, desc="conversations", leave=False, disable=None), tokenizer)
    for fault in report.faults:
        print(f"fault: {_visible(fault)}")
    print(f"{len(report.skipped):,} bad rows, {len(report.faults):,} faults of content\n")
    print(_visible(table(by_source)))
    return len(report.skipped)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m data.inspect", description="What a model would learn from a file.")
    add = parser.add_argument
    add("data", nargs="+", metavar="FILE", help="JSONL files, builtin or builtin:heldout")
    add("--model", default=DEFAULT_MODEL, help="whose tokenizer counts (default: %(default)s)")
    add("--row", type=int, default=1, help="which conversation to show, from 1 (default: the first)")
    add("--limit", type=int, help="read only so many conversations")
    add("--color", choices=["auto", "always", "never"], default="auto", help="auto: on a terminal (default)")
    args = parser.parse_args()
    if args.row < 1 or (args.limit is not None and args.limit < 1):
        raise InputError("--row and --limit must be at least 1")
    return args


if __name__ == "__main__":
    command_line(main)()
