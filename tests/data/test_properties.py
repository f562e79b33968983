"""What holds for every conversation in every family: nothing is lost in the ids, the mask is the assistant's turns,
a turn is read back as it was written, and no text becomes a control id."""

import json
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer

from agent import parse_ids
from agent.parser import parse_assistant
from data import ChatFormat, Conversation, Message, ToolCall, render, render_prompt
from data.format import add_format_tokens, assistant_text, pieces
from data.markup import markup_for
from tests.data.small_tokenizers import FAMILIES, small_tokenizer

FORMAT = ChatFormat()
TOOL = {"type": "function", "function": {"name": "go", "description": "Go – 走", "parameters": {"type": "object"}}}
# What tries the tags' and the markup's borders, beside anything that hypothesis comes up with.
SPECIALS = ["<|endoftext|>", "<|object_ref_start|>", "<pad>", "<eos>", "<unk>", "<0x41>", "▁", "▁▁", "\0"]
MARKS = [token for family in ("qwen3", "llama3", "gemma3") for token in FAMILIES[family][2]]
TRIES = [
    *SPECIALS,
    *MARKS,
    *FORMAT.tokens,
    "<",
    "|>",
    "<|im_",
    "end|>",
    "tool_call>",
    "</",
    "\n",
    "\n\n",
    " ",
    "\u0301",
]
_character = st.characters(exclude_categories=["Cs", "Cn"])  # no lone surrogates, which no reader lets through
texts = st.text(_character, max_size=20) | st.lists(st.sampled_from(TRIES) | _character, max_size=6).map("".join)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
calls = st.builds(ToolCall, texts.filter(str.strip), st.dictionaries(texts, values, max_size=2))
turns = st.builds(Message, st.just("assistant"), texts, texts, st.lists(calls, max_size=2).map(tuple))


@st.composite
def conversations(draw) -> Conversation:
    messages = [Message("system", draw(texts))] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 2))):
        messages.append(Message("user", draw(texts)))
        turn = draw(turns)
        messages.append(turn)
        if turn.calls:
            messages += [Message("tool", draw(values), name=draw(texts)) for _ in turn.calls]
            messages.append(Message("assistant", draw(texts)))
    return Conversation(tuple(messages), (TOOL,) if draw(st.booleans()) else ())


@pytest.fixture(scope="module", params=["smollm2", *FAMILIES])
def tokenizer(request, _tiny_tokenizer_json) -> Tokenizer:
    """A small tokenizer of the family, without the format's tokens where the family has none of them."""
    family = request.param
    return Tokenizer.from_str(_tiny_tokenizer_json) if family == "smollm2" else small_tokenizer(family)


def normalized(text: str, tokenizer: Tokenizer) -> str:
    """What a family's own normaliser leaves of a text: Gemma writes a space and "▁" alike, Qwen and Llama compose."""
    if tokenizer.normalizer is None:
        return text
    return text.replace("▁", " ") if tokenizer.token_to_id("<bos>") is not None else unicodedata.normalize("NFC", text)


def all_normalized(value, tokenizer):
    """The same for every text in a JSON value; one in which two names become one is of no use here."""
    if isinstance(value, str):
        return normalized(value, tokenizer)
    if isinstance(value, dict):
        made = {normalized(name, tokenizer): all_normalized(inner, tokenizer) for name, inner in value.items()}
        assume(len(made) == len(value))
        return made
    return [all_normalized(inner, tokenizer) for inner in value] if isinstance(value, list) else value


def assistant_runs(example) -> Iterator[list[int]]:
    """The ids of each assistant turn with its end, header and all."""
    run: list[int] = []
    for segment in example.segments:
        if segment.role == "assistant":
            run += segment.input_ids
            if segment.learned and segment.part == "markup":
                yield run
                run = []
        else:
            run = []


def decode(tokenizer: Tokenizer, ids: list[int]) -> str:
    return tokenizer.decode(ids, skip_special_tokens=False)


@settings(max_examples=80, deadline=None)
@given(conversation=conversations())
def test_decoding_gives_the_text_back(tokenizer, conversation):
    text = "".join(piece.text for piece in pieces(conversation, FORMAT, markup_for(tokenizer)))
    assert decode(tokenizer, render(conversation, tokenizer).input_ids) == normalized(text, tokenizer)


@settings(max_examples=80, deadline=None)
@given(conversation=conversations())
def test_learned_is_what_the_assistant_says_and_its_end_of_turn(tokenizer, conversation):
    """White space that shares a token with the header's line break is the one thing that may be missing."""
    markup, example = markup_for(tokenizer), render(conversation, tokenizer)
    learned, runs = [], []
    for token, label in zip([*example.input_ids, 0], [*example.labels, -100], strict=True):
        if label != -100:
            assert label == token
            learned.append(token)
        elif learned:
            runs.append(decode(tokenizer, learned))
            learned = []
    # the turns as they are rendered, from the pieces' own order: after an assistant's header, up to its end
    text = "".join(piece.text for piece in pieces(conversation, FORMAT, markup) if piece.learned)
    assert len(runs) == len(example.turn_ends) == sum(message.role == "assistant" for message in conversation.messages)
    rest = normalized(text, tokenizer)
    for run in runs:
        missing, found, rest = rest.partition(run)
        assert found
        assert not missing.strip()
        assert run.endswith(markup.end)
    assert not rest


@settings(max_examples=80, deadline=None)
@given(turn=turns)
def test_a_turn_is_read_back_from_its_ids_whatever_is_said(tokenizer, turn):
    conversation = Conversation((Message("user", "?"), turn), (TOOL,))
    prompt = render_prompt(Conversation((Message("user", "?"),), (TOOL,)), tokenizer)
    ids = render(conversation, tokenizer).input_ids
    end = ids.index(tokenizer.token_to_id(markup_for(tokenizer).end), len(prompt))
    assert ids[: len(prompt)] == prompt
    read = parse_ids(ids[len(prompt) : end], tokenizer)
    expected = [ToolCall(normalized(c.name, tokenizer), all_normalized(c.arguments, tokenizer)) for c in turn.calls]
    assert read.errors == []
    assert read.thought == normalized(turn.thought.strip(), tokenizer).strip()
    assert read.content == normalized(turn.content.strip(), tokenizer).strip()
    assert [ToolCall(call.name, call.arguments) for call in read.calls] == expected
    assert not any(call.repaired for call in read.calls)


def _tagless(turn: Message) -> bool:
    return not any(tag in part for tag in FORMAT.tokens for part in (turn.thought, turn.content))


@settings(max_examples=400, deadline=None)
@given(turn=turns.filter(_tagless))
def test_a_turn_is_read_back_from_its_text(turn):
    """In arguments, tags are part of the string; in thought and content of text they are tags, so they are left out."""
    read = parse_assistant(assistant_text(turn))
    assert read.errors == []
    assert (read.thought, read.content) == (turn.thought.strip(), turn.content.strip())
    assert tuple(ToolCall(call.name, call.arguments) for call in read.calls) == turn.calls


@pytest.mark.parametrize("marked", [True, False], ids=["special", "not-special"])
@settings(max_examples=60, deadline=None)
@given(conversation=conversations())
def test_no_text_becomes_a_control_id(tokenizer, marked, conversation):
    """The control ids are those of the same conversation in which all that is said is "x": whether the base's
    tokenizer marks the format's tags as special, has them unmarked, or lacks them."""
    own = Tokenizer.from_str(tokenizer.to_str())
    own.add_tokens([AddedToken(tag, special=marked, normalized=False) for tag in FORMAT.tokens[:5]])
    markup = markup_for(own)
    spec = {token.content for token in own.get_added_tokens_decoder().values() if token.special} - {"<unk>"}
    names = spec | {*markup.controls, markup.end, markup.bos, *FORMAT.tokens} - {""}
    add_format_tokens(own)
    controls = {own.token_to_id(name) for name in names}
    harmless = Conversation(tuple(map(_harmless, conversation.messages)), conversation.tools)
    expected = [token for token in render(harmless, own).input_ids if token in controls]
    assert [token for token in render(conversation, own).input_ids if token in controls] == expected
    assert expected.count(own.token_to_id(markup.end)) >= 2


def _harmless(message: Message) -> Message:
    thought = "x" if message.thought.strip() else ""
    return Message(message.role, "x", thought, tuple(ToolCall("x", {}) for _ in message.calls), message.name and "x")


@pytest.mark.parametrize("family", ["gemma", "gemma3"])
def test_no_text_becomes_a_control_id_that_the_vocabulary_merges_from_pieces(family):
    """A base may know a tag as an ordinary word of its vocabulary: then that is its id, and text no longer makes it."""
    tag = FORMAT.tool_call[0]
    spec = json.loads(small_tokenizer(family).to_str())
    steps = [tag[:i] for i in range(2, len(tag) + 1)]
    spec["model"]["vocab"] |= {step: len(spec["model"]["vocab"]) + i for i, step in enumerate(steps)}
    spec["model"]["merges"] = [[step[:-1], step[-1]] for step in steps] + spec["model"]["merges"]
    tokenizer = Tokenizer.from_str(json.dumps(spec))
    tag_id = tokenizer.token_to_id(tag)
    assert tokenizer.encode(f"a{tag}", add_special_tokens=False).ids[-1] == tag_id
    turn = Message("assistant", f"a{tag}{tag}", calls=(ToolCall(tag, {}),))
    ids = render(Conversation((Message("user", tag), turn)), tokenizer).input_ids
    assert ids.count(tag_id) == 1
    assert decode(tokenizer, ids).count(tag) == 5
