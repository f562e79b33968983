"""Other people's rows: each dialect becomes the conversation that it says, and what is broken is named at once."""

import gzip
import json
import os
import re
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from data import Conversation, Message, ReadReport, ToolCall, files, read_conversations
from data.dialects import detect, read_row
from data.literal import python_literal
from errors import InputError
from training.arguments import parse_arguments

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TIDES = {"name": "tides", "description": "When the sea's high", "parameters": SCHEMA}
TIDES_TOOL = {"type": "function", "function": TIDES}
CALL = ToolCall("tides", {"city": "L'Aquila"})
THANKS = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]

# The instructions that stand in the system turns of the Hermes sets, between which the tools are listed.
INTRO = "You are a function calling AI model. Signatures stand within <tools></tools> XML tags. Here they are:<tools> "
OUTRO = (
    " </tools>Use the following pydantic model json schema for each call: {'title': 'FunctionCall'}For each function "
    "call return an object within <tool_call></tool_call> XML tags as follows:\n<tool_call>\n{tool_call}\n</tool_call>"
)


def course(*turns: tuple[str, str], tools: str = repr([TIDES_TOOL])) -> dict:
    """A row as in Jofthomas/hermes-function-calling-thinking-V1."""
    turns = (("system", INTRO + tools + OUTRO), *turns)
    return {"conversations": [{"role": role, "content": content} for role, content in turns]}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


# ---------------------------------------------------------------------------------------------------------------------
# Dialects.


def test_the_courses_form_of_python_dicts_in_tags():
    made = repr({"name": "tides", "arguments": {"city": "L'Aquila"}})
    row = course(
        ("human", "High tide in L'Aquila?"),
        ("model", f"<think>It's inland; let me ask.\n</think><tool_call>\n{made}\n</tool_call>"),
        ("tool", "<tool_response>\n{'high': None, 'why': \"there's no sea\", 'sure': True}\n</tool_response>"),
        ("model", "There is none."),
    )
    assert detect(row) == "hermes"
    assert read_row(row, id="a:1", source="a") == Conversation(
        (
            Message("user", "High tide in L'Aquila?"),
            Message("assistant", "", "It's inland; let me ask.", (CALL,)),
            Message("tool", {"high": None, "why": "there's no sea", "sure": True}, name="tides"),
            Message("assistant", "There is none."),
        ),
        (TIDES_TOOL,),
        "a:1",
        "a",
    )


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("<tool_response></tool_response>", ""),
        ("<tool_response>cut", "cut"),
        ("no tag", "no tag"),
    ],
)
def test_what_a_tool_said_stands_between_the_tags(text: str, content: str):
    made = repr({"name": "tides", "arguments": {"city": "Brest"}})
    row = course(("human", "Tides?"), ("model", f"<tool_call>{made}</tool_call>"), ("tool", text), ("model", "None."))
    assert read_row(row, id="a:1", source="a").messages[2].content == content


def test_the_form_of_nous_with_several_calls_and_named_results():
    other = TIDES_TOOL["function"] | {"name": "moon"}
    calls = [{"arguments": {"city": "Brest"}, "name": name} for name in ("tides", "moon")]
    results = [{"name": "moon", "content": {"phase": "new"}}, {"name": "tides", "content": '["06:10"]'}]
    system = f"Today is Monday.\n{INTRO}\n{json.dumps(TIDES_TOOL)}\n{json.dumps(other)}\n{OUTRO}\nBe brief."
    row = {
        "id": "n-1",
        "tools": json.dumps([TIDES_TOOL]),  # a column that the sets have as well
        "conversations": [
            {"from": "system", "value": system},
            {"from": "human", "value": "Sea and moon?"},
            {"from": "gpt", "value": "\n".join(f"<tool_call>\n{json.dumps(call)}\n</tool_call>" for call in calls)},
            {
                "from": "tool",
                "value": "".join(f"<tool_response>\n{json.dumps(r)}\n</tool_response>\n" for r in results),
            },
            {"from": "gpt", "value": "Looking.\n<tool_call>" + json.dumps(calls) + "</tool_call>"},
        ],
    }
    conversation = read_row(row)
    two = (ToolCall("tides", {"city": "Brest"}), ToolCall("moon", {"city": "Brest"}))
    assert conversation.tools == (TIDES_TOOL, {"type": "function", "function": other})
    assert conversation.messages == (
        Message("system", "Today is Monday.\n\nBe brief."),
        Message("user", "Sea and moon?"),
        Message("assistant", "", calls=two),
        Message("tool", {"phase": "new"}, name="moon"),
        Message("tool", ["06:10"], name="tides"),
        Message("assistant", "Looking.", calls=two),
    )


def test_system_text_that_is_not_the_known_instructions_stays():
    def system(text: str) -> list[str]:
        row = {"messages": [{"role": "system", "content": text}, *THANKS]}
        return [message.content for message in read_row(row).messages if message.role == "system"]

    listed = f"<tools>{json.dumps(TIDES)}</tools>"
    assert system(f"Speak French. {listed} Be kind.") == ["Speak French.  Be kind."]
    assert system(INTRO + "[] </tools>Only call in need." + OUTRO.replace(" </tools>", "")) == ["Only call in need."]
    qwen = f"# Tools\n\nYou may call.\n{listed}\n\nFor each function call, return:\n<tool_call>\n{{}}\n</tool_call>"
    assert system(f"You are Q.\n\n{qwen}") == ["You are Q."]
    assert system("within <tools></tools> nothing") == ["within <tools></tools> nothing"]


JSON_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | JSON_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(JSON_TEXT, inner, max_size=3),
    max_leaves=8,
)
TRICKY = st.sampled_from(['it\'s "so"', "</tool_call>", "'}}", "{'a': \"", "\\", "'''", "\n", "é\u2028🙂", "True"])
ARGUMENTS = st.dictionaries(JSON_TEXT | TRICKY, JSON_VALUES | TRICKY, max_size=4)


@settings(max_examples=150, deadline=None)
@given(arguments=ARGUMENTS, written=st.sampled_from([repr, json.dumps]))
def test_whatever_the_arguments_they_come_back_from_either_way_of_writing(arguments, written):
    made = written({"name": "f", "arguments": arguments})
    (_, turn) = read_row(course(("human", "q"), ("model", f"<tool_call>{made}</tool_call>"))).messages
    assert json.dumps(turn.calls[0].arguments) == json.dumps(arguments)  # json.dumps: True is not 1


def test_sharegpt_with_calls_in_turns_of_their_own():
    def turns(*pairs):
        return {"system": "Be kind.", "tools": json.dumps([TIDES]), "conversations": [*map(turn, pairs)]}

    def turn(pair):
        return {"from": pair[0], "value": pair[1] if isinstance(pair[1], str) else json.dumps(pair[1])}

    call = {"name": "tides", "arguments": {"city": "L'Aquila"}}
    row = turns(("human", "q"), ("function_call", call), ("observation", {"high": 6}), ("gpt", "At six."))
    assert detect(row) == "sharegpt"
    assert read_row(row).messages == (
        Message("system", "Be kind."),
        Message("user", "q"),
        Message("assistant", calls=(CALL,)),
        Message("tool", {"high": 6}, name="tides"),
        Message("assistant", "At six."),
    )
    assert read_row(row).tools == (TIDES_TOOL,)
    for parallel in ([("function_call", [call, call])], [("function_call", call), ("function_call", call)]):
        messages = read_row(turns(("human", "q"), *parallel, ("tool", "[]"), ("tool", "no"))).messages
        assert messages[2].calls == (CALL, CALL)
        assert [message.content for message in messages[3:]] == [[], "no"]
    plain = read_row(turns(("human", "q"), ("gpt", "<think>a</think>b")), "sharegpt").messages[-1]
    assert (plain.thought, plain.content) == ("", "<think>a</think>b")
    own = [{"from": "system", "value": "Be brief."}, *row["conversations"]]
    assert read_row(row | {"conversations": own}).messages[0].content == "Be brief."


def test_openais_first_form_of_calls():
    function = {"name": "tides", "arguments": '{"city": "L\'Aquila"}'}
    messages = [
        THANKS[0],
        {"role": "assistant", "content": None, "function_call": function},
        {"role": "function", "name": "tides", "content": '{"high": 6}'},
    ]
    conversation = read_row({"functions": [TIDES], "messages": messages})
    assert conversation.tools == (TIDES_TOOL,)
    assert conversation.messages[1:] == (
        Message("assistant", calls=(CALL,)),
        Message("tool", {"high": 6}, name="tides"),
    )


@pytest.mark.parametrize("written", [json.dumps, list, repr])
def test_xlam(written):
    parameters = {
        "type": {"type": "str", "description": "a parameter of that name"},
        "n": {"type": "int, optional", "description": "", "default": "2"},
        "ids": {"type": "List[List[int]]", "default": ""},
        "when": {"type": "datetime, optional"},
        "who": {"type": "Optional[Dict[str, Any]]"},
    }
    tool = {"name": "find", "description": "d", "parameters": parameters}
    answers = [{"name": "find", "arguments": {"type": "it's", "ids": [[1]]}}, {"name": "find", "parameters": {}}]
    row = {"id": 7, "query": "q", "tools": written([tool]), "answers": written(answers)}
    conversation = read_row(row)
    assert (conversation.id, conversation.messages[0]) == ("7", Message("user", "q"))
    assert conversation.messages[1].calls == (ToolCall("find", {"type": "it's", "ids": [[1]]}), ToolCall("find", {}))
    schema = conversation.tools[0]["function"]["parameters"]
    Draft202012Validator.check_schema(schema)
    accepts = Draft202012Validator(schema).is_valid
    assert accepts({"type": "a", "ids": [[1], []], "n": 1, "when": "any", "who": {}})
    assert accepts({"type": "a", "ids": []})
    for wrong in ({"ids": []}, {"type": "a"}, {"type": 1, "ids": []}, {"type": "a", "ids": [["x"]]}):
        assert not accepts(wrong)
    assert schema["properties"]["type"]["description"] == "a parameter of that name"


def test_a_schema_is_not_taken_for_xlams_parameters():
    for schema in (SCHEMA, {}, {"properties": {"type": {"type": "string"}}}, {"$ref": "#"}, {"type": "object"}):
        tool = {"name": "f", "parameters": schema}
        assert read_row({"messages": THANKS, "tools": [tool]}).tools[0]["function"]["parameters"] == schema


def test_tags_in_a_chat_row_are_text_unless_its_system_turn_lists_the_tools():
    said = [THANKS[0], {"role": "assistant", "content": '<tool_call>{"name": "f", "arguments": {}}</tool_call>'}]
    system = {"role": "system", "content": "<tools>[]</tools>"}
    assert detect({"messages": said}) == detect({"messages": [system, *said], "tools": []}) == "chat"
    assert detect({"messages": [system, *said]}) == "hermes"
    assert read_row({"messages": said}, "hermes").messages[1].calls == (ToolCall("f", {}),)
    assert read_row({"messages": said}).messages[1].content == said[1]["content"]
    written = Conversation((Message("system", "<tools>[]</tools>"), Message("user", "q"), Message("assistant", "a")))
    assert read_row(written.to_row(), id="").messages == written.messages


# ---------------------------------------------------------------------------------------------------------------------
# Broken and hostile rows.


def calling(inside: str, *after: tuple[str, str]) -> dict:
    return course(("human", "q"), ("model", f"<tool_call>{inside}</tool_call>"), *after)


BAD_ROWS = {
    "an apostrophe that ends the string": (calling("{'name': 'f', 'arguments': {'a': 'it's'}}"), "nor a Python dict"),
    "neither JSON nor Python": (calling("{'name': 'f', 'arguments': {'a': true}}"), r"<tool_call> cannot be read"),
    "code": (calling("{'name': __import__('os').name, 'arguments': {}}"), "nor a Python dict"),
    "an f-string": (calling("{'name': f'{1}', 'arguments': {}}"), "nor a Python dict"),
    "a tuple": (calling("{'name': 'f', 'arguments': {'a': (1, 2)}}"), "nor a Python dict"),
    "bytes": (calling("{'name': 'f', 'arguments': {'a': b'x'}}"), "nor a Python dict"),
    "infinity": (calling("{'name': 'f', 'arguments': {'a': 1e999}}"), "nor a Python dict"),
    "an integer too large": (calling(f"{{'name': 'f', 'arguments': {{'a': {'9' * 3000}}}}}"), "nor a Python dict"),
    "an integer of too many digits": (calling(f"{{'name': 'f', 'arguments': {{'a': {'9' * 5000}}}}}"), "nor a Python"),
    "a large JSON integer": (calling(f'{{"name": "f", "arguments": {{"a": {"9" * 5000}}}}}'), "5000 digits"),
    "a key twice": (calling("{'name': 'f', 'name': 'g', 'arguments': {}}"), "nor a Python dict"),
    "too deep for Python": (calling("{'a': " + "[" * 100 + "]" * 100 + "}"), "nor a Python dict"),
    "far too deep for Python": (calling("['" + "[" * 100_000), "nor a Python dict"),
    "minus upon minus": (calling("{'a': " + "-" * 9000 + "1}"), "nor a Python dict"),
    "too deep for JSON": (calling("[" * 100_000), "nested too deeply"),
    "too long for Python": (calling("{'a': '" + "x" * 300_000 + "'}"), "nor a Python dict"),
    "a list of numbers": (calling("[1, 2]"), "a call should be an object, and is int 1"),
    "no name": (calling("{'arguments': {}}"), r"tool_calls\[0\].function.name should be text, and is missing"),
    "arguments a list": (calling("{'name': 'f', 'arguments': []}"), "arguments should be an object"),
    "half a character": (calling('{"name": "f", "arguments": {"a": "\\ud83d"}}'), "surrogates not allowed"),
    "an open call": (course(("human", "q"), ("model", "<tool_call>{}")), r"conversations\[2\] opens <tool_call>"),
    "an open thought": (course(("human", "q"), ("model", "<think>a")), r"conversations\[2\] opens <think>"),
    "two thoughts": (course(("human", "q"), ("model", "<think>a</think><think>b</think>")), "thinks twice"),
    "results without a call": (
        course(("human", "q"), ("model", "a"), ("tool", "<tool_response>{}</tool_response>")),
        "a tool result, and no call stands before it",
    ),
    "tools that are none": (course(*[("human", "q"), ("model", "a")], tools="[{'name'}]"), "<tools> cannot be read"),
    "a system turn in the middle": (course(("human", "q"), ("system", "s"), ("model", "a")), "only stand first"),
    "a role unknown": (course(("human", "q"), ("critic", "a"), ("model", "a")), r"role should be one of"),
    "a role that is no text": ({"conversations": [{"from": ["gpt"], "value": ""}, *THANKS]}, "role should be one of"),
    "a value that is no text": ({"conversations": [{"from": "human", "value": 5}]}, "`value` should be text"),
    "calls beside the text": (
        {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "", "tool_calls": [{}]}]},
        "which belong in `messages`",
    ),
    "conversations a string": ({"conversations": "q"}, "`conversations` should be a list"),
    "turns of numbers": ({"conversations": [1]}, r"conversations\[0\] should be an object"),
    "a call that is text": ({"conversations": [{"from": "function_call", "value": "f()"}]}, "cannot be read"),
    "no answers": ({"query": "q", "tools": [], "answers": "[]"}, "nothing to learn"),
    "answers a number": ({"query": "q", "tools": [], "answers": 5}, "`answers` should be a list"),
    "answers of text": ({"query": "q", "tools": [], "answers": ["f"]}, "a call should be an object"),
    "no query": ({"query": None, "answers": [{"name": "f", "arguments": {}}]}, r"content should be text"),
    "a type without end": (
        {"messages": THANKS, "tools": [{"name": "f", "parameters": {"a": {"type": "List[" * 100_000}}}]},
        "nested too deeply",
    ),
}


@pytest.mark.parametrize("what", BAD_ROWS)
def test_a_bad_row_is_named_or_skipped(what, tmp_path):
    row, says = BAD_ROWS[what]
    path = write(tmp_path / "a.jsonl", {"messages": THANKS}, row, {"messages": THANKS})
    began = time.monotonic()
    with pytest.raises(InputError, match=says) as caught:
        list(read_conversations(path))
    assert f"{path}, line 2: " in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    report = ReadReport()
    assert len(list(read_conversations(path, on_bad_row="skip", report=report))) == 2
    assert (len(report.skipped), report.read) == (1, 2)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "tag", ["<tools>", "<tools> ", "<think>", "</think>", "<tool_call>", "<tool_response>", "For each"]
)
def test_a_hundred_thousand_openers_take_no_more_than_their_length(tag, tmp_path):
    flood = tag * 100_000
    rows = [course(("human", "q"), ("model", flood)), course(("human", "q"), ("model", "a"), tools=flood)]
    rows += [calling("{'name': 'tides', 'arguments': {}}", ("tool", flood))]
    began = time.monotonic()
    report = ReadReport()
    list(read_conversations(write(tmp_path / "a.jsonl", {"messages": THANKS}, *rows), on_bad_row="skip", report=report))
    assert report.read + len(report.skipped) == 4
    assert time.monotonic() - began < 10


def test_literals_of_python_are_bounded_and_never_evaluated():
    assert python_literal("{'a': [-1, 2.5, None, True, 'x' 'y']}") == {"a": [-1, 2.5, None, True, "xy"]}
    assert python_literal("{'a': 1}, {'a': 2}") == [{"a": 1}, {"a": 2}]
    assert json.dumps(python_literal("[-0, -0.0]")) == "[0, -0.0]"
    for text in ("", "1", "'a'", "(1,)", "{1: 2}", "{**{}}", "{'a': 1, **x}", "[x]", "[1+1]", "[...]", "{1}", "[1j]"):
        assert python_literal(text) is None
    assert python_literal("[1, 2]", most=5) is None


def test_faults_of_content_are_counted(tmp_path):
    said = {"role": "assistant", "content": "<tool_call>{}</tool_call>"}
    unknown = calling("{'name': 'nope', 'arguments': {}}")
    report = ReadReport()
    path = write(
        tmp_path / "a.jsonl",
        {"messages": [THANKS[0], said]},
        unknown,
        calling(repr({"name": "tides", "arguments": {}})),
    )
    assert len(list(read_conversations(path, report=report))) == 3
    says = [
        "it stays text without --data-format hermes",
        "nope, which is not on offer",
        "'city' is a required property",
    ]
    assert [says in fault for says, fault in zip(says, report.faults, strict=True)] == [True] * 3, report.faults


@pytest.mark.parametrize("ref", ["http://127.0.0.1:9/x", "file:///etc/hostname", "#/nowhere", "#/properties/a"])
def test_a_schema_that_points_elsewhere_is_a_fault_and_fetches_nothing(ref, tmp_path, monkeypatch):
    monkeypatch.setattr("urllib.request.urlopen", lambda *a, **k: pytest.fail("fetched"))
    schema = {"type": "object", "properties": {"a": {"$ref": ref}}}
    call = {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}
    row = {"tools": [{"name": "f", "parameters": schema}], "messages": [THANKS[0], call]}
    report = ReadReport()
    list(read_conversations(write(tmp_path / "a.jsonl", row), report=report))
    assert "the schema cannot be applied" in report.faults[0]


# ---------------------------------------------------------------------------------------------------------------------
# Files and the Hub.

ROWS = [{"messages": [{"role": "user", "content": f"é{i}, [{{"}, THANKS[1]], "id": str(i)} for i in range(300)]


@pytest.mark.parametrize("chunk", [7, 1000, 1 << 20])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_array_reads_as_its_lines_would(chunk, indent, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "CHUNK", chunk)
    lines = list(read_conversations(write(tmp_path / "a.jsonl", *ROWS)))
    text = "\ufeff \n" + json.dumps(ROWS, indent=indent, ensure_ascii=False) + "\n"
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("a.json", "b.json.gz"):
        assert [c.messages for c in read_conversations(tmp_path / name)] == [c.messages for c in lines]


def test_broken_arrays_are_named_by_row(tmp_path):
    path = tmp_path / "a.json"
    good = json.dumps(ROWS[0])
    cases = {
        f"[{good}, {good}, {{]": "after row 2: .*broken JSON",
        f"[{good}": "after row 1",
        "[": "a.json: cannot be read",
    }
    cases |= {f"[{good}] {good}": "follows the array", f"[{good}, 5]": "row 2: the row should be an object"}
    cases |= {f"[{good}, " + "[" * 100_000: "after row 1", "[]": "holds no conversation"}
    for text, says in cases.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=says):
            list(read_conversations(path))
    path.write_text(f'[{good}, {{"a": {"9" * 5000}}}, {good}]', encoding="utf-8")
    assert len(list(read_conversations(path, on_bad_row="skip"))) == 2


def test_parquet_reads_as_its_rows_would(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    call = {"function": {"name": "f", "arguments": '{"a": null}'}}
    rows = [*ROWS, {"messages": [THANKS[0], {"role": "assistant", "tool_calls": [call]}], "id": "x"}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "a.parquet")
    lines = read_conversations(write(tmp_path / "a.jsonl", *rows))
    assert [c.messages for c in read_conversations(tmp_path / "a.parquet")] == [c.messages for c in lines]
    whole, damaged = (tmp_path / "a.parquet").read_bytes(), tmp_path / "b.parquet"
    for length in (*range(0, len(whole), 97), len(whole) - 1):
        damaged.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"b\.parquet: cannot be read"):
            list(read_conversations(damaged))
    told = 0
    for at in range(0, len(whole), 29):  # one byte is another: it reads, or one line says that it does not
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        try:
            list(read_conversations(damaged))
        except InputError as error:
            told += "b.parquet" in str(error)
    assert told > 9


def test_without_pyarrow_one_line_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "a.parquet").touch()
    with pytest.raises(InputError, match=r"pip install 'callora\[parquet\]'"):
        list(read_conversations(tmp_path / "a.parquet"))


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A Hub with one data set in a folder: what is put into `hub.files` can be listed and downloaded."""
    stand_in = SimpleNamespace(folder=tmp_path / "hub", downloaded=[], cached=[])
    stand_in.folder.mkdir()

    def dataset_info(self, repo, timeout):
        if repo != "me/set":
            raise OSError("404 not found\nat length")
        names = [str(path.relative_to(stand_in.folder)) for path in stand_in.folder.rglob("*") if path.is_file()]
        return SimpleNamespace(siblings=[SimpleNamespace(rfilename=name) for name in names])

    def hf_hub_download(repo, name, repo_type):
        assert repo_type == "dataset"
        stand_in.downloaded.append(name)
        return str(stand_in.folder / name)

    def try_to_load_from_cache(repo, name, repo_type):
        return str(stand_in.folder / name) if name in stand_in.cached else None

    monkeypatch.setattr(files.HfApi, "dataset_info", dataset_info)
    monkeypatch.setattr(files, "hf_hub_download", hf_hub_download)
    monkeypatch.setattr(files, "try_to_load_from_cache", try_to_load_from_cache)
    return stand_in


def test_the_hub_gives_a_sets_one_file_its_training_split_or_the_file_named(hub):
    (hub.folder / "README.md").touch()
    with pytest.raises(InputError, match="no file of JSON"):
        list(read_conversations("hub:me/set"))
    write(hub.folder / "rows.jsonl", *ROWS[:3])
    conversations = list(read_conversations("hub:me/set"))
    assert [c.source for c in conversations] == ["me/set"] * 3
    write(hub.folder / "test.jsonl", *ROWS[:1])
    with pytest.raises(InputError, match=r"which file\? Name one, as hub:me/set:"):
        list(read_conversations("hub:me/set"))
    assert len(list(read_conversations("hub:me/set:test.jsonl"))) == 1
    with pytest.raises(InputError, match="no such file in the data set"):
        list(read_conversations("hub:me/set:tset.jsonl"))
    (hub.folder / "data").mkdir()
    for shard in (1, 0):
        write(hub.folder / f"data/train-0000{shard}-of-00002.jsonl", *ROWS[2 * shard : 2 * shard + 2])
    assert [c.id for c in read_conversations("hub:me/set")] == ["0", "1", "2", "3"]
    hub.cached.append("rows.jsonl")
    hub.downloaded.clear()
    assert len(list(read_conversations("hub:me/set:rows.jsonl"))) == 3
    assert hub.downloaded == []


@pytest.mark.parametrize("name", ["hub:me/other", "hub:me/other:a.jsonl", "hub:", "hub:a b//c"])
def test_without_the_data_set_or_a_hub_one_line_says_so(name, hub):
    with pytest.raises(InputError, match="could not be fetched from the Hub") as caught:
        list(read_conversations(name))
    assert "\n" not in str(caught.value)


def test_the_courses_preset_reads_the_courses_set(hub, monkeypatch):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    args = parse_arguments(["--preset", "course"])
    good = calling(repr({"name": "tides", "arguments": {"city": "Oslo"}}))
    broken = calling("{'name': 'tides', 'arguments': {'city': 'L'Aquila'}}")
    (hub.folder / "data").mkdir()
    shard = hub.folder / "data/train-00000-of-00001.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([good, broken, good]), shard)
    names = [name.replace("Jofthomas/hermes-function-calling-thinking-V1", "me/set") for name in args.data]
    reading = {"on_bad_row": args.on_bad_row, "data_format": args.data_format}
    assert len(list(read_conversations(names, **reading))) == 2
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    hub.downloaded.clear()
    with pytest.raises(InputError, match="extra `parquet`"):
        list(read_conversations(names, **reading))
    assert hub.downloaded == []


def peak(path: Path) -> int:
    """Bytes of Python objects at the worst moment of reading a file."""
    tracemalloc.start()
    for _ in read_conversations(path):
        pass
    top = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return top


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.json", "a.parquet"])
def test_memory_does_not_grow_with_the_file(name, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "CHUNK", 1 << 14)
    row = course(("human", "q" * 1000), ("model", "a" * 1000))

    def written(count: int) -> Path:
        path = tmp_path / f"{count}-{name}"
        rows = [row | {"id": str(i)} for i in range(count)]
        if name.endswith("parquet"):
            pyarrow = pytest.importorskip("pyarrow")
            pytest.importorskip("pyarrow.parquet").write_table(pyarrow.Table.from_pylist(rows), path)
        else:
            text = json.dumps(rows) if name.endswith("json") else "\n".join(map(json.dumps, rows))
            path.write_bytes(gzip.compress(text.encode(), 1) if name.endswith("gz") else text.encode())
        return path

    small, large = written(200), written(2000)
    peak(small)  # imports and caches
    assert peak(large) < peak(small) + 200_000  # of 6 MB


@pytest.mark.skipif("CALLORA_DATA" not in os.environ, reason="CALLORA_DATA names no folder with the real data")
def test_all_the_real_data_streams_through_a_few_megabytes():
    code = """if True:
        import glob, resource, sys
        from data import read_conversations
        for i, conversation in enumerate(read_conversations(sorted(glob.glob(sys.argv[1] + "/*.jsonl.gz"))), 1):
            if i in (1, 6242):
                print(i, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        print(i)
    """
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", code, os.environ["CALLORA_DATA"]]
    said = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.split()
    assert said[::2] == ["1", "6242", "6242"]
    assert int(said[3]) - int(said[1]) < 16_000  # KiB, of 27 MB of text


# ---------------------------------------------------------------------------------------------------------------------
# data/sources.md: the conversions run, on rows of each source's form.


def test_the_published_conversions_make_rows_that_read(tmp_path):
    text = Path(__file__).parents[2].joinpath("data/sources.md").read_text(encoding="utf-8")
    scripts = {re.match(r"# (\w+)\.py", code)[1]: code for code in re.findall(r"```python\n([\s\S]*?)```", text)}
    assert set(scripts) == {"toolrl", "seal", "sgd"}

    parameters = {"city": {"description": "c", "type": "str", "default": ""}, "n": {"type": "float", "default": "1"}}
    listed = (
        f"1. Name: High Tides\nDescription: When\nParameters: {json.dumps(parameters)}\n2. Name: b\nDescription: d\n"
    )
    call = '{"name": "High Tides", "parameters": {"city": "L\'Aquila"}}'
    history = (
        f"**Dialogue Records History**\n<user> q </user>\n\n<think> t </think>\n<tool_call>\n{call}\n</tool_call>\n"
    )
    toolrl = {
        "instruction": f"**Available Tools**\n{listed}Parameters: {{}}\n\n**Steps for Each Turn**\n1. Name: no",
        "input": history
        + '<obs> {"high": 6} </obs>\n\n<think> u </think>\n<response> Six. </response>\n<user> r </user>',
        "output": f"<think> v </think>\n<tool_call>\n{call}\n{call}\n</tool_call>",
    }
    api = {"api_name": "f", "api_description": "It's f", "parameters": {"a": {"type": "int"}, "b": {"type": "str"}}}
    api |= {"required": ["a"], "responses": {}}
    made = [{"api": "f", "parameters": {"a": 1}, "responses": ["API_call_0"]}]
    asked = f'Please\n\nInput:\napi_list = {[api]!r}\ntask_instruction = "Do "it"."\nOutput:\n'
    seal = [
        {"id": f"d-{i}", "conversations": [{"from": "human", "value": asked}, {"from": "gpt", "value": repr(calls)}]}
        for i, calls in enumerate([made, [made[0] | {"parameters": {"a": "API_call_0"}}]])
    ]
    slots = [{"name": "city", "description": "c", "is_categorical": False, "possible_values": []}]
    slots += [{"name": "n", "description": "d", "is_categorical": True, "possible_values": ["1", "2"]}]
    intent = {"name": "Find", "description": "e", "required_slots": ["city"], "optional_slots": {"n": "1"}}
    frame = {"service": "Sea_1", "service_call": {"method": "Find", "parameters": {"city": "Oslo"}}}
    frame["service_results"] = [{"at": "1"}, {"at": "2"}, {"at": "3"}]
    turns = [{"speaker": "USER", "utterance": "q", "frames": [{"service": "Sea_1"}]}]
    turns += [{"speaker": "SYSTEM", "utterance": "At 1.", "frames": [frame]}]
    dialogue = {"dialogue_id": "1_0", "services": ["Sea_1"], "turns": turns}
    published = {"ToolRL/dataset/rlla_4k_raw/rlla_sft.json": [toolrl]}
    published |= {
        f"Seal-Tools/Seal-Tools_Dataset/dataset_for_finetune/{s}.json": seal for s in ("dev", "test_in_domain")
    }
    for split in ("train", "dev"):
        published[f"sgd/{split}/schema.json"] = [{"service_name": "Sea_1", "slots": slots, "intents": [intent]}]
        published[f"sgd/{split}/dialogues_001.json"] = [dialogue]
    for name, content in published.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    for name, code in scripts.items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
        subprocess.run([sys.executable, f"{name}.py"], cwd=tmp_path, check=True, timeout=60)

    report = ReadReport()
    names = ("toolrl", "seal", "sgd_train", "sgd_dev")
    rows = {name: list(read_conversations(tmp_path / f"{name}.jsonl", report=report)) for name in names}
    assert report.faults == []
    (first,) = rows["toolrl"]
    tides = ToolCall("High Tides", {"city": "L'Aquila"})
    assert first.messages == (
        Message("user", "q"),
        Message("assistant", "", "t", (tides,)),
        Message("tool", {"high": 6}, name="High Tides"),
        Message("assistant", "Six.", "u"),
        Message("user", "r"),
        Message("assistant", "", "v", (tides, tides)),
    )
    assert [tool["function"]["name"] for tool in first.tools] == ["High Tides", "b"]
    assert first.tools[0]["function"]["parameters"]["required"] == ["city"]
    first, second = rows["seal"]  # the same row of two files; the one that refers to a result is left out
    assert first.messages == (Message("user", 'Do "it".'), Message("assistant", calls=(ToolCall("f", {"a": 1}),)))
    assert first.tools[0]["function"]["parameters"]["required"] == ["a"]
    assert second.messages == first.messages
    assert rows["sgd_train"][0].messages[1:] == (
        Message("user", "q"),
        Message("assistant", calls=(ToolCall("Sea_1.Find", {"city": "Oslo"}),)),
        Message("tool", [{"at": "1"}, {"at": "2"}], name="Sea_1.Find"),
        Message("assistant", "At 1."),
    )
    assert rows["sgd_dev"][0].tools[0]["function"]["parameters"]["properties"]["n"]["enum"] == ["1", "2"]
