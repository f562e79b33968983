"""What a run looks like on a terminal and in a file."""

import io

import pytest

from agent import Call, Event
from agent.display import MAX_LINES, Display


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


RUN = [
    Event("thought", "A percent"),
    Event("thought", "age."),
    Event("call", Call("calculate", {"expression": "0.17 * 2350"})),
    Event("observation", ("calculate", 399.5)),
    Event("content", "\nIt is "),
    Event("content", "399.5."),
    Event("stop", "answered"),
]


def shown(events, stream=None) -> str:
    stream = stream or io.StringIO()
    display = Display(stream)
    for event in events:
        display(event)
    return stream.getvalue()


def test_a_file_gets_plain_text_in_order():
    text = shown(RUN)
    assert "\033" not in text
    assert text.startswith("A percentage.\n╭─ call calculate ─")
    assert '│ {"expression": "0.17 * 2350"}\n' in text
    assert "│ 399.5\n" in text
    assert text.endswith("\nIt is 399.5.\n")


def test_a_terminal_gets_colours_unless_told_not_to(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = shown(RUN, Terminal())
    assert "\033[2mA percent\033[0m" in coloured
    assert coloured.endswith("399.5.\n")  # the answer is plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(RUN, Terminal()) == shown(RUN)


def test_control_characters_of_models_and_tools_do_not_reach_the_terminal():
    evil = "a\033[2J\x07\x9b31mb\r"
    events = [Event("content", evil), Event("observation", ("f", evil)), Event("call", Call("f\033", {"x": evil}))]
    text = shown(events)
    assert not set(text) & set("\033\x07\x9b\r")
    assert "a[2J31mb" in text


def test_a_long_result_is_cut_and_another_reason_to_stop_is_told():
    lines = [f"line {i}" for i in range(40)]
    text = shown([Event("observation", ("f", "\n".join(lines))), Event("stop", "max_steps")])
    assert text.count("│") == MAX_LINES
    assert f"… {40 - MAX_LINES + 1} more lines" in text
    assert text.endswith("[stopped: max steps]\n")


@pytest.mark.parametrize("value", ["", None, [], "\n\n"])
def test_an_empty_result_still_has_a_box(value):
    assert "│" in shown([Event("observation", ("f", value))])


def test_a_long_name_does_not_break_its_box():
    lines = shown([Event("call", Call("name " * 100 + "\n" * 9, {})), Event("call", Call("x" * 5000, {}))]).splitlines()
    assert len(lines) == 6
    assert max(map(len, lines)) <= 100


def test_a_terminal_of_two_columns_is_enough(monkeypatch):
    monkeypatch.setenv("COLUMNS", "2")
    assert "│" in shown([Event("call", Call("f", {"x": "some text"}))])
