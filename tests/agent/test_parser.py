"""The parser on any text: it never raises, a stream equals the whole, ids equal text, and the time is linear."""

import itertools
import json
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from agent import StreamParser, Turn, parse_assistant, parse_ids
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


@pytest.mark.slow
@settings(max_examples=6000, deadline=None)
@given(texts, st.lists(st.integers(0, 200), max_size=6), st.sampled_from([ChatFormat(), PLAN]))
def test_never_raises_and_a_stream_equals_the_whole(text, cuts, format):
    whole = parse_assistant(text, format=format)
    turn, shown = streamed(text, cuts, format)
    assert turn == whole
    assert shown == whole


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@given(texts, st.sampled_from([ChatFormat(), PLAN]))
def test_one_character_at_a_time_equals_the_whole_and_truncated_runs_nothing(text, format):
    whole = parse_assistant(text, truncated=True, format=format)
    turn, _ = streamed(text, list(range(len(text))), format, truncated=True)
    assert turn == whole
    assert whole.calls == []
    assert [error.code for error in whole.errors].count("truncated") == 1
    json.dumps([[call.name, call.arguments] for call in parse_assistant(text, bare_json=True).calls], allow_nan=False)


@settings(max_examples=5000, deadline=None)
@given(st.text(max_size=60))
def test_text_without_a_tag_is_content(text):
    turn = parse_assistant(text)
    assert turn == Turn(content=text.strip()) or any(tag in text for tag in ChatFormat().tokens)


@pytest.fixture(scope="module")
def tokenizer(_tiny_tokenizer_json: str) -> Tokenizer:
    tokenizer = Tokenizer.from_str(_tiny_tokenizer_json)
    add_format_tokens(tokenizer, ChatFormat())
    return tokenizer


@settings(max_examples=2000, deadline=None)
@given(text=texts.filter(lambda text: "\ud800" not in text))
def test_control_ids_are_read_as_tags_are(tokenizer, text):
    assert parse_ids(ids_of(text, tokenizer, ChatFormat()), tokenizer) == parse_assistant(text)


@settings(max_examples=1000, deadline=None)
@given(text=texts.filter(lambda text: "\ud800" not in text))
def test_plain_ids_are_read_as_text_where_tags_are_text(tokenizer, text):
    ids = [token for character in text for token in tokenizer.encode(character).ids]
    assert parse_ids(ids, tokenizer, ChatFormat(special_tokens=False)) == parse_assistant(text)


@settings(max_examples=2000, deadline=None)
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


@settings(max_examples=1000, deadline=None)
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
    "python": "<tool_call>{'a': " + "-" * 9_000,
    "space": "<tool_call>" + " " * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_hostile_text_takes_bounded_time(name):
    text = HOSTILE[name]
    began = time.process_time()
    whole = parse_assistant(text)
    assert time.process_time() - began < 3
    assert len(whole.items) < 100
    parser = StreamParser()
    began = time.process_time()
    for start in range(0, len(text), 50):
        parser.feed(text[start : start + 50])
    turn = parser.close()
    assert time.process_time() - began < 6
    assert turn == whole
