"""`bench.scores` trains in both systems and scores both adapters on the same turns."""

import json
import sys

import pytest

from bench.scores import main, parse_arguments
from errors import InputError
from tests.small_runs import write_short_data

pytestmark = pytest.mark.parity


@pytest.mark.slow
def test_both_train_and_are_scored_on_the_same_turns(tiny_llama_folder, tmp_path, monkeypatch, capsys):
    data = write_short_data(tmp_path / "data.jsonl", 60)
    flags = ["--model", str(tiny_llama_folder), "--data", str(data), "--steps", "2", "--limit", "4"]
    monkeypatch.setattr(sys, "argv", ["bench.scores", *flags, "--json", str(tmp_path / "scores.json")])
    main()
    scores = json.loads((tmp_path / "scores.json").read_text())
    ours, theirs = scores["callora"]["outcomes"], scores["trl-packed"]["outcomes"]
    assert [each["turn"] for each in ours] == [each["turn"] for each in theirs]
    assert scores["compared"]["tuned"]["turns"] == len(ours) == 4
    assert "callora beside trl-packed" in capsys.readouterr().out


def test_counts_below_one_are_said_in_one_line():
    for flag in ("--steps", "--limit"):
        with pytest.raises(InputError, match=f"{flag} should be at least 1"):
            parse_arguments([flag, "0"])
