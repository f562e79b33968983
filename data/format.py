"""The format: the one place that names the special tokens and turns conversations into token ids with labels.

A conversation becomes **pieces** (text with a role, a part and a flag "learned"), pieces become ids, and the labels
follow from the flags: the mask comes from structure, never from a search in rendered text.

Control ids (the family's own markup and the format's tags) are emitted by their id, here and nowhere else. All other
text is encoded by `plain_tokenizer`, which has none of them: a user who types `<|im_end|>` or a tool that prints
`<tool_call>` gets a few harmless text tokens.

A conversation without tools, thoughts and calls gets the ids that the family's published template gives it, to the
last space. Where tools are on offer, what the assistant says begins and ends without white space.

    system    instructions, the conversation's own text, <tools>[{"type": "function", …}]</tools>
    user      What is 17 % of 2,350?
    assistant <think>A percentage: multiply.</think><tool_call>{"name": "calculate", "arguments": {…}}</tool_call>
    tool      <tool_response>{"name": "calculate", "content": 399.5}</tool_response>
    assistant 17 % of 2,350 is 399.5.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

from tokenizers import AddedToken, Encoding, Tokenizer

from data.conversation import Conversation, Message
from data.markup import Markup, markup_for
from data.plain import plain_tokenizer
from errors import InputError

IGNORE = -100  # the label of a token that is not learned, as in torch's cross_entropy


@dataclass(frozen=True)
class ChatFormat:
    """The cycle's tags and the order of its parts. Change a name or add a part here, and all else follows."""

    tools: tuple[str, str] = ("<tools>", "</tools>")  # around the schemas, in the system turn
    think: tuple[str, str] = ("<think>", "</think>")  # around the thought: an assistant turn's first part
    tool_call: tuple[str, str] = ("<tool_call>", "</tool_call>")  # around each call: an assistant turn's last parts
    tool_response: tuple[str, str] = ("<tool_response>", "</tool_response>")  # around each result, in the tool's turn
    # Parts of one's own between thought and content, as (name in Message.extra, opening tag, closing tag).
    extra_parts: tuple[tuple[str, str, str], ...] = ()
    # Each tag is one new token. False: tags are plain text, which is how a base that was never taught them sees them.
    special_tokens: bool = True
    # The system turn's first line, where tools are on offer.
    instructions: str = (
        "You can call functions. Think first. If a function fits, call it as JSON with its name and arguments; "
        "if an argument is missing, ask; if no function fits, say so."
    )

    @property
    def tokens(self) -> tuple[str, ...]:
        """All tags, in the order in which they get their ids."""
        extra = [tag for _, *tags in self.extra_parts for tag in tags]
        return (*self.tools, *self.think, *self.tool_call, *self.tool_response, *extra)


class Piece(NamedTuple):
    """A stretch of a rendered conversation before it becomes ids."""

    text: str
    role: str
    part: str  # "markup", "system", "tools", "content", "thought", "call", "result", or an extra part's name
    learned: bool = False
    control: bool = False  # one token, emitted by its id


@dataclass(frozen=True)
class Segment:
    """A stretch of token ids that belong to one part of one turn."""

    role: str
    part: str
    input_ids: list[int]
    learned: bool


@dataclass(frozen=True)
class Example:
    """A rendered conversation: ids, and labels of the same length (-100 where a token is not learned).

    `labels[i]` is `input_ids[i]` itself where it is learned: the loss shifts them, as in transformers.
    `turn_ends` are the lengths after each whole assistant turn, where a conversation may be cut.
    """

    segments: list[Segment]
    turn_ends: list[int]

    @property
    def input_ids(self) -> list[int]:
        return [token for segment in self.segments for token in segment.input_ids]

    @property
    def labels(self) -> list[int]:
        return [token if segment.learned else IGNORE for segment in self.segments for token in segment.input_ids]


def to_json(value: Any) -> str:
    """JSON as the format writes it everywhere: one line, Python's default separators, unicode kept."""
    return json.dumps(value, ensure_ascii=False)


def call_json(name: str, arguments: dict[str, Any]) -> str:
    """The text between <tool_call> and </tool_call>."""
    return to_json({"name": name, "arguments": arguments})


def add_format_tokens(tokenizer: Tokenizer, format: ChatFormat = ChatFormat()) -> list[int]:
    """Add the tags that the tokenizer lacks, in place. Returns all tags' ids, in the order of `format.tokens`."""
    missing = [token for token in format.tokens if tokenizer.token_to_id(token) is None]
    if missing:
        tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in missing])
    return [_control_id(tokenizer, token) for token in format.tokens]


def require_rows(tokenizer: Tokenizer, format: ChatFormat, rows: int) -> None:
    """Raises InputError for a model whose vocabulary of `rows` is too small for the format's tokens."""
    if format.special_tokens and max(add_format_tokens(tokenizer, format)) >= rows:
        raise InputError("the model has no embedding for the format's tags: give the adapter that was trained on them")


def end_of_turn_id(tokenizer: Tokenizer) -> int:
    """The id of the control token that ends a turn."""
    return _control_id(tokenizer, markup_for(tokenizer).end)


# ---------------------------------------------------------------------------------------------------------------------
# A conversation becomes pieces.


def pieces(conversation: Conversation, format: ChatFormat, markup: Markup) -> Iterator[Piece]:
    """The whole conversation, piece by piece, in order."""
    messages = list(conversation.messages)
    own = messages.pop(0).content if messages and messages[0].role == "system" else None
    system = list(_system(own, conversation.tools, format, markup))
    if markup.bos:
        yield Piece(markup.bos, "system", "markup", control=True)
    if system and markup.has_system:
        yield from _open("system", markup)
        yield from system
        yield from _close("system", markup)
    if conversation.tools:
        messages = [replace(m, content=m.content.strip()) if m.role == "assistant" else m for m in messages]
    folded = [*system, Piece("\n\n", "system", "system")] if system and not markup.has_system else []
    if folded and messages and markup.trims_folded and not conversation.tools:
        messages[0] = replace(messages[0], content=f"{own}\n\n{messages[0].content}")
        folded = []
    yield from _turns(messages, format, markup, folded)


def _turns(messages: list[Message], format: ChatFormat, markup: Markup, first: Iterable[Piece] = ()) -> Iterator[Piece]:
    """Turn after turn; the results of parallel calls share one. `first` stands inside the first turn."""
    for i, message in enumerate(messages):
        role, joins = message.role, message.role == "tool"
        if not (joins and i > 0 and messages[i - 1].role == "tool"):
            yield from _open(role, markup)
        yield from first
        first = ()
        for piece in _BODIES[role](message, format, markup):
            yield piece if message.learned else piece._replace(learned=False)
        if not (joins and i + 1 < len(messages) and messages[i + 1].role == "tool"):
            yield from _close(role, markup, learned=role == "assistant" and message.learned)


def _open(role: str, markup: Markup) -> Iterator[Piece]:
    header = markup.header.format(role=markup.roles.get(role, role))
    for text in re.split("(" + "|".join(map(re.escape, markup.controls)) + ")", header):
        if text:
            yield Piece(text, role, "markup", control=text in markup.controls)


def _close(role: str, markup: Markup, learned: bool = False) -> Iterator[Piece]:
    yield Piece(markup.end, role, "markup", learned, control=True)
    if markup.after:
        yield Piece(markup.after, role, "markup")


def _tagged(tags: tuple[str, str], text: str, role: str, part: str, format: ChatFormat) -> Iterator[Piece]:
    learned = role == "assistant"
    yield Piece(tags[0], role, part, learned, format.special_tokens)
    yield Piece(text, role, part, learned)
    yield Piece(tags[1], role, part, learned, format.special_tokens)


def _system(own: str | None, tools: tuple[dict, ...], format: ChatFormat, markup: Markup) -> Iterator[Piece]:
    if not tools:
        text = markup.default_system if own is None else own
        if text or own is not None:
            yield Piece(text.strip() if markup.trims and markup.has_system else text, "system", "system")
        return
    own = (own or "").strip()
    yield Piece(format.instructions + "\n" + (own + "\n" if own else ""), "system", "system")
    yield from _tagged(format.tools, to_json([described_first(tool) for tool in tools]), "system", "tools", format)


def described_first(tool: dict[str, Any]) -> dict[str, Any]:
    """A schema whose function says what it does before its name.

    A thought says what is wanted in a description's words and then the name: what comes next in the schema, too. To
    find the name before the description is a look-up that small models often fail.
    """
    function = tool["function"]
    if "description" not in function:
        return tool
    return tool | {"function": {"description": function["description"]} | function}


def _user(message: Message, _: ChatFormat, markup: Markup) -> Iterator[Piece]:
    yield Piece(message.content.strip() if markup.trims else message.content, "user", "content")


def _assistant(message: Message, format: ChatFormat, markup: Markup | None = None) -> Iterator[Piece]:
    before: list[Piece] = []
    if message.thought.strip():
        before += _tagged(format.think, message.thought.strip(), "assistant", "thought", format)
    for name, *tags in format.extra_parts:
        if text := message.extra.get(name, "").strip():
            before += _tagged((tags[0], tags[1]), text, "assistant", name, format)
    yield from before
    trims = bool(markup is None or markup.trims or before or message.calls)
    yield Piece(message.content.strip() if trims else message.content, "assistant", "content", learned=True)
    for call in message.calls:
        yield from _tagged(format.tool_call, call_json(call.name, call.arguments), "assistant", "call", format)


def _tool(message: Message, format: ChatFormat, _: Markup) -> Iterator[Piece]:
    result = to_json({"name": message.name, "content": message.content})
    yield from _tagged(format.tool_response, result, "tool", "result", format)


_BODIES = {"user": _user, "assistant": _assistant, "tool": _tool, "system": _user}


# ---------------------------------------------------------------------------------------------------------------------
# Pieces become ids.


def _encode(
    batch: Iterable[Iterable[Piece]], tokenizer: Tokenizer, format: ChatFormat, markup: Markup
) -> Iterator[list[Segment]]:
    """Ids for the pieces of several conversations, whose texts are encoded together, each text once.

    Text between two control tokens is encoded as one, as a template's is. Of such text only the end is learned: after
    a header. A token that begins in the header (a line break that becomes one with white space after it) is not.
    """
    if format.special_tokens:
        add_format_tokens(tokenizer, format)
    plain = plain_tokenizer(tokenizer, (*markup.controls, markup.end, markup.bos, *format.tokens))
    conversations = [[list(run) for _, run in groupby(parts, key=lambda piece: piece.control)] for parts in batch]
    texts = list(dict.fromkeys(_text(run) for runs in conversations for run in runs if not run[0].control))
    encoded = dict(zip(texts, plain.encode_batch(texts, add_special_tokens=False), strict=True))
    for runs in conversations:
        segments: list[Segment] = []
        for run in runs:
            if run[0].control:
                segments += [Segment(p.role, p.part, [_control_id(tokenizer, p.text)], p.learned) for p in run]
            else:
                segments += _split(run, encoded[_text(run)])
        yield segments


def _text(run: list[Piece]) -> str:
    return "".join(piece.text for piece in run)


def _split(run: list[Piece], encoding: Encoding) -> Iterator[Segment]:
    """The header of a run and what is learned after it; either may be missing."""
    ids = encoding.ids
    header = sum(len(piece.text) for piece in run if not piece.learned)  # characters
    at = len(ids) if header == len(_text(run)) else sum(start < header for start, _ in encoding.offsets)
    for learned, part in ((False, ids[:at]), (True, ids[at:])):
        if part:
            last = [piece for piece in run if piece.learned == learned][-1]
            yield Segment(last.role, last.part, part, learned)


def _control_id(tokenizer: Tokenizer, token: str) -> int:
    token_id = tokenizer.token_to_id(token)
    if token_id is None:
        raise InputError(f"the tokenizer lacks {token}, which the chat markup needs: choose an instruction-tuned model")
    return token_id


def render(conversation: Conversation, tokenizer: Tokenizer, format: ChatFormat = ChatFormat()) -> Example:
    """A conversation as token ids with labels. Learned: the assistant's parts and the end-of-turn token after them.

    The format's tags are added to the tokenizer where it lacks them (in place).
    """
    return next(render_batch([conversation], tokenizer, format))


def render_batch(
    conversations: Iterable[Conversation], tokenizer: Tokenizer, format: ChatFormat = ChatFormat()
) -> Iterator[Example]:
    """`render` for several conversations at once, on all cores."""
    markup = markup_for(tokenizer)
    for segments in _encode((pieces(each, format, markup) for each in conversations), tokenizer, format, markup):
        turn_ends, length = [], 0
        for segment in segments:
            length += len(segment.input_ids)
            if segment.learned and segment.part == "markup":
                turn_ends.append(length)
        yield Example(segments, turn_ends)


def render_prompt(conversation: Conversation, tokenizer: Tokenizer, format: ChatFormat = ChatFormat()) -> list[int]:
    """The ids that ask for the next assistant turn: all messages, then the assistant's header."""
    markup = markup_for(tokenizer)
    return _ids([*pieces(conversation, format, markup), *_open("assistant", markup)], tokenizer, format, markup)


def render_continuation(
    messages: Iterable[Message], tokenizer: Tokenizer, format: ChatFormat = ChatFormat()
) -> list[int]:
    """What follows an assistant turn's end-of-turn id: the messages, then the assistant's header.

    `render_prompt(c)` + an assistant turn's ids + `render_continuation(m)` is the prompt of the longer conversation.
    """
    markup = markup_for(tokenizer)
    after = [Piece(markup.after, "assistant", "markup")] if markup.after else []
    turns = _turns(list(messages), format, markup)
    return _ids([*after, *turns, *_open("assistant", markup)], tokenizer, format, markup)


def _ids(parts: list[Piece], tokenizer: Tokenizer, format: ChatFormat, markup: Markup) -> list[int]:
    return [token for segment in next(_encode([parts], tokenizer, format, markup)) for token in segment.input_ids]


def assistant_text(message: Message, format: ChatFormat = ChatFormat()) -> str:
    """An assistant turn as text, as it is rendered between header and end of turn."""
    return "".join(piece.text for piece in _assistant(message, format))
