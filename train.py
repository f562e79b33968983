"""Tune a chat model to call functions: the whole run, top to bottom.

    python train.py                      SmolLM2-135M-Instruct on the built-in data, on whatever this machine has
    python train.py --data my.jsonl      your own conversations
    python train.py --preset course      the recipe of the Hugging Face Agents Course, bonus unit 1
    torchrun --nproc-per-node 2 -- train.py …     on two GPUs, or in two processes (see training/distributed.py)

Read on: `lora/layers.py` is what is trained, `data/format.py` what it is trained on, `training/loss.py` what for.
"""

import argparse
import itertools
import math
import random
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tqdm import tqdm

from agent import Agent
from agent.display import Display
from data import ChatFormat, Conversation, read_conversations
from data.format import assistant_text, to_json
from data.packing import padded
from data.tokens import Tokens, TokenStream
from errors import InputError, command_line
from evaluate import Turn, answer, print_table, sample_turns, score
from lora import LoRAConfig, inject_lora, merge_lora, unmerge_lora
from model import Decoder, load_model, load_tokenizer, resolve
from toolbox import TOOLS
from training import distributed
from training.arguments import parse_arguments
from training.checks import GradientProof, frozen_checksum, require_finite, require_learned_tokens, require_unmoved
from training.distributed import World
from training.loss import masked_cross_entropy
from training.memory import peak_memory_bytes, return_freed_tensors
from training.model_card import write_model_card
from training.new_tokens import add_new_tokens
from training.push import create_repository, push
from training.report import Progress
from training.report_html import SAMPLES, Evaluation, Sample, write_report
from training.result import save_result
from training.rows import Rows, windows
from training.schedule import learning_rate
from training.state import Checkpoints, finish, is_finished, prepare_output, run_settings, trainable
from training.stop import Stop


def main() -> None:
    args = parse_arguments()
    world = distributed.start()
    output_dir = Path(args.output_dir)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if args.torch_compile and device.type == "cpu":
        raise InputError("--torch-compile is for GPUs: leave it out, a CPU would compile every mix of documents anew")
    if args.activation_offloading and device.type == "cpu":
        raise InputError("--activation-offloading is for GPUs: leave it out, here everything is in the host's memory")
    if args.resume and is_finished(output_dir):
        print(f"{output_dir} holds a finished run: nothing to resume")
        return
    if world.first:
        prepare_output(output_dir, args.resume)
        if args.push_to_hub:
            create_repository(args.push_to_hub)
    return_freed_tensors()
    args.max_length = args.max_length or (2048 if device.type == "cuda" else 1024)
    torch.manual_seed(args.seed)

    # The data: conversations become token ids with labels, and share rows. All are read and checked before any training
    # starts; of more than a few thousand, the first ones are, and the others meanwhile.
    format = ChatFormat()
    with world.one_first():
        tokenizer = load_tokenizer(args.model)
        stream = TokenStream(args.data, tokenizer, format, args.on_bad_row, args.data_format)
        held_out, eval_set = read_eval_data(args, stream)
        rows = Rows(checked(stream, args.strict), args.max_length, args.overlong, args.learn, held_out)
        source = resolve(args.model)
    require_learned_tokens(rows.learned, rows.conversations)
    print(rows.summary())

    # The model, and what it can do before it is tuned.
    dtype = pick_precision(args, device)
    model = load_model(args.model, dtype, device)
    evaluations: list[Evaluation] = []
    if eval_set and world.first:
        evaluations.append(evaluate_at(0, model, tokenizer, eval_set, ChatFormat(special_tokens=False)))

    # The format's new tokens and the adapter: only the adapter and the new tokens' rows will be trained.
    base_rows = model.config.vocab_size
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
    model.activation_offloading = args.activation_offloading
    model.torch_compile = args.torch_compile
    learning = sum(parameter.numel() for parameter in trainable(model).values())
    whole = sum(parameter.numel() for parameter in model.parameters())
    print(f"{source.name} on {device.type}: {learning:,} of {whole:,} parameters are trained")

    samples = [Sample(asked(eval_set[i]), assistant_text(eval_set[i].due, format)) for i in shown(eval_set)]
    settings = vars(args) | {"rows": rows.summary()}

    def evaluate_and_report(step: int) -> None:
        if eval_set:
            evaluations.append(evaluate_at(step, model, tokenizer, eval_set, format))
        write_report(output_dir, settings, evaluations, samples)

    with Stop() as stop:
        steps = train(args, model, rows, device, output_dir, evaluations, evaluate_and_report, stop, world)
        settings["rows"] = rows.summary()  # of what has been read by now
        world.leave()  # the first process goes on alone
        save_result(model, tokenizer, format, source.path, output_dir)
        vocab_size = model.config.vocab_size if model.config.vocab_size > base_rows else None
        write_card = partial(write_model_card, output_dir, config, vocab_size, settings, steps, evaluations)
        write_card()
        write_report(output_dir, settings, evaluations, samples)
        finish(output_dir)
    print(f"saved to {output_dir}; peak memory {peak_memory_bytes(device) / 2**30:.2f} GiB")
    if stop.signal:
        stop.leave("stopped after the last step: the run is finished")

    # What it can do now, beside what it could before; and one question, answered through a real tool.
    merge_lora(model.eval())
    evaluate_and_report(steps)
    write_card()
    if eval_set:
        print_table({"base": evaluations[0].scores, "tuned": evaluations[-1].scores})
    if args.question:
        Agent(model, tokenizer, TOOLS, on_event=Display()).run(args.question)  # shows its steps as they come
    if args.push_to_hub:
        push(output_dir, args.push_to_hub)


def train(
    args: argparse.Namespace,
    model: Decoder,
    rows: Rows,
    device: torch.device,
    output_dir: Path,
    evaluations: list[Evaluation],
    evaluate_and_report: Callable[[int], None],
    stop: Stop,
    world: World,
) -> int:
    """The loop. A step is a window of rows, `gradient_accumulation_steps` for each process; its loss is a mean over
    learned tokens.

    Returns the number of the last step. `evaluations` so far are kept in checkpoints, and come back from them.
    """
    accumulation = args.gradient_accumulation_steps * world.size
    per_step = args.per_device_train_batch_size * accumulation
    total = math.ceil(args.num_train_epochs * math.ceil(len(rows) / per_step))
    total = min(total, args.max_steps or total)
    parameters = list(trainable(model).values())
    optimizer = torch.optim.AdamW(parameters, lr=args.learning_rate, weight_decay=args.weight_decay)
    autocast_dtype = torch.float16 if args.fp16 else torch.bfloat16 if args.bf16 else None
    scaler = torch.amp.GradScaler(device.type, enabled=args.fp16)
    scaler.scale(torch.zeros((), device=device))  # makes its scale, for a process without a row in the first step
    proof, frozen = GradientProof(model), frozen_checksum(model)
    settings = run_settings(args, total, rows.digest, frozen) | {"torchrun's processes": world.size}
    limit = args.save_total_limit
    checkpoints = Checkpoints(output_dir, model, optimizer, scaler, settings, evaluations, limit, world.first)
    start = checkpoints.begin(args.resume)
    world.copy_from_first(parameters)

    progress = Progress(output_dir / "metrics.jsonl", total, start) if world.first else None
    model.train()
    steps = itertools.islice(windows(rows, args.per_device_train_batch_size, accumulation, args.seed), start, None)
    for step in range(start + 1, total + 1):
        rate = learning_rate(step - 1, total, args.learning_rate, args.warmup_steps, args.lr_scheduler_type)
        for group in optimizer.param_groups:
            group["lr"] = rate
        losses: list[torch.Tensor] = []
        world.seed(args.seed, step)
        with checkpoints.kept_at(step - 1):  # whatever goes wrong in here, no parameter has moved
            window = next(steps)
            learned, weight = sum(row.learned for row in window), sum(sum(row.weights) for row in window)
            for row in window[world.rank :: world.size]:
                if args.torch_compile:
                    row = padded(row, args.per_device_train_batch_size * args.max_length)
                input_ids = torch.tensor([row.input_ids], device=device)  # (1, T)
                labels = torch.tensor([row.labels], device=device)
                weights = torch.tensor([row.weights], device=device)
                with torch.autocast(device.type, autocast_dtype, enabled=autocast_dtype is not None):
                    hidden = model.hidden(input_ids, documents=row.documents)  # (1, T, D)
                    row_loss = masked_cross_entropy(hidden, labels, model.logits, weights) / weight
                scaler.scale(row_loss).backward()
                losses.append(row_loss.detach())  # read after the last row: one wait for a GPU less
                del hidden, row_loss  # the graph goes before the next one grows
            loss = world.sum_gradients(parameters, sum(each.item() for each in losses))
            scaler.unscale_(optimizer)
            grad_norm = torch.nn.utils.clip_grad_norm_(parameters, args.max_grad_norm).item()
            names = [name for row in window for name in row.conversations]
            require_finite(loss, step, names)
            if math.isfinite(grad_norm) or scaler.get_scale() <= 1:  # else fp16's scaler will skip this step
                require_finite(grad_norm, step, names, "gradient's norm")
                proof.check(step)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad(set_to_none=True)
        if progress:
            progress.step(step, loss, rate, grad_norm, sum(len(row.input_ids) for row in window), learned, device)
        if progress and args.eval_steps and step % args.eval_steps == 0 and step < total and not stop.signal:
            model.eval()
            with checkpoints.kept_at(step):
                merge_lora(model)
                try:
                    evaluate_and_report(step)
                finally:
                    unmerge_lora(model)
            model.train()
            progress.go_on()
        with checkpoints.kept_at(step):
            stopping = world.any(stop.signal != 0)  # read once: a signal that comes later is the next step's
        if stopping or (args.save_steps and step % args.save_steps == 0 and step < total):
            checkpoints.save(step)
        if stopping:
            if progress:
                progress.close()
            stop.leave(f"stopped after step {step} of {total}, saved: the same command with --resume goes on")
    if progress:
        progress.close()
    require_unmoved(frozen, frozen_checksum(model))
    return total


def read_eval_data(args: argparse.Namespace, stream: TokenStream) -> tuple[frozenset[int], list[Turn]]:
    """Which conversations of the stream are not to be trained on, by their places, and the turns to score."""
    held_out: frozenset[int] = frozenset()
    eval_set: Iterable[Conversation] = ()
    if args.eval_split:
        conversations = list(stream.conversations())
        count = math.ceil(args.eval_split * len(conversations))
        held_out = frozenset(random.Random(args.seed).sample(range(len(conversations)), count))
        eval_set = [conversations[i] for i in sorted(held_out)]
    elif args.eval_turns:
        eval_set = read_conversations(args.eval_data, on_bad_row=args.on_bad_row, data_format=args.data_format)
    return held_out, sample_turns(eval_set, args.eval_turns, args.seed)


def checked(stream: TokenStream, strict: bool) -> Iterator[Tokens]:
    """Count aloud what is wrong with the rows of each chunk as it is read; `strict` refuses faults of content."""
    for chunk in stream:
        for what, lines in (("bad rows left out", chunk.skipped), ("faults of content", chunk.faults)):
            if lines:
                tqdm.write(f"{len(lines):,} {what}, the first: {lines[0]}")
        if strict and chunk.faults:
            raise InputError(f"--strict, and {len(chunk.faults):,} faults of content, the first: {chunk.faults[0]}")
        yield chunk


def evaluate_at(step: int, model: Decoder, tokenizer: Tokenizer, turns: list[Turn], format: ChatFormat) -> Evaluation:
    """Let the model answer the turns: the scores, and what it said to those that the report shows."""
    replies = answer(model, tokenizer, turns, format)
    scores = score([turns[i] for i in replies], list(replies.values()))
    said = [replies[i].text if i in replies else "(too long for the model's context)" for i in shown(turns)]
    return Evaluation(step, scores, said)


def shown(turns: list[Turn]) -> list[int]:
    """Which turns' transcripts the report shows, spread evenly."""
    count = min(SAMPLES, len(turns))
    return [i * len(turns) // count for i in range(count)]


def asked(turn: Turn) -> str:
    """The last message before a turn: what the user said, or what the tool returned."""
    content = turn.before.messages[-1].content
    return content if isinstance(content, str) else to_json(content)


def pick_precision(args: argparse.Namespace, device: torch.device) -> torch.dtype:
    """Set --bf16 or --fp16 where neither was asked for and the card has it; returns the base weights' dtype."""
    if device.type == "cuda" and not args.fp16:
        args.bf16 = args.bf16 or torch.cuda.is_bf16_supported(including_emulation=False)
        args.fp16 = not args.bf16
    return torch.bfloat16 if device.type == "cuda" and args.bf16 else torch.float32


if __name__ == "__main__":
    command_line(main)()
