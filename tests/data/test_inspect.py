"""The doctor shows what the labels say, counts right, and names what is wrong."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from data import Conversation, Message, ToolCall, render
from data import inspect as doctor
from data.format import IGNORE
from errors import command_line

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


def test_statistics_are_those_of_a_plain_loop(tiny_tokenizer: Tokenizer):
    result = doctor.statistics(CONVERSATIONS, tiny_tokenizer)
    assert list(result) == ["a", "b", "all"]
    examples = [render(item, tiny_tokenizer) for item in CONVERSATIONS]
    total = result["all"]
    assert total.lengths == [len(example.input_ids) for example in examples]
    assert total.learned == sum(label != IGNORE for example in examples for label in example.labels)
    assert (total.turns, total.calls) == (14, 12)
    assert total.tools == {"count", "other0", "other1"}
    assert result["a"].lengths + result["b"].lengths == total.lengths
    assert list(doctor.statistics(CONVERSATIONS[:4], tiny_tokenizer)) == ["a"]

    row = doctor.table(result).splitlines()[3].split()
    lengths = total.lengths
    expected = [
        8,
        14,
        12,
        3,
        min(lengths),
        np.median(lengths),
        np.mean(lengths),
        np.quantile(lengths, 0.95),
        max(lengths),
    ]
    assert row == ["all", *(f"{n:.0f}" for n in expected), f"{100 * total.learned / sum(lengths):.1f}%"]


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
    assert "0 bad rows, 0 faults of content" in out
    assert run(monkeypatch, data, "--model", tiny_llama_folder, "--limit", 3, "--color", "always") == 0
    out = capsys.readouterr().out
    assert doctor.LEARNED in out
    assert out.splitlines()[-1].split()[:2] == ["a", "3"]


def test_bad_rows_and_faults_are_named(
    data: Path, tiny_llama_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    wrong = json.loads(CONVERSATIONS[1].to_json())
    wrong["messages"][1]["tool_calls"][0]["function"]["arguments"] = {"n": "one"}
    data.write_text(data.read_text() + '{"messages": 5}\n' + json.dumps(wrong) + "\n")
    assert run(monkeypatch, data, "--model", tiny_llama_folder) == 1
    out = capsys.readouterr().out
    assert re.search(r"^bad row: .*data\.jsonl, line 9: `messages`", out, re.MULTILINE)
    assert re.search(r"^fault: .*data\.jsonl:10: .*count.*n: 'one'", out, re.MULTILINE)
    assert "1 bad rows, 1 faults of content" in out


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


def test_a_closed_pipe_is_no_error(data: Path, tiny_llama_folder: Path):
    data.write_text(data.read_text() * 50)  # more than a pipe holds, in faults and text
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "data.inspect", str(data), "--model", str(tiny_llama_folder)]
    result = subprocess.run(command, cwd=ROOT, stdout=write_end, stderr=subprocess.PIPE, text=True)
    os.close(write_end)
    assert (result.returncode, result.stderr) == (0, "")
