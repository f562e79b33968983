"""Constrained decoding: between `<tool_call>` and `</tool_call>` a model can only write a call that the tools allow.

The tools' schemas become one grammar for llguidance (the extra `demo`), which says after each token which ids may come
next. A call is then JSON as training writes it, names a tool on offer and fits its schema, whatever the model. Its
arguments come in any order, optional ones may be left out; within an argument, keys stand in the schema's order. What
the grammar forces (the name's rest, `", "arguments": {"`, a key's rest) is fed to the model in one pass. Thoughts,
content and the end of the turn stay free, but for one thing: small models end in circles, and a thought whose last
lines, up to three, stand there twice in a row is closed. What it led to so far can still be done.

A schema that lists properties allows no others, unless it says so (`agent.tools.closed`): a model that may make up keys
does. `format` is a hint, as JSON Schema has it by default: "tomorrow" may be a date. What llguidance cannot hold is
relaxed and said once on stderr; the agent checks every call against its schema anyway. Beyond the schemas there are two
rules against the ways in which small models miscopy ("JP-293" for "PJ-293"): a string does not begin with a space and a
word, unless it must, and within one what goes on as the conversation does is made likelier by `COPYING`.
"""

import importlib.util
import json
import math
import re
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
from tokenizers import Tokenizer
from torch import Tensor

from agent.tools import closed
from data.format import ChatFormat, add_format_tokens, plain_tokenizer, to_json
from data.literal import MAX_DEPTH, MAX_DIGITS
from data.markup import markup_for

if TYPE_CHECKING:
    from llguidance import LLMatcher, LLTokenizer

COPYING = 2.0  # nats, added within strings to what the users, the tools and the thought so far say next
LONGEST_TOKEN = 16  # characters of it that are looked at
# How llguidance writes JSON: as Python's json.dumps does. Keywords that it does not know are no error.
_JSON = {"item_separator": ", ", "key_separator": ": ", "whitespace_flexible": False, "lenient": True}


def call_grammar(
    tools: Sequence[dict[str, Any]], tokenizer: Tokenizer, format: ChatFormat = ChatFormat()
) -> "CallGrammar | None":
    """The grammar of calls to these tools (OpenAI-style schemas), made once for a conversation.

    None where decoding stays free: no tools, tags that are plain text, no llguidance, or (said on stderr) a tokenizer
    that it cannot read, or more schemas than it can hold.
    """
    if not tools or not format.special_tokens or importlib.util.find_spec("llguidance") is None:
        return None
    ids = dict(zip(format.tokens, add_format_tokens(tokenizer, format), strict=True))
    markup = markup_for(tokenizer)
    controls = (*markup.controls, markup.end, markup.bos, *format.tokens)
    try:
        return CallGrammar(tools, _ll_tokenizer(tokenizer, controls, ids[format.tool_call[1]]), format, ids)
    except ValueError as error:
        _say(f"calls are not constrained: {_first_line(error)}")
        return None


class CallGrammar:
    """What a call may look like. `matcher` follows one generation.

    A tool whose schema llguidance refuses, or finds too large, takes any JSON object as its arguments.
    """

    def __init__(
        self, tools: Sequence[dict[str, Any]], tokenizer: "LLTokenizer", format: ChatFormat, ids: dict[str, int]
    ):
        self.tokenizer = tokenizer
        self.call_open, self.call_close = (ids[tag] for tag in format.tool_call)
        self.tools_close = format.tools[1]
        parts = [format.think, *(tuple(tags) for _, *tags in format.extra_parts)]
        self.parts = {ids[opener]: ids[closer] for opener, closer in parts}  # in which a call is a draft, and free
        functions = [tool["function"] for tool in tools]
        rules = [self._tool_rule(i, each["name"], each.get("parameters", {})) for i, each in enumerate(functions)]
        self.start = self._compile(rules)

    def matcher(self, prompt: Sequence[int] = ()) -> "CallMatcher":
        """A fresh one, for a turn that is about to be generated after this prompt."""
        return CallMatcher(self, prompt)

    def _tool_rule(self, number: int, name: str, parameters: dict[str, Any]) -> str:
        """The rules for the calls of one tool, tried here, so that one tool's fault is not all tools' fault."""
        try:
            rule = _rule(number, name, _without_formats(closed(parameters)))
            warnings = self._compile([rule]).get_grammar_warnings()
        except (TypeError, ValueError, AttributeError) as error:
            _say(f"tool {name}: its arguments are not constrained: {_first_line(error)}")
            return _rule(number, name, {})
        for warning in warnings:
            _say(f"tool {name}: left to the check after decoding: {_first_line(warning)}")
        return rule

    def _compile(self, rules: list[str]) -> "LLMatcher":
        """A matcher at the beginning of a call that follows one of these rules. Raises ValueError where it cannot.

        It is tried on what it forces first, for some faults show only then (an object that needs itself).
        """
        from llguidance import LLMatcher

        start = f"start: {' | '.join(rule.partition(':')[0] for rule in rules)}"
        grammar = LLMatcher.grammar_from_lark("\n".join([start, *rules]))
        matcher = LLMatcher(self.tokenizer, grammar, log_level=0)
        matcher.consume_tokens(forced := matcher.compute_ff_tokens())
        matcher.compute_bitmask()
        if matcher.is_error():
            raise ValueError(matcher.get_error())
        matcher.rollback(len(forced))
        return matcher


class CallMatcher:
    """Follows one turn as it is generated (a `model.generate.Constraint`).

    It has a say within calls, and ends a thought that repeats itself.
    """

    def __init__(self, grammar: CallGrammar, prompt: Sequence[int] = ()):
        self._grammar = grammar
        # the conversation's text, without the tools
        self._said = grammar.tokenizer.decode_str(list(prompt)).rpartition(grammar.tools_close)[2]
        self._call: LLMatcher | None = None  # in the call that is being written
        self._ids: list[int] = []  # since <tool_call>, or since <think>
        self._part_close: int | None = None  # the end of the thought that is open

    def next_ids(self, logits: Tensor, pick: Callable[[Tensor], int]) -> list[int]:
        """The next id, picked from the logits (vocab,) of those that may come, and those that it forces."""
        token = pick(logits) if self._call is None else self._pick(logits, pick, self._call)
        self.feed(token)
        return [token, *self._forced()]

    def feed(self, token: int) -> None:
        """Take an id of the turn."""
        if self._call is not None:
            self._ids.append(token)
            if token == self._grammar.call_close or not self._call.consume_token(token):
                self._call = None
        elif self._part_close is not None:
            self._ids.append(token)
            if token == self._part_close:
                self._part_close = None
                self._said += f"\n{self._grammar.tokenizer.decode_str(self._ids)}"
        elif token == self._grammar.call_open:
            self._call, self._ids = self._grammar.start.deep_copy(), []
        else:
            self._part_close, self._ids = self._grammar.parts.get(token), []

    def _pick(self, logits: Tensor, pick: Callable[[Tensor], int], call: "LLMatcher") -> int:
        allowed = torch.frombuffer(bytearray(call.compute_logit_bias()), dtype=torch.uint8)  # 0: not allowed
        masked = torch.full_like(logits, -torch.inf)
        if not call.is_error():
            ids = allowed[: len(logits)].nonzero().flatten().to(logits.device)
            masked[ids] = logits[ids]
        decode, spaced = self._grammar.tokenizer.decode_str, None
        before = decode(self._ids)
        if (value := _open_value(before)) is not None:
            masked[_copies(value, self._said, self._grammar.tokenizer)] += COPYING
        while masked.max() > -torch.inf:
            token = pick(masked)
            if token == self._grammar.call_close:
                return token
            if _readable(text := decode([*self._ids, token])):
                if not _begins_with_space(before, text):
                    return token
                spaced = token if spaced is None else spaced
            masked[token] = -torch.inf
        if spaced is not None:
            return spaced
        _say(f"a call goes on unconstrained: {_first_line(call.get_error() or 'no token may follow')}")
        self._call = None
        return pick(logits)

    def _forced(self) -> list[int]:
        """The ids that must come now, in order."""
        decode, close = self._grammar.tokenizer.decode_str, self._part_close
        if close is not None and "\n" in decode(self._ids[-1:]) and _in_circles(decode(self._ids)):
            self.feed(close)
            return [close]
        if self._call is None:
            return []
        forced = self._call.compute_ff_tokens()
        self._call.consume_tokens(forced)
        self._ids += forced
        if self._call.is_accepting():  # its last bracket is closed
            self._call = None
            forced.append(self._grammar.call_close)
        return forced


def _in_circles(text: str) -> bool:
    """Whether a text's last one to three whole lines, of 20 characters or more, stand there twice in a row."""
    lines = text.split("\n")[:-1]
    return any(lines[-n:] == lines[-2 * n : -n] and sum(map(len, lines[-n:])) >= 20 for n in (1, 2, 3))


@lru_cache(maxsize=4)
def _ll_tokenizer(tokenizer: Tokenizer, controls: tuple[str, ...], end: int) -> "LLTokenizer":
    """The tokenizer as llguidance takes it. `end` is the id that may follow a whole call.

    Text is cut as for training: by the tokenizer in which no text yields a control id. The control tokens get names
    that no JSON can hold, so that they stand for no text at all.
    """
    from llguidance import LLTokenizer

    spec = json.loads(plain_tokenizer(tokenizer, controls).to_str())
    spec["added_tokens"] = [
        token | {"content": f"\0{token['content']}", "special": True}
        if token["special"] or token["content"] in controls
        else token
        for token in json.loads(tokenizer.to_str())["added_tokens"]
    ]
    return LLTokenizer(json.dumps(spec), eos_token=end)


def _rule(number: int, name: str, parameters: dict[str, Any]) -> str:
    """The calls of one tool as the rule `call_NUMBER`, in llguidance's variant of Lark, and what it is made of."""
    opening = f'{{"name": {to_json(name)}, "arguments": '
    if not _is_plain(parameters):  # references in a schema start at its root, so it stays whole
        schema = to_json(parameters | {"type": "object", "x-guidance": _JSON})
        return f'call_{number}: {to_json(opening)} %json {schema} "}}"'
    # A rule's parameter says, bit by bit, which keys are written; the required ones have the lowest bits.
    required = list(dict.fromkeys(parameters.get("required", [])))
    keys = [*required, *(key for key in parameters["properties"] if key not in required)]
    first, more, values = [], [], []
    for bit, key in enumerate(keys):
        value = f"value_{number}_{bit}"
        values.append(f"{value}: %json {to_json(parameters['properties'][key] | {'x-guidance': _JSON})}")
        first.append(f"{to_json(f'{to_json(key)}: ')} {value} more_{number}::{1 << bit}")
        more.append(f"{to_json(f', {to_json(key)}: ')} {value} more_{number}::set_bit({bit}) %if bit_clear({bit})")
    end = f'"}}}}" %if is_ones([0:{len(required)}])'
    if not required:
        first, end = ['"}}"', *first], '"}}"'
    return "\n".join([
        f"call_{number}: {to_json(opening + '{')} first_{number}",
        f"first_{number}: {' | '.join(first)}",
        f"more_{number}::_: {' | '.join([end, *more])}",
        *values,
    ])  # fmt: skip


def _is_plain(parameters: dict[str, Any]) -> bool:
    """Whether these are up to 64 properties and no others, each with a schema that stands alone."""
    properties = parameters.get("properties")
    return (
        isinstance(properties, dict)
        and 0 < len(properties) <= 64
        and all(isinstance(schema, dict) for schema in properties.values())
        and set(parameters.get("required", [])) <= properties.keys()
        and parameters.get("additionalProperties") is False
        and parameters.keys() <= {"type", "properties", "required", "additionalProperties", "title", "description"}
        and '"$ref"' not in to_json(parameters)
    )


def _without_formats(schema: Any) -> Any:
    """The same schema, in which a string's `format` asks for nothing."""
    if isinstance(schema, list):
        return [_without_formats(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value if key in ("enum", "const") else _without_formats(value)
        for key, value in schema.items()
        if not (key == "format" and isinstance(value, str))  # a property of that name has a schema
    }


_PARTS = re.compile(r'"(?:[^"\\]|\\.)*+(")?|[\[\]{}]|-?\d[\d.eE+-]*', re.DOTALL)


def _readable(text: str) -> bool:
    """Whether a call that begins so can be read by the parser: what the grammar allows and the parser refuses.

    The keys of an object differ, numbers are finite and integers of at most `MAX_DIGITS`, brackets nest at most
    `MAX_DEPTH` deep.
    """
    open_keys: list[set[str] | None] = []  # of each bracket that is open; None for a list
    for match in _PARTS.finditer(text):
        part = match[0]
        if part in "[{":
            open_keys.append(set() if part == "{" else None)
            if len(open_keys) > MAX_DEPTH:
                return False
        elif part in "]}":
            open_keys.pop()
        elif part[0] != '"':
            number = part.rstrip("eE+-.")  # as far as it is complete
            if math.isinf(float(number)) or (number.lstrip("-").isdigit() and len(number) > MAX_DIGITS):
                return False
        elif match[1] and (keys := open_keys[-1]) is not None and text[match.start() - 2 : match.start()] != ": ":
            if (key := json.loads(part)) in keys:
                return False
            keys.add(key)
    return True


def _open_value(text: str) -> str | None:
    """What is written so far of the string that a call ends in, if it is a value and not a key."""
    brackets, last = "", None
    for last in _PARTS.finditer(text):
        brackets = brackets + last[0] if last[0] in "[{" else brackets[:-1] if last[0] in "]}" else brackets
    if last is None or last[0][0] != '"' or last[1] or "\\" in (value := text[last.start() + 1 :]):
        return None
    return value if text[: last.start()].endswith(": ") or brackets.endswith("[") else None


def _copies(value: str, said: str, tokenizer: "LLTokenizer") -> list[int]:
    """The ids that go on with a value as the text does where it has it as the beginning of a word; also those that end
    it, where a word ends there."""
    ids: set[int] = set()
    for match in re.finditer(rf"(?<!\w){re.escape(value)}", said):
        rest = said[match.end() : match.end() + LONGEST_TOKEN]
        ids.update(_single_tokens(rest, tokenizer) if value or rest[:1].strip() else ())
        if value and not re.match(r"\w\w", value[-1] + rest[:1]):
            ids.update(_closing(tokenizer))
    return sorted(ids)


@lru_cache(maxsize=10_000)
def _single_tokens(text: str, tokenizer: "LLTokenizer") -> list[int]:
    """The tokens that a text can begin with."""
    beginnings = (tokenizer.tokenize_str(text[:end]) for end in range(1, len(text) + 1))
    return [ids[0] for ids in beginnings if len(ids) == 1]


@lru_cache(maxsize=4)
def _closing(tokenizer: "LLTokenizer") -> list[int]:
    """The tokens that begin with a quote."""
    return [i for i in range(tokenizer.vocab_size) if tokenizer.decode_str([i]).startswith('"')]


def _begins_with_space(before: str, text: str) -> bool:
    """Whether a call goes on with a string's first word and a space before it: 'to": "' and then 'to": " Ann'.

    Models copy the token of a word within a sentence, which has the space. It is left out where another token may come.
    """
    return bool(re.search(r'(?<!\\)"$', before)) and bool(re.match(r' [^\s"]', text[len(before) :]))


@lru_cache(maxsize=1000)
def _say(line: str) -> None:
    """Print a line on stderr, the first time that it is said."""
    print(" ".join(line.split()), file=sys.stderr)


def _first_line(error: object) -> str:
    return str(error).strip().split("\n", 1)[0]
