"""The race of `bench.generation` is over the same work, and what else it measures is told."""

import json
import sys

import pytest

from bench.generation import main, parse_arguments
from errors import InputError


@pytest.mark.slow
@pytest.mark.parity
def test_the_benchmark_as_a_user_starts_it(tiny_llama_folder, tmp_path, monkeypatch, capsys):
    flags = ["--model", str(tiny_llama_folder), "--rounds", "1", "--prompt-tokens", "40", "--agent-tokens", "100"]
    flags += ["--max-new-tokens", "12", "--turns", "12", "--json", str(tmp_path / "result.json")]
    monkeypatch.setattr(sys, "argv", ["bench.generation", *flags])
    main()
    result = json.loads((tmp_path / "result.json").read_text())
    measured = {"tokens_per_second", "prefill_tokens_per_second", "peak_memory_bytes"}
    assert list(result["systems"]) == ["callora", "transformers"]
    assert all(set(system) == measured | {"runs"} for system in result["systems"].values())
    ours, its = (system["runs"][0] for system in result["systems"].values())
    assert result["ratios"] == {
        "transformers": {key.removesuffix("_bytes"): ours[key] / its[key] for key in ours},
    }
    assert result["same_tokens"]
    first, batch = result["first_token"], result["batch"]
    assert len(first["kept_seconds"]) == len(first["recomputed_seconds"]) == 4
    assert batch["same_replies"] == 1
    assert batch["one"]["decode_tokens"] == batch["batched"]["decode_tokens"] > 0
    assert batch["end_to_end_ratio"] == batch["one"]["seconds"] / batch["batched"]["seconds"]
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 2 + 2 + 4
    assert out[4] == "the new tokens are the same"


def test_numbers_that_make_no_sense_are_refused():
    for flag in ("--rounds", "--prompt-tokens", "--agent-tokens", "--max-new-tokens", "--turns"):
        with pytest.raises(InputError, match=f"{flag} should be at least"):
            parse_arguments([flag, "0"])
