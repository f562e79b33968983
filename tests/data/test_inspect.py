"""The doctor shows what the labels say, counts right, and names what is wrong."""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from data import Conversation, Message, ToolCall, read_conversations, render
from data import inspect as doctor
from data.format import IGNORE
from data.inspection import inspect_files
from errors import InputError, command_line

ROOT = Path(__file__).parents[2]


def tool(name: str) -> dict:
    parameters = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def conversation(number: int, source: str) -> Conversation:
    calls = tuple(ToolCall("count", {"n": n}) for n in range(number))
    results = tuple(Message("tool", n, name="count") for n in range(number))
    return Conversation(
        (
            Message("user", f"Count to {number}.\nOne line more \033[31m<tool_call>"),
            Message("assistant", thought="Count.", calls=calls),
            *results,
            *([Message("assistant", "Done.")] if number else []),
        ),
        (tool("count"), tool(f"other{number % 2}")),
        f"{source}-{number}",
        source,
    )


CONVERSATIONS = [conversation(number, source) for source in ("a", "b") for number in range(4)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "data.jsonl"
    file.write_text("".join(item.to_json() + "\n" for item in CONVERSATIONS), encoding="utf-8")
    return file


def test_colours_follow_the_labels(tiny_tokenizer: Tokenizer):
    example = render(CONVERSATIONS[2], tiny_tokenizer)
    pairs = list(zip(example.input_ids, example.labels, strict=True))
    shown = doctor.show(example, tiny_tokenizer, color=True)
    parts = re.findall(r"(\033\[3[0-9]m|\033\[90m)(.*?)\033\[0m", shown)

    def text(learned: bool) -> str:
        ids = [token for token, label in pairs if (label != IGNORE) == learned]
        return tiny_tokenizer.decode(ids, skip_special_tokens=False).replace("\033", "␛").replace("\n", "")

    for color, learned in ((doctor.LEARNED, True), (doctor.UNLEARNED, False)):
        assert text(learned) == "".join(part for start, part in parts if start == color)
        assert text(learned)
    plain = doctor.show(example, tiny_tokenizer, color=False)
    assert "".join(re.findall("⟦(.*?)⟧", plain, re.DOTALL)).replace("\n", "") == text(True)
    assert plain.replace("⟦", "").replace("⟧", "") == re.sub(r"\033\[\d+m", "", shown)
    assert "\033" not in plain


def test_counts_are_those_of_a_plain_loop(data: Path, tmp_path: Path, tiny_tokenizer: Tokenizer):
    held_out = tmp_path / "held.jsonl"
    held_out.write_text(conversation(5, "a").to_json())
    examples = [render(item, tiny_tokenizer) for item in CONVERSATIONS]
    lengths = [len(example.input_ids) for example in examples]
    inspection = inspect_files([str(data)], tiny_tokenizer, eval_files=[str(held_out)], max_length=lengths[2], row=2)
    learned = sum(label != IGNORE for example in examples for label in example.labels)
    head, *rows = inspection.table()
    assert [row[0] for row in rows] == ["a", "b", "all", "eval a"]
    assert [row[1] for row in rows] == ["4", "4", "8", "1"]
    expected = [8, 14, 12, 3, min(lengths), np.median(lengths), np.mean(lengths), np.quantile(lengths, 0.95)]
    expected.append(max(lengths))
    assert rows[2] == ("all", *(f"{n:,.0f}" for n in expected), f"{100 * learned / sum(lengths):.1f}%")
    assert len(head) == len(rows[2])
    assert inspection.shown is not None
    assert inspection.shown[0].id == "a-1"
    assert inspect_files([str(data)], tiny_tokenizer, limit=3).conversations == 3

    bins = inspection.histogram()
    assert sum(count for _, count, _ in bins) == 8
    assert sum(count for _, count, fits in bins if fits) == sum(length <= lengths[2] for length in lengths) == 6
    for name, count, _ in bins[:-1]:
        low, high = (int(number.replace(",", "")) for number in name.split(" – "))
        assert count == sum(low <= length <= high for length in lengths)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["inspect", *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        command_line(doctor.main)()
    return int(caught.value.code or 0)


def test_the_asked_for_conversation_is_shown(
    data: Path, tiny_llama_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    assert run(monkeypatch, data, "--model", tiny_llama_folder, "--row", 2) == 0
    out = capsys.readouterr().out
    assert out.startswith("a-1 from a")
    assert "⟦<think>Count.</think><tool_call>" in out
    assert "conversations by length in tokens" in out
    assert run(monkeypatch, data, "--model", tiny_llama_folder, "--limit", 3, "--color", "always") == 0
    out = capsys.readouterr().out
    assert doctor.LEARNED in out
    assert re.search("^a +3 ", out, re.MULTILINE)


def test_findings_are_grouped_and_make_the_exit_code(
    data: Path, tiny_llama_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    wrong = json.loads(CONVERSATIONS[1].to_json())
    wrong["messages"][1]["tool_calls"][0]["function"]["arguments"] = {"n": "one"}
    wrong["source"] = "evil\033[31m"
    sound = data.read_text()
    data.write_text(sound + (json.dumps(wrong) + "\n") * 5)
    assert run(monkeypatch, data, "--model", tiny_llama_folder) == 0
    out = capsys.readouterr().out
    assert re.search(r"^error ×5: calls that break their tool's schema \(evil␛\[31m 5\): ", out, re.MULTILINE)
    assert len(re.findall(r"^  .*data\.jsonl:\d+: messages\[1\] calls count with arguments", out, re.MULTILINE)) == 3
    assert re.search(r"^errors: 5, warnings: \d+$", out.splitlines()[-1])
    assert "\033" not in out
    assert run(monkeypatch, data, "--model", tiny_llama_folder, "--strict") == 1
    capsys.readouterr()

    data.write_text(sound + '{"messages": 5}\n')
    assert run(monkeypatch, data, "--model", tiny_llama_folder) == 1
    out = capsys.readouterr().out
    assert re.search(r"^error ×1: rows that cannot be read .*\n  .*data\.jsonl, line 9: `messages`", out, re.MULTILINE)


def test_held_out_rows_in_the_training_data_are_named(
    data: Path, tmp_path: Path, tiny_llama_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    held_out = tmp_path / "held.jsonl"
    held_out.write_text(CONVERSATIONS[2].to_json())
    assert run(monkeypatch, data, "--eval-data", held_out, "--model", tiny_llama_folder, "--strict") == 1
    out = capsys.readouterr().out
    assert re.search(r"error ×1: evaluation rows .*\n  .*held\.jsonl:1: as .*data\.jsonl:3$", out, re.MULTILINE)


class Page(HTMLParser):
    """Which elements a page has, their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: dict[str, str] = defaultdict(str)
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text[self.open[-1] if self.open else ""] += data


def test_the_page_holds_it_all_and_nothing_of_it_is_markup(
    data: Path,
    tmp_path: Path,
    tiny_tokenizer: Tokenizer,
    tiny_llama_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
):
    evil = replace(conversation(2, "<script>alert(1)</script>"), id="<img src=x onerror=alert(1)>\033")
    evil = replace(evil, messages=(Message("user", "</pre><script>alert(1)</script>\x00"), *evil.messages[1:]))
    evil = replace(evil, messages=(*evil.messages, Message("user", "?"), Message("assistant", "<think><b>")))
    data.write_text(evil.to_json() + "\n" + data.read_text())
    file = tmp_path / "page.html"
    assert run(monkeypatch, data, "--model", tiny_llama_folder, "--html", file) == 0
    out = capsys.readouterr().out
    html = file.read_text(encoding="utf-8")
    page = Page(html)
    assert page.open == []
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert {name for name, _ in page.attributes}.isdisjoint({"src", "href"})  # nothing to fetch
    assert "url(" not in page.text["style"]
    assert not re.search("[\0\033]", html)
    learned = [segment for segment in render(evil, tiny_tokenizer).segments if segment.learned]
    text = "".join(tiny_tokenizer.decode(each.input_ids, skip_special_tokens=False) for each in learned)
    assert page.text["mark"] == "learned" + text
    assert page.tags.count("rect") == 9
    assert page.tags.count("details") == len(re.findall(r"^(?:error|warning) ×", out, re.MULTILINE)) > 0
    for line in re.findall(r"^(?:error|warning)( ×.*)", out, re.MULTILINE):
        assert line in page.text["summary"]
    assert "<script>alert(1)</script>" in page.text["td"]


@pytest.mark.parametrize(
    ("text", "arguments", "says"),
    [
        (None, [], "does not exist"),
        ("", [], "holds no conversation"),
        ("{}\n", [], "not one conversation could be read"),
        (CONVERSATIONS[0].to_json(), ["--row", "2"], "there are 1 conversations"),
        (CONVERSATIONS[0].to_json(), ["--limit", "0"], "at least 1"),
    ],
)
def test_bad_input_is_one_line(
    text: str | None,
    arguments: list[str],
    says: str,
    tmp_path: Path,
    tiny_llama_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
):
    file = tmp_path / "file.jsonl"
    if text is not None:
        file.write_text(text)
    assert run(monkeypatch, file, "--model", tiny_llama_folder, *arguments) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_a_file_of_the_leaderboard_is_refused_by_name(
    tmp_path: Path, tiny_llama_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    file = tmp_path / "BFCL_v4_simple_python.json"
    row = {"id": "simple_python_12", "question": [[{"role": "user", "content": "?"}]], "function": []}
    file.write_text(json.dumps(row) + "\n")
    assert run(monkeypatch, file, "--model", tiny_llama_folder) == 2
    out, err = capsys.readouterr()
    assert re.search("^error ×1: rows of a benchmark.*\n  .*simple_python_12 is of the Berkeley", out, re.MULTILINE)
    assert "not one conversation could be read" in err
    with pytest.raises(InputError, match=r"line 1: simple_python_12 is of the Berkeley"):
        list(read_conversations(file))


def test_a_closed_pipe_is_no_error(data: Path, tiny_llama_folder: Path):
    data.write_text(data.read_text() * 50)  # more than a pipe holds, in faults and text
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "data.inspect", str(data), "--model", str(tiny_llama_folder)]
    result = subprocess.run(command, cwd=ROOT, stdout=write_end, stderr=subprocess.PIPE, text=True)
    os.close(write_end)
    assert (result.returncode, result.stderr) == (141, "")
