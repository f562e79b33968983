"""Where do a call's arguments come from? Those that stand nowhere in the context teach a model to make values up.

What is worked out from the context is no fault: a date from today's, "14:30" from "half past two", 0.05 from 5 %, "GBP"
from pounds, 12 from a dozen, "SF" written out. So this is a rule of thumb, and it would rather miss one than cry wolf.
"""

import re
from collections.abc import Iterator
from typing import Any

from data.builtin.values import ONES, TENS
from data.conversation import Conversation
from data.format import to_json

_SMALL = {word: 10.0 * n for n, word in enumerate(TENS)} | {word: float(n) for n, word in enumerate(ONES)}
_SMALL |= {"couple": 2.0, "pair": 2.0, "half": 0.5, "hour": 1.0}  # an hour and a half
_SCALES = {"dozen": 12.0, "hundred": 100.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "billion": 1e9}
_TOKEN = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|[^\W\d_]+")
_DATE = re.compile(r"(\d{4})-?\d\d-?\d\d(?:\D.*)?|\d\d?/\d\d?/(\d{4})", re.DOTALL)
_TIME = re.compile(r"(\d\d?):\d\d(?::\d\d)?(?: ?[ap]m)?")
_CODE = re.compile(r"[A-Z]{2,5}")
_SAYS_NOTHING = {"true", "false", "yes", "no", "none", "null"}
# a share from per cent, minutes from hours, a unit from its thousandth
_FACTORS = (1, 100, 0.01, 1 / 60, 0.001)


class Context:
    """What has been said so far: its text, and the numbers in it."""

    def __init__(self, text: str = "") -> None:
        self.text = ""
        self.words: set[str] = set()
        self.numbers: set[float] = {0.0, 1.0}  # which are said in too many ways
        self.add(text)

    def add(self, text: str) -> None:
        text = text.casefold()
        self.text += "\n" + text
        digits = words = 0.0  # the number just before, in digits, or in words: "two hundred and fifty" -> 2, 200, 250
        for token in _TOKEN.findall(text):
            if token[0].isdecimal():
                digits, words = float(token.replace(",", "")), 0.0
            elif token in _SMALL:
                self.numbers.add(_SMALL[token])
                digits, words = 0.0, words + _SMALL[token]
            elif token in _SCALES:
                digits, words = 0.0, (words or digits or 1.0) * _SCALES[token]
            elif token not in ("and", "a", "an"):
                digits = words = 0.0
            self.numbers.add(round(digits or words, 6))
            self.words.add(token)

    def holds(self, value: str | float) -> bool:
        """Whether the value stands in the text, or can have come of it."""
        if not isinstance(value, str):
            return any(round(abs(value) * factor, 6) in self.numbers for factor in _FACTORS)
        text = value.strip().casefold()
        if text in _SAYS_NOTHING or text in self.text or _CODE.fullmatch(value):
            return True
        try:
            return self.holds(float(text))
        except ValueError:
            pass
        if date := _DATE.fullmatch(text):
            return any(float(date[1] or date[2]) + years in self.numbers for years in (-1, 0, 1))
        if time := _TIME.fullmatch(text):
            hour = int(time[1]) % 12
            return not self.numbers.isdisjoint({hour, hour + 12, hour + 1}) or bool({"noon", "midnight"} & self.words)
        tokens = _TOKEN.findall(text)
        initials = "".join(token[0] for token in tokens)
        if len(tokens) > 1 and any(word.startswith(initials) and len(word) < 5 for word in self.words):
            return True
        tokens = [token for token in tokens if len(token) > 2 or token[0].isdecimal()] or tokens
        found = sum(self.holds(float(t.replace(",", ""))) if t[0].isdecimal() else self._has(t) for t in tokens)
        return 2 * found >= len(tokens)

    def _has(self, word: str) -> bool:
        return word in self.words or (len(word) > 2 and word[: max(3, len(word) - 3)] in self.text)


def ungrounded(conversation: Conversation) -> Iterator[str]:
    """A line for each text or number in a call's arguments that neither the tools nor the messages before hold."""
    context = Context(to_json(conversation.tools))
    for i, message in enumerate(conversation.messages):
        for call in message.calls:
            for path, value in leaves(call.arguments):
                if not context.holds(value):
                    yield f"messages[{i}] calls {call.name} with {path} = {to_json(value)}"
        context.add(message.content if isinstance(message.content, str) else to_json(message.content))
        for call in message.calls:
            context.add(to_json(call.arguments))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str | float]]:
    """Each text and number of a call's arguments, with the path of keys that leads to it: ("address.city", "Rome")."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, path)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, value
