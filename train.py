"""Tune a chat model to call functions: the whole run, top to bottom.

    python train.py                      SmolLM2-135M-Instruct on the built-in data, on whatever this machine has
    python train.py --data my.jsonl      your own conversations
    python train.py --preset course      the recipe of the Hugging Face Agents Course, bonus unit 1

Read on: `lora/layers.py` is what is trained, `data/format.py` what it is trained on, `training/loss.py` what for.
"""

import argparse
import itertools
import math
import random
import sys
import tempfile
from pathlib import Path

import torch
from tokenizers import Tokenizer

from agent import Agent
from agent.display import Display
from data import ChatFormat, Conversation, ReadReport, read_conversations
from data.packing import Row
from errors import InputError, command_line
from evaluate import Turn, evaluate, print_table, sample_turns
from lora import LoRAConfig, inject_lora, merge_lora, save_adapter
from model import Decoder, load_model, load_tokenizer, resolve
from toolbox import TOOLS
from training.arguments import parse_arguments
from training.checks import GradientProof, frozen_checksum, require_finite, require_learned_tokens, require_unmoved
from training.loss import masked_cross_entropy
from training.memory import peak_memory_bytes, return_freed_tensors
from training.new_tokens import add_new_tokens
from training.report import Progress
from training.rows import prepare_rows, steps_per_epoch, windows
from training.schedule import learning_rate
from training.state import load_checkpoint, newest_checkpoint, save_checkpoint, trainable
from training.tokenizer_files import save_tokenizer


def main() -> None:
    args = parse_arguments()
    output_dir = Path(args.output_dir)
    if args.resume and (output_dir / "adapter_model.safetensors").is_file():
        print(f"{output_dir} holds a finished run: nothing to resume")
        return
    prepare_output(output_dir)
    return_freed_tensors()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    max_length = args.max_length or (2048 if device.type == "cuda" else 1024)
    torch.manual_seed(args.seed)

    # The data: every file is read and checked before any training starts.
    train_set, eval_set = read_data(args)

    # The model, and what it can do before it is tuned.
    format = ChatFormat()
    source = resolve(args.model)
    tokenizer = load_tokenizer(source.path)
    model = load_model(args.model, dtype=pick_precision(args, device), device=device)
    scores = {}
    if eval_set:
        scores["base"] = evaluate(model, tokenizer, eval_set, ChatFormat(special_tokens=False))

    # The format's new tokens and the adapter: only the adapter and the new tokens' rows will be trained.
    new_tokens = add_new_tokens(model, tokenizer, format)
    config = LoRAConfig(
        r=args.r,
        lora_alpha=args.lora_alpha,
        lora_dropout=args.lora_dropout,
        target_modules=args.target_modules,
        trainable_token_indices=new_tokens if new_tokens and not args.course_heads else None,
        base_model_name_or_path=source.name,
    )
    inject_lora(model, config)
    model.gradient_checkpointing = args.gradient_checkpointing
    learning = sum(parameter.numel() for parameter in trainable(model).values())
    whole = sum(parameter.numel() for parameter in model.parameters())
    print(f"{source.name} on {device.type}: {learning:,} of {whole:,} parameters are trained")

    # Conversations become token ids with labels, and share rows.
    rows = prepare_rows(train_set, tokenizer, format, max_length, args.overlong, args.learn)
    require_learned_tokens(rows.learned, rows.conversations)
    del train_set
    print(rows.summary())

    train(args, model, rows.rows, device, output_dir)
    save_adapter(model, output_dir)
    save_tokenizer(tokenizer, format, source.path, output_dir)
    print(f"saved to {output_dir}; peak memory {peak_memory_bytes(device) / 2**30:.2f} GiB")

    # What it can do now, beside what it could before; and one question, answered through a real tool.
    merge_lora(model.eval())
    if eval_set:
        print_table(scores | {"tuned": evaluate(model, tokenizer, eval_set, format)})
    if args.question:
        show(model, tokenizer, args.question)


def train(args: argparse.Namespace, model: Decoder, rows: list[Row], device: torch.device, output_dir: Path) -> None:
    """The loop. A step is a window of `gradient_accumulation_steps` rows; its loss is a mean over learned tokens."""
    per_step = args.per_device_train_batch_size * args.gradient_accumulation_steps
    total = math.ceil(args.num_train_epochs * steps_per_epoch(len(rows), per_step))
    total = min(total, args.max_steps or total)
    parameters = list(trainable(model).values())
    optimizer = torch.optim.AdamW(parameters, lr=args.learning_rate, weight_decay=args.weight_decay)
    autocast_dtype = torch.float16 if args.fp16 else torch.bfloat16 if args.bf16 else None
    scaler = torch.amp.GradScaler(device.type, enabled=args.fp16)
    start = 0
    if args.resume and (checkpoint := newest_checkpoint(output_dir)):
        start = load_checkpoint(checkpoint, model, optimizer, scaler)["step"]
        print(f"going on from {checkpoint}")

    proof, frozen = GradientProof(model), frozen_checksum(model)
    progress = Progress(output_dir / "metrics.jsonl", total, start)
    model.train()
    steps = windows(rows, args.per_device_train_batch_size, args.gradient_accumulation_steps, args.seed)
    for step, window in enumerate(itertools.islice(steps, start, total), start + 1):
        rate = learning_rate(step - 1, total, args.learning_rate, args.warmup_steps, args.lr_scheduler_type)
        for group in optimizer.param_groups:
            group["lr"] = rate
        learned, weight = sum(row.learned for row in window), sum(sum(row.weights) for row in window)
        loss = 0.0
        for row in window:
            input_ids = torch.tensor([row.input_ids], device=device)  # (1, T)
            labels = torch.tensor([row.labels], device=device)
            weights = torch.tensor([row.weights], device=device)
            with torch.autocast(device.type, autocast_dtype, enabled=autocast_dtype is not None):
                hidden = model.hidden(input_ids, documents=row.documents)  # (1, T, D)
                row_loss = masked_cross_entropy(hidden, labels, model.logits, weights) / weight
            scaler.scale(row_loss).backward()
            loss += row_loss.item()
        require_finite(loss, step, [name for row in window for name in row.conversations])
        scaler.unscale_(optimizer)
        grad_norm = torch.nn.utils.clip_grad_norm_(parameters, args.max_grad_norm).item()
        proof.check(step)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad(set_to_none=True)
        progress.step(step, loss, rate, grad_norm, sum(len(row.input_ids) for row in window), learned, device)
        if args.save_steps and step % args.save_steps == 0 and step < total:
            save_checkpoint(output_dir / f"checkpoint-{step}", model, optimizer, scaler, {"step": step})
    progress.close()
    require_unmoved(frozen, frozen_checksum(model))


def read_data(args: argparse.Namespace) -> tuple[list[Conversation], list[Turn]]:
    """The conversations to train on and the turns to score, both checked; faults of content are counted aloud."""
    report = ReadReport()
    reading = {"on_bad_row": args.on_bad_row, "data_format": args.data_format}
    train_set = list(read_conversations(args.data, report=report, **reading))
    for what, lines in (("bad rows left out", report.skipped), ("faults of content", report.faults)):
        if lines:
            print(f"{len(lines):,} {what}, the first: {lines[0]}")
    if args.strict and report.faults:
        raise InputError(f"--strict, and {len(report.faults):,} faults of content, the first: {report.faults[0]}")
    if args.eval_split:
        random.Random(args.seed).shuffle(train_set)
        held_out = math.ceil(args.eval_split * len(train_set))
        eval_set, train_set = train_set[:held_out], train_set[held_out:]
    elif args.eval_turns:
        eval_set = list(read_conversations(args.eval_data, **reading))
    else:
        eval_set = []
    return train_set, sample_turns(eval_set, args.eval_turns, args.seed)


def pick_precision(args: argparse.Namespace, device: torch.device) -> torch.dtype:
    """Set --bf16 or --fp16 where neither was asked for and the card has it; returns the base weights' dtype."""
    if device.type == "cuda" and not args.fp16:
        args.bf16 = args.bf16 or torch.cuda.is_bf16_supported()
        args.fp16 = not args.bf16
    return torch.bfloat16 if device.type == "cuda" and args.bf16 else torch.float32


def prepare_output(output_dir: Path) -> None:
    """Make the output folder, and be sure that it can be written to before hours of work."""
    try:
        output_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=output_dir):
            pass
    except OSError as error:
        raise InputError(f"--output-dir {output_dir} cannot be written to ({error.strerror}): choose another") from None


def show(model: Decoder, tokenizer: Tokenizer, question: str) -> None:
    """One question to the tuned model, with the real tools: thought, call, observation, answer as they come."""
    display = Display(sys.stdout)
    Agent(model, tokenizer, tools=list(TOOLS), on_event=display).run(question)


if __name__ == "__main__":
    command_line(main)()
