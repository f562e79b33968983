"""The families' chat markup against their published templates, id for id, through transformers.

SmolLM2's template comes with its checkpoint, the others lie in the installed TRL and are read from there.
Small tokenizers stand in for those of the checkpoints.
"""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import TemplateError
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from data import Conversation, Message, render, render_prompt
from data.markup import MARKUPS, markup_for
from model.hub import load_tokenizer
from tests.data.small_tokenizers import BOS, FAMILIES, small_tokenizer

pytestmark = pytest.mark.parity

SYSTEM = {"role": "system", "content": "Be brief, and answer in English."}
CONVERSATIONS = {
    "one-turn": ["What is 2 + 2?", "It's 4."],
    "multi-turn": ["Hi", "Hello! How can I help?", "Name a colour.", "Blue.", "Another", "Green, 100 %."],
    "system": [SYSTEM, "Hi", "Hello.", "Who are you?", "A model."],
    "unicode": [
        "Grüße aus Zürich – 日本語? e\u0301",
        "👩‍👩‍👧 مرحبا\u200f, ▁ and \u00a0no-break",
        "\u0301x",
        "\u2028\u3000。",
    ],
    "empty": ["", "", "x", "", ""],
    "empty-system": [{"role": "system", "content": ""}, "Hi", "Hello."],
    "empty-user-after-system": [SYSTEM, "", "Hello."],
    "white-space": [" \n hi \n\n\n there\t\n", "\n\n  Hello,\n\n    you.  \n", "\t", " ", "   x", "   y   "],
    "white-space-in-system": [{"role": "system", "content": "\n\n Be brief. \n "}, "\n  hi ", " Hello.\n"],
    "code": [
        "Write it:\n\n```\ndef f():\n    ...",
        "```py\ndef f(x):\n\n    return {'a': [x]}\n\n\n```",
        "Thanks!!\r\n",
    ],
}


def messages_of(turns):
    """Texts are by the user and the assistant in turn; one that ends with the user is a prompt."""
    given = [turn for turn in turns if isinstance(turn, dict)]
    spoken = [turn for turn in turns if isinstance(turn, str)]
    return given + [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(spoken)]


def template(name):
    """From the installed TRL; found without importing it."""
    spec = importlib.util.find_spec("trl")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=["smollm2", *FAMILIES])
def family(request, tmp_path_factory):
    """A family's name, transformers' tokenizer with its published template, and the folder that both sides read."""
    if request.param == "smollm2":
        folder = request.getfixturevalue("smollm2_folder")
    else:
        folder = tmp_path_factory.mktemp("tokenizer")
        small, chat_template = small_tokenizer(request.param), template(FAMILIES[request.param][0])
        bos = BOS.get(request.param)
        fast = PreTrainedTokenizerFast(tokenizer_object=small, bos_token=bos, chat_template=chat_template)
        fast.save_pretrained(folder)
    return request.param, AutoTokenizer.from_pretrained(folder), load_tokenizer(folder)


def ours(tokenizer, messages):
    conversation = Conversation(tuple(Message(message["role"], message["content"]) for message in messages))
    if messages[-1]["role"] == "assistant":
        return render(conversation, tokenizer).input_ids
    return render_prompt(conversation, tokenizer)


def theirs(name, fast, messages):
    if name == "gemma" and messages[0]["role"] == "system":
        with pytest.raises(TemplateError, match="System role not supported"):
            fast.apply_chat_template(messages)
        first = {"role": "user", "content": f"{messages[0]['content']}\n\n{messages[1]['content']}"}
        messages = [first, *messages[2:]]
    prompt = messages[-1]["role"] == "user"
    return fast.apply_chat_template(messages, add_generation_prompt=prompt, return_dict=False)


def test_the_family_is_told_by_its_control_tokens(family):
    name, _, tokenizer = family
    assert markup_for(tokenizer) == MARKUPS[name]


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_markup_equals_the_published_template(family, conversation):
    """The whole conversation, and each prompt in it."""
    name, fast, tokenizer = family
    messages = messages_of(CONVERSATIONS[conversation])
    for end in range(1, len(messages) + 1):
        if messages[end - 1]["role"] != "system":
            expected = theirs(name, fast, messages[:end])
            assert ours(tokenizer, messages[:end]) == expected, fast.decode(expected)


_text = st.text(st.sampled_from("ab é\u0301\n\n\r\t  \u00a0▁1.'日🌍"), max_size=12) | st.text(max_size=20)
_text = _text.filter(lambda text: "<" not in text)  # hypothesis tries this file's own control tokens


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(_text, min_size=1, max_size=5), system=st.none() | _text)
def test_markup_equals_the_published_template_whatever_the_text(family, turns, system):
    name, fast, tokenizer = family
    messages = messages_of(turns if system is None else [{"role": "system", "content": system}, *turns])
    assert ours(tokenizer, messages) == theirs(name, fast, messages)


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_prompts_equal_the_template_of_qwen_3_that_thinks(conversation):
    """It puts an empty thought before the last answer, where ours has its own; prompts are the same."""
    small = small_tokenizer("qwen3")
    fast = PreTrainedTokenizerFast(tokenizer_object=small, chat_template=template("qwen3"))
    messages = messages_of(CONVERSATIONS[conversation])
    for end, message in enumerate(messages, 1):
        if message["role"] == "user":
            assert ours(small, messages[:end]) == theirs("qwen3", fast, messages[:end])
