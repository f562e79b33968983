"""Rendering, masks, and the chat template that transformers reads."""

import json
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from data import ChatFormat, Conversation, Message, ToolCall, render, render_continuation, render_prompt
from data.chat_row import conversation_from_row
from data.format import IGNORE, add_format_tokens, assistant_text
from data.markup import MARKUPS, markup_for
from data.template import chat_template

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather in a city – now",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CALLS = Conversation(
    (
        Message("system", "Today is Tuesday, 2026-03-03."),
        Message("user", "Weather in Zürich and Oslo?"),
        Message(
            "assistant",
            thought="Two cities: two calls.",
            calls=(ToolCall("get_weather", {"city": "Zürich"}), ToolCall("get_weather", {"city": "Oslo"})),
        ),
        Message("tool", {"temp": 3.5, "sky": "clear"}, name="get_weather"),
        Message("tool", "no data ", name="get_weather"),
        Message("assistant", "Zürich has 3.5 °C; I have nothing for Oslo."),
        Message("user", "  thanks\n"),
        Message("assistant", "\nYou are welcome! ", thought="No function is needed."),
    ),
    tools=(TOOL,),
)
PLAIN = Conversation((Message("user", "Hi"), Message("assistant", "Hello.")))
SPACES = Conversation(
    (
        Message("system", " \n Be brief. "),
        Message("user", "\n  hi "),
        Message("assistant", "\n\n  Hello. \n"),
        Message("user", " "),
        Message("assistant", " ", thought="Nothing was said."),
    )
)
EMPTY_SYSTEM = Conversation((Message("system", ""), Message("user", ""), Message("assistant", "")))
CONTROLS = {
    "smollm2": ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    "qwen2": ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>"],
    "llama3": ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
    "gemma": ["<bos>", "<start_of_turn>", "<end_of_turn>"],
    "gemma3": ["<bos>", "<start_of_turn>", "<end_of_turn>", "<start_of_image>"],
}


@cache
def _base() -> str:
    """A small byte-level BPE tokenizer without any control token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([__doc__, *map(str, CALLS.messages), "system user assistant tool model"], trainer)
    return tokenizer.to_str()


def small_tokenizer(name: str) -> Tokenizer:
    tokenizer = Tokenizer.from_str(_base())
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in CONTROLS[name]])
    return tokenizer


@pytest.fixture(params=CONTROLS)
def family(request):
    """A family's name and a small tokenizer with its control tokens."""
    return request.param, small_tokenizer(request.param)


def test_the_family_is_told_by_its_control_tokens(family):
    name, tokenizer = family
    assert markup_for(tokenizer) == MARKUPS[name]


@pytest.mark.parity
@pytest.mark.parametrize(
    "conversation",
    [CALLS, PLAIN, EMPTY_SYSTEM, SPACES, replace(SPACES, tools=(TOOL,))],
    ids=["calls", "plain", "empty-system", "spaces", "spaces-with-tools"],
)
@pytest.mark.parametrize("special", [True, False], ids=["special-tokens", "plain-tags"])
def test_template_renders_the_same_ids_in_transformers(family, conversation, special):
    _, tokenizer = family
    format = ChatFormat(special_tokens=special, extra_parts=(("plan", "<plan>", "</plan>"),))
    markup = markup_for(tokenizer)
    first = replace(conversation.messages[-1], extra={"plan": "Be brief."})
    conversation = replace(conversation, messages=(*conversation.messages[:-1], first))
    ours = render(conversation, tokenizer, format).input_ids
    prompt = render_prompt(replace(conversation, messages=conversation.messages[:-1]), tokenizer, format)
    theirs = PreTrainedTokenizerFast(tokenizer_object=tokenizer, chat_template=chat_template(format, markup))
    row = conversation.to_row()
    arguments = {"tools": row["tools"] or None, "tokenize": True, "return_dict": False}
    assert ours == theirs.apply_chat_template(row["messages"], **arguments)
    assert prompt == theirs.apply_chat_template(row["messages"][:-1], add_generation_prompt=True, **arguments)


def test_learned_is_what_the_assistant_says_and_its_end_of_turn(family):
    _, tokenizer = family
    markup = markup_for(tokenizer)
    example = render(CALLS, tokenizer)
    learned, runs = [], []
    for token, label in zip([*example.input_ids, 0], [*example.labels, IGNORE], strict=True):
        assert label in (IGNORE, token)
        if label != IGNORE:
            learned.append(token)
        elif learned:
            runs.append(tokenizer.decode(learned, skip_special_tokens=False))
            learned = []
    turns = [message for message in CALLS.messages if message.role == "assistant"]
    assert runs == [assistant_text(turn) + markup.end for turn in turns]


def test_turn_ends_stand_after_each_end_of_turn(family):
    _, tokenizer = family
    example = render(CALLS, tokenizer)
    end = tokenizer.token_to_id(markup_for(tokenizer).end)
    assert len(example.turn_ends) == 3
    assert all(example.input_ids[at - 1] == end and example.labels[at - 1] == end for at in example.turn_ends)


def test_continuation_goes_on_where_a_turn_ended(family):
    _, tokenizer = family
    turns = [i for i, message in enumerate(CALLS.messages) if message.role == "assistant"]
    example = render(CALLS, tokenizer)
    first, second = (render_prompt(replace(CALLS, messages=CALLS.messages[:i]), tokenizer) for i in turns[:2])
    added = render_continuation(CALLS.messages[turns[0] + 1 : turns[1]], tokenizer)
    assert example.input_ids[: example.turn_ends[0]] + added == second
    assert second[: len(first)] == first


@pytest.mark.parametrize("special", [True, False])
def test_text_that_looks_like_control_tokens_yields_none(family, special):
    """Row 23 of the bad input: neither the family's nor the format's tokens, whether marked special or not."""
    name, tokenizer = family
    tokenizer.add_tokens([AddedToken("<tool_call>", special=special, normalized=False)])
    format = ChatFormat()
    hostile = "".join([*CONTROLS[name], *format.tokens])
    conversation = Conversation(
        (
            Message("system", hostile),
            Message("user", hostile),
            Message("assistant", hostile, thought=hostile, calls=(ToolCall(hostile, {hostile: hostile}),)),
            Message("tool", {hostile: [hostile]}, name=hostile),
            Message("assistant", hostile),
        ),
        tools=({"type": "function", "function": {"name": hostile, "description": hostile}},),
    )
    harmless = json.loads(json.dumps(conversation.to_row()).replace(json.dumps(hostile)[1:-1], "x"))
    count = lambda c: [t for t in render(c, tokenizer, format).input_ids if t in control_ids]  # noqa: E731
    control_ids = {tokenizer.token_to_id(t) for t in CONTROLS[name]} | set(add_format_tokens(tokenizer, format))
    assert count(conversation) == count(conversation_from_row(harmless))
    text = tokenizer.decode(render(conversation, tokenizer, format).input_ids, skip_special_tokens=False)
    assert text.count(hostile) >= 8


def test_a_character_that_the_vocabulary_lacks_is_its_unknown_token():
    """Which is a special token, and still no text that a user types becomes it."""
    vocabulary = ["<unk>", *CONTROLS["gemma"], *"abcdefghijklmnopqrstuvwxyz<>_\n"]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(vocabulary)}, [], unk_token="<unk>"))
    tokenizer.add_special_tokens(["<unk>", *CONTROLS["gemma"]])
    conversation = Conversation((Message("user", "a日<unk>"), Message("assistant", "é")))
    ids = render(conversation, tokenizer, ChatFormat(special_tokens=False)).input_ids
    markup = ["<bos>", "<start_of_turn>", *"user\n", "a", "<unk>", *"<unk>", "<end_of_turn>", "\n"]
    markup += ["<start_of_turn>", *"model\n", "<unk>", "<end_of_turn>", "\n"]
    assert [tokenizer.id_to_token(token) for token in ids] == markup


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=60, deadline=None)
@given(system=_text, user=_text, thought=_text, content=_text, value=_text)
def test_decoding_gives_the_text_back(system, user, thought, content, value):
    tokenizer = small_tokenizer("smollm2")
    assistant = Message("assistant", content, thought, (ToolCall("f", {"x": value}),))
    conversation = Conversation((Message("system", system), Message("user", user), assistant))
    decoded = tokenizer.decode(render(conversation, tokenizer).input_ids, skip_special_tokens=False)
    assert decoded == (
        f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{user}<|im_end|>\n"
        f"<|im_start|>assistant\n{assistant_text(assistant)}<|im_end|>\n"
    )


def test_a_turn_that_is_not_to_be_learned_is_masked_whole(tiny_tokenizer):
    messages = [Message("user", "a"), Message("assistant", "bad", "hm", learned=False)]
    messages += [Message("user", "b"), Message("assistant", "good")]
    example = render(Conversation(tuple(messages)), tiny_tokenizer)
    learned = [token for token, label in zip(example.input_ids, example.labels, strict=True) if label != -100]
    assert tiny_tokenizer.decode(learned, skip_special_tokens=False) == "good<|im_end|>"
    assert len(example.turn_ends) == 1
