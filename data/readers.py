"""Readers: files become conversations, and whatever is wrong with a file is said with its line number.

Two kinds of fault. A **bad row** (broken JSON, a missing field, an impossible order of roles) stops the run before it
starts, or is counted and left out with `on_bad_row="skip"`. A **fault of content** (a call to a tool that is not on
offer, arguments that break the schema) is common in real sets: it is counted in the `ReadReport`, never fatal here.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry

from data.conversation import Conversation
from data.dialects import read_row
from data.files import locate, read_rows
from data.literal import DECODER
from errors import InputError


@dataclass
class ReadReport:
    """What was met while reading."""

    read: int = 0
    skipped: list[str] = field(default_factory=list)  # a line for each bad row that was left out
    faults: list[str] = field(default_factory=list)  # a line for each fault of content
    place: str = ""  # of the conversation that was read last: "FILE:LINE", or the id of one that is built in


def read_conversations(
    source: str | Path | Iterable[str | Path],
    *,
    on_bad_row: str = "error",
    data_format: str = "auto",
    report: ReadReport | None = None,
) -> Iterator[Conversation]:
    """Stream the conversations of one or more files, of `hub:OWNER/NAME[:FILE]`, or of `builtin[:heldout|:hard]`.

    A file is JSON Lines or a JSON array, plain or gzipped (`.gz`), or Parquet; its rows are of any of the dialects in
    `data/dialects.py`, which `data_format` names, or "auto" sees from each row. Raises InputError naming file and line
    for a bad row (`on_bad_row="skip"` counts it in the report instead), and for a file that cannot be read or holds no
    conversation.
    """
    report = report if report is not None else ReadReport()
    for name in [source] if isinstance(source, str | Path) else source:
        before = report.read + len(report.skipped)
        split = builtin_split(name)
        rows = _builtin(split) if split else _rows(name, on_bad_row, data_format, report)
        for where, conversation in rows:
            report.read += 1
            report.faults += [f"{where}: {fault}" for _, fault in content_faults(conversation)]
            report.place = where
            yield conversation
        if report.read + len(report.skipped) == before:
            raise InputError(f"{name} holds no conversation: each row should be a JSON object with `messages`")


def builtin_split(name: str | Path) -> str:
    """The split of the built-in data that `builtin[:SPLIT]` names; "" for a name of something else."""
    place, _, split = str(name).partition(":")
    return (split or "train") if place == "builtin" else ""


def _builtin(split: str) -> Iterator[tuple[str, Conversation]]:
    from data import builtin

    if split not in builtin.SIZES:
        raise InputError(f"builtin:{split}: the splits are `builtin` (training), `builtin:hard` and `builtin:heldout`")
    for conversation in builtin.conversations(split):
        yield conversation.id, conversation


def _rows(
    name: str | Path, on_bad_row: str, data_format: str, report: ReadReport
) -> Iterator[tuple[str, Conversation]]:
    for path in locate(name):
        source = str(name).removeprefix("hub:") if str(name).startswith("hub:") else path.name
        for place, number, row in read_rows(path):
            try:
                row = DECODER.decode(row) if isinstance(row, str) else row
                conversation = read_row(row, data_format, f"{path.name}:{number}", source)
            except (ValueError, RecursionError) as error:
                what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
                if on_bad_row != "skip":
                    raise InputError(f"{place}: {what} (--on-bad-row skip leaves such rows out)") from None
                report.skipped.append(f"{place}: {what}")
                continue
            yield f"{path}:{number}", conversation


def content_faults(conversation: Conversation) -> Iterator[tuple[str, str]]:
    """Calls to tools that are not on offer, arguments that break the tool's schema, and tags as text.

    For each its kind ("unknown-tool", "broken-schema" or "tag-as-text"), and a line that says where in the messages.
    """
    offered = {tool["function"]["name"]: tool["function"].get("parameters", {}) for tool in conversation.tools}
    for i, message in enumerate(conversation.messages):
        where = f"messages[{i}]"
        if message.role == "assistant" and (tag := _TAG.search(message.content)):
            yield "tag-as-text", f"{where} has {tag[0]} in its text: it stays text without --data-format hermes"
        for call in message.calls:
            if call.name not in offered:
                yield "unknown-tool", f"{where} calls {call.name}, which is not on offer"
            elif fault := _schema_fault(call.arguments, json.dumps(offered[call.name], sort_keys=True)):
                yield "broken-schema", f"{where} calls {call.name} with arguments that break its schema: {fault}"


_TAG = re.compile("</?think>|<tool_call>|<tool_response>")


@lru_cache(maxsize=512)
def _validator(schema: str) -> Draft202012Validator | str:
    try:
        Draft202012Validator.check_schema(json.loads(schema))
    except SchemaError as error:
        return f"the schema itself is not valid: {error.message}"
    return Draft202012Validator(json.loads(schema), registry=Registry())  # which fetches no "$ref" from elsewhere


def _schema_fault(arguments: dict[str, Any], schema: str) -> str:
    try:
        validator = _validator(schema)
        if isinstance(validator, str):
            return validator
        error = next(iter(validator.iter_errors(arguments)), None)
    except Exception as error:  # a "$ref" to nothing or to itself, a pattern that is none
        return f"the schema cannot be applied: {type(error).__name__}"
    return "" if error is None else f"{'.'.join(map(str, error.absolute_path)) or 'arguments'}: {error.message[:120]}"
