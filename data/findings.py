"""What is wrong with conversations, by kind: how grave it is, how to mend it, how often it was met, and where first."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from tokenizers import Tokenizer

from data.conversation import Conversation
from data.format import ChatFormat, Example
from data.grounding import ungrounded
from data.markup import MARKUPS
from data.readers import content_faults

KEPT = 20  # lines of each kind and source


@dataclass(frozen=True)
class Kind:
    """A kind of finding. An error teaches what is wrong or stops a run; a warning is to be looked at."""

    severity: str  # "error" or "warning"
    what: str  # in the plural
    mend: str


# In the order in which they are reported.
KINDS = {
    "benchmark": Kind("error", "rows of a benchmark, which is for evaluation alone", "leave the file out"),
    "bad-row": Kind("error", "rows that cannot be read and stop a run", "mend them, or --on-bad-row skip"),
    "call-not-json": Kind("error", "rows with calls that are no JSON objects", "mend them, or --on-bad-row skip"),
    "result-without-call": Kind("error", "results that no call asked for", "add the call, or take the result out"),
    "unknown-tool": Kind("error", "calls to tools that are not on offer", "list the tool, or leave the row out"),
    "broken-schema": Kind("error", "calls that break their tool's schema", "mend the arguments, or the schema"),
    "tag-as-text": Kind(
        "error", "answers with special tokens as text, split into several ids", "--data-format hermes, or take them out"
    ),
    "double-markup": Kind(
        "error", "texts with a BOS, EOS or turn markup of their own: it would stand twice", "take it out of the text"
    ),
    "leak": Kind("error", "evaluation rows that are also trained on", "leave them out of one of the two"),
    "near-leak": Kind(
        "warning", "evaluation rows much like one that is trained on", "look whether scores mean anything"
    ),
    "duplicate": Kind("warning", "rows with the words of an earlier one, which count twice", "keep one of them"),
    "near-duplicate": Kind("warning", "rows much like an earlier one", "keep one of them, or vary them"),
    "made-up-argument": Kind(
        "warning",
        "arguments that stand nowhere in the context: a model learns to make values up",
        "say the value before the call, or have the assistant ask for it",
    ),
    "too-long": Kind("warning", "rows over --max-length, cut after a whole turn", "raise it, or split them"),
    "dropped": Kind("warning", "rows of which no whole turn fits in --max-length, left out", "raise it, or split them"),
    "unused-tag": Kind("warning", "tags of the format that never occur, so nothing is learned of them", "add examples"),
}
_BAD_ROWS = {
    "benchmark": r"Berkeley Function Calling Leaderboard",
    "result-without-call": r"is a tool result, and no call stands before it$",
    "call-not-json": r"\.arguments (is not JSON|should be)|: a call should be|(<tool_call>|`answers`|\]) cannot be read"
    r"|opens <tool_call> and never closes it$",
    "bad-row": "",
}


@dataclass
class Findings:
    """How often each kind was met, by source, and the first lines that say where."""

    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    first: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: str, source: str, line: str) -> None:
        self.counts[kind][source] += 1
        if self.counts[kind][source] <= KEPT:
            self.first[kind, source].append(line)

    def add_bad_row(self, source: str, line: str) -> None:
        """A row that the reader left out, in its words."""
        self.add(next(kind for kind, says in _BAD_ROWS.items() if re.search(says, line)), source, line)

    def total(self, severity: str) -> int:
        return sum(self.counts[kind].total() for kind in self.kinds() if KINDS[kind].severity == severity)

    def kinds(self) -> list[str]:
        """The kinds that were met, in the order of KINDS."""
        return [kind for kind in KINDS if kind in self.counts]

    def rows(self, kind: str, most: int = KEPT) -> list[str]:
        """Some lines of a kind: the first of each source, then the second of each, and so on."""
        by_source = [self.first[kind, source] for source in self.counts[kind]]
        return [line for lines in zip_longest(*by_source) for line in lines if line is not None][:most]

    def heading(self, kind: str) -> str:
        """One line: how many, of which sources, what it is and how to mend it."""
        counts, about = self.counts[kind], KINDS[kind]
        sources = ", ".join(f"{source} {count:,}" for source, count in counts.most_common(6) if source)
        more = f", {len(counts) - 6} more sources" if len(counts) > 6 else ""
        by_source = f" ({sources}{more})" if sources else ""
        return f"{about.severity} ×{counts.total():,}: {about.what}{by_source}: {about.mend} [{kind}]"


def faults(conversation: Conversation, markup: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Everything that one conversation shows by itself: a kind, and a line that says where in its messages."""
    yield from content_faults(conversation)
    yield from _results_without_call(conversation)
    yield from _markup_in_text(conversation, markup)
    for line in ungrounded(conversation):
        yield "made-up-argument", line


def length_fault(example: Example, max_length: int) -> Iterator[tuple[str, str]]:
    """What becomes of a conversation that is longer than a packed row."""
    if (length := len(example.input_ids)) > max_length:
        fits = max((end for end in example.turn_ends if end <= max_length), default=0)
        yield ("too-long", f"{length:,} tokens, cut to {fits:,}") if fits else ("dropped", f"{length:,} tokens")


def _results_without_call(conversation: Conversation) -> Iterator[tuple[str, str]]:
    open_calls: list[str] = []
    for i, message in enumerate(conversation.messages):
        if message.role == "assistant":
            open_calls = [call.name for call in message.calls]
        elif message.role == "tool" and message.name in open_calls:
            open_calls.remove(message.name)
        elif message.role == "tool":
            yield "result-without-call", f"messages[{i}] is a result of {message.name}, and no call of it waits for one"


def markup_pattern(tokenizer: Tokenizer) -> re.Pattern[str]:
    """What no text should hold: the control tokens of the tokenizer and of all families, but for the format's tags."""
    tokens = {token.content for token in tokenizer.get_added_tokens_decoder().values() if token.special}
    tokens |= {"<|endoftext|>", "<|end_of_text|>", "<eos>", *_STRUCK}
    tokens |= {token for markup in MARKUPS.values() for token in (*markup.controls, markup.bos) if token}
    return re.compile("|".join(map(re.escape, tokens - set(ChatFormat().tokens))))


_STRUCK = ("<s>", "</s>")  # BOS and EOS of Llama 2 and Mistral; within a text they are HTML


def _markup_in_text(conversation: Conversation, markup: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for i, message in enumerate(conversation.messages):
        for text in (message.content.strip(), message.thought.strip()) if message.role != "tool" else ():
            found = list(markup.finditer(text))
            if found and found[0].start() == 0:
                yield "double-markup", f"messages[{i}] begins with {found[0][0]}"
            elif found and found[-1].end() == len(text):
                yield "double-markup", f"messages[{i}] ends with {found[-1][0]}"
            elif message.role == "assistant" and (inside := [each[0] for each in found if each[0] not in _STRUCK]):
                yield "tag-as-text", f"messages[{i}] has {inside[0]} in its text"
