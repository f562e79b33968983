"""The data doctor: what a model would learn from files, and what is wrong with them.

    python -m data.inspect my.jsonl                          the first conversation, counts, lengths, findings
    python -m data.inspect my.jsonl --eval-data held.jsonl   and whether the two have rows in common
    python -m data.inspect builtin --row 7 --html page.html  another conversation; the same on a page to keep
    python -m data.inspect my.jsonl --strict                 exit code 1 if there is any error: for a script

Learned and unlearned tokens have two colours. Errors teach what is wrong; warnings are to be looked at. A row that
cannot be read would stop a training run, so it makes the exit code 1 without --strict too.
"""

import argparse
import sys
from pathlib import Path

from tokenizers import Tokenizer

from atomic import write_file
from data.dialects import DATA_FORMATS
from data.findings import Findings
from data.format import Example
from data.inspect_html import page
from data.inspection import Inspection, inspect_files, stretches, visible
from errors import InputError, command_line
from model.hub import DEFAULT_MODEL, load_tokenizer

LEARNED, UNLEARNED, RESET = "\033[32m", "\033[90m", "\033[0m"  # green, grey
ROWS, WIDTH = 3, 200  # named rows of each kind of finding, and characters of each
BAR = 40  # characters of the histogram's longest bar


def show(example: Example, tokenizer: Tokenizer, color: bool) -> str:
    """A rendered conversation: learned tokens green and all others grey, or learned ones in ⟦ ⟧ without colour."""
    text = ""
    for learned, part in stretches(example, tokenizer):
        if color:
            start = LEARNED if learned else UNLEARNED
            part = "\n".join(f"{start}{line}{RESET}" if line else "" for line in part.split("\n"))
        elif learned:
            part = f"⟦{part}⟧"
        text += part
    return text


def counts_text(inspection: Inspection) -> str:
    """The counts by source, and the lengths as bars."""
    rows = inspection.table()
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    bins = inspection.histogram()
    most, width = max(count for _, count, _ in bins), max(len(name) for name, _, _ in bins)
    lines += ["", f"conversations by length in tokens (light: over --max-length {inspection.max_length:,})"]
    for name, count, fits in bins:
        bar = ("█" if fits else "░") * -(-BAR * count // most)
        lines.append(f"{name.rjust(width)} {count:>7,} {bar}".rstrip())
    return visible("\n".join(lines))


def findings_text(findings: Findings) -> str:
    """A line for each kind that was met, with the first rows below it, and the sums."""
    lines: list[str] = []
    for kind in findings.kinds():
        lines.append(findings.heading(kind))
        lines += [f"  {line[: WIDTH - 1]}…" if len(line) > WIDTH else f"  {line}" for line in findings.rows(kind, ROWS)]
        lines.append("")
    lines.append(f"errors: {findings.total('error'):,}, warnings: {findings.total('warning'):,}")
    return visible("\n".join(lines))


def main() -> int:
    args = _parse_arguments()
    tokenizer = load_tokenizer(args.model)
    inspection = inspect_files(
        args.data,
        tokenizer,
        eval_files=args.eval_data,
        max_length=args.max_length,
        data_format=args.data_format,
        limit=args.limit,
        row=args.row,
    )
    if args.html and inspection.shown:
        write_file(Path(args.html), page(args.data, inspection, tokenizer).encode("utf-8", "replace"))
    _print(inspection, tokenizer, args)
    return int(bool(inspection.bad_rows or (args.strict and inspection.findings.total("error"))))


def _print(inspection: Inspection, tokenizer: Tokenizer, args: argparse.Namespace) -> None:
    if inspection.shown:
        conversation, example = inspection.shown
        color = args.color == "always" or (args.color == "auto" and sys.stdout.isatty())
        legend = f"{LEARNED}learned{RESET}, {UNLEARNED}not learned{RESET}" if color else "learned: ⟦ ⟧"
        print(f"{visible(conversation.id)} from {visible(conversation.source)} ({legend})\n")
        print(show(example, tokenizer, color))
        print(counts_text(inspection), end="\n\n")
    print(findings_text(inspection.findings))
    if not inspection.conversations:
        raise InputError(f"{' '.join(args.data)}: not one conversation could be read")
    if not inspection.shown:
        raise InputError(f"--row {args.row}: there are {inspection.conversations:,} conversations")


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m data.inspect", description="What a model would learn from files.")
    add = parser.add_argument
    add("data", nargs="+", metavar="FILE", help="JSON, JSONL, Parquet, hub:OWNER/NAME[:FILE], builtin[:heldout|:hard]")
    add(
        "--eval-data", nargs="+", default=[], metavar="FILE", help="held-out files, which should share no row with FILE"
    )
    add("--data-format", choices=DATA_FORMATS, default="auto", help="what the rows are (default: seen from each row)")
    add("--model", default=DEFAULT_MODEL, help="whose tokenizer counts (default: %(default)s)")
    add("--max-length", type=int, default=1024, help="tokens in a packed row of the run (default: %(default)s)")
    add("--row", type=int, default=1, help="which conversation to show, from 1 (default: the first)")
    add("--limit", type=int, help="read only so many conversations")
    add("--html", metavar="PAGE", help="write it all as one HTML page too")
    add("--strict", action="store_true", help="exit code 1 for any error, not only for rows that cannot be read")
    add("--color", choices=["auto", "always", "never"], default="auto", help="auto: on a terminal (default)")
    args = parser.parse_args()
    for name in ("row", "limit", "max_length"):
        if getattr(args, name) is not None and getattr(args, name) < 1:
            raise InputError(f"--{name.replace('_', '-')} must be at least 1")
    return args


if __name__ == "__main__":
    command_line(main)()
