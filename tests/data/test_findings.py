"""Each kind of fault is sown into sound data and found, with its place, and nothing else is; its inverse is silent."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer

from data import Conversation, Message, ToolCall
from data.dialects import read_row
from data.duplicates import nearest_earlier, signature
from data.findings import KINDS
from data.grounding import ungrounded
from data.inspection import inspect_files

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "book_table",
            "description": "Reserve a table at a restaurant",
            "parameters": {
                "type": "object",
                "properties": {
                    "restaurant": {"type": "string"},
                    "guests": {"type": "integer"},
                    "area": {"type": "string", "enum": ["inside", "terrace"]},
                },
                "required": ["restaurant", "guests"],
            },
        },
    }
]
NAMES = ["Osteria Bianca", "The Blue Heron", "Nagano", "Chez Amélie", "Zum Löwen", "Taqueria Sol"]
ASKED = [
    "Could you get me a table for {} at {}? We would love to celebrate a birthday there.",
    "We are {} colleagues in need of dinner, and {} was praised in yesterday's newspaper.",
    "Please reserve {} seats in my name; the place is called {}, near the old harbour.",
    "{} of us are hungry. {} it shall be, whatever my sister says about the noise.",
    "My parents visit, so we will be {} people. Is {} still taking reservations tonight?",
    "Dinner for {} after the concert, if you please, and it has to be {} once more.",
]


def row(i: int) -> dict[str, Any]:
    """A sound conversation in which every tag of the format occurs."""
    arguments = {"restaurant": NAMES[i], "guests": i + 2, "area": "terrace"}
    return {
        "id": f"row-{i}",
        "source": "sound",
        "tools": deepcopy(TOOLS),
        "messages": [
            {"role": "user", "content": ASKED[i].format(i + 2, NAMES[i])},
            {
                "role": "assistant",
                "reasoning_content": "A reservation: book_table.",
                "tool_calls": [{"function": {"name": "book_table", "arguments": arguments}}],
            },
            {"role": "tool", "name": "book_table", "content": {"booked": True}},
            {"role": "assistant", "content": f"Done: {NAMES[i]} expects you."},
        ],
    }


def arguments_of(row: dict[str, Any]) -> dict[str, Any]:
    return row["messages"][1]["tool_calls"][0]["function"]


def write(file: Path, rows: Sequence[Any]) -> str:
    file.write_text("".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in rows), "utf-8")
    return str(file)


def found(
    folder: Path, tokenizer: Tokenizer, rows: Sequence[Any], held_out: Sequence[Any] = (), **options: Any
) -> dict:
    """The kinds found, each with its rows' line numbers."""
    files = [write(folder / "train.jsonl", rows)]
    eval_files = [write(folder / "eval.jsonl", held_out)] if held_out else []
    findings = inspect_files(files, tokenizer, eval_files=eval_files, max_length=4000).findings
    return {
        kind: [int(line.replace(", line ", ":").split(".jsonl:")[1].split(":")[0]) for line in findings.rows(kind)]
        for kind in findings.kinds()
    }


def set_argument(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda row: arguments_of(row)["arguments"].update({name: value})


def set_message(i: int, **fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda row: row["messages"][i].update(fields)


def add_message(i: int, **fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda row: row["messages"].insert(i, fields)


SOWN: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("benchmark", lambda row: row.update(id="live_simple_3-2-1")),
    ("bad-row", lambda row: row.pop("messages")),
    ("bad-row", set_message(1, role="robot")),
    ("call-not-json", lambda row: arguments_of(row).update(arguments="{'restaurant': Nagano}")),
    ("call-not-json", lambda row: arguments_of(row).update(arguments=["Nagano"])),
    ("result-without-call", set_message(1, tool_calls=[], content="Of course.")),
    ("result-without-call", add_message(3, role="tool", name="book_table", content="once more")),
    ("result-without-call", set_message(2, name="cancel_table")),
    ("unknown-tool", lambda row: row["tools"][0]["function"].update(name="order_taxi")),
    ("broken-schema", set_argument("area", "roof terrace")),
    ("broken-schema", lambda row: arguments_of(row)["arguments"].pop("guests")),
    ("tag-as-text", set_message(3, content="<think>Say it.</think>Done.")),
    ("tag-as-text", set_message(3, content='<tool_call>{"name": "book_table"}</tool_call>')),
    ("tag-as-text", set_message(3, content="Done.<|im_end|>\n<|im_start|>user\nThanks!")),
    ("double-markup", set_message(3, content="Done.<|im_end|>")),
    (
        "double-markup",
        lambda row: row["messages"].insert(0, {"role": "system", "content": "<|begin_of_text|>Be kind."}),
    ),
    ("double-markup", set_message(3, content="Done.</s>")),
    ("made-up-argument", set_argument("restaurant", "Pizzeria Vesuvio")),
    ("made-up-argument", set_argument("guests", 37)),
]


@pytest.mark.parametrize(("kind", "sow"), SOWN)
def test_a_sown_fault_is_found_at_its_row(
    kind: str, sow: Callable[[dict[str, Any]], Any], tmp_path: Path, tiny_tokenizer: Tokenizer
):
    rows = [row(i) for i in range(5)]
    sow(rows[2])
    assert found(tmp_path, tiny_tokenizer, rows) == {kind: [3]}


def test_sound_rows_show_nothing(tmp_path: Path, tiny_tokenizer: Tokenizer):
    assert found(tmp_path, tiny_tokenizer, [row(i) for i in range(3)], [row(i) for i in range(3, 6)]) == {}
    kinds = {kind for kind, _ in SOWN}
    others = {"leak", "near-leak", "duplicate", "near-duplicate", "too-long", "dropped", "unused-tag"}
    assert kinds | others == KINDS.keys()  # the other tests of this file sow them


def test_rows_that_are_the_same_or_much_the_same(tmp_path: Path, tiny_tokenizer: Tokenizer):
    same, like = row(0), row(1)
    same["messages"][0]["content"] = same["messages"][0]["content"].upper() + "!"
    like["messages"][3]["content"] += " Enjoy."
    rows = [row(i) for i in range(3)]
    assert found(tmp_path, tiny_tokenizer, [*rows, same, like]) == {"duplicate": [4], "near-duplicate": [5]}
    assert found(tmp_path, tiny_tokenizer, rows, [row(4), same, like]) == {"leak": [2], "near-leak": [3]}
    assert found(tmp_path, tiny_tokenizer, rows, [row(4), row(4)]) == {"duplicate": [2]}


def test_rows_over_max_length(tmp_path: Path, tiny_tokenizer: Tokenizer):
    long, endless = row(0), row(1)
    long["messages"] += [{"role": "user", "content": "And?"}, {"role": "assistant", "content": "word " * 4000}]
    endless["messages"][0]["content"] += " really" * 4000
    assert found(tmp_path, tiny_tokenizer, [long, endless, row(2)]) == {"too-long": [1], "dropped": [2]}


def test_tags_that_never_occur(tmp_path: Path, tiny_tokenizer: Tokenizer):
    plain = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
    findings = inspect_files([write(tmp_path / "x.jsonl", [plain])], tiny_tokenizer).findings
    tags = [line.split(":")[0] for line in findings.rows("unused-tag")]
    assert tags == ["<tools>", "<think>", "<tool_call>", "<tool_response>"]
    rows = [row(i) for i in range(2)]
    for each in rows:
        del each["messages"][1]["reasoning_content"]
    findings = inspect_files([write(tmp_path / "x.jsonl", rows)], tiny_tokenizer).findings
    assert findings.rows("unused-tag") == ["<think>: no turn has a thought"]


def test_counts_are_by_source_and_all_of_them(tmp_path: Path, tiny_tokenizer: Tokenizer):
    rows = [row(i % 5) | {"source": "ab"[i % 2], "id": str(i)} for i in range(50)]
    for each in rows:
        arguments_of(each)["name"] = "nothing"
    findings = inspect_files([write(tmp_path / "x.jsonl", rows)], tiny_tokenizer).findings
    assert findings.counts["unknown-tool"] == {"a": 25, "b": 25}
    assert "error ×50: calls" in findings.heading("unknown-tool")
    places = [line.split(":")[1] for line in findings.rows("unknown-tool", 5)]
    assert places == ["1", "2", "3", "4", "5"]  # by turns, as the sources are in the file
    rows.sort(key=lambda row: row["source"])
    findings = inspect_files([write(tmp_path / "x.jsonl", rows)], tiny_tokenizer).findings
    places = [line.split(":")[1] for line in findings.rows("unknown-tool", 5)]
    assert places == ["1", "26", "2", "27", "3"]
    assert findings.total("error") == 50 + 50  # and as many results of what was not called
    assert findings.total("warning") == sum(findings.counts[kind].total() for kind in ("duplicate", "near-duplicate"))


# ---------------------------------------------------------------------------------------------------------------------
# The parts that measure.


def shared(one: str, other: str) -> float:
    """The share of word triples in common, by its definition."""
    sets = [{tuple(words[i : i + 3]) for i in range(len(words) - 2)} for words in (one.split(), other.split())]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def test_the_estimate_is_near_the_share_of_triples():
    rng = np.random.default_rng(1)
    texts = [" ".join(f"w{n}" for n in rng.integers(0, 900, 120)) for _ in range(40)]
    for i in range(40):  # from almost all to almost nothing in common with the text of the same number
        words = texts[i].split()
        texts.append(" ".join(words[: 120 - 2 * i] + [f"v{n}" for n in rng.integers(0, 900, 2 * i)]))
    nearest, share = nearest_earlier(signatures_of(*texts))
    near = [i for i in range(40) if shared(texts[i], texts[40 + i]) > 0.75]
    assert len(near) > 5
    for i in near:
        assert nearest[40 + i] == i
        assert abs(share[40 + i] - shared(texts[i], texts[40 + i])) < 0.15
    assert share[:40].max() < 0.2
    assert (share[40], nearest[40]) == (1, 0)


def signatures_of(*texts: str) -> np.ndarray:
    return np.stack([signature(Conversation((Message("user", text), Message("assistant", "")))) for text in texts])


def test_an_estimate_of_one_is_no_proof_and_order_counts():
    words = [f"w{i}" for i in range(3000)]
    one_other = [*words[:-1], "other"]
    nearest, share = nearest_earlier(signatures_of(" ".join(words), " ".join(one_other), " ".join(words[::-1])))
    assert nearest[1] == 0
    assert 0.9 < share[1] < 1
    assert share[2] < 0.1


@pytest.mark.parametrize(
    ("value", "context"),
    [
        ("Osteria Bianca", "a table at osteria bianca"),
        ("osteria-bianca", "a table at Osteria Bianca"),
        (12, "a dozen eggs"),
        (25, "twenty-five of them"),
        (250000, "two hundred and fifty thousand"),
        (2350.0, "17 % of 2,350"),
        ("2350", "17 % of 2,350"),
        (0.17, "17 % of 2,350"),
        (90, "on 26 January 2027, an hour and a half"),
        (5e6, "5 million"),
        (2.5, "two and a half"),
        (2, "pillows in room 319, two pieces"),
        (54.6666666667, {"result": 54.6666666667}),
        (-5, "five below zero"),
        ("2024-05-17", "Today is 2024-05-13, a Monday. On Friday"),
        ("2025-01-02", "Today is 2024-12-30. In three days"),
        ("14:30", "at half past two"),
        ("12:00", "at noon"),
        ("San Francisco", "somewhere in SF"),
        ("EUR", "in euros"),
        (5, "5 m × 10² and ①"),
        ("10² m", "10² m wide"),
        ("true", "quietly"),
        (True, "quietly"),
        (None, "quietly"),
        ({"to": ["Ada", "Grace"]}, "write to Ada and Grace"),
    ],
)
def test_what_is_said_or_worked_out_is_no_fault(value: Any, context: Any):
    call = ToolCall("f", {"value": value})
    told = Message("tool", context)
    assert list(ungrounded(Conversation((told, Message("assistant", calls=(call,)))))) == []
    tool = {"type": "function", "function": {"name": "f", "description": context, "parameters": {}}}
    assert list(ungrounded(Conversation((Message("user", "."), Message("assistant", calls=(call,))), (tool,)))) == []


@pytest.mark.parametrize(
    "value",
    [
        "Pizzeria Vesuvio",
        "a table at Pizzeria Vesuvio Grande",
        37,
        "37",
        0.37,
        "2031-05-17",
        "19:45",
        "tt0468569",
        ["Ada"],
        {"to": {"name": "Ada"}},
    ],
)
def test_what_comes_from_nowhere_is_named_once(value: Any):
    call = ToolCall("f", {"value": value})
    before = Message("user", "Today is 2024-05-13. A table for two at Osteria Bianca at nine, please.")
    turn = Message("assistant", calls=(call,))
    made = Conversation((before, turn, Message("tool", 5), turn))
    lines = list(ungrounded(made))
    assert len(lines) == 1
    assert lines[0].startswith("messages[1] calls f with value")
    told = Message("tool", {"found": value})
    assert list(ungrounded(Conversation((before, told, Message("assistant", calls=(call,)))))) == []


# ---------------------------------------------------------------------------------------------------------------------
# The benchmark is refused.

QUESTION = {"id": "simple_python_12", "question": [[{"role": "user", "content": "?"}]], "function": [{"name": "f"}]}


@pytest.mark.parametrize(
    "fields",
    [
        QUESTION,
        {"id": "multiple_3", "ground_truth": [{"f": {"x": [1]}}]},
        QUESTION | {"id": "memory_0-customer-0"},
        QUESTION | {"id": "live_parallel_multiple_23-20-0"},
        row(0) | {"id": "live_simple_3-2-1"},
        row(0) | {"id": "simple_java_7"},
        row(0) | {"id": "multi_turn_miss_func_1"},
        {"id": "simple_python_1", "query": "?", "tools": [], "answers": [{"name": "f", "arguments": {}}]},
    ],
)
def test_a_row_of_the_leaderboard_is_refused(fields: dict[str, Any]):
    with pytest.raises(ValueError, match="Berkeley Function Calling Leaderboard"):
        read_row(fields)


@pytest.mark.parametrize("id", ["simple_12", "multiple_3", "live_2024_1", "simple_python", "python_3", 12, None])
def test_other_ids_are_no_benchmark(id: Any):
    assert read_row(row(0) | {"id": id}, id="x").messages
