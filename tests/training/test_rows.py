"""Rows for training: what is counted, and that a large set is read while it trains, in the same order every time."""

import itertools
import json
import math
import threading
from collections import Counter
from dataclasses import replace

import pytest

import data.tokens
from data import Conversation, Message
from data.tokens import tokenize
from errors import InputError
from tests.small_runs import run_training, train_here, write_short_data
from training.rows import Rows, windows

WIDTH = 100  # of a row: two or three of the conversations below


def conversation(name, source="s", words=3, turns=1):
    messages = [Message("system", "")] + [Message("user", "a " * words), Message("assistant", "b " * words)] * turns
    return Conversation(tuple(messages), id=name, source=source)


@pytest.fixture
def chunks(tiny_tokenizer):
    """Three chunks of a set, each of eight conversations."""
    names = [[f"{chunk}-{i}" for i in range(8)] for chunk in range(3)]
    made = [tokenize([conversation(name, words=2 + i) for i, name in enumerate(of)], tiny_tokenizer) for of in names]
    return [replace(chunk, share=(i + 1) / 3) for i, chunk in enumerate(made)]


def names(rows):
    return [name for row in rows for name in row.conversations]


def test_what_is_cut_or_dropped_is_counted_by_source(tiny_tokenizer):
    short, long = conversation("x", "one"), conversation("x", "one", turns=9)
    no_turn_fits = conversation("x", "two", words=200)
    lengths = [len(tokenize([each], tiny_tokenizer).input_ids) for each in (short, long)]
    tokens = tokenize([short, long, long, replace(long, source="two"), no_turn_fits, no_turn_fits], tiny_tokenizer)
    rows = Rows([tokens], lengths[1] - 1)
    assert (rows.conversations, rows.cut, rows.dropped) == (6, Counter(one=2, two=1), Counter(two=2))
    assert rows.summary().endswith("; cut to fit: 2 of one, 1 of two; dropped: 2 of two")
    assert f"6 conversations, {rows.tokens:,} tokens" in rows.summary()
    packed = list(rows.epoch(0, 0))
    assert rows.tokens == sum(len(row.input_ids) for row in packed)
    assert rows.learned == sum(row.learned for row in packed)
    assert len(rows) == len(packed)
    rows = Rows([tokens], lengths[1] - 1, overlong="drop")
    assert (rows.cut, rows.dropped, rows.tokens) == (Counter(), Counter(one=2, two=3), lengths[0])
    with pytest.raises(InputError, match="--overlong"):
        Rows([tokens], lengths[1] - 1, overlong="error")
    rows = Rows([tokens], 10_000, learn={"answer": 0})
    assert (rows.dropped, rows.tokens) == (Counter(), len(tokens.input_ids)), "the ends of turns are still learned"


def test_a_conversation_without_a_learned_token_is_dropped_and_counted(tiny_tokenizer):
    tokens = tokenize([conversation("x", "one"), conversation("y", "two")], tiny_tokenizer)
    tokens.parts[tokens.span(1)] = 0
    rows = Rows([tokens], 1000)
    assert rows.dropped == {"two": 1}
    assert names(rows.epoch(0, 0)) == ["x"]


def test_held_out_conversations_are_not_trained_on(chunks):
    rows = Rows(chunks, WIDTH, held_out=frozenset({0, 9, 23}))
    expected = {f"{chunk}-{i}" for chunk in range(3) for i in range(8)} - {"0-0", "1-1", "2-7"}
    for epoch in range(2):
        assert Counter(names(rows.epoch(epoch, 0))) == Counter(expected)
    assert rows.conversations == 21


def test_training_begins_while_later_rows_are_unread(chunks):
    """While rows of one chunk are taken, the next is read, and no other."""
    read, go_on = [], threading.Event()

    def reading():
        for i, chunk in enumerate(chunks):
            if i == 2:
                go_on.wait(60)
            read.append(i)
            yield chunk

    rows = Rows(reading(), WIDTH)
    assert read == [0]
    of_first = len(Rows([replace(chunks[0], share=1.0)], WIDTH))
    assert len(rows) == 3 * of_first
    assert "8 conversations, the first 33.3% of the data" in rows.summary()
    steps = rows.epoch(0, 0)
    first = [next(steps) for _ in range(of_first)]
    assert {name[0] for name in names(first)} == {"0"}
    second = [next(steps)]
    assert {name[0] for name in names(second)} == {"1"}
    assert read == [0, 1]
    go_on.set()
    third = [row for row in steps if row.conversations[0][0] == "2"]
    assert third
    assert read == [0, 1, 2]
    assert "24 conversations, " in rows.summary()
    assert len(rows) == 3 * of_first, "the length of the run is settled when it begins"


def test_each_epoch_has_every_conversation_once_in_an_order_that_the_seed_decides(chunks):
    def epochs(rows, seed):
        return [names(rows.epoch(number, seed)) for number in range(3)]

    rows = Rows(iter(chunks), WIDTH)
    first = epochs(rows, 0)
    assert all(Counter(epoch) == Counter(names_of(chunks)) for epoch in first)
    assert len(set(map(tuple, first))) == 3
    assert [name[0] for name in first[0]] == sorted(name[0] for name in first[0])
    assert [name[0] for name in first[1]] != sorted(name[0] for name in first[1])
    assert epochs(rows, 0) == first, "when all is read as well"
    assert epochs(Rows(chunks, WIDTH), 0) == first
    assert epochs(Rows(chunks, WIDTH), 1) != first


def names_of(chunks):
    return [name for chunk in chunks for name in chunk.ids]


def test_a_resumed_run_goes_on_with_the_same_rows(chunks):
    for start in (1, 4, 7, 15):
        whole = list(itertools.islice(windows(Rows(chunks, WIDTH), 2, 2, seed=3), 20))
        resumed = list(itertools.islice(windows(Rows(iter(chunks), WIDTH), 2, 2, seed=3), start, 20))
        assert resumed == whole[start:]


def test_a_step_has_all_its_rows_and_an_epoch_its_last_short_step(chunks):
    rows = Rows(chunks, WIDTH)
    per_epoch = math.ceil(len(list(rows.epoch(0, 0))) / 6)
    steps = list(itertools.islice(windows(rows, 3, 2, seed=0), per_epoch))
    assert Counter(name for step in steps for name in names(step)) == Counter(names_of(chunks))
    flat = [name for step in steps for name in names(step)]
    assert flat == names(rows.epoch(0, 0))
    assert all(len(step) == 2 for step in steps[:-1])


def test_an_error_in_later_rows_ends_the_run_when_it_comes_to_them(chunks):
    def reading():
        yield chunks[0]
        raise InputError("line 9: broken")

    rows = Rows(reading(), WIDTH)
    steps = rows.epoch(0, 0)
    for _ in range(len(rows) // 3):
        next(steps)
    with pytest.raises(InputError, match="line 9"):
        next(steps)


def test_chunks_without_a_row_are_passed_over(chunks, tiny_tokenizer):
    none_fits = replace(tokenize([conversation("long", words=200)] * 3, tiny_tokenizer), share=0.1)
    rows = Rows([none_fits, chunks[0], none_fits, chunks[1], replace(none_fits, share=1.0)], WIDTH)
    assert Counter(names(rows.epoch(0, 0))) == Counter(names_of(chunks[:2]))
    assert rows.dropped == {"s": 9}
    assert rows.digest == Rows(chunks[:1], WIDTH).digest
    assert len(Rows([none_fits, replace(none_fits, share=1.0)], WIDTH)) == 0


def test_the_digest_tells_other_tokens_apart(chunks):
    digest = Rows(chunks, WIDTH).digest
    assert Rows(iter(chunks), 2 * WIDTH).digest == digest
    for field in ("input_ids", "parts"):
        other = getattr(chunks[0], field).copy()
        other[5] += 1
        assert Rows([replace(chunks[0], **{field: other})], WIDTH).digest != digest
    assert Rows([replace(chunks[0], share=0.5)], WIDTH).digest != digest


def flags(folder, data):
    quick = ["--r", 4, "--eval-turns", 0, "--question", "", "--max-length", 512]
    return ["--model", folder, "--data", data, *quick]


def test_a_run_on_a_large_set_may_end_before_its_broken_last_row_is_met(tiny_llama_folder, tmp_path):
    turns = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
    lines = [json.dumps({"messages": turns})] * 4200 + ["broken"]
    (tmp_path / "large.jsonl").write_text("\n".join(lines), encoding="utf-8")
    given = [*flags(tiny_llama_folder, tmp_path / "large.jsonl"), "--output-dir", tmp_path / "run", "--max-steps", 2]
    result = run_training(*given, CALLORA_CACHE=str(tmp_path / "cache"))
    assert result.returncode == 0, result.stderr
    assert "4,096 conversations, the first 97.5% of the data" in result.stdout


def test_a_broken_row_in_the_middle_of_a_run_loses_nothing(tiny_llama_folder, tmp_path, monkeypatch):
    """What was trained is saved, and goes on without the row as if it had never been there."""
    monkeypatch.setattr(data.tokens, "CHUNK", 8)
    monkeypatch.setenv("CALLORA_CACHE", str(tmp_path / "cache"))
    lines = write_short_data(tmp_path / "short.jsonl", 20).read_text(encoding="utf-8").splitlines()
    (tmp_path / "broken.jsonl").write_text("\n".join([*lines[:12], "broken", *lines[12:]]), encoding="utf-8")
    given = flags(tiny_llama_folder, tmp_path / "broken.jsonl")
    skipping = [*given, "--on-bad-row", "skip"]
    whole = train_here(monkeypatch, tmp_path / "whole", *skipping)
    with pytest.raises(InputError, match=r"(?s)broken.jsonl, line 13: .*\(the state before is saved: checkpoint-"):
        train_here(monkeypatch, tmp_path / "again", *given)
    assert train_here(monkeypatch, tmp_path / "again", *skipping, "--resume") == whole
