"""Beyond the shares: arguments, confusions, calibration, intervals and comparisons, held against plain counting."""

import json
import math
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

import evaluate as module
from agent.calls import Call
from data import Conversation, Message, ToolCall
from errors import InputError
from evaluate import Reply, Turn, print_table
from evaluation.intervals import compare, intervals
from evaluation.outcomes import outcome
from evaluation.scores import score, score_in_detail
from tests.small_runs import exit_code


def turn(*due: ToolCall, conversation: int = 0, name: str = "") -> Turn:
    return Turn(Conversation((Message("user", name),), id=name), Message("assistant", calls=due), conversation)


def calls(*pairs: tuple[str, dict]) -> tuple[Call, ...]:
    return tuple(Call(name, arguments) for name, arguments in pairs)


def due(*pairs: tuple[str, dict]) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(name, arguments) for name, arguments in pairs)


# ---------------------------------------------------------------------------------------------------------------------
# Arguments, confusions, calibration.


@pytest.mark.parametrize(
    ("due_calls", "made", "judged"),
    [
        ([("f", {"x": 1, "y": 2})], [("f", {"x": 1.0, "y": 3})], [("f.x", True), ("f.y", False)]),
        ([("f", {"x": 1})], [("f", {})], [("f.x", False)]),
        ([("f", {})], [("f", {"x": 1})], [("f.x", False)]),  # made up
        ([("f", {"x": None})], [("f", {"y": None})], [("f.x", False), ("f.y", False)]),
        ([("f", {"x": 1})], [("g", {"x": 1})], []),
        ([("f", {"x": 1})], [], []),
        ([], [("f", {"x": 1})], []),
        # each due call has the one that is most like it, whatever the order
        ([("f", {"x": 1}), ("f", {"x": True})], [("f", {"x": True}), ("f", {"x": 1})], [("f.x", True), ("f.x", True)]),
        ([("f", {"x": 1}), ("f", {"x": 2})], [("f", {"x": 2})], [("f.x", False)]),
        ([("f", {"x": 1}), ("g", {"x": 1})], [("g", {"x": 2}), ("f", {"x": 1})], [("f.x", True), ("g.x", False)]),
    ],
)
def test_arguments_are_judged_where_the_tool_is_right(due_calls: list, made: list, judged: list):
    assert outcome(turn(*due(*due_calls)), Reply(calls(*made)))["arguments"] == judged


def test_arguments_are_counted_and_the_most_frequent_mistakes_named():
    turns = [turn(*due(("f", {"x": i, "y": 0}))) for i in range(6)]
    replies = [Reply(calls(("f", {"x": 0, "y": 0 if i else 9}))) for i in range(6)]
    arguments = score_in_detail(turns, replies)["arguments"]
    assert (arguments["n"], arguments["accuracy"]) == (12, 6 / 12)
    assert arguments["wrong"] == [["f.x", 5, 6], ["f.y", 1, 6]]
    nothing = score_in_detail([turn()], [Reply()])["arguments"]
    assert nothing == {"n": 0, "accuracy": None, "wrong": [], "interval": None}


def test_tools_that_are_confused_and_calls_too_few_or_too_many():
    f, g = ("f", {}), ("g", {})
    turns = [turn(*due(f)), turn(*due(f)), turn(*due(f)), turn(), turn(*due(f, g)), turn(*due(f))]
    made = [calls(g), calls(g), (), calls(g), calls(f, g), calls(f, f)]
    confused = score_in_detail(turns, [Reply(each) for each in made])["confused"]
    assert confused[0] == ["f", "g", 2]
    assert sorted(map(str, confused)) == sorted(
        map(str, [["f", "g", 2], ["f", None, 1], [None, "g", 1], [None, "f", 1]])
    )


def test_calls_due_and_tried():
    f = ("f", {})
    turns = [turn(*due(f)), turn(*due(f)), turn(*due(f)), turn(), turn(), turn(), turn()]
    replies = [Reply(calls(f)), Reply(faulty=True), Reply(), Reply(calls(f)), Reply(), Reply(), Reply()]
    result = score_in_detail(turns, replies)
    assert result["calls"] == {"due": {"tried": 2, "not_tried": 1}, "not_due": {"tried": 1, "not_tried": 3}}
    assert {name: result[name] for name in score(turns, replies)} == score(turns, replies)


def test_tokens_are_added_up():
    result = score_in_detail([turn(), turn()], [Reply(prompt_tokens=5, new_tokens=1), Reply(prompt_tokens=7)])
    assert (result["prompt_tokens"], result["new_tokens"]) == (12, 1)


# ---------------------------------------------------------------------------------------------------------------------
# Intervals, against the normal approximation.


def answered(right: Sequence[bool], conversations: Sequence[int] | None = None, name: str = "") -> list[dict]:
    """Outcomes of turns where a call is due, made where `right`."""
    f = ("f", {})
    where = conversations or range(len(right))
    return [
        outcome(turn(*due(f), conversation=c, name=f"{name}{i}"), Reply(calls(f) if good else ()))
        for i, (good, c) in enumerate(zip(right, where, strict=True))
    ]


def test_the_interval_is_that_of_the_normal_approximation():
    right = [i % 10 < 3 for i in range(600)]
    low, high = intervals(answered(right))["tool_name"]
    half = 1.96 * math.sqrt(0.3 * 0.7 / 600)
    assert low == pytest.approx(0.3 - half, abs=0.006)
    assert high == pytest.approx(0.3 + half, abs=0.006)
    assert intervals(answered(right), seed=0) == intervals(answered(right), seed=0) != intervals(answered(right), 1)


def test_turns_of_one_conversation_count_as_one():
    """Ten turns that always come out alike say no more than one."""
    right = [i // 10 % 10 < 3 for i in range(2000)]
    low, high = intervals(answered(right, [i // 10 for i in range(2000)]))["tool_name"]
    assert high - low == pytest.approx(2 * 1.96 * math.sqrt(0.3 * 0.7 / 200), rel=0.1)
    alone = intervals(answered(right))["tool_name"]
    assert alone[1] - alone[0] == pytest.approx((high - low) / math.sqrt(10), rel=0.1)


def test_only_what_some_turn_says_something_about_has_an_interval():
    assert intervals([]) == {}
    found = intervals(answered([False, False]))
    assert found == {"tool_name": [0, 0], "exact_call": [0, 0], "ended": [1, 1]}
    result = score_in_detail([turn()], [Reply()])
    assert result["intervals"] == {
        "parsed": None, "tool_name": None, "exact_call": None, "no_call": [1, 1], "ended": [1, 1]
    }  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# Comparisons.


def test_two_runs_are_compared_pair_by_pair():
    """Two runs that agree on most turns: the difference is far surer than that of two samples of this size."""
    numbers = random.Random(0)
    first = [numbers.random() < 0.5 for _ in range(500)]
    second = [right or i % 20 == 0 for i, right in enumerate(first)]
    shuffled = answered(second)
    numbers.shuffle(shuffled)
    result = compare(answered(first), shuffled)
    difference = [b - a for a, b in zip(first, second, strict=True)]
    mean = sum(difference) / 500
    deviation = math.sqrt(sum((each - mean) ** 2 for each in difference) / 500 / 500)
    assert result["turns"] == 500
    found = result["measures"]["tool_name"]
    assert (found["first"], found["second"]) == (sum(first) / 500, sum(second) / 500)
    assert found["difference"] == pytest.approx(mean)
    low, high = found["interval"]
    assert high - low == pytest.approx(2 * 1.96 * deviation, rel=0.15)
    assert low < mean < high
    alone = intervals(answered(first))["tool_name"]
    assert high - low < (alone[1] - alone[0]) / 2
    assert "no_call" not in result["measures"]


def test_only_turns_that_both_have_are_compared():
    result = compare(answered([True] * 4), answered([False, True, False]))
    assert result["turns"] == 3
    assert result["measures"]["exact_call"]["second"] == pytest.approx(1 / 3)
    with pytest.raises(InputError, match="no turn in common"):
        compare(answered([True]), answered([True], name="other"))


def scores_file(path: Path, **systems: list[bool]) -> Path:
    content = {name: {"outcomes": answered(right)} for name, right in systems.items()}
    path.write_text(json.dumps(content | {"run": {}}))
    return path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    return exit_code(monkeypatch, module, *arguments)


def test_compare_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    a = scores_file(tmp_path / "a.json", base=[False] * 4, tuned=[True, False, False, False])
    b = scores_file(tmp_path / "b.json", tuned=[True, True, True, False])
    assert run(monkeypatch, "--compare", a, b) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].startswith("tuned, on 4 turns")
    line = next(line for line in table if "tool_name" in line)
    assert line.split()[:7] == ["tool_name", "25.0", "%", "75.0", "%", "+50.0", "points"]
    assert run(monkeypatch, "--compare", a, "--json", "-") == 0
    compared = json.loads(capsys.readouterr().out)
    assert list(compared) == ["base and tuned"]
    assert compared["base and tuned"]["measures"]["exact_call"]["difference"] == 0.25
    assert run(monkeypatch, "--compare", a, a, "--json", tmp_path / "c.json") == 0
    same = json.loads((tmp_path / "c.json").read_text())
    assert list(same) == ["base", "tuned"]
    assert all(each["interval"] == [0, 0] for system in same.values() for each in system["measures"].values())


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ("nowhere.json", "cannot read"),
        ('{"tuned": {"turns": 3}}', "not what evaluate.py --json writes"),
        ('{"tuned": {"outcomes": [{}]}}', "not what evaluate.py --json writes"),
        ('{"tuned": 1}', "not what evaluate.py --json writes"),
        ('{"base": {"outcomes": []}}', "no system in common"),
        ('{"tuned": {"outcomes": []}}', "no turn in common"),
        ("[]", "not an object"),
        ("{", "not valid JSON"),
    ],
)
def test_what_cannot_be_compared_is_one_line(
    second: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    a, b = scores_file(tmp_path / "a.json", tuned=[True]), tmp_path / "b.json"
    if not second.startswith("nowhere"):
        b.write_text(second)
    assert run(monkeypatch, "--compare", a, b) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert says in err


def test_three_files_and_a_single_system_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    a = scores_file(tmp_path / "a.json", tuned=[True])
    assert run(monkeypatch, "--compare", a, a, a) == 2
    assert "one file or two" in capsys.readouterr().err
    assert run(monkeypatch, "--compare", a) == 2
    assert "'base'" in capsys.readouterr().err


# ---------------------------------------------------------------------------------------------------------------------
# Tables.


def test_tables_show_intervals_where_they_are_known(capsys: pytest.CaptureFixture):
    turns, replies = [turn(*due(("f", {})))] * 4, [Reply(calls(("f", {})))] * 4
    print_table({"base": score(turns, replies), "tuned": score_in_detail(turns, replies)})
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split()[:6] == ["parsed", "100.0", "%", "100.0", "%", "(100–100)"]
    assert lines[5].split()[:3] == ["no_call", "–", "–"]
