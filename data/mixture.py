"""One training file out of several: a sample of each, thoughts in one form, and requests that nothing on offer serves.

    python -m data.mixture --output mixture.jsonl builtin:hard=750 toolrl.jsonl.gz seal.jsonl.gz=400 glaive.jsonl.gz

Public sets come without thoughts, or with a page of them. What helps a small model is short and always of one form,
that of the built-in data: what is wanted, what the chosen function is said to do, and its name. What is wanted nobody
wrote down there, so a description's first words stand for it. Few of the sets have requests that must be refused, so a
share of the conversations loses the tools that it calls: what else it has is on offer, or else some that are near. Rows
with faults of content are left out, but for calls that are easily made to fit their schemas.
"""

import argparse
import itertools
import random
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from atomic import write_file
from data.builtin import phrases, thoughts
from data.builtin.values import name_words, number_word
from data.conversation import Conversation, Message, ToolCall
from data.grounding import Context, leaves
from data.readers import ReadReport, builtin_split, content_faults, read_conversations
from errors import InputError, command_line

QUESTION = "A question first."  # where no call follows that it could be for
ASKS = re.compile(r"\?\s*$|\b(?:please|can you|could you)\b.*\bconfirm\b", re.IGNORECASE | re.DOTALL)
ANYTHING_ELSE = re.compile(r"\b(?:any|some|what)(?:thing)? (?:else|more|other|further)\b", re.IGNORECASE)  # all is done
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
LONGEST_VALUE = 60  # characters of a result that a thought repeats
REFUSED = 0.25  # of the conversations whose first answer is one call, those that lose the tools they call
MOST_TOOLS = 4  # on offer in one conversation, where it calls no more


def thoughtful(conversation: Conversation) -> Conversation:
    """The conversation with a thought of one form before every call, and before what follows one.

    An answer with no call before it gets one only where tools are on offer: whether one of them is needed is what its
    thought decides.
    """
    if not conversation.tools:
        return conversation
    functions = {tool["function"]["name"]: tool["function"] for tool in conversation.tools}
    messages: list[Message] = []
    for i, message in enumerate(conversation.messages):
        if message.role == "assistant":
            message = replace(message, thought=_thought(message, messages, conversation.messages[i + 1 :], functions))
        messages.append(message)
    return replace(conversation, messages=tuple(messages))


def _thought(
    message: Message, before: list[Message], after: tuple[Message, ...], functions: dict[str, dict[str, Any]]
) -> str:
    calls, after_result = message.calls, before[-1].role == "tool"
    if not calls:
        if after_result:
            return thoughts.DONE
        if ASKS.search(message.content) and not ANYTHING_ELSE.search(message.content):
            return _question(before, after, functions)
        return thoughts.TALK
    names = list(dict.fromkeys(call.name for call in calls))
    chosen = [functions.get(name, {"name": name}) for name in names]
    if len(calls) == 1:
        used = _used(calls[0], before) if after_result else {}
        return thoughts.thought(thoughts.SECOND if used else thoughts.CALL, chosen[0], **used)
    if len(names) == 1:
        named = ", ".join(f"{names[0]} for {value}" for value in _differing(calls))
        return thoughts.thought(thoughts.SAME, chosen[0], count=number_word(len(calls)), calls=named)
    besides = ", and ".join(thoughts.wanted(function) for function in chosen[1:])
    others = "\n".join(thoughts.thought(thoughts.CALL, function) for function in chosen[1:])
    return thoughts.thought(thoughts.ALL, chosen[0], besides=besides, others=others)


def _question(before: list[Message], after: tuple[Message, ...], functions: dict[str, dict[str, Any]]) -> str:
    """The thought of a question: which function it is for, and what of its arguments nobody has said yet."""
    answers = itertools.takewhile(lambda message: message.role != "tool", after)
    call = next((message.calls[0] for message in answers if message.calls), None)
    if call is None or call.name not in functions:
        return QUESTION
    said = Context("\n".join(str(message.content) for message in before if message.role != "system"))
    function = functions[call.name]
    required = function.get("parameters", {}).get("required", ())
    paths = (path.split(".")[0] for path, value in leaves(call.arguments) if not said.holds(value))
    unsaid = [name_words(key) for key in dict.fromkeys(paths) if key in required]
    if not unsaid:
        return thoughts.thought(thoughts.CONFIRM, function)
    return thoughts.thought(thoughts.MISSING, function, param=", ".join(unsaid))


def _used(call: ToolCall, before: list[Message]) -> dict[str, str]:
    """What the call takes from the result before it and nobody has said: {"field": "order id", "value": "A-7"}."""
    said = "\n".join(str(message.content) for message in before if message.role == "user").casefold()
    new = [value for _, value in leaves(call.arguments) if str(value).casefold() not in said and value not in (0, 1)]
    found = (
        (path, value)
        for path, value in leaves(before[-1].content)
        if path and value in new and len(str(value)) <= LONGEST_VALUE
    )
    return next(({"field": name_words(path.split(".")[-1]), "value": str(value)} for path, value in found), {})


def _differing(calls: tuple[ToolCall, ...]) -> list[str]:
    """Of calls of one function, the value in each that tells it from the others."""
    keys = [key for key in calls[0].arguments if len({str(call.arguments.get(key)) for call in calls}) == len(calls)]
    key = keys[0] if keys else next(iter(calls[0].arguments), "")
    return [str(call.arguments.get(key, ""))[:40] for call in calls]


def mended(conversation: Conversation) -> Conversation:
    """The conversation with numbers where calls have their text and the schema says number.

    What a schema requires and a call leaves out becomes an option, for the call is what is learned.
    """
    schemas = {tool["function"]["name"]: _sound(tool["function"].get("parameters")) for tool in conversation.tools}
    calls = [call for message in conversation.messages for call in message.calls]

    def mend(call: ToolCall) -> ToolCall:
        properties = schemas.get(call.name, {}).get("properties", {})
        arguments = {key: _number(value, properties.get(key)) for key, value in call.arguments.items()}
        return replace(call, arguments=arguments)

    def optional(tool: dict[str, Any]) -> dict[str, Any]:
        function, schema = tool["function"], schemas[tool["function"]["name"]]
        given = [call.arguments for call in calls if call.name == function["name"]]
        required = [key for key in schema.get("required", []) if all(key in arguments for arguments in given)]
        if required == schema.get("required", []):
            return tool
        return tool | {"function": function | {"parameters": schema | {"required": required}}}

    messages = tuple(replace(each, calls=tuple(map(mend, each.calls))) for each in conversation.messages)
    return replace(conversation, tools=tuple(map(optional, conversation.tools)), messages=messages)


def _sound(parameters: Any) -> dict[str, Any]:
    """A schema whose properties and required keys can be read, or {}."""
    known = parameters if isinstance(parameters, dict) else {}
    properties, required = known.get("properties", {}), known.get("required", [])
    readable = isinstance(properties, dict) and isinstance(required, list) and all(isinstance(x, str) for x in required)
    return known if readable else {}


def _number(value: Any, schema: Any) -> Any:
    """The number that a text stands for where the schema asks for one, else the value itself."""
    asked = isinstance(schema, dict) and schema.get("type") in ("number", "integer")
    if not asked or not isinstance(value, str) or not NUMBER.fullmatch(value):
        return value
    return int(float(value)) if float(value).is_integer() else float(value)


def fewer_tools(conversation: Conversation, rng: random.Random) -> Conversation:
    """The conversation with at most `MOST_TOOLS` on offer, those that it calls among them."""
    called = {call.name for message in conversation.messages for call in message.calls}
    needed = [tool for tool in conversation.tools if tool["function"]["name"] in called]
    others = [tool for tool in conversation.tools if tool["function"]["name"] not in called]
    kept = needed + rng.sample(others, min(len(others), max(0, rng.randint(1, MOST_TOOLS) - len(needed))))
    return replace(conversation, tools=tuple(tool for tool in conversation.tools if tool in kept))


def refused(conversation: Conversation, rng: random.Random, others: Collection[dict[str, Any]]) -> Conversation | None:
    """The conversation up to its first answer, without the tools that it calls and with a refusal in its place.

    Where no tool is left, one or two of `others` are on offer: near to what is wanted, and not the same. None where
    the first answer is not one call alone, or none of `others` is near.
    """
    called = {call.name for message in conversation.messages for call in message.calls}
    first = next((i for i, message in enumerate(conversation.messages) if message.role == "assistant"), 0)
    if first == 0 or len(conversation.messages[first].calls) != 1:
        return None
    name = conversation.messages[first].calls[0].name
    wanted = next(tool["function"] for tool in conversation.tools if tool["function"]["name"] == name)
    tools = tuple(tool for tool in conversation.tools if tool["function"]["name"] not in called)
    tools = tools or tuple(_near(wanted, others, rng))
    if not tools:
        return None
    refusal = Message("assistant", rng.choice(phrases.CANNOT["train"]), thoughts.thought(thoughts.NONE, wanted))
    messages = (*conversation.messages[:first], refusal)
    return replace(conversation, messages=messages, tools=tools, id=f"{conversation.id}-refused")


def _near(wanted: dict[str, Any], others: Collection[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
    """One or two of the ten tools that share most words with a function, of those that share less than a third of them.

    Words that many tools have, such as "retrieve", do not count.
    """
    functions = (wanted, *(tool["function"] for tool in others))
    own, *known = (_words(each["name"], each.get("description", "")) for each in functions)
    often = Counter(itertools.chain.from_iterable(known))
    common = {word for word, count in often.items() if count > len(known) / 50}
    words = own - common
    shares = [len(words & other) / len(words | other - common) if words else 0.0 for other in known]
    near = sorted((i for i, share in enumerate(shares) if 0 < share < 1 / 3), key=lambda i: -shares[i])[:10]
    tools = list(others)
    return [tools[i] for i in rng.sample(near, min(len(near), rng.randint(1, 2)))]


@cache  # a source's tools are near or not to one conversation after another
def _words(name: str, description: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w{3,}", f"{name_words(name)} {description}".lower()))


def mixture(sources: Iterable[tuple[str, int | None]], seed: int, report: Counter[str]) -> Iterator[Conversation]:
    """A sample of each source, evenly mixed; `report` counts them by source, and what was left out as "faults" and
    "bad rows"."""
    rng = random.Random(f"mixture {seed}")
    chosen: list[tuple[float, Conversation]] = []
    for name, count in sources:
        conversations, read, builtin = [], ReadReport(), bool(builtin_split(name))
        for conversation in read_conversations(name, on_bad_row="skip", report=read):
            if read.faults:  # of this conversation: those before it were counted
                read.faults.clear()
                conversation = mended(conversation)
                if any(content_faults(conversation)):
                    report["faults"] += 1
                    continue
            conversations.append(conversation)
        report["bad rows"] += len(read.skipped)
        if not conversations:
            raise InputError(f"{name}: no conversation can be used{f'; {read.skipped[0]}' if read.skipped else ''}")
        if count is not None and not builtin:  # the built-in data has an order of its own
            rng.shuffle(conversations)
        conversations = conversations[:count]
        tools = {tool["function"]["name"]: tool for conversation in conversations for tool in conversation.tools}
        for i, conversation in enumerate(conversations):
            if not builtin:
                conversation = fewer_tools(thoughtful(conversation), rng)
                if rng.random() < REFUSED:
                    conversation = refused(conversation, rng, tools.values()) or conversation
            report[name] += 1
            chosen.append(((i + rng.random()) / len(conversations), conversation))
    yield from (conversation for _, conversation in sorted(chosen, key=lambda pair: pair[0]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m data.mixture", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "sources", nargs="+", metavar="FILE[=COUNT]", help="what --data takes; COUNT conversations of it"
    )
    parser.add_argument("--output", required=True, type=Path, help="the file to write, in the project's chat JSONL")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    sources = []
    for source in args.sources:
        name, equals, count = source.rpartition("=") if re.search("=[^/]*$", source) else (source, "", "")
        if equals and not (count.isdecimal() and int(count)):
            raise InputError(f"{source!r}: a count of conversations should follow the =, as in {name}=300")
        sources.append((name, int(count) if equals else None))
    report: Counter[str] = Counter()
    lines = [f"{conversation.to_json()}\n" for conversation in mixture(sources, args.seed, report)]
    write_file(args.output, "".join(lines).encode())
    counts = ", ".join(f"{count:,} {what}" for what, count in report.items() if count)
    print(f"{args.output}: {len(lines):,} conversations; {counts}")
    return 0


if __name__ == "__main__":
    command_line(main)()
