"""The chat template that is saved with a tuned model: transformers renders with it the ids that were trained on."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from data import ChatFormat, Conversation, Message, ToolCall, render, render_prompt
from data.format import add_format_tokens
from model import load_tokenizer
from tests.data.small_tokenizers import BOS, FAMILIES, small_tokenizer
from training.tokenizer_files import save_tokenizer

pytestmark = pytest.mark.parity

TOOLS = tuple(
    {
        "type": "function",
        "function": {
            "name": name,
            "description": "Wetter – 天気, \"now\" & 'here'",
            "parameters": {"type": "object", "properties": {"city": {"type": "string", "enum": ["Zürich", "Oslo"]}}},
        },
    }
    for name in ("get_weather", "get time")
)


@pytest.fixture(scope="module", params=["smollm2", *FAMILIES])
def saved(request, tmp_path_factory, _tiny_tokenizer_json):
    """transformers' tokenizer from the folder that a run saves, and ours from the same folder."""
    base, folder = tmp_path_factory.mktemp("base"), tmp_path_factory.mktemp("tuned")
    if request.param == "smollm2":
        small = PreTrainedTokenizerFast(tokenizer_file=_write(base / "tiny.json", _tiny_tokenizer_json))
    else:
        small = PreTrainedTokenizerFast(
            tokenizer_object=small_tokenizer(request.param), bos_token=BOS.get(request.param)
        )
    small.chat_template = "{{ 'the base has a template of its own' }}"
    small.save_pretrained(base)
    tokenizer, format = load_tokenizer(base), ChatFormat()
    add_format_tokens(tokenizer, format)
    save_tokenizer(tokenizer, format, base, folder)
    return AutoTokenizer.from_pretrained(folder), load_tokenizer(folder)


def _write(path, text):
    path.write_text(text, encoding="utf-8")
    return str(path)


def row(message: Message) -> dict:
    """A message as a server gets it: OpenAI's fields, and a result as the value that it is."""
    given = {"role": message.role, "content": message.content}
    if message.role == "tool":
        given["name"] = message.name
    if message.thought:
        given["reasoning_content"] = message.thought
    if message.calls:
        calls = [{"name": call.name, "arguments": call.arguments} for call in message.calls]
        given["tool_calls"] = [{"type": "function", "function": call} for call in calls]
    return given


def assert_same(saved, conversation):
    """The whole conversation, and the prompt of each assistant turn."""
    theirs, ours = saved
    messages = [row(message) for message in conversation.messages]
    arguments = {"tools": list(conversation.tools) or None, "return_dict": False}
    assert theirs.apply_chat_template(messages, **arguments) == render(conversation, ours).input_ids
    for i, message in enumerate(conversation.messages):
        if message.role == "assistant":
            expected = render_prompt(replace(conversation, messages=conversation.messages[:i]), ours)
            assert theirs.apply_chat_template(messages[:i], add_generation_prompt=True, **arguments) == expected


ROUND = (
    Message("user", " Weather in Zürich and Oslo?\n"),
    Message(
        "assistant",
        "I look it up. ",
        thought="Two cities:\ntwo calls.",
        calls=(ToolCall("get_weather", {"city": "Zürich", "days": [1, 2.5, None]}), ToolCall("get time", {})),
    ),
    Message("tool", {"sky": 'klar & "blau"', "temp": -3.5}, name="get_weather"),
    Message("tool", "22:15", name="get time"),
    Message("assistant", "\nZürich: −3.5 °C; in Oslo it is 22:15."),
)


@pytest.mark.parametrize("tools", [TOOLS, TOOLS[:1], ()], ids=["two-tools", "one-tool", "no-tools"])
@pytest.mark.parametrize("system", [None, "", " Be brief.\n"], ids=["no-system", "empty-system", "system"])
def test_tools_thoughts_parallel_calls_and_results_render_as_they_were_trained_on(saved, tools, system):
    first = () if system is None else (Message("system", system),)
    assert_same(saved, Conversation((*first, *ROUND, *ROUND), tools))
    results = Message("tool", [{"a": [True, None]}], name="get time"), Message("tool", None)
    assert_same(saved, Conversation((*first, *ROUND[:3], *results, *ROUND[-1:]), tools))


def test_a_result_that_is_text_of_json_stays_text(saved):
    for content in ("399.5", '{"a": 1}', 399.5, {"a": 1}):
        messages = (*ROUND[:2], Message("tool", content, name="get_weather"), ROUND[-1])
        conversation = Conversation(messages, TOOLS)
        assert_same(saved, conversation)
        text = saved[1].decode(render(conversation, saved[1]).input_ids, skip_special_tokens=False)
        assert f'"content": {json.dumps(content)}' in text


def test_a_format_of_ones_own_renders_whatever_its_texts_say(tmp_path, tiny_tokenizer):
    """Also the names that the template gives its own parts, quotes, braces and characters beyond the BMP."""
    PreTrainedTokenizerFast(tokenizer_object=tiny_tokenizer).save_pretrained(tmp_path / "base")
    tokenizer = load_tokenizer(tmp_path / "base")
    format = ChatFormat(
        instructions="Use your OWN judgement in all ROLES; the END: {{ BOS }} \"'\\ 🙂",
        think=("<BEGIN>", "<END>"),
        extra_parts=(("plan", "<PARTS>", "</PARTS>"),),
    )
    add_format_tokens(tokenizer, format)
    save_tokenizer(tokenizer, format, tmp_path / "base", tmp_path / "tuned")
    theirs, conversation = AutoTokenizer.from_pretrained(tmp_path / "tuned"), Conversation(ROUND, TOOLS)
    messages = [row(message) for message in conversation.messages]
    expected = render(conversation, tokenizer, format).input_ids
    assert theirs.apply_chat_template(messages, tools=list(TOOLS), return_dict=False) == expected


_texts = st.text(st.sampled_from("ab é\u0301\n\n\r\t  \u00a0▁1.'\"\\{}日🌍"), max_size=10) | st.text(max_size=12)
_texts = _texts.filter(lambda text: "<" not in text)  # control tokens in content are what transformers reads as such
_values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _texts
_objects = st.dictionaries(_texts, _values | st.lists(_values, max_size=2), max_size=3)
_calls = st.lists(st.builds(ToolCall, _texts, _objects), max_size=3).map(tuple)


@settings(max_examples=100, deadline=None)
@given(
    system=st.none() | _texts,
    user=_texts,
    turn=st.builds(Message, st.just("assistant"), _texts, _texts, _calls),
    results=st.lists(_values | _objects, min_size=3, max_size=3),
    answer=_texts,
    tools=st.booleans(),
)
def test_any_text_renders_as_it_was_trained_on(saved, system, user, turn, results, answer, tools):
    messages = [] if system is None else [Message("system", system)]
    messages += [Message("user", user), turn]
    if turn.calls:
        messages += [Message("tool", each, name=call.name) for call, each in zip(turn.calls, results, strict=False)]
        messages += [Message("assistant", answer)]
    assert_same(saved, Conversation(tuple(messages), TOOLS if tools else ()))
