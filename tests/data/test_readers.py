"""Reading: what is wrong with a file is said with file and line, and what is right comes through unchanged."""

import gzip
import json
import os
from pathlib import Path

import pytest

from data import Conversation, Message, ReadReport, ToolCall, read_conversations
from errors import InputError
from evaluate import sample_turns

TOOL = {
    "type": "function",
    "function": {"name": "f", "parameters": {"type": "object", "properties": {"x": {"type": "integer"}}}},
}
CALL = {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1}}}]}
GOOD = {"messages": [{"role": "user", "content": "é"}, {"role": "assistant", "content": "ok"}]}
USER = {"role": "user", "content": "q"}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_row_comes_back_as_it_was_written(tmp_path):
    conversation = Conversation(
        (
            Message("system", "Be brief."),
            Message("user", "q"),
            Message("assistant", "", "think", (ToolCall("f", {"x": 1}), ToolCall("f", {"x": 2}))),
            Message("tool", {"a": [1, None]}, name="f"),
            Message("tool", "42", name="f"),
            Message("assistant", "done", extra={"plan": "p"}),
        ),
        tools=(TOOL,),
        id="7",
        source="mine",
    )
    assert list(read_conversations(write(tmp_path / "a.jsonl", conversation.to_row()))) == [conversation]


def test_openai_arguments_as_text_and_call_ids(tmp_path):
    calls = [{"id": i, "function": {"name": n, "arguments": '{"x": 1}'}} for i, n in (("a", "f"), ("b", "g"))]
    results = [{"role": "tool", "tool_call_id": i, "content": c} for i, c in (("b", '{"y": 2}'), ("a", "text"))]
    row = {"messages": [USER, {"role": "assistant", "content": None, "tool_calls": calls}, *results]}
    (conversation,) = read_conversations(write(tmp_path / "a.jsonl", row))
    assert [call.arguments for call in conversation.messages[1].calls] == [{"x": 1}, {"x": 1}]
    assert [(m.name, m.content) for m in conversation.messages[2:]] == [("g", {"y": 2}), ("f", "text")]


def test_mark_crlf_blank_lines_and_gzip_read_as_if_they_were_not_there(tmp_path):
    line = json.dumps(GOOD, ensure_ascii=False)
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + f"{line}\r\n\r\n{line}\r\n".encode())
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    plain, zipped = (list(read_conversations(tmp_path / name)) for name in ("a.jsonl", "b.jsonl.gz"))
    assert len(plain) == 2
    assert plain[0].messages == plain[1].messages == zipped[0].messages


BAD_ROWS = {
    "broken JSON": ('{"messages": [', "line 2"),
    "not an object": ("[]", "the row should be an object"),
    "NaN": ('{"messages": NaN}', "NaN is not JSON"),
    "a key twice": ('{"messages": [], "messages": []}', "stands twice"),
    "no messages": ("{}", "`messages` should be a list, and is missing"),
    "no assistant": (json.dumps({"messages": [USER]}), "no assistant turn"),
    "unknown role": (json.dumps({"messages": [{"role": "bot", "content": ""}]}), "messages\\[0\\].role"),
    "content a number": (json.dumps({"messages": [{"role": "user", "content": 5}]}), "messages\\[0\\].content"),
    "content missing": (json.dumps({"messages": [{"role": "user"}]}), "messages\\[0\\].content"),
    "arguments a list": (
        json.dumps(
            {"messages": [USER, {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": []}}]}]}
        ),
        "messages\\[1\\].tool_calls\\[0\\].function.arguments",
    ),
    "arguments broken text": (
        json.dumps(
            {
                "messages": [
                    USER,
                    {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{'x': 1}"}}]},
                ]
            }
        ),
        "is not JSON",
    ),
    "silence": (
        json.dumps({"messages": [USER, {"role": "assistant", "content": None}]}),
        "messages\\[1\\] is an assis",
    ),
    "an empty turn with a field of its own": (
        json.dumps({"messages": [USER, {"role": "assistant", "content": "", "id": "msg_1"}]}),
        "messages\\[1\\] is an assis",
    ),
    "two assistants": (json.dumps({"messages": [USER, GOOD["messages"][1], GOOD["messages"][1]]}), "messages\\[2\\]"),
    "a result without a call": (json.dumps({"messages": [USER, {"role": "tool", "content": ""}]}), "no assistant turn"),
    "a result after an answer": (
        json.dumps({"messages": [USER, GOOD["messages"][1], {"role": "tool", "content": ""}]}),
        "no call stands before it",
    ),
    "system in the middle": (
        json.dumps({"messages": [USER, {"role": "system", "content": ""}, CALL]}),
        "only stand first",
    ),
    "tools not a list": (json.dumps({**GOOD, "tools": {"a": 1}}), "`tools` should be a list"),
    "a tool described by a list": (
        json.dumps({**GOOD, "tools": [{"function": {"name": "f", "description": ["a"]}}]}),
        "tools\\[0\\].function.description",
    ),
    "a tool without a name": (json.dumps({**GOOD, "tools": [{"function": {}}]}), "tools\\[0\\].function.name"),
    "nested too deeply": ('{"messages": ' + "[" * 100_000, "line 2"),
}


@pytest.mark.parametrize("what", BAD_ROWS)
def test_a_bad_row_is_named_by_file_line_and_field_or_skipped_and_counted(what, tmp_path):
    bad, names = BAD_ROWS[what]
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{bad}\n{json.dumps(GOOD)}\n", encoding="utf-8")
    with pytest.raises(InputError, match=names) as caught:
        list(read_conversations(path))
    assert "a.jsonl, line 2" in str(caught.value)
    report = ReadReport()
    assert len(list(read_conversations(path, on_bad_row="skip", report=report))) == 2
    assert (report.read, len(report.skipped)) == (2, 1)


def test_files_that_cannot_be_read(tmp_path):
    whole = gzip.compress(json.dumps(GOOD).encode() * 200)
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "flipped.jsonl.gz").write_bytes(whole[:40] + bytes(byte ^ 255 for byte in whole[40:]))
    (tmp_path / "latin.jsonl").write_bytes(json.dumps(GOOD, ensure_ascii=False).encode("latin-1"))
    (tmp_path / "empty.jsonl").write_bytes(b"\n")
    cases = {"cut.jsonl.gz": "cannot be read", "latin.jsonl": "line 1: not UTF-8", "empty.jsonl": "no conversation"}
    cases |= {"flipped.jsonl.gz": "cannot be read"}
    cases |= {"absent.jsonl": "does not exist", ".": "is a folder"}
    for name, says in cases.items():
        with pytest.raises(InputError, match=says):
            list(read_conversations(tmp_path / name))


def test_faults_of_content_are_counted_and_not_fatal(tmp_path):
    def row(name, arguments):
        call = {"role": "assistant", "tool_calls": [{"function": {"name": name, "arguments": arguments}}]}
        return {"tools": [TOOL], "messages": [USER, call]}

    path = write(tmp_path / "a.jsonl", row("f", {"x": 1}), row("g", {}), row("f", {"x": "one"}))
    report = ReadReport()
    assert len(list(read_conversations(path, report=report))) == 3
    assert [fault.split(":")[1] for fault in report.faults] == ["2", "3"]
    assert "g, which is not on offer" in report.faults[0]
    assert "x: 'one' is not of type 'integer'" in report.faults[1]


@pytest.mark.skipif("CALLORA_DATA" not in os.environ, reason="CALLORA_DATA names no folder with the real data")
@pytest.mark.parametrize(("name", "rows"), [("toolrl", 400), ("seal", 1342), ("glaive", 300), ("sgd_dev", 200)])
def test_the_real_files_read(name, rows):
    path = Path(os.environ["CALLORA_DATA"]) / f"{name}.jsonl.gz"
    assert sum(1 for _ in read_conversations(path)) == rows


def test_what_openai_writes_beside_the_text(tmp_path):
    """A refusal is what was said; `"weight": 0` is not learned; null is left out; a result's name is its call's."""
    function = {"name": "f", "description": None, "parameters": None}
    calls = [{"id": str(i), "function": {"name": name, "arguments": "{}"}} for i, name in enumerate("fg")]
    messages = [
        *(USER, {"role": "assistant", "content": None, "refusal": "I cannot.", "weight": 0}),
        *(USER, {"role": "assistant", "tool_calls": calls, "weight": 1}),
        *({"role": "tool", "content": "2", "tool_call_id": "1"}, {"role": "tool", "content": "1", "name": ""}),
        {"role": "assistant", "content": "Done."},
    ]
    path = write(tmp_path / "a.jsonl", {"messages": messages, "tools": [{"function": function}]})
    (conversation,) = read_conversations(path)
    refusal, both, done = (message for message in conversation.messages if message.role == "assistant")
    assert (refusal.content, refusal.learned, both.learned, done.learned) == ("I cannot.", False, True, True)
    assert [message.name for message in conversation.messages if message.role == "tool"] == ["g", "f"]
    assert conversation.tools == ({"type": "function", "function": {"name": "f"}},)
    again = write(tmp_path / "b.jsonl", conversation.to_row())
    assert next(read_conversations(again)).messages == conversation.messages
    assert len(sample_turns([conversation], None)) == 2, "what is not to be learned is not to be scored"
