"""`bench.scores` trains in both systems and scores both adapters on the same turns."""

import json
import sys

import pytest

from bench.prepare import prepare
from bench.scores import main, parse_arguments
from data import ChatFormat
from errors import InputError
from model import load_model
from tests.small_runs import write_short_data

pytestmark = pytest.mark.parity


@pytest.mark.slow
def test_both_train_and_are_scored_on_the_same_turns(tiny_llama_folder, tmp_path, monkeypatch, capsys):
    data = write_short_data(tmp_path / "data.jsonl", 60)
    flags = ["--model", str(tiny_llama_folder), "--data", str(data), "--steps", "2", "--limit", "5"]
    monkeypatch.setattr(sys, "argv", ["bench.scores", *flags, "--json", str(tmp_path / "scores.json")])
    main()
    scores = json.loads((tmp_path / "scores.json").read_text())
    ours, theirs = scores["callora"]["outcomes"], scores["trl-packed"]["outcomes"]
    assert [each["turn"] for each in ours] == [each["turn"] for each in theirs]
    assert scores["compared"]["tuned"]["turns"] == len(ours) == 4  # the fifth is too long for the tiny model
    assert "trl-packed beside callora" in capsys.readouterr().out


def test_counts_below_one_are_said_in_one_line():
    for flag in ("--steps", "--limit"):
        with pytest.raises(InputError, match=f"{flag} should be at least 1"):
            parse_arguments([flag, "0"])


def test_a_tag_whose_row_nobody_trains_can_still_be_the_likeliest(tiny_llama_folder, tmp_path):
    prepare(str(tiny_llama_folder), tmp_path / "model")
    rows = load_model(tmp_path / "model").lm_head.weight
    new = range(len(load_model(tiny_llama_folder).lm_head.weight), len(rows))
    assert len(new) == len(ChatFormat().tokens)
    assert [int((rows @ rows[i]).argmax()) for i in new] == list(new)
