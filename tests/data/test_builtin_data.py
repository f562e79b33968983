"""The embedded data set: the same everywhere, well formed, derivable, executed for real, and split without leaks."""

import datetime
import hashlib
import itertools
import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from data.builtin import SIZES, conversation, conversations, domains, phrases, pools, thoughts
from data.builtin.grammar import parse_domains, parse_kind
from data.builtin.kinds import next_weekday
from data.builtin.scenes import KINDS
from data.builtin.values import Draw
from data.conversation import Conversation, Message, ToolCall
from toolbox import TOOLS

ROOT = Path(__file__).parents[2]
SPLITS = ("train", "heldout")
ALL = (*SPLITS, "hard")  # the last shares tools and words with training


@cache
def load(split: str) -> tuple[Conversation, ...]:
    return tuple(conversations(split))


def digest(split: str, seed: int = 0) -> str:
    return hashlib.sha256("\n".join(c.to_json() for c in conversations(split, seed)).encode()).hexdigest()


def calls_with_context(split: str) -> Iterator[tuple[Conversation, dict[str, Any], ToolCall, str]]:
    """(conversation, the tool's parameters, the call, all text before it) for every call."""
    for chat in load(split):
        offered = {tool["function"]["name"]: tool["function"]["parameters"] for tool in chat.tools}
        text = ""
        for message in chat.messages:
            for call in message.calls:
                yield chat, offered[call.name], call, text
            text += f"\n{message.content if isinstance(message.content, str) else json.dumps(message.content)}"


def is_refusal(message: Message) -> bool:
    return message.thought.endswith("\nNo function does that.")


# --- the same bytes everywhere ---------------------------------------------------------------------------------------


def test_bytes_do_not_depend_on_process_or_hash_seed():
    code = (
        "import hashlib; from data.builtin import conversations\n"
        "for split in ('train', 'heldout'):\n"
        "    text = '\\n'.join(chat.to_json() for chat in conversations(split))\n"
        "    print(hashlib.sha256(text.encode()).hexdigest())"
    )
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert run.stdout.split() == [digest("train"), digest("heldout")]


def test_seed_and_place_choose_the_conversation():
    assert digest("heldout", seed=1) != digest("heldout", seed=0)
    assert conversation("train", 1234) == load("train")[1234]
    assert len({chat.to_json() for chat in load("train")}) == len(load("train")) == SIZES["train"]
    assert [chat.id for chat in itertools.islice(conversations("train"), 2)] == ["builtin-train-0", "builtin-train-1"]
    assert len(load("heldout")) == SIZES["heldout"]


# --- size and variety ------------------------------------------------------------------------------------------------


def test_there_are_many_tools_over_many_domains():
    train, heldout = domains("train"), domains("heldout")
    assert len(train) >= 27
    assert len(heldout) >= 5
    assert sum(len(domain.specs) for domain in train) >= 300
    assert all(len(domain.specs) >= 12 for domain in heldout)
    assert all(len(domain.specs) >= 10 for domain in train if domain.name != "toolbox")
    names = [name for domain in (*train, *heldout) for spec in domain.specs for name in spec.names]
    repeated = {name for name, count in Counter(names).items() if count > 1}
    assert not repeated
    types = {json.dumps(param.kind.schema) for domain in train for spec in domain.specs for param in spec.params}
    for word in ('"integer"', '"number"', '"boolean"', '"array"', '"object"', '"enum"'):
        assert any(word in text for text in types), word


def test_every_tool_can_be_asked_for_in_several_ways_and_is_met():
    for split in ALL:
        for domain in domains(split):
            for spec in domain.specs:
                assert not spec.requests or len(spec.requests) >= 3, spec.key
    shown = {tool["function"]["description"].rstrip(".") for chat in load("train") for tool in chat.tools}
    described = [spec for domain in domains("train") for spec in domain.specs if spec.result is not None]
    assert sum(any(about.rstrip(".") in shown for about in spec.abouts) for spec in described) > 0.94 * len(described)


@pytest.mark.parametrize("split", SPLITS)
def test_one_to_eight_tools_are_offered_under_different_names(split: str):
    counts = Counter(len(chat.tools) for chat in load(split))
    assert set(counts) == set(range(1, 9))
    schemas = set()
    for chat in load(split):
        names = [tool["function"]["name"] for tool in chat.tools]
        assert len(set(names)) == len(names)
        assert all(tool["function"]["description"] for tool in chat.tools)
        schemas |= {json.dumps(tool["function"]["parameters"]) for tool in chat.tools}
    for schema in sorted(schemas)[::7]:
        Draft202012Validator.check_schema(json.loads(schema))


@pytest.mark.parametrize("split", ALL)
def test_conversations_are_compact(split: str):
    lengths = [len(chat.to_json()) for chat in load(split)]
    # a row of 1,024 tokens holds some 3,600 characters; training fills it with tasks
    assert sum(lengths) / len(lengths) < {"train": 3600, "heldout": 3000, "hard": 3700}[split]


# --- well formed -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", ALL)
def test_roles_stand_in_order_and_every_call_is_answered(split: str):
    for chat in load(split):
        messages = list(chat.messages)
        if messages[0].role == "system":
            messages.pop(0)
        assert messages[0].role == "user"
        assert messages[-1].role == "assistant"
        assert not messages[-1].calls
        waiting: list[str] = []
        for before, message in zip([Message("user"), *messages], messages, strict=False):
            if message.role == "tool":
                assert message.name == waiting.pop(0)
                continue
            assert not waiting, chat.id
            if message.role == "assistant":
                assert before.role in ("user", "tool")
                assert bool(message.content) != bool(message.calls)
                assert message.thought, chat.id
                waiting = [call.name for call in message.calls]


@pytest.mark.parametrize("split", ALL)
def test_calls_fit_the_schemas_on_offer(split: str):
    count = 0
    for chat, parameters, call, _ in calls_with_context(split):
        errors = [error.message for error in Draft202012Validator(parameters).iter_errors(call.arguments)]
        assert not errors, (chat.id, call, errors)
        order = [name for name in parameters["properties"] if name in call.arguments]
        assert list(call.arguments) == order
        count += 1
    assert count > SIZES[split]


@pytest.mark.parametrize("split", ALL)
def test_thoughts_name_the_tools_that_they_call(split: str):
    for chat in load(split):
        for message in chat.messages:
            assert all(call.name in message.thought for call in message.calls)


@pytest.mark.parametrize("split", ALL)
def test_no_template_shows_through(split: str):
    for chat in load(split):
        for message in chat.messages:
            for text in (message.content if isinstance(message.content, str) else "", message.thought):
                text = re.sub(r"\[-?\d+(, -?\d+)*\]", "numbers", text)  # a list may be said in brackets
                assert not re.search(r"[{}\[\]]|a\(n\)|  |\ba [aeio]\w+ (?!a )|\.\.|\?\.| ,", text), (chat.id, text)


# --- derivable: every argument follows from what was said ------------------------------------------------------------

SMALL = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty"""
ROUND = "thirty forty fifty sixty seventy eighty ninety"
NUMBERS = {word: number for number, word in enumerate(SMALL.split(), 1)}
NUMBERS |= {word: 10 * tens for tens, word in enumerate(ROUND.split(), 3)}
DURATIONS = {30: "half an hour", 60: "an hour", 90: "an hour and a half", 120: "two hours", 180: "three hours"}


def today_of(chat: Conversation) -> datetime.date | None:
    found = re.search(r"\d{4}-\d\d-\d\d", str(chat.messages[0].content) if chat.messages[0].role == "system" else "")
    return datetime.date.fromisoformat(found[0]) if found else None


def spoken_dates(day: datetime.date, today: datetime.date | None) -> Iterator[str]:
    """All ways to say a day, written down here without the generator's code."""
    yield day.isoformat()
    month, number = day.strftime("%B"), day.day
    ending = {1: "st", 21: "st", 31: "st", 2: "nd", 22: "nd", 3: "rd", 23: "rd"}.get(number, "th")
    yield from (
        f"{month} {number}, {day.year}",
        f"{month} {number}{ending}, {day.year}",
        f"{number} {month} {day.year}",
    )
    if today is None:
        return
    if day.year == today.year:
        yield from (f"{month} {number}", f"{month} {number}{ending}", f"{number} {month}")
    names = {-1: "yesterday", 0: "today", 1: "tomorrow", 2: "the day after tomorrow"}
    if (day - today).days in names:
        yield names[(day - today).days]
    if 1 <= (day - today).days <= 7:
        yield f"next {day.strftime('%A')}"


def spoken_times(text: str) -> Iterator[str]:
    moment = datetime.datetime.strptime(text, "%H:%M")
    hour, half = int(moment.strftime("%I")), moment.strftime("%p").lower()
    part = "in the morning" if moment.hour < 12 else "in the afternoon" if moment.hour < 18 else "in the evening"
    words = {number: word for word, number in NUMBERS.items()}
    later = words[hour % 12 + 1]
    yield text
    yield f"{hour}:{moment.minute:02d} {half}"
    match moment.minute:
        case 0:
            yield from (f"{hour} {half}", f"{words[hour]} o'clock {part}", *(["noon"] if moment.hour == 12 else []))
        case 15:
            yield f"a quarter past {words[hour]} {part}"
        case 30:
            yield f"half past {words[hour]} {part}"
        case 45:
            yield f"a quarter to {later} {part}"


def said(needle: str, text: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(needle)}(?![A-Za-z0-9])", text, re.IGNORECASE) is not None


SIZES_IN_WORDS = {"thousand": 10**3, "million": 10**6, "billion": 10**9}


def number_is_said(number: float, text: str) -> bool:
    plain = text.replace(",", "")
    forms = [f"{number:g}", f"{number:.2f}", str(number), DURATIONS.get(int(number), "\0")]
    return any(said(form, plain) for form in [*forms, *(word for word, value in NUMBERS.items() if value == number)])


def number_is_put_in_words(number: float, text: str) -> bool:
    """As a share, with its size in words, or by a name: what `builtin:hard` alone has."""
    names: dict[float, str] = {0: "from rest", 1: "yearly", 4: "quarterly", 12: "monthly", 365: "daily"}
    sizes = (f"{number / size:g} {word}" for word, size in SIZES_IN_WORDS.items() if number)
    shares = (f"{number * 100:g}{sign}" for sign in ("%", " %", " percent")) if isinstance(number, float) else ()
    return names.get(number, "\0") in text or any(form in text for form in (*sizes, *shares))


def expression_is_said(expression: str, text: str) -> bool:
    """Every number of an expression is said, as it stands, as a percentage, or by a word such as "half"."""
    words = {"2": r"half|squared", "3": r"third|average"}
    for number in re.findall(r"\d+(?:\.\d+)?", expression):
        percent = f"{float(number) * 100:g}"
        share = re.search(rf"\b{re.escape(percent)} ?(%|percent)", text)
        if not (number_is_said(float(number), text) or share or re.search(words.get(number, "\0"), text)):
            return False
    return True


def follows(value: Any, schema: dict[str, Any], text: str, today: datetime.date | None) -> bool:
    if isinstance(value, bool):
        return True
    if isinstance(value, dict):
        return all(follows(item, schema["properties"][key], text, today) for key, item in value.items())
    if isinstance(value, list):
        return all(follows(item, schema["items"], text, today) for item in value)
    if isinstance(value, (int, float)):
        return number_is_said(value, text) or number_is_put_in_words(value, text)
    if "enum" in schema:
        return value in schema["enum"]  # the words for it are the next test's
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return any(said(form, text) for form in spoken_dates(datetime.date.fromisoformat(value), today))
    if re.fullmatch(r"\d\d:\d\d", value):
        return any(said(form, text) for form in spoken_times(value))
    if "*" in value:
        return re.sub(r"(\d)\*x", r"\1x", value.replace("**", "^")) in text
    if re.fullmatch(r"[\w ]+, [A-Z]{2}", value):
        return value.split(",")[0] in text
    return value in text  # with its capitals


@pytest.mark.parametrize("split", ALL)
def test_every_argument_follows_from_the_context(split: str):
    count = 0
    for chat, parameters, call, text in calls_with_context(split):
        for name, value in call.arguments.items():
            if (call.name, name) == ("calculate", "expression"):
                assert expression_is_said(value, text), (chat.id, value, text[-200:])
            else:
                schema = parameters["properties"][name]
                assert follows(value, schema, text, today_of(chat)), (chat.id, name, value, text[-200:])
            count += 1
    assert count > 2 * SIZES[split]


@pytest.mark.parametrize("split", ALL)
def test_every_enum_value_has_its_words(split: str):
    """The user said one of the words that the tables give for the chosen value."""
    words: dict[str, set[str]] = {}
    for line in (ROOT / "data/builtin").glob("domains_*.py"):
        for inside in re.findall(r"enum\(([^)]*)\)", line.read_text(encoding="utf-8")):
            for option in inside.split(","):
                spoken, _, value = option.strip().rpartition("=")
                words.setdefault(value, set()).add(spoken or value)
    for chat, parameters, call, text in calls_with_context(split):
        for name, value in call.arguments.items():
            if "enum" in parameters["properties"][name]:
                assert any(said(word, text) for word in words[value]), (chat.id, name, value)


def test_next_weekday_is_the_first_one_after_today():
    for start, weekday in itertools.product(range(14), range(7)):
        today = datetime.date(2026, 3, 1) + datetime.timedelta(days=start)
        days = (today + datetime.timedelta(days=step) for step in itertools.count(1))
        assert next_weekday(today, weekday) == next(day for day in days if day.weekday() == weekday)


# --- results make sense of what was asked ----------------------------------------------------------------------------


def calls_and_results(split: str) -> Iterator[tuple[Conversation, ToolCall, Any]]:
    for chat in load(split):
        pending: list[ToolCall] = []
        for message in chat.messages:
            pending.extend(message.calls)
            if message.role == "tool":
                yield chat, pending.pop(0), message.content


def test_totals_are_prices_times_numbers_and_discounts_are_taken_off():
    totals = discounts = 0
    for chat, call, result in calls_and_results("train"):
        fields = set(result) if isinstance(result, dict) else set()
        numbers = [Decimal(str(value)) for value in call.arguments.values() if type(value) in (int, float)]
        if fields >= {"price", "total"}:
            price, total = Decimal(str(result["price"])), Decimal(str(result["total"]))
            shares = [1, *(1 - number / 100 for number in numbers)]
            assert any(abs(price * n * s - total) <= Decimal("0.005") for n in numbers for s in shares), (chat.id, call)
            totals += 1
        elif fields >= {"amount", "total"}:
            (percent,) = numbers
            full, total = Decimal(str(result["amount"])), Decimal(str(result["total"]))
            assert abs(full * (1 - percent / 100) - total) <= Decimal("0.005"), (chat.id, call)
            discounts += 1
    assert totals > 50
    assert discounts > 5


def test_a_chain_goes_on_with_the_amount_of_its_first_call():
    count = 0
    for chat, call, result in calls_and_results("train"):
        first = next(((c, r) for _, c, r in _results_of(chat) if isinstance(r, dict) and "invoice_id" in r), None)
        if first and isinstance(result, dict) and "amount" in result and first[1]["invoice_id"] in str(call.arguments):
            assert result["amount"] in first[0].arguments.values(), chat.id
            count += 1
    assert count > 1


def _results_of(chat: Conversation) -> list[tuple[Conversation, ToolCall, Any]]:
    pending = [call for message in chat.messages for call in message.calls]
    results = [message.content for message in chat.messages if message.role == "tool"]
    return [(chat, call, result) for call, result in zip(pending, results, strict=True)]


@pytest.mark.parametrize("split", SPLITS)
def test_what_is_to_come_lies_after_today(split: str):
    fields = {"arrives", "expires", "ready_on", "ripe_on", "due_on", "next_due", "new_end", "active_again", "paid_on"}
    count = 0
    for chat, call, result in calls_and_results(split):
        today = today_of(chat)
        if today is None or not isinstance(result, dict):
            continue
        for field in fields & set(result):
            days = (datetime.date.fromisoformat(result[field]) - today).days
            assert days >= 0, (chat.id, field, result)
            if field == "active_again":
                assert days == 7 * call.arguments["weeks"], chat.id
            count += 1
    assert count > 20


FAULTS = {  # what a reader stumbles over
    "one of several": r"(?<![\w.,:/#$-])(1|one) (days|hours|minutes|weeks|mails|items|points|stars|dollars|tasks)\b",
    "a word twice": r"\b(on|in|at|to|the|for|of|with|door) \1\b",
    "two prepositions": r"\b(on|at) (today|tomorrow|yesterday)|\b(on|at|for) on [A-Z\d]",
    "the wrong article": r"\b(a [aeio]\w+|an [bcdfgjklmnpqrstvwxz]\w+)",
    "cents cut off": r"\$[\d,]+\.\d(?!\d)",
    "two marks": r"[.?!] ?[.?!,]$",
    "an order around a statement": r"\b(you|to|just|me|Let's) [A-Z]\w+ [A-Z]\w+ (should|would|will)\b",
    "a plural after a": r"\ba (shoes|gloves|headphones|\w+ (shoes|gloves))\b",
}


@pytest.mark.parametrize("split", ALL)
def test_texts_read_well(split: str):
    for chat in load(split):
        for message in chat.messages:
            if message.role in ("user", "assistant") and isinstance(message.content, str):
                for fault, pattern in FAULTS.items():
                    assert not re.search(pattern, message.content), (chat.id, fault, message.content)


@pytest.mark.parametrize("split", SPLITS)
def test_refusals_and_questions_vary(split: str):
    said = Counter(m.content for chat in load(split) for m in chat.messages if is_refusal(m))
    assert set(said) == set(phrases.CANNOT[split])
    assert max(said.values()) < 0.45 * said.total()
    assert len(phrases.CANNOT["train"]) >= 6


# --- the project's own tools -----------------------------------------------------------------------------------------


def test_own_tools_are_really_executed():
    own = {tool.name: tool for tool in TOOLS}
    executed: Counter[str] = Counter()
    for chat in load("train"):
        for tool in chat.tools:
            name = tool["function"]["name"]
            assert name not in own or tool == own[name].schema()
        pending: list[ToolCall] = []
        for message in chat.messages:
            pending.extend(message.calls)
            if message.role == "tool":
                call = pending.pop(0)
                if call.name in own:
                    assert message.content == own[call.name].run(call.arguments)
                    executed[call.name] += 1
    assert {"calculate", "convert_units", "days_between", "add_days", "text_statistics"} == set(executed)
    turns = sum(message.role == "user" for chat in load("train") for message in chat.messages)
    assert 0.04 < executed.total() / turns < 0.12


# --- the mix of decisions --------------------------------------------------------------------------------------------


def kinds_of_turns(chat: Conversation) -> list[str]:
    """What each of the user's messages led to, read from the messages alone."""
    kinds: list[str] = []
    turns: list[list[Message]] = []
    for message in chat.messages:
        if message.role == "user":
            turns.append([])
        elif message.role != "system":
            turns[-1].append(message)
    for turn in turns:
        calling = [message for message in turn if message.calls]
        failed = any(isinstance(message.content, dict) and "error" in message.content for message in turn)
        if failed:
            kinds.append("error")
        elif len(calling) == 2:
            kinds.append("chain")
        elif calling:
            kinds.append("parallel" if len(calling[0].calls) > 1 else "single")
        elif re.search(r"Missing: .*\.$", turn[0].thought):
            kinds.append("clarify")
        else:
            kinds.append("none" if is_refusal(turn[0]) else "chat")
    for place, kind in enumerate(kinds):
        if kind == "clarify":  # the call that follows belongs to it
            assert kinds[place + 1] == "single"
            kinds[place + 1] = ""
    return [kind for kind in kinds if kind]


@pytest.mark.parametrize("split", ALL)
def test_the_mix_of_turns_is_as_intended(split: str):
    counts = Counter(kind for chat in load(split) for kind in kinds_of_turns(chat))
    intended = KINDS["heldout" if split == "heldout" else "train"]
    assert set(counts) == set(intended)
    for kind, share in intended.items():
        assert counts[kind] / counts.total() == pytest.approx(share / sum(intended.values()), abs=0.03), kind


@pytest.mark.parametrize("split", ALL)
def test_nothing_is_asked_for_that_an_earlier_call_of_the_tool_had(split: str):
    """It could be meant: "add insurance", after a question about a contract."""
    asked = 0
    for chat in load(split):
        called: set[str] = set()
        for message in chat.messages:
            if match := re.search(r": (.+)\. Missing: ", message.thought):
                assert match[1] not in called, chat.id
                asked += 1
            called |= {call.name for call in message.calls}
    assert asked > 40


def test_the_hard_split_has_more_of_what_is_hard():
    """Options that are asked for, and several calls of one tool that differ in more than one value."""
    given, apart = {}, {}
    for split in ("train", "hard"):
        calls = options = 0
        sizes: Counter[int] = Counter()
        for chat in load(split):
            schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in chat.tools}
            for message in chat.messages:
                calls += len(message.calls)
                options += sum(key not in schemas[c.name]["required"] for c in message.calls for key in c.arguments)
                if len(message.calls) < 2:
                    continue
                one, *others = message.calls
                differing = [sum(c.arguments.get(key) != value for key, value in one.arguments.items()) for c in others]
                if {c.name for c in others} == {one.name} and min(differing) > 1:
                    sizes[len(message.calls)] += 1
        given[split], apart[split] = options / calls, sizes
    assert given["hard"] > 1.5 * given["train"] > 0
    assert min(apart["hard"][size] for size in (2, 3, 4)) > 10
    assert max(apart["train"]) == 2


def test_what_cannot_be_done_is_often_near_to_what_can():
    """Most requests without a fitting tool belong to the domain on offer, so the subject does not give them away."""
    domain_of = {name: domain.name for domain in domains("train") for spec in domain.specs for name in spec.names}
    requests = [  # (a request as a pattern, its domain)
        (re.compile(re.sub(r"(\ba )?\{.*?\}", ".+", re.sub(r"[\[\]?.]", "", text)), re.IGNORECASE), domain.name)
        for domain in domains("train")
        for spec in domain.specs
        for text in (*spec.requests, f"{spec.gist}:", f"{spec.gist}")
    ]
    near = total = 0
    for chat in load("train")[:600]:
        offered = {domain_of.get(tool["function"]["name"]) for tool in chat.tools} - {None}
        for asked, message in pairwise(chat.messages):
            if offered and is_refusal(message):
                task = re.sub(r"[?.]", "", asked.content)
                wanted = {domain for pattern, domain in requests if pattern.search(task)}
                assert wanted, task
                near += bool(wanted & offered)
                total += 1
    assert near > 0.5 * total > 0


# --- nothing leaks into the held-out split ---------------------------------------------------------------------------


@pytest.mark.parametrize("split", ["heldout", "hard"])  # which has all of training's
def test_domains_that_overlap_are_named_as_they_are(split: str):
    assert {near for each in domains(split) for near in each.near} <= {each.name for each in domains(split)}


def test_splits_share_no_tool_domain_or_phrasing():
    names = {split: {tool["function"]["name"] for chat in load(split) for tool in chat.tools} for split in SPLITS}
    assert not names["train"] & names["heldout"]
    for part in (
        lambda split: {domain.name for domain in domains(split)},
        lambda split: {text for d in domains(split) for spec in d.specs for text in (*spec.requests, *spec.joint)},
        lambda split: {text for d in domains(split) for spec in d.specs for text in spec.abouts},
        lambda split: {text for texts in phrases.WRAPPERS[split].values() for text in texts},
        lambda split: {*phrases.FOLLOW_UP[split], *phrases.REPLY[split], *phrases.ALSO[split]},
        lambda split: set(phrases.THEN[split]),
        lambda split: set(phrases.SYSTEM[split]),
        lambda split: {*phrases.CANNOT[split], *phrases.QUESTION[split]},
    ):
        assert not part("train") & part("heldout")
    assert not {name for d in domains("hard") for spec in d.specs for name in spec.names} & names["heldout"]
    requests = {
        split: {m.content for chat in load(split) for m in chat.messages if m.role == "user"} for split in SPLITS
    }
    assert not {text for text in requests["train"] & requests["heldout"] if len(text) > 25}


def test_pools_are_divided_between_the_splits():
    class Everything:
        """Stands in for the random numbers, to list all that a split can draw."""

        def __init__(self, place: int):
            self.place = place

        def randrange(self, stop: int) -> int:
            return self.place % stop

        def choice(self, items: Any) -> Any:
            return items[self.place % len(items)]

    today = datetime.date(2026, 1, 1)
    for pool in (pools.FIRST_NAMES, pools.CITIES, pools.TITLES, pools.MESSAGES, pools.PRODUCTS):
        drawn = {
            split: {Draw(Everything(place), split, today).pick(pool) for place in range(len(pool))}  # type: ignore[arg-type]
            for split in SPLITS
        }
        assert drawn["train"] | drawn["heldout"] == set(pool)
        assert not drawn["train"] & drawn["heldout"]


# --- the tables' language --------------------------------------------------------------------------------------------

TABLE = """
== zoo
@ feed_animal : Feed an animal.
~ feed an animal
* animal word(lion, bear)
> feed the {animal}
< status word(fed)
! The {animal} is fed.
"""


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("> feed the {animal}", "> feed something", "must name"),
        ("word(lion, bear)", "ANIMAL", "no such kind"),
        ("word(lion, bear)", "words(lion, bear)", "no such kind"),
        ("word(fed)", "by(animal : lion=word(fed), FED)", "no such kind"),
    ],
)
def test_a_mistake_in_a_table_is_an_error(good: str, bad: str, message: str):
    assert parse_domains(TABLE)[0].specs[0].key == "feed_animal"
    with pytest.raises(ValueError, match=message):
        parse_domains(TABLE.replace(good, bad))


@pytest.mark.parametrize(
    ("kind", "known", "value"),
    [
        ("calc(count * price)", {"count": 3, "price": 2.5}, 7.5),
        ("calc(price * (100 - percent) / 100)", {"price": 5210, "percent": 18}, 4272.2),
        ("calc(price * (100 - percent) / 100)", {"price": 30}, 30),  # an option that was not asked for
        ("calc(round(amount / 3))", {"amount": 100}, 33),
        ("over(mean : numbers)", {"numbers": [2, 3, 3]}, 2.67),
        ("over(gcd : numbers)", {"numbers": [12, 18, 30]}, 6),
        ("after(start, 2)", {"start": "2026-02-27"}, "2026-03-01"),
        ("after(start, weeks * 7)", {"weeks": 2}, "2026-01-15"),  # from today
        ("same(count, int(5, 5))", {"count": 8}, 8),
        ("same(count, int(5, 5))", {}, 5),
        ("by(size : small=int(2, 2), large=word(big), 7)", {"size": "small"}, 2),
        ("by(size : small=int(2, 2), large=word(big), 7)", {"size": "large"}, "big"),
        ("by(size : small=int(2, 2), large=word(big), 7)", {}, 7),
        ("by(size : small=tiny / little, calc(a + 1))", {"size": "small"}, ["tiny", "little"]),
        ("text({folder}/{file})", {"folder": "music", "file": "a.txt"}, "music/a.txt"),
    ],
)
def test_results_can_follow_from_what_is_known(kind: str, known: dict[str, Any], value: Any):
    draw = Draw(random.Random(0), "train", datetime.date(2026, 1, 1), known=known)
    assert parse_kind(kind).draw(draw).argument == value


def read_large(said: str) -> float:
    number, _, size = said.replace(",", "").partition(" ")
    return round(float(number) * SIZES_IN_WORDS.get(size, 1))


@pytest.mark.parametrize(
    ("kind", "read", "kinds_of_words"),
    [
        ("RATE", lambda said: float(re.sub(r" ?(%|percent)", "", said)) / 100, ("%", "percent")),
        ("large(200, 9000000000)", read_large, (*SIZES_IN_WORDS, ",")),
        ("START", lambda said: 0 if said == "from rest" else int(said.split()[1]), ("from rest", "at")),
        ("FORMULA", lambda said: re.sub(r"(\d)x", r"\1*x", said.split(" = ")[-1]).replace("^", "**"), ("y =", "f(x)")),
        ("series(-5, 20, 2, 4, 1)", lambda said: [int(n) for n in re.findall(r"-?\d+", said)], ("[", "and")),
    ],
)
def test_numbers_are_said_in_other_words_than_they_are_passed(
    kind: str, read: Callable[[str], Any], kinds_of_words: tuple[str, ...]
):
    draw = Draw(random.Random(0), "train", datetime.date(2026, 1, 1))
    drawn = [parse_kind(kind).draw(draw) for _ in range(300)]
    for value in drawn:
        assert (
            value.argument == pytest.approx(read(value.said)) if kind == "RATE" else value.argument == read(value.said)
        )
        assert not value.note or str(value.argument) in value.note or kind == "RATE"
    assert all(any(words in value.said for value in drawn) for words in kinds_of_words)


def test_what_is_wanted_is_said_in_words_that_the_description_begins_with():
    function = {"name": "pet_weight", "description": "Records the weight of a pet. In kilograms."}
    expected = "Record a weight.\nRecords the weight of a pet: pet_weight."
    assert thoughts.thought(thoughts.CALL, function, "record a weight") == expected
    expected = "Records the weight of a pet.\nRecords the weight of a pet: pet_weight."
    assert thoughts.thought(thoughts.CALL, function, "weigh a pet") == expected
    assert thoughts.thought(thoughts.NONE, {"name": "petWeight"}) == "Pet weight.\nNo function does that."
    search = {"name": "films", "description": "Search for films by genre, or by director"}
    expected = "Search for films.\nSearch for films by genre, or by director: films."
    assert thoughts.thought(thoughts.CALL, search) == expected
    assert thoughts.wanted(search) == "search for films"  # within a sentence
    assert thoughts.wanted({"name": "sms", "description": "SMS a friend."}) == "SMS a friend"


@pytest.mark.parametrize("split", SPLITS)
def test_what_is_wanted_and_the_description_begin_alike(split: str):
    for chat in load(split):
        for message in chat.messages:
            if len(message.calls) == 1 and "\n" in message.thought:
                wanted, about = message.thought.splitlines()[-2:]
                assert wanted.split(" ")[0].rstrip(".")[:3] == about.split(" ")[0].rstrip(":")[:3], (chat.id, wanted)
