"""Constrained calls: valid whatever the model, cut into tokens as in training, free everywhere else."""

import gzip
import importlib.util
import itertools
import json
import os
import random
import re
from functools import partial
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tokenizers import AddedToken, Tokenizer

from agent import Agent, Call
from agent.calls import read_calls
from agent.grammar import COPYING, CallGrammar, _copies, _open_value, _readable, _say, call_grammar
from agent.tools import closed
from data import ChatFormat, read_conversations
from data.format import add_format_tokens, call_json, plain_tokenizer, to_json
from data.markup import markup_for
from model import generate, load_model
from model.generate import _choose
from tests.agent.misbehaving import f, raises

FORMAT = ChatFormat()
CALL_OPEN, CALL_CLOSE = FORMAT.tool_call
THREE = {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "number"}}, "required": ["x"]}
PARAMETERS = {
    "nothing": {"type": "object", "properties": {}},
    "no_schema": {},
    "nested.in.dots": {
        "type": "object",
        "properties": {"point": THREE, "by": {"type": "object", "additionalProperties": THREE}},
        "required": ["point", "by"],
    },
    'with spaces, “quotes” " and \\ \n': {
        "type": "object",
        "properties": {
            "unit": {"type": ["string", "null"], "enum": ["°C", 'a"b', None]},
            "n": {"enum": [1, 2.5, True]},
        },
        "required": ["unit", "n"],
    },
    "日本語": {
        "type": "object",
        "properties": {
            "points": {"type": "array", "items": THREE, "minItems": 1, "maxItems": 3},
            "tags": {"type": "array", "items": {"type": "string", "maxLength": 12}},
            "any": {"type": "array"},
        },
        "required": ["points", "any"],
    },
    "optional": {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "b": {"type": "boolean"},
            "c": {"type": "integer", "minimum": 3, "maximum": 70},
            "d": {"type": "object"},
            "e": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"},
        },
        "required": ["c"],
    },
    "tree": {
        "type": "object",
        "properties": {"root": {"$ref": "#/$defs/node"}},
        "required": ["root"],
        "$defs": {
            "node": {
                "type": "object",
                "properties": {"value": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}},
                "required": ["value"],
                "additionalProperties": False,
            }
        },
    },
}


def schemas(parameters: dict[str, dict]) -> list[dict]:
    return [{"type": "function", "function": {"name": name, "parameters": p}} for name, p in parameters.items()]


def check(text: str, parameters: dict[str, dict]) -> Call:
    """The one call of a block, which must be readable as it stands and fit its tool's schema."""
    (call,) = read_calls(text)
    assert isinstance(call, Call), f"{call}: {text}"
    assert not call.repaired
    assert call.name in parameters
    Draft202012Validator(closed(parameters[call.name])).validate(call.arguments)
    assert text.startswith(f'{{"name": {to_json(call.name)}, "arguments": {{')
    return call


def closing_bias(tokenizer: Tokenizer) -> torch.Tensor:
    """Logits that favour ids which end strings and brackets, or a random model's strings would never end."""
    texts = [tokenizer.decode([i], skip_special_tokens=False) for i in range(tokenizer.get_vocab_size())]
    return torch.tensor([4.0 * text.startswith(('"', "}", "]")) for text in texts])


def write_call(grammar: CallGrammar, tokenizer: Tokenizer, seed: int, wanted: str = "") -> list[int]:
    """The ids that follow <tool_call>, of random logits at temperature 1.5 that want a text, as far as they get it."""
    generator = torch.Generator().manual_seed(seed)
    pick = partial(_choose, temperature=1.5, top_p=1.0, generator=generator)
    matcher, bias, ids = grammar.matcher(), closing_bias(tokenizer), []
    matcher.feed(grammar.call_open)
    while grammar.call_close not in ids and len(ids) < 3000:
        logits = 2 * torch.randn(len(bias), generator=generator) + bias
        written = tokenizer.decode(ids)
        if len(written) < len(wanted) and wanted.startswith(written):
            logits[tokenizer.encode(wanted[len(written)]).ids[0]] = 1000
        ids += matcher.next_ids(logits, pick)
    return ids


def one_hot(wanted: int, tokenizer: Tokenizer) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor(wanted), tokenizer.get_vocab_size()).float()


def likeliest(logits: torch.Tensor) -> int:
    return int(logits.argmax())


def text_of(ids: list[int], tokenizer: Tokenizer) -> str:
    assert ids[-1] == tokenizer.token_to_id(CALL_CLOSE)
    assert not set(ids[:-1]) & control_ids(tokenizer)
    return tokenizer.decode(ids[:-1], skip_special_tokens=False)


def control_ids(tokenizer: Tokenizer) -> set[int]:
    return {i for i, token in tokenizer.get_added_tokens_decoder().items() if token.special} | {
        tokenizer.token_to_id(tag) for tag in FORMAT.tokens
    }


@pytest.fixture
def grammar(tiny_tokenizer) -> CallGrammar:
    grammar = call_grammar(schemas(PARAMETERS), tiny_tokenizer)
    assert grammar is not None
    return grammar


# ---------------------------------------------------------------------------------------------------------------------
# Every call is valid.


def test_fifty_calls_of_an_untuned_model_at_temperature_1_5_are_valid(grammar, tiny_tokenizer, tiny_llama_folder):
    model = load_model(tiny_llama_folder)
    model.resize_vocabulary(tiny_tokenizer.get_vocab_size())
    head, bias = model.logits, closing_bias(tiny_tokenizer)
    model.logits = lambda hidden: head(hidden) + bias
    prompt = [*tiny_tokenizer.encode("Call a tool:").ids, grammar.call_open]
    called = set()
    for seed in range(50):
        matcher = grammar.matcher()
        matcher.feed(grammar.call_open)
        ids = list(generate(model, prompt, max_new_tokens=1500, stop_ids=[grammar.call_close], temperature=1.5,
                            seed=seed, constraint=matcher))  # fmt: skip
        called.add(check(text_of(ids, tiny_tokenizer), PARAMETERS).name)
    assert len(called) >= 5


def test_calls_of_random_logits_are_valid_for_every_tool(tiny_tokenizer, capsys):
    _say.cache_clear()
    for name, parameters in PARAMETERS.items():
        grammar = call_grammar(schemas({name: parameters}), tiny_tokenizer)
        calls = [check(text_of(write_call(grammar, tiny_tokenizer, seed), tiny_tokenizer), {name: parameters})
                 for seed in range(12)]  # fmt: skip
        assert len({to_json(call.arguments) for call in calls}) > 1 or name == "nothing"
    assert capsys.readouterr().err == ""


@pytest.mark.skipif("CALLORA_DATA" not in os.environ, reason="the real data is not here")
@pytest.mark.parametrize("file", ["toolrl", "seal", "glaive", "sgd_dev"])
def test_calls_for_the_schemas_of_real_data_are_valid(file, tiny_tokenizer):
    with gzip.open(Path(os.environ["CALLORA_DATA"], f"{file}.jsonl.gz"), "rt", encoding="utf-8") as lines:
        offers = [row["tools"] for row in map(json.loads, lines) if row["tools"]]
    for seed, tools in enumerate(random.Random(0).sample(offers, 13)):
        grammar = call_grammar(tools, tiny_tokenizer)
        text = text_of(write_call(grammar, tiny_tokenizer, seed), tiny_tokenizer)
        check(text, {tool["function"]["name"]: tool["function"].get("parameters", {}) for tool in tools})


def test_a_right_call_is_left_as_it_is_token_for_token_and_most_of_it_is_forced(tiny_tokenizer):
    add_format_tokens(tiny_tokenizer)
    markup = markup_for(tiny_tokenizer)
    plain = plain_tokenizer(tiny_tokenizer, (*markup.controls, markup.end, markup.bos, *FORMAT.tokens))
    calls = picks = tokens = 0
    for conversation in list(read_conversations("builtin:heldout"))[::4]:
        grammar = call_grammar(conversation.tools, tiny_tokenizer)
        for call in [call for message in conversation.messages for call in message.calls]:
            right = [grammar.call_open, *plain.encode(call_json(call.name, call.arguments)).ids, grammar.call_close]
            matcher, ids = grammar.matcher(), []
            while len(ids) < len(right):
                ids += matcher.next_ids(one_hot(right[len(ids)], tiny_tokenizer), likeliest)
                picks += 1
                assert ids == right[: len(ids)], call
            calls, tokens = calls + 1, tokens + len(right)
    assert calls > 50
    assert picks < 0.7 * tokens


def follow(grammar: CallGrammar, tokenizer: Tokenizer, text: str) -> str:
    """What comes of a model that wants nothing but this text: the same, as far as it is allowed."""
    matcher, ids = grammar.matcher(), [grammar.call_open]
    matcher.feed(grammar.call_open)
    right = [*tokenizer.encode(text).ids, grammar.call_close]
    while ids[1:] == right[: len(ids) - 1] and len(ids) <= len(right):
        ids += matcher.next_ids(one_hot(right[len(ids) - 1], tokenizer), likeliest)
    return tokenizer.decode(ids[1:-1], skip_special_tokens=False)


def test_arguments_come_in_any_order_and_required_ones_always(tiny_tokenizer):
    arguments = {"a": "x", "b": True, "c": 7, "d": {"k": [1]}}
    grammar = call_grammar(schemas({"optional": PARAMETERS["optional"]}), tiny_tokenizer)
    for count in range(len(arguments) + 1):
        for names in itertools.permutations(arguments, count):
            wanted = call_json("optional", {name: arguments[name] for name in names})
            written = follow(grammar, tiny_tokenizer, wanted)
            assert (written == wanted) == ("c" in names)
            assert written.startswith(wanted.removesuffix("}}"))


def test_a_format_is_a_hint(tiny_tokenizer):
    day = {"type": "string", "format": "date"}
    parameters = {"properties": {"format": day, "nested": {"properties": {"when": {"items": {"anyOf": [day]}}}}}}
    grammar = call_grammar(schemas({"f": parameters}), tiny_tokenizer)
    wanted = call_json("f", {"nested": {"when": ["next week"]}, "format": "tomorrow"})
    assert follow(grammar, tiny_tokenizer, wanted) == wanted


@pytest.mark.skipif("CALLORA_DATA" not in os.environ, reason="the real data is not here")
def test_right_calls_of_real_data_are_left_as_they_are_in_whatever_order(tiny_tokenizer):
    calls = 0
    for conversation in list(read_conversations(Path(os.environ["CALLORA_DATA"], "sgd_dev.jsonl.gz")))[::10]:
        grammar = call_grammar(conversation.tools, tiny_tokenizer)
        for call in [call for message in conversation.messages for call in message.calls]:
            wanted = call_json(call.name, call.arguments)
            assert follow(grammar, tiny_tokenizer, wanted) == wanted
            calls += 1
    assert calls > 20


@pytest.mark.parametrize("name", [*FORMAT.tokens, "<|im_end|>", "a <|im_start|> b"])
def test_the_text_of_a_control_token_is_never_its_id(tiny_tokenizer, name):
    """Neither in a tool's name nor in a string, and also where the base has it as a token that is not special."""
    tiny_tokenizer.add_tokens([AddedToken(tag, special=False, normalized=False) for tag in FORMAT.tokens[2:5]])
    parameters = {name: {"type": "object", "properties": {name: {"enum": [name, 3]}}, "required": [name]}}
    grammar = call_grammar(schemas(parameters), tiny_tokenizer)
    assert check(text_of(write_call(grammar, tiny_tokenizer, 0), tiny_tokenizer), parameters).name == name
    free = {"f": {"type": "object", "properties": {"s": {"type": "string"}}, "required": ["s"]}}
    grammar = call_grammar(schemas(free), tiny_tokenizer)
    matcher, controls = grammar.matcher(), sorted(control_ids(tiny_tokenizer))
    ids = matcher.next_ids(one_hot(grammar.call_open, tiny_tokenizer), likeliest)[1:]
    while grammar.call_close not in ids:  # a model that wants control tokens most, and then the end of the string
        logits = closing_bias(tiny_tokenizer)
        logits[controls] = 1000
        ids += matcher.next_ids(logits, likeliest)
    check(text_of(ids, tiny_tokenizer), free)


# ---------------------------------------------------------------------------------------------------------------------
# What the parser refuses and no schema says.


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ('{"o": {"a": 1, "a": 2}}', "a key twice"),
        ('{"o": {"\\n": 1, "b": {}, "\\n": 2}}', "an escaped key twice"),
        ('{"o": {"": 1, "": 2}}', "an empty key twice"),
        ('{"o": {"a": {"b": [{"c": 1, "c": 2}]}}}', "a key twice, deep inside"),
        ('{"o": {"n": 1e999}}', "no finite number"),
        ('{"o": {"n": [-' + "9" * 301 + "]}}", "too many digits"),
        ('{"o": {"d": ' + "[" * 80 + "]" * 80 + "}}", "nested too deep"),
    ],
)
def test_a_model_that_wants_what_the_parser_refuses_writes_something_else(tiny_tokenizer, arguments, why):
    parameters = {"f": {"type": "object", "properties": {"o": {"type": "object"}}, "required": ["o"]}}
    grammar = call_grammar(schemas(parameters), tiny_tokenizer)
    wanted = f'{{"name": "f", "arguments": {arguments}}}'
    (item,) = read_calls(wanted)
    assert not isinstance(item, Call), why
    assert not _readable(wanted)
    for seed in range(5):
        text = text_of(write_call(grammar, tiny_tokenizer, seed, wanted), tiny_tokenizer)
        check(text, parameters)
        assert text.startswith(wanted[: wanted.index('{"o": {') + 7])


@pytest.mark.parametrize(
    ("schema", "value"),
    [({"type": "string"}, "t"), ({"enum": [" the", "then"]}, "then"), ({"enum": [" the"]}, " the")],
)
def test_a_string_begins_with_a_space_and_a_word_only_where_it_must(tiny_tokenizer, schema, value):
    parameters = {"f": {"type": "object", "properties": {"s": schema}, "required": ["s"]}}
    grammar = call_grammar(schemas(parameters), tiny_tokenizer)
    wants = 3 * one_hot(tiny_tokenizer.encode(" the").ids[0], tiny_tokenizer)
    wants += 2 * one_hot(tiny_tokenizer.token_to_id("t"), tiny_tokenizer)
    matcher, ids = grammar.matcher(), []
    matcher.feed(grammar.call_open)
    while grammar.call_close not in ids:
        begins = tiny_tokenizer.decode(ids, skip_special_tokens=False).endswith('"s": "')
        ids += matcher.next_ids(wants if begins else closing_bias(tiny_tokenizer), likeliest)
    assert check(text_of(ids, tiny_tokenizer), parameters).arguments == {"s": value}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('{"name": "f", "arguments": {"s": "PJ', "PJ"),
        ('{"name": "f", "arguments": {"s": "', ""),
        ('{"name": "f", "arguments": {"s": "a", "t', None),  # a key
        ('{"name": "f", "arguments": {"s": ["a", "b', "b"),
        ('{"name": "f", "arguments": {"s": [1, {"t": 2}, {"', None),
        ('{"name": "f", "arguments": {"s": ["[{", "x"], "t": {"u": "v w', "v w"),
        ('{"name": "f", "arguments": {"s": "a\\"b', None),  # as it is written, it stands nowhere
        ('{"name": "f", "arguments": {"s": 12', None),
    ],
)
def test_which_string_a_call_is_in_the_middle_of(written, value):
    assert _open_value(written) == value


def test_what_copies_are_is_seen_from_where_a_word_begins(grammar):
    tokenizer = grammar.tokenizer

    def texts(value: str) -> set[str]:
        return {tokenizer.decode_str([i]) for i in _copies(value, "Print job PJ-41 for Zoe.", tokenizer)}

    assert {"P", "j", "Z"} <= texts("")
    assert "o" not in texts("")
    assert {text for text in texts("P") if len(text) == 1} == {"r", "J"}
    assert texts("PJ-") >= {"4"}
    assert texts("J") == set()  # "PJ-41" begins with another letter
    assert not any(text.startswith('"') for text in texts("Zo"))
    assert {'"', "."} <= texts("Zoe")


@pytest.mark.parametrize(("lead", "copied"), [(COPYING - 0.5, True), (COPYING + 0.5, False)])
def test_a_string_copies_what_was_said_unless_the_model_is_sure(tiny_tokenizer, lead, copied):
    parameters = {"f": {"type": "object", "properties": {"s": {"type": "string"}}, "required": ["s"]}}
    grammar = call_grammar(schemas(parameters), tiny_tokenizer)
    prompt = tiny_tokenizer.encode("<tools>[a Q here is of no account]</tools> Ask Zoe.").ids
    letter = {text: one_hot(tiny_tokenizer.token_to_id(text), tiny_tokenizer) for text in "QZ"}
    wants = (5 + lead) * letter["Q"] + 5 * letter["Z"]
    matcher, ids = grammar.matcher(prompt), []
    matcher.feed(grammar.call_open)
    while grammar.call_close not in ids:
        begins = tiny_tokenizer.decode(ids, skip_special_tokens=False).endswith('"s": "')
        ids += matcher.next_ids(wants if begins else closing_bias(tiny_tokenizer), likeliest)
    value = check(text_of(ids, tiny_tokenizer), parameters).arguments["s"]
    assert value[0] == ("Z" if copied else "Q")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_every_beginning_of_json_is_readable(value):
    text = to_json({"name": "f", "arguments": {"a": value}})
    assert all(_readable(text[:end]) for end in range(len(text) + 1))


# ---------------------------------------------------------------------------------------------------------------------
# Free everywhere else.


def test_thoughts_content_and_drafts_are_free_and_each_call_is_not(grammar, tiny_tokenizer):
    matcher, bias = grammar.matcher(), closing_bias(tiny_tokenizer)

    def next_ids(wanted: int) -> list[int]:
        return matcher.next_ids(1000 * one_hot(wanted, tiny_tokenizer) + bias, likeliest)

    tag = {token: tiny_tokenizer.token_to_id(token) for token in (*FORMAT.tokens, "<|im_end|>")}
    word = tiny_tokenizer.encode("the").ids[0]
    for token in (word, tag["<think>"], word, tag[CALL_OPEN], word, tag[CALL_CLOSE], tag["</think>"], word):
        assert next_ids(token) == [token]
    for _ in range(2):
        opening = next_ids(tag[CALL_OPEN])
        assert tiny_tokenizer.decode(opening, skip_special_tokens=False) == CALL_OPEN + '{"name": "'
        ids: list[int] = []
        while tag[CALL_CLOSE] not in ids:
            ids += next_ids(tag["<|im_end|>"])
        check(text_of(opening[1:] + ids, tiny_tokenizer), PARAMETERS)
    for token in (word, tag[CALL_CLOSE], tag["<tools>"], tag["<|im_end|>"]):
        assert next_ids(token) == [token]


TWICE = "Take an image of an object: take_image.\n"


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (TWICE * 9, TWICE * 2),
        (f"Take an image.\n{TWICE * 3}", f"Take an image.\n{TWICE * 2}"),
        ("Look it up.\nFind a film.\nFind a room.\n" * 3, "Look it up.\nFind a film.\nFind a room.\n" * 2),
        (f"{TWICE}Done.\n{TWICE}" + "}\n}\n" * 3, None),
        ("\n" * 40 + "Nothing to say.", None),
        (TWICE[:-1] * 5, None),
    ],
    ids=["one line", "after another", "three lines", "short lines", "empty lines", "no line ends"],
)
def test_a_thought_that_goes_in_circles_is_closed(grammar, tiny_tokenizer, wanted, kept):
    opener, closer = add_format_tokens(tiny_tokenizer, FORMAT)[2:4]
    assert (opener, closer) == tuple(map(tiny_tokenizer.token_to_id, FORMAT.think))
    matcher, written = grammar.matcher(), []
    matcher.feed(opener)
    for token in [*tiny_tokenizer.encode(wanted, add_special_tokens=False).ids, closer]:
        written += matcher.next_ids(one_hot(token, tiny_tokenizer), likeliest)
        if closer in written:
            break
    assert written[-1] == closer
    assert tiny_tokenizer.decode(written[:-1]) == (kept or wanted)
    call = matcher.next_ids(one_hot(tiny_tokenizer.token_to_id(CALL_OPEN), tiny_tokenizer), likeliest)
    assert len(call) > 1  # outside the thought a call is held to the grammar again


def test_there_is_no_grammar_without_tools_tokens_or_llguidance(tiny_tokenizer, monkeypatch):
    tools = schemas(PARAMETERS)
    assert call_grammar([], tiny_tokenizer) is None
    assert call_grammar(tools, tiny_tokenizer, ChatFormat(special_tokens=False)) is None
    assert call_grammar(tools, tiny_tokenizer) is not None
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "llguidance" else find_spec(name))
    assert call_grammar(tools, tiny_tokenizer) is None


# ---------------------------------------------------------------------------------------------------------------------
# Schemas that llguidance cannot hold.

SELF = {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}, "required": ["n"]}


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"properties": {"a": {"type": "array", "uniqueItems": True}}}, 'after decoding.*"uniqueItems"'),
        ({"properties": {"a": {"not": {"type": "string"}}}}, 'left to the check after decoding.*"not"'),
        ({"properties": {"a": {"type": "dict"}}, "required": ["a"]}, "not constrained.*Invalid type: dict"),
        ({"properties": {"a": {"type": "string", "pattern": "^(?=a)b"}}}, "not constrained.*regex"),
        ({"properties": {"a": {"$ref": "https://example.org/schema"}}}, "not constrained.*example.org"),
        ({"$ref": "#"}, "not constrained.*circular"),
        ({"properties": {"a": {"$ref": "#/$defs/n"}}, "required": ["a"], "$defs": {"n": SELF}}, "not constrained"),
        ({"properties": {f"p{i}": {"type": "string"} for i in range(1500)}}, "not constrained.*items"),
        ({"properties": {"a": "string"}}, "not constrained"),
    ],
)  # fmt: skip
def test_what_a_schema_asks_beyond_the_grammar_is_relaxed_and_said_once(tiny_tokenizer, capsys, parameters, says):
    _say.cache_clear()
    tools = schemas({"odd": parameters, "plain": THREE})
    for _ in range(2):
        grammar = call_grammar(tools, tiny_tokenizer)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("tool odd: ")
    assert re.search(says, line)
    for name in ("odd", "plain"):
        text = text_of(write_call(grammar, tiny_tokenizer, 1, f'{{"name": "{name}'), tiny_tokenizer)
        assert check(text, {"odd": {}, "plain": THREE}).name == name


def test_a_grammar_that_ends_nowhere_lets_go_of_the_call(tiny_tokenizer, capsys):
    _say.cache_clear()
    loop = {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}
    parameters = {"properties": {"first": {"type": "integer"}, "last": {"$ref": "#/$defs/a"}}, "$defs": loop}
    grammar = call_grammar(schemas({"f": parameters}), tiny_tokenizer)
    write_call(grammar, tiny_tokenizer, 0, '{"name": "f", "arguments": {"last": ')
    assert capsys.readouterr().err.count("\n") <= 1
    only = {"type": "object", "patternProperties": {"^[ab]$": {}}, "additionalProperties": False}
    grammar = call_grammar(schemas({"f": {"properties": {"o": only}, "required": ["o"]}}), tiny_tokenizer)
    for seed in range(5):
        write_call(grammar, tiny_tokenizer, seed)  # when both keys are taken after a comma


def test_a_tokenizer_that_llguidance_cannot_read_leaves_decoding_free(capsys):
    from tokenizers import models

    _say.cache_clear()
    tokenizer = Tokenizer(models.WordLevel({"a": 0, "<|im_start|>": 1, "<|im_end|>": 2}, unk_token="a"))
    tokenizer.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    assert call_grammar(schemas(PARAMETERS), tokenizer) is None
    assert capsys.readouterr().err.startswith("calls are not constrained: ")


# ---------------------------------------------------------------------------------------------------------------------
# In the agent.


@pytest.mark.parametrize("constrain", [True, False])
def test_an_agents_calls_are_valid_and_take_fewer_passes_than_tokens(tiny_llama_folder, tiny_tokenizer, constrain):
    """Of a random model that wants to begin its turn with a call, and to end it at once."""
    add_format_tokens(tiny_tokenizer)
    model = load_model(tiny_llama_folder)
    model.resize_vocabulary(tiny_tokenizer.get_vocab_size())
    hidden, head, bias = model.hidden, model.logits, closing_bias(tiny_tokenizer)
    start, end = tiny_tokenizer.token_to_id(CALL_OPEN), tiny_tokenizer.token_to_id("<|im_end|>")
    for seed in range(5):
        passes: list[int] = []
        model.hidden = lambda ids, cache, passes=passes: (passes.append(ids.shape[1]), hidden(ids, cache=cache))[1]
        model.logits = lambda states, passes=passes: (
            head(states) + bias + 1000 * one_hot(start if len(passes) == 1 else end, tiny_tokenizer)
        )
        agent = Agent(model, tiny_tokenizer, [f, raises], temperature=1.5, seed=seed, max_steps=1, constrain=constrain)
        (step,) = agent.run("1 + 1?").steps
        assert agent._cache.ids == agent._ids[: len(agent._cache.ids)]
        assert sum(passes) == len(agent._cache.ids)
        assert bool(step.calls) == constrain
        assert bool(step.errors) != constrain
        assert (len(passes) - 1 < sum(passes[1:])) == constrain
