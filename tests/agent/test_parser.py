"""The parser on any text: it never raises, a stream equals the whole, ids equal text, and the time is linear."""

import itertools
import json
import os
import random
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, trainers

from agent import StreamParser, Turn, parse_assistant, parse_ids
from agent.parser import MAX_CALLS
from data import ChatFormat, Message, ToolCall
from data.format import add_format_tokens, assistant_text
from tests.agent.scripted import ids_of

PLAN = ChatFormat(think=("[[", "]]"), tool_call=("<call", ">"), extra_parts=(("plan", "<plan>", "</plan>"),))
CALL = '{"name": "f", "arguments": {"a": "x"}}'
FRAGMENTS = [
    *ChatFormat().tokens,
    *("<tool", "_call>", "</", "<", ">", "think>", "<plan>", "</plan>", "[[", "]]", "<call"),
    *(
        CALL,
        CALL[:-1],
        CALL.replace('"x"', '"</tool_call>"'),
        "{'name': 'f', 'arguments': {'a': None}}",
        '{"name": "f"}',
    ),
    *(
        '"',
        "'",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "```",
        "```json\n",
        "\n",
        " ",
        "x",
        "é",
        "😀",
        "\ud800",
        "\0",
        "NaN",
    ),
]
texts = st.lists(st.sampled_from([*FRAGMENTS, *string.ascii_lowercase]), max_size=14).map("".join)


def streamed(text: str, cuts: list[int], format: ChatFormat, truncated: bool = False) -> tuple[Turn, Turn]:
    """The turn of a stream, and the turn that its events add up to."""
    events = []
    parser = StreamParser(format, on_event=events.append)
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    for start, end in itertools.pairwise(places):
        parser.feed(text[start:end])
    turn = parser.close(truncated)
    shown: dict[str, str] = {}
    items = []
    for kind, value in events:
        if kind == "restart":
            shown, items = {}, []
        elif kind in ("call", "error"):
            items.append(value)
        else:
            shown[kind] = shown.get(kind, "") + value
    stripped = {kind: value.strip() for kind, value in shown.items() if value.strip()}
    return turn, Turn(stripped.pop("thought", ""), stripped.pop("content", ""), tuple(items), stripped)


# Turns as models write them, good and bad: what mutations start from.
TURNS = [
    f"<think>A sum.</think><tool_call>{CALL}</tool_call>",
    f"<think>or <tool_call>{CALL}</tool_call></think>No.<tool_call>{CALL}</tool_call>\n<tool_call>{CALL}</tool_call>",
    f"thought without opener {CALL}</think>It is 3 < 4 & 5.",
    f"[[think]]<plan>first</plan> text <call {CALL}> <call{CALL}>",
    f"<tool_call>```json\n{CALL}\n```</tool_call><tool_response>{{}}</tool_response>more",
    '<tool_call>{"name": "f", "arguments": {"s": "a </tool_call> \\"b\\" \\\\", "t": [1, {"u": 1e9}]}}</tool_call>',
    "<tool_call>{'name': 'f', 'arguments': {'a': True, 'b': None, 'c': [-1.5, \"it's\"]}}</tool_call>",
    f"<tool_call>[{CALL}, {CALL}] {CALL}; {CALL}</tool_call>",
    f"<tool_call><tool_call>{CALL}<tool_call>{CALL}</tool_call></tool_call>",
    '<tool_call>{"name": "f", "parameters": "{\\"a\\": NaN}"}</tool_call><|im_end|>',
    '<tool_call>{"name": "f", "arguments": {"a": 1e999, "a": "\\ud800"}}',
    f"Sure:\n```json\n{CALL}\n```",
    '<tool_call>{"name": "f", "arguments": {}, "parameters": {"a": ' + "[" * 70 + "]" * 70 + "}}</tool_call>",
    f"<tool_call>{CALL}</tool_call>" * (MAX_CALLS + 1),
]
FUZZ = int(os.environ.get("CALLORA_FUZZ", "20000"))  # texts; more of them by hand


def mutated(chance: random.Random) -> str:
    """A turn, or a few fragments, or odd characters, with a few cuts, copies, swaps and insertions."""
    pieces = [
        *FRAGMENTS,
        "".join(chr(chance.choice((127, 0x7FF, 0xFFFF, 0x10FFFF)) - chance.randrange(90)) for _ in "abc"),
    ]
    text = chance.choice(TURNS) if chance.random() < 0.5 else "".join(chance.choices(pieces, k=chance.randrange(14)))
    for _ in range(chance.randrange(4)):
        start, end = sorted(chance.choices(range(len(text) + 1), k=2))
        middle = text[start:end]
        middle = chance.choice(("", middle * 2, middle[::-1], chance.choice(pieces), middle + chance.choice(TURNS)))
        text = text[:start] + middle + text[end:]
    return text[: chance.choice((40, 400, 4000))]


@pytest.mark.parametrize("seed", range(4))
def test_fuzz_never_raises_and_a_stream_equals_the_whole_however_it_is_cut(seed):
    chance = random.Random(seed)
    for number in range(FUZZ // 4):
        text, format, truncated = mutated(chance), chance.choice((ChatFormat(), PLAN)), chance.random() < 0.1
        whole = parse_assistant(text, truncated, format)
        cuts = [chance.randrange(len(text) + 1) for _ in range(chance.randrange(6))]
        ways = [cuts]
        if number % 50 == 0 and len(text) < 500:  # one character at a time, and every single cut
            ways += [list(range(len(text))), *([cut] for cut in range(len(text)))]
        for way in ways:
            turn, shown = streamed(text, way, format, truncated)
            assert turn == whole, (text, way)
            assert shown == whole or truncated, (text, way)
        assert not (truncated and whole.calls), text
        assert [error.code for error in whole.errors].count("truncated") == truncated, text
        calls = [*whole.calls, *parse_assistant(text, format=format, bare_json=True).calls]
        json.dumps([[call.name, call.arguments] for call in calls], ensure_ascii=False, allow_nan=False).encode()


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60))
def test_text_without_a_tag_is_content(text):
    turn = parse_assistant(text)
    assert turn == Turn(content=text.strip()) or any(tag in text for tag in ChatFormat().tokens)


@pytest.fixture(scope="module")
def tokenizer(_tiny_tokenizer_json: str) -> Tokenizer:
    tokenizer = Tokenizer.from_str(_tiny_tokenizer_json)
    add_format_tokens(tokenizer, ChatFormat())
    return tokenizer


@settings(max_examples=500, deadline=None)
@given(text=texts.filter(lambda text: "\ud800" not in text))
def test_control_ids_are_read_as_tags_are(tokenizer, text):
    assert parse_ids(ids_of(text, tokenizer, ChatFormat()), tokenizer) == parse_assistant(text)


@settings(max_examples=300, deadline=None)
@given(text=texts.filter(lambda text: "\ud800" not in text))
def test_plain_ids_are_read_as_text_where_tags_are_text(tokenizer, text):
    ids = [token for character in text for token in tokenizer.encode(character).ids]
    assert parse_ids(ids, tokenizer, ChatFormat(special_tokens=False)) == parse_assistant(text)


def test_a_decoder_that_drops_a_space_at_the_beginning_loses_none_within():
    """As Llama 2's does: each id decoded alone would lose the space before its word."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    call = '{"name": "f", "arguments": {"a": "New York  is big"}}'
    tokenizer.train_from_iterator(["I will call f", call], trainers.BpeTrainer(vocab_size=80, show_progress=False))
    add_format_tokens(tokenizer)
    open_think, close_think, open_call, close_call = (tokenizer.token_to_id(tag) for tag in ChatFormat().tokens[2:6])
    thought, arguments = (tokenizer.encode(text).ids for text in ("I will call f", call))
    turn = parse_ids([open_think, *thought, close_think, open_call, *arguments, close_call], tokenizer)
    assert turn.thought == "I will call f"
    assert turn.calls[0].arguments == {"a": "New York  is big"}


@settings(max_examples=500, deadline=None)
@given(ids=st.lists(st.integers(0, 530), max_size=60))
def test_any_ids_are_read(tokenizer, ids):
    parse_ids(ids, tokenizer)
    parse_ids(ids, tokenizer, ChatFormat(special_tokens=False))


numbers = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=4), children, max_size=3),
    max_leaves=6,
)
plain_text = st.text(st.characters(exclude_characters="<>[]", exclude_categories=["Cs"]), max_size=20).map(str.strip)
tool_calls = st.builds(
    ToolCall,
    name=st.text(min_size=1, max_size=8).filter(str.isidentifier),
    arguments=st.dictionaries(st.text(max_size=6), json_values, max_size=3),
)
messages = st.builds(
    Message,
    role=st.just("assistant"),
    content=plain_text,
    thought=plain_text,
    calls=st.lists(tool_calls, max_size=3).map(tuple),
    extra=st.fixed_dictionaries({"plan": plain_text}),
)


@settings(max_examples=300, deadline=None)
@given(messages, st.booleans())
def test_what_the_format_renders_is_read_back(message, planned):
    format = ChatFormat(extra_parts=(("plan", "<plan>", "</plan>"),)) if planned else ChatFormat()
    turn = parse_assistant(assistant_text(message, format), format=format)
    assert (turn.thought, turn.content, turn.errors) == (message.thought, message.content, [])
    assert [ToolCall(call.name, call.arguments) for call in turn.calls] == list(message.calls)
    assert not any(call.repaired for call in turn.calls)
    assert turn.extra == ({"plan": message.extra["plan"]} if planned and message.extra["plan"] else {})


def test_stream_tells_when_an_agent_should_stop():
    parser = StreamParser()
    parser.feed(f"<think>t</think><tool_call>{CALL}</tool_call>\n")
    assert not parser.trailing
    parser.feed(f"<tool_call>{CALL}</tool_call>")
    assert not parser.trailing
    parser.feed(" So")
    assert parser.trailing
    assert not parser.done
    parser.feed("<tool_response>")
    assert parser.done


HOSTILE = {
    "openers": "<tool_call>" * 90_000,
    "openers with space": "<tool_call>\n" * 80_000,
    "openers with a quote": '<tool_call>{"' * 75_000,
    "closers in a string": '<tool_call>{"' + "</tool_call>" * 80_000,
    "blocks in a string": '<tool_call>{"' + "</tool_call><tool_call>" * 43_000,
    "odd quotes": '<tool_call>{"a</tool_call></tool_call></tool_call>' * 20_000,
    "drafts": "<think>" + "<tool_call>" * 90_000,
    "closing thinks": "</think>" * 120_000,
    "brackets": "<tool_call>" + "[" * 1_000_000,
    "braces": "<tool_call>" + "{" * 1_000_000,
    "escapes": "<tool_call>" + '"\\' * 500_000,
    "objects": "<tool_call>" + "{}" * 500_000,
    "angles": "<" * 1_000_000,
    "half tags": "<tool_cal" * 110_000,
    "fences": "<tool_call>" + "```" * 330_000,
    "digits": '<tool_call>{"a":' + "9" * 1_000_000,
    "python": ("<tool_call>{'a': " + "-" * 9_000 + "</tool_call>") * 110,
    "python nested": ("<tool_call>{'\"': " + "{1: " * 190 + "</tool_call>") * 1_100,
    "python names": ("<tool_call>{'a': " + "a." * 4_600 + "</tool_call>") * 110,
    "strings to the cap": ('<tool_call>{"a' + "</tool_call>" * 4_000 + '"') * 20,
    "lists": ("<tool_call>[" + "{}," * 20_000 + "{}]</tool_call>") * 16,
    "keys": ("<tool_call>{" + ",".join(f'"k{i}":{i}' for i in range(4_000)) + "}</tool_call>") * 20,
    "space": "<tool_call>" + " " * 1_000_000,
    "surrogates": "\ud800" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_hostile_text_takes_under_a_second(name):
    text = HOSTILE[name]
    assert len(text) > 800_000
    began = time.process_time()
    whole = parse_assistant(text)
    assert time.process_time() - began < 1
    assert len(whole.items) < 100
    parser = StreamParser()
    began = time.process_time()
    for start in range(0, len(text), 50):
        parser.feed(text[start : start + 50])
    turn = parser.close()
    assert time.process_time() - began < 3  # there are 20,000 pieces
    assert turn == whole
