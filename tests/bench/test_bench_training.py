"""The race of `bench.training` is over the same work: same conversations, same labels, same losses as trl and peft."""

import itertools
import json
import random
import sys
from collections import Counter
from pathlib import Path

import pytest
import torch

import lora
import train
import training.state as training_state
from bench import peers
from bench.prepare import prepare
from bench.training import RECIPE, choose_rows, documents, main, parse_arguments, peer_job, training_command
from data import Conversation, Message
from data.format import IGNORE
from data.packing import Row
from errors import InputError
from training.rows import windows

pytestmark = pytest.mark.parity

STEPS = 10
TINY = RECIPE | {"r": 4, "lora_dropout": 0.0, "max_length": 512, "max_steps": STEPS, "learning_rate": 1e-2}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Conversations of some 40 to 400 tokens: one to many in a row of 512."""
    rng, words = random.Random(0), Path(__file__).parents[2].joinpath("LICENSE").read_text().split()

    def text():
        return " ".join(rng.choices(words, k=rng.randint(2, 20)))

    def conversation():
        turns = [
            (Message("user", text()), Message("assistant", text(), thought=text())) for _ in "ab"[: rng.randint(1, 2)]
        ]
        return Conversation(tuple(message for turn in turns for message in turn))

    path = tmp_path_factory.mktemp("data") / "data.jsonl"
    path.write_text("".join(conversation().to_json() + "\n" for _ in range(120)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tiny_llama_folder, data, tmp_path_factory):
    """A race's folder with its model and data, and the rows."""
    folder = tmp_path_factory.mktemp("race")
    prepare(str(tiny_llama_folder), folder / "model")
    return folder, choose_rows([data], folder, TINY)


def key(input_ids, labels):
    return tuple(input_ids), tuple(labels)


def contents(rows):
    """The conversations of rows, in any order."""
    return Counter(key(*document.values()) for row in rows for document in documents(row))


def record(trainer):
    """The batches that a trainer is given from now on, each as a packed row."""
    batches, collate = [], trainer.data_collator

    def recording(examples):
        batch = collate(examples)
        positions = batch["position_ids"][0] if "position_ids" in batch else torch.arange(batch["input_ids"].shape[1])
        starts = [*(positions == 0).nonzero().flatten().tolist(), len(positions)]
        lengths = tuple(end - start for start, end in itertools.pairwise(starts))
        ids, labels = batch["input_ids"][0].tolist(), batch["labels"][0].tolist()
        batches.append(Row(ids, labels, [float(label != IGNORE) for label in labels], lengths, ("trl",)))
        return batch

    trainer.data_collator = recording
    return batches


def test_trl_packs_the_same_conversations_as_tightly(folder):
    folder, rows = folder
    job = peer_job(folder, TINY, rows, number=3)
    trainer = peers.trl_trainer(job, packed=True)
    batches = record(trainer)
    list(trainer.get_train_dataloader())
    ours = [window[0] for window in itertools.islice(windows(rows, 1, 1, seed=3), STEPS)]
    assert len(batches) == STEPS
    assert max(len(row.documents) for row in ours) > 2
    # Both are best-fit decreasing; only where two rows have the same room left may they choose differently.
    assert sorted(len(batch.input_ids) for batch in batches) == sorted(len(row.input_ids) for row in ours)
    assert contents(batches) == contents(ours)


@pytest.mark.parametrize("name", ["trl-unpacked", "peft-loop"])
def test_the_other_peers_learn_the_same_tokens_of_the_same_conversations(folder, name, monkeypatch):
    folder, rows = folder
    ours = [window[0] for window in itertools.islice(windows(rows, 1, 1, seed=3), STEPS)]
    job = peer_job(folder, TINY, rows, number=3)
    if name == "peft-loop":
        seen = []
        monkeypatch.setattr(peers, "load", lambda job: _observed(peers_load(job), seen))
        peers.peft_loop(job)
        assert seen == [key(*document.values()) for row in ours for document in documents(row)]
        lines = [json.loads(line) for line in (folder / "peer.jsonl").read_text().splitlines()]
        assert [(line["tokens"], line["learned_tokens"]) for line in lines] == [
            (len(row.input_ids), row.learned) for row in ours
        ]
        return
    trainer = peers.trl_trainer(job, packed=False)
    batches = record(trainer)
    list(trainer.get_train_dataloader())
    assert contents(batches) == contents(ours)


peers_load = peers.load


def _observed(model, seen):
    """The model, noting what it is given."""

    def note(_, args, kwargs):
        seen.append(key(kwargs["input_ids"][0].tolist(), kwargs["labels"][0].tolist()))

    model.register_forward_pre_hook(note, with_kwargs=True)
    return model


def test_ten_steps_on_trls_packs_have_trls_losses(folder, monkeypatch, capsys):
    """The packs that TRL makes, fed to `train.py` in TRL's order, from the same initial adapter."""
    folder, rows = folder
    trainer = peers.trl_trainer(peer_job(folder, TINY, rows, number=0), packed=True)
    initial = {name: parameter.detach().clone() for name, parameter in trainer.model.named_parameters()}
    batches = record(trainer)
    trainer.train()
    theirs = [json.loads(line)["loss"] for line in (folder / "peer.jsonl").read_text().splitlines()]

    def inject(model, config):
        lora.inject_lora(model, config)
        for name, parameter in training_state.trainable(model).items():
            with torch.no_grad():
                parameter.copy_(initial[f"base_model.model.{name.replace('.weight', '.default.weight')}"])

    monkeypatch.setattr(train, "inject_lora", inject)
    monkeypatch.setattr(train, "windows", lambda *_: ([batch] for batch in batches))
    monkeypatch.setattr(train, "return_freed_tensors", lambda: None)
    monkeypatch.setattr(sys, "argv", [*map(str, training_command(folder, TINY, seed=0))])
    train.main()
    ours = [json.loads(line) for line in (folder / "callora" / "metrics.jsonl").read_text().splitlines()]
    assert [line["tokens"] for line in ours] == [len(batch.input_ids) for batch in batches[:STEPS]]
    assert len(theirs) == STEPS
    assert max(theirs) - min(theirs) > 0.3, "ten steps have taught something"
    assert [line["loss"] for line in ours] == pytest.approx(theirs, abs=1e-3)


@pytest.mark.slow
def test_the_race_of_all_systems_as_a_user_starts_it(tiny_llama_folder, data, tmp_path, monkeypatch, capsys):
    flags = ["--model", str(tiny_llama_folder), "--data", str(data), "--rounds", "1", "--steps", "2"]
    monkeypatch.setattr(sys, "argv", ["bench.training", *flags, "--json", str(tmp_path / "result.json")])
    main()
    result = json.loads((tmp_path / "result.json").read_text())
    measured = {"tokens_per_second", "learned_tokens_per_second", "peak_memory_bytes"}
    assert list(result["systems"]) == ["callora", "trl-packed", "trl-unpacked", "peft-loop"]
    assert list(result["ratios"]) == ["trl-packed", "trl-unpacked", "peft-loop"]
    for name, system in result["systems"].items():
        assert set(system) == measured | {"runs"}
        (run,) = system["runs"]
        assert 0 < run["learned_tokens_per_second"] < run["tokens_per_second"]
        if name != "callora":
            ratio = result["systems"]["callora"]["peak_memory_bytes"] / run["peak_memory_bytes"]
            assert result["ratios"][name]["peak_memory"] == ratio
    assert len(capsys.readouterr().out.splitlines()) == 2 + 4


@pytest.mark.slow
def test_random_weights_race_with_the_courses_recipe_without_a_download(tmp_path, monkeypatch, capsys):
    flags = ["--shape", "gemma-2-tiny", "--random-weights", "--preset", "course", "--rounds", "1", "--steps", "1"]
    flags += ["--peers", "peft-loop", "trl-packed"]
    monkeypatch.setattr(sys, "argv", ["bench.training", *flags, "--json", str(tmp_path / "result.json")])
    monkeypatch.setenv("CALLORA_CACHE", str(tmp_path / "empty"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    main()
    assert list(json.loads((tmp_path / "result.json").read_text())["ratios"]) == ["peft-loop", "trl-packed"]


def test_what_cannot_be_raced_is_said_in_one_line(folder):
    folder, _ = folder
    for flags, says in (
        (["--shape", "gemma-2-tiny"], "--shape and --random-weights belong together"),
        (["--random-weights"], "--shape and --random-weights belong together"),
        (["--rounds", "0"], "--rounds should be at least 1"),
        (["--steps", "0"], "--steps should be at least 1"),
    ):
        with pytest.raises(InputError, match=says):
            parse_arguments(flags)
    with pytest.raises(InputError, match="the race needs 51,200"):
        choose_rows([folder / "data.jsonl"], folder, TINY | {"max_steps": 100})
