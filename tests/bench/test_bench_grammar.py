"""`bench.grammar` counts what parses and what is valid, and compares both ways on the same turns."""

import json
import sys

import pytest

import bench.grammar as module
from bench.grammar import HARD, main, offers, parse_arguments, sample_calls
from data import ChatFormat
from errors import InputError
from lora import LoRAConfig, inject_lora, save_adapter
from model import load_model, load_tokenizer
from training.new_tokens import add_new_tokens


def test_what_is_sampled_and_compared_as_a_user_starts_it(tiny_llama_folder, tmp_path, monkeypatch, capsys):
    model, tokenizer = load_model(tiny_llama_folder), load_tokenizer(tiny_llama_folder)
    rows = add_new_tokens(model, tokenizer, ChatFormat())
    config = LoRAConfig(r=2, target_modules=["q_proj"], trainable_token_indices=rows, init_lora_weights=False)
    inject_lora(model, config)
    save_adapter(model, tmp_path / "adapter")
    tokenizer.save(str(tmp_path / "adapter" / "tokenizer.json"))
    flags = ["--model", tiny_llama_folder, "--data", "builtin:heldout", "--calls", 15, "--turns", 3]
    flags += ["--adapter", tmp_path / "adapter", "--json", tmp_path / "result.json"]
    monkeypatch.setattr(sys, "argv", ["bench.grammar", *map(str, flags)])
    main()
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["sampled"] == {"calls": 15, "parsed": 1, "valid": 1}
    assert result["free"]["turns"] == result["constrained"]["turns"] == 3
    assert min(result["seconds_per_call"].values()) > 0
    assert capsys.readouterr().out.startswith("15 calls of an untuned model: 100.0% parse, 100.0% are valid\n")


def test_each_hard_schema_is_on_offer_and_faults_are_counted(tiny_llama_folder, monkeypatch):
    offered = offers(["builtin:heldout"], 5 * len(HARD))
    assert {tools[0]["function"]["name"] for tools in offered[::5]} == HARD.keys()
    model, tokenizer = load_model(tiny_llama_folder), load_tokenizer(tiny_llama_folder)
    model.resize_vocabulary(max(add_new_tokens(model, tokenizer, ChatFormat())) + 1)
    whole = ('{"name": "choice", "arguments": {"unit": %s}}' % unit for unit in ('"m"', "3", "null"))  # noqa: UP031
    texts = iter(['{"name": "choice", "arguments": {"unit"', *whole])
    monkeypatch.setattr(module, "write_call", lambda *_: next(texts))
    assert sample_calls(model, tokenizer, offered[5:6] * 4) == {"calls": 4, "parsed": 0.75, "valid": 0.5}


def test_what_makes_no_sense_is_refused(tmp_path):
    for flag in ("--calls", "--turns"):
        with pytest.raises(InputError, match="should be at least 1"):
            parse_arguments([flag, "0"])
    row = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hi"}], "tools": []}
    (tmp_path / "data.jsonl").write_text(json.dumps(row))
    with pytest.raises(InputError, match="no tools in"):
        offers([str(tmp_path / "data.jsonl")], 3)
