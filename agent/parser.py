"""The assistant's turn, read back: thought, content, calls and errors, from text or from token ids, whole or streamed.

One state machine takes stretches of plain text and tags. `parse_assistant` finds the tags in text; `parse_ids` takes
them from control ids, so that a tag which a tuned model spells out in plain text is text. Nothing here raises,
whatever the turn, and the time is linear in its length.

- A tag inside a JSON string of a call is part of the string. Where the block turns out to be unreadable, it ends at
  the first such tag instead, and reading goes on from there.
- A call drafted inside a thought is ignored. Where `</think>` comes first, all before it was the thought.
- After the model's own `<tool_response>`, everything is dropped.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tokenizers import Tokenizer

from agent.calls import MAX_CHARACTERS, UNREADABLE, Call, CallError, mark_repaired, read_calls, scan, unfence
from data.format import ChatFormat

MAX_CALLS = 32  # blocks in one turn; after them the turn is dropped


@dataclass(frozen=True)
class Turn:
    """An assistant turn. `items` are its calls and errors in order; `extra` holds a format's own parts by name."""

    thought: str = ""
    content: str = ""
    items: tuple[Call | CallError, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def calls(self) -> list[Call]:
        return [item for item in self.items if isinstance(item, Call)]

    @property
    def errors(self) -> list[CallError]:
        return [item for item in self.items if isinstance(item, CallError)]


class Event(NamedTuple):
    """What a stream shows: kind "thought", "content" or an extra part's name with a stretch of text; "call" with a
    `Call`; "error" with a `CallError`; "restart": all so far was the thought, which comes again."""

    kind: str
    value: Any


def parse_assistant(
    text: str, truncated: bool = False, format: ChatFormat = ChatFormat(), *, bare_json: bool = False
) -> Turn:
    """Read an assistant's turn from text. Never raises.

    truncated: the turn was cut off at the token limit; none of its calls count then.
    bare_json: where no tag occurs, take JSON that is a call (bare or in a code fence) for one.
    """
    parser = StreamParser(format)
    parser.feed(text)
    turn = parser.close(truncated)
    return _bare_calls(turn) if bare_json and not turn.items else turn


def parse_ids(
    ids: Iterable[int], tokenizer: Tokenizer, format: ChatFormat = ChatFormat(), truncated: bool = False
) -> Turn:
    """Read an assistant's turn from the ids that the model generated, without the end-of-turn id. Never raises."""
    parser = StreamParser(format, tokenizer)
    for token in ids:
        parser.feed_id(token)
    return parser.close(truncated)


class Entry(NamedTuple):
    """What the machine takes: a stretch of plain text, or one tag."""

    text: str
    is_tag: bool = False


class StreamParser:
    """Reads a turn as it is generated: `feed` with text or `feed_id` with ids, then `close`.

    Events go to `on_event` as early as they are certain; the turn that `close` returns is that of the whole text,
    however it was cut. `done` says that nothing more counts (the model began a `<tool_response>`), `trailing` that
    something other than a call follows the calls; an agent stops the generation at either.
    """

    def __init__(
        self,
        format: ChatFormat = ChatFormat(),
        tokenizer: Tokenizer | None = None,
        on_event: Callable[[Event], None] = lambda event: None,
    ):
        self._emit = on_event
        self._call_open, self._call_close = format.tool_call
        self._response = format.tool_response[0]
        self._think_close = format.think[1]
        parts = [("thought", *format.think), *format.extra_parts]
        self._openers = {opener: name for name, opener, _ in parts}
        self._closers = {name: closer for name, _, closer in parts}
        self._texts: dict[str, list[str]] = {"content": [], **{name: [] for name in self._closers}}
        # Finding tags: in text, or by id.
        self._tags = sorted(format.tokens, key=len, reverse=True)
        self._tag_pattern = re.compile("|".join(map(re.escape, self._tags)))
        beginnings = {tag[:length] for tag in self._tags for length in range(1, len(tag))}
        self._tag_begins = re.compile(f"(?:{'|'.join(map(re.escape, beginnings))})\\Z")
        self._held = ""  # text that may be the beginning of a tag
        self._tokenizer = tokenizer
        self._ids: list[int] = []  # that do not make whole characters yet
        self._before: list[int] = []  # the ids before those: what decoders that drop a space at the beginning need
        self._by_id = format.special_tokens
        self._control: dict[int, str] = {}  # id: its tag, or "" for a control token of the base
        if tokenizer is not None:
            added = tokenizer.get_added_tokens_decoder().items()
            self._control = {i: "" for i, token in added if token.special and token.content not in format.tokens}
        if tokenizer is not None and self._by_id:
            self._control |= {i: tag for tag in format.tokens if (i := tokenizer.token_to_id(tag)) is not None}
        # The machine's state.
        self.items: list[Call | CallError] = []
        self.done = self.trailing = False
        self._part = "content"  # where text goes now
        self._draft = False  # a call was drafted in the thought that is open
        self._thought_closed = False
        self._read: list[str] = []  # every stretch so far, in case it turns out to have been the thought
        self._block: list[Entry] | None = None  # since <tool_call>
        self._block_size = self._scanned = 0  # characters of the block; its entries that were scanned for strings
        self._in_string = False

    @property
    def calling(self) -> bool:
        """Whether the turn, so far, holds a call, or the beginning or the draft of one."""
        return bool(self.items) or self._block is not None or self._draft

    # -----------------------------------------------------------------------------------------------------------------
    # In: text or ids become stretches and tags.

    def feed(self, text: str) -> None:
        """Take a piece of text, cut anywhere."""
        text = self._held + text
        begun = self._tag_begins.search(text, max(0, len(text) - len(self._tags[0]) + 1))
        hold = begun.start() if begun else len(text)
        position = 0
        for match in self._tag_pattern.finditer(text):
            if match.start() >= hold:
                break
            self._take(Entry(text[position : match.start()]), Entry(match[0], is_tag=True))
            position = match.end()
        hold = max(hold, position)
        self._held = text[hold:]
        self._take(Entry(text[position:hold]))

    def feed_id(self, token: int) -> None:
        """Take one generated id."""
        tag = self._control.get(token)
        if tag is None:
            self._ids.append(token)
            self._decode(final=False)
        else:
            self._decode(final=True)
            if tag:
                self._take(Entry(tag, is_tag=True))

    def _decode(self, final: bool) -> None:
        if self._tokenizer is None:
            return
        before, text = (
            self._tokenizer.decode(ids, skip_special_tokens=False) for ids in (self._before, self._before + self._ids)
        )
        if final or not text.endswith("\ufffd") or len(self._ids) > 8:  # else a character's bytes are still to come
            self._before, self._ids = [] if final else self._ids, []
            text = text[len(before) :]
            self._take(Entry(text)) if self._by_id else self.feed(text)

    def close(self, truncated: bool = False) -> Turn:
        """The end of the turn: the whole of it."""
        self._decode(final=True)
        held, self._held = self._held, ""
        self._take(Entry(held))
        while self._block is not None:
            self._take(*self._end_block(None), again=True)
        if self._draft:
            self._add([CallError("unclosed_thought", f"the {self._part} holds a call and was never closed")])
        if truncated:
            self.items = [item for item in self.items if isinstance(item, CallError)]
            self.items.append(CallError("truncated", "the turn was cut off at the token limit: none of it was run"))
        texts = {name: text for name, parts in self._texts.items() if (text := "".join(parts).strip())}
        return Turn(texts.pop("thought", ""), texts.pop("content", ""), tuple(self.items), texts)

    # -----------------------------------------------------------------------------------------------------------------
    # The machine.

    def _take(self, *entries: Entry, again: bool = False) -> None:
        """Stretches of text and tags. Entries of a block that was cut short come again, before what follows."""
        if again:
            del self._read[len(self._read) - len(entries) :]
        queue = deque(entry for entry in entries if entry.text)
        while queue and not self.done:
            entry = queue.popleft()
            self._read.append(entry.text)
            rest = self._step(*entry)
            del self._read[len(self._read) - len(rest) :]
            queue.extendleft(reversed(rest))

    def _step(self, text: str, is_tag: bool) -> list[Entry]:
        """Move on by one entry; returns the entries that are to be taken again."""
        if self._block is not None:
            return self._step_in_block(text, is_tag)
        if is_tag and text == self._response:
            self.done = True
        elif self._part != "content":
            if is_tag and text == self._closers[self._part]:
                self._thought_closed |= self._part == "thought"
                self._part, self._draft = "content", False
            else:
                self._draft |= is_tag and text == self._call_open
                self._show(text)
        elif not is_tag:
            self._show(text)
        elif text == self._call_open:
            self._open_block()
        elif text in self._openers:
            self._part, self._draft = self._openers[text], False
        elif text == self._think_close and not self._thought_closed:
            self._restart()
        return []  # any other tag is a stray one, and dropped

    def _show(self, text: str) -> None:
        self.trailing |= bool(self.items) and (self._part != "content" or not text.isspace())
        self._texts[self._part].append(text)
        self._emit(Event(self._part, text))

    def _restart(self) -> None:
        """The prompt had opened the thought: everything before this `</think>` was part of it, drafts included."""
        for texts in self._texts.values():
            texts.clear()
        self.items.clear()
        self.trailing, self._thought_closed = False, True
        self._emit(Event("restart", ""))
        self._texts["thought"].append(thought := "".join(self._read[:-1]))
        self._emit(Event("thought", thought))

    def _step_in_block(self, text: str, is_tag: bool) -> list[Entry]:
        assert self._block is not None
        if self._ends_block(text, is_tag) and not self._is_in_string():
            if text == self._call_open and not any(entry.text.strip() for entry in self._block):
                self._open_block()  # a doubled opener
                return []
            return self._end_block(text)
        self._block.append(Entry(text, is_tag))
        self._block_size += len(text)
        return []

    def _open_block(self) -> None:
        self._block, self._block_size, self._scanned, self._in_string = [], 0, 0, False

    def _ends_block(self, text: str, is_tag: bool) -> bool:
        ends = (self._call_open, self._call_close, self._response)
        return is_tag and (text in ends or (text == self._think_close and not self._thought_closed))

    def _is_in_string(self) -> bool:
        """Whether the block, so far, ends inside a JSON string. A block past the cap on size is not looked at."""
        if self._block is None or self._block_size > MAX_CHARACTERS:
            return False
        new = "".join(entry.text for entry in self._block[self._scanned :])
        self._scanned = len(self._block)
        self._in_string, _ = scan(new, self._in_string)
        return self._in_string

    def _end_block(self, tag: str | None) -> list[Entry]:
        """Read the block that ends at `tag` (None: at the end of the turn); returns the entries to be taken again."""
        block, self._block = self._block or [], None
        rest = [] if tag is None else [Entry(tag, is_tag=True)]
        items = read_calls("".join(entry.text for entry in block))
        first = next((i for i, entry in enumerate(block) if self._ends_block(*entry)), None)
        if first is not None and any(isinstance(item, CallError) and item.code in UNREADABLE for item in items):
            items = read_calls("".join(entry.text for entry in block[:first]))
            rest = block[first:] + rest
        if rest and rest[0].text == self._call_close:
            self._add(items)
            return rest[1:]
        self._add(mark_repaired(items))
        return rest

    def _add(self, items: list[Call | CallError]) -> None:
        room = MAX_CALLS - len(self.items)
        if len(items) > room:
            items = [
                *items[:room],
                CallError("too_many_calls", f"a turn may hold {MAX_CALLS} calls: the rest is dropped"),
            ]
            self.done = True
        self.items += items
        for item in items:
            self._emit(Event("call" if isinstance(item, Call) else "error", item))


def _bare_calls(turn: Turn) -> Turn:
    """A turn whose content holds a call without tags, bare or in its first code fence, as that call."""
    before, fence, rest = turn.content.partition("```")
    body, _, after = rest.partition("```")
    if not fence:
        before, body, after = "", turn.content, ""
    if not unfence(fence + body).startswith(("{", "[")):
        return turn
    items = read_calls(fence + body + fence)
    if any(isinstance(item, CallError) for item in items):
        return turn
    return Turn(turn.thought, f"{before.strip()}\n{after.strip()}".strip(), tuple(mark_repaired(items)), turn.extra)
