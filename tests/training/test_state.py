"""Checkpoints: what comes back, what is seen when a file is damaged, and what is never removed too early."""

import argparse
import json
import random
import re
import resource

import pytest
import torch

import training.state
from errors import InputError
from lora import LoRAConfig, inject_lora
from model import load_model
from training.report_html import Evaluation
from training.state import (
    Checkpoints,
    damage,
    find_checkpoints,
    finish,
    is_finished,
    newest_checkpoint,
    prepare_output,
    run_settings,
    trainable,
)

SETTINGS = {"--seed": 1, "--learn": {"answer": 0.5}, "--target-modules": ("q_proj",), "--max-length": None}


class Trained:
    """A tiny model in training, with dropout and a scaler, and its checkpoints in `folder`."""

    def __init__(self, base, folder, seed=0, settings=SETTINGS, **options):
        torch.manual_seed(seed)
        self.model = load_model(base).train()
        inject_lora(self.model, LoRAConfig(r=2, lora_dropout=0.3, target_modules=["q_proj", "down_proj"]))
        self.optimizer = torch.optim.AdamW(trainable(self.model).values(), lr=0.01)
        self.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10, growth_interval=2)
        self.evaluations: list[Evaluation] = []
        arguments = self.model, self.optimizer, self.scaler, settings, self.evaluations
        self.checkpoints = Checkpoints(folder, *arguments, **options)

    def step(self, overflow=False):
        loss = self.model(torch.tensor([[1, 5, 9, 14]])).logsumexp(-1).sum()
        self.scaler.scale(loss * float("inf") if overflow else loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad()

    @property
    def state(self):
        """Everything that the next steps depend on."""
        return (
            {name: p.detach().clone() for name, p in trainable(self.model).items()},
            [{k: v.clone() for k, v in self.optimizer.state[p].items()} for p in trainable(self.model).values()],
            self.scaler.state_dict(),
            torch.get_rng_state(),
            list(self.evaluations),
        )


@pytest.fixture
def trained(tiny_llama_folder, tmp_path):
    return Trained(tiny_llama_folder, tmp_path)


def assert_same(a, b):
    torch.testing.assert_close(a[:2], b[:2], rtol=0, atol=0)
    assert a[2] == b[2]
    assert torch.equal(a[3], b[3])
    assert a[4] == b[4]


def test_everything_comes_back_and_the_next_steps_are_the_same(tiny_llama_folder, trained, tmp_path):
    for overflow in (False, True, False):
        trained.step(overflow)
    assert trained.scaler.get_scale() == 2.0**9, "the scaler's state is not the one that it began with"
    trained.evaluations += [Evaluation(0, {"turns": 1}, ["base"]), Evaluation(2, {"turns": 1, "parsed": None}, ["x"])]
    trained.checkpoints.save(3)
    trained.evaluations.pop(0)  # the base is scored anew
    saved = trained.state
    trained.step()
    trained.step()
    other = Trained(tiny_llama_folder, tmp_path, seed=7)
    other.step()
    assert other.checkpoints.begin(resume=True) == 3
    assert_same(other.state, saved)
    other.step()
    other.step()
    assert_same(other.state, trained.state)


def test_a_block_that_fails_leaves_the_state_before_it(tiny_llama_folder, trained, tmp_path):
    trained.step()
    before = trained.state

    def out_of_memory(step):
        with trained.checkpoints.kept_at(step):
            trained.model(torch.tensor([[3, 4]]))  # dropout draws
            assert not torch.equal(torch.get_rng_state(), before[3])
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError) as caught:
        out_of_memory(1)
    assert "checkpoint-1" in caught.value.__notes__[0]
    other = Trained(tiny_llama_folder, tmp_path, seed=7)
    assert other.checkpoints.begin(resume=True) == 1
    assert_same(other.state, before)
    with pytest.raises(RuntimeError):
        out_of_memory(0)
    assert not (tmp_path / "checkpoint-0").exists(), "before the first step there is nothing to keep"


def test_the_first_failure_is_told_though_saving_fails_too(tiny_llama_folder, tmp_path, monkeypatch):
    checkpoints = Trained(tiny_llama_folder, tmp_path, seed=0).checkpoints
    monkeypatch.setattr(checkpoints, "save", raising(InputError("the disk is full")))
    with pytest.raises(RuntimeError, match="out of memory") as caught, checkpoints.kept_at(1):
        raise RuntimeError("out of memory")
    assert "not saved: the disk is full" in caught.value.__notes__[0]


def raising(error: Exception):
    def save(*_):
        raise error

    return save


def test_a_flipped_bit_or_a_missing_end_is_seen_wherever_it_is(trained, tmp_path):
    trained.step()
    trained.checkpoints.save(1)
    folder = tmp_path / "checkpoint-1"
    assert damage(folder) is None
    draw = random.Random(0)
    for name in ("run.json", "state.safetensors"):
        whole = (folder / name).read_bytes()
        for place in draw.sample(range(len(whole)), 60):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << draw.randrange(8)
            (folder / name).write_bytes(flipped)
            same = name == "run.json" and _parsed(flipped) == _parsed(whole)  # white space, or 1.5e-3 for 1.5E-3
            assert (damage(folder) is None) == same, (name, place)
            (folder / name).write_bytes(whole[:place])
            assert damage(folder), (name, place)
        (folder / name).unlink()
        assert damage(folder) == f"{name}: No such file or directory"
        (folder / name).write_bytes(whole)
    folder.rename(tmp_path / "checkpoint-2")
    assert damage(tmp_path / "checkpoint-2"), "another step's state under this name"


def _parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def test_the_newest_whole_one_is_used_and_each_passed_over_is_named(trained, tmp_path, capsys):
    assert newest_checkpoint(tmp_path) is None
    for step in (2, 9, 10):
        trained.checkpoints.save(step)
    assert newest_checkpoint(tmp_path) == tmp_path / "checkpoint-10"
    assert capsys.readouterr().out == ""
    (tmp_path / "checkpoint-10" / "run.json").write_bytes(b"")
    (tmp_path / "checkpoint-9" / "state.safetensors").unlink()
    (tmp_path / "checkpoint-x").mkdir()
    assert newest_checkpoint(tmp_path) == tmp_path / "checkpoint-2"
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{tmp_path}/checkpoint-10 is passed over: run.json is damaged"
    assert second.endswith("checkpoint-9 is passed over: state.safetensors: No such file or directory")
    (tmp_path / "checkpoint-2" / "run.json").write_text('{"step": 2}')
    with pytest.raises(InputError, match=r"no checkpoint in .* is whole"):
        trained.checkpoints.begin(resume=True)


def test_the_limit_keeps_the_newest_and_removes_none_before_the_next_is_whole(
    tiny_llama_folder, tmp_path, monkeypatch, capsys
):
    trained = Trained(tiny_llama_folder, tmp_path, limit=2)
    for step in (8, 9, 10, 11):
        trained.checkpoints.save(step)
    assert [path.name for path in find_checkpoints(tmp_path)] == ["checkpoint-10", "checkpoint-11"]

    remove, removed = training.state._remove, []

    def watched_remove(folder):
        assert damage(tmp_path / "checkpoint-12") is None
        removed.append(folder.name)
        remove(folder)

    monkeypatch.setattr(training.state, "_remove", watched_remove)
    trained.checkpoints.save(12)
    assert removed == ["checkpoint-10"]
    monkeypatch.undo()

    (tmp_path / "checkpoint-12" / "run.json").write_text("")  # newer than what the next run goes on from
    trained = Trained(tiny_llama_folder, tmp_path, limit=1)
    assert trained.checkpoints.begin(resume=True) == 11
    with monkeypatch.context() as patch:
        patch.setattr(training.state, "save_file", _no_space)
        with pytest.raises(InputError, match=r"No space left.*--resume goes on from .*checkpoint-11"):
            trained.checkpoints.save(12)
    assert newest_checkpoint(tmp_path) == tmp_path / "checkpoint-11"
    trained.checkpoints.save(12)
    assert find_checkpoints(tmp_path) == [tmp_path / "checkpoint-12"]
    assert damage(tmp_path / "checkpoint-12") is None


def test_a_limit_is_reached_before_any_is_removed(tiny_llama_folder, tmp_path):
    trained = Trained(tiny_llama_folder, tmp_path, limit=4)
    for step in range(1, 7):
        trained.checkpoints.save(step)
        assert len(find_checkpoints(tmp_path)) == min(step, 4)


def _no_space(*_):
    raise OSError(28, "No space left on device")


def test_a_full_disk_is_one_line_and_leaves_no_half_checkpoint(trained, tmp_path):
    trained.checkpoints.save(1)
    trained.step()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))  # the kernel's own refusal, in safetensors' writer
    try:
        with pytest.raises(InputError, match=r"checkpoint-2 cannot be written \(.*too large.*from .*checkpoint-1$"):
            trained.checkpoints.save(2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-1"]


def test_a_whole_checkpoint_of_the_same_step_is_not_touched(trained, tmp_path):
    trained.checkpoints.save(1)
    first = (tmp_path / "checkpoint-1" / "state.safetensors").stat()
    trained.checkpoints.save(1)
    assert (tmp_path / "checkpoint-1" / "state.safetensors").stat() == first


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--seed": 2}, r"\(--seed was 1 and is 2\)"),
        ({"--learn": {}, "--r": 4}, r"\(--learn was {'answer': 0.5} and is {}; --r was None and is 4\)"),
    ],
)
def test_other_settings_are_one_error_that_names_what_differs(tiny_llama_folder, tmp_path, change, says):
    Trained(tiny_llama_folder, tmp_path).checkpoints.save(1)
    with pytest.raises(InputError, match=says):
        Trained(tiny_llama_folder, tmp_path, settings=SETTINGS | change).checkpoints.begin(resume=True)


def test_settings_follow_the_rows_and_not_where_they_come_from():
    args = argparse.Namespace(
        data=["x"], output_dir="x", seed=3, max_steps=None, num_train_epochs=2.0, eval_turns=30, eval_steps=0
    )
    settings = run_settings(args, 10, "rows", "base")
    assert settings["--seed"] == 3
    assert settings["--max-steps"] == 10
    moved = argparse.Namespace(
        **vars(args) | {"data": ["y"], "output_dir": "y", "num_train_epochs": 5.0, "eval_steps": 5}
    )
    assert run_settings(moved, 10, "rows", "base") == settings
    fewer = argparse.Namespace(**vars(args) | {"eval_turns": 5})  # the scores so far are of other turns
    assert run_settings(fewer, 10, "rows", "base") != settings
    for other in ((11, "rows", "base"), (10, "others", "base"), (10, "rows", "another")):
        assert run_settings(args, *other) != settings


def test_a_fresh_start_spares_an_unfinished_run_and_clears_a_finished_ones_checkpoints(trained, tmp_path):
    (tmp_path / "checkpoint-3.x.partial").mkdir()
    assert trained.checkpoints.begin(resume=False) == 0
    trained.checkpoints.save(4)
    prepare_output(tmp_path, resume=True)
    assert not list(tmp_path.glob("*.partial"))
    with pytest.raises(InputError, match=re.escape(f"{tmp_path}/checkpoint-4 is of a run that has not finished")):
        prepare_output(tmp_path, resume=False)
    (tmp_path / "adapter_model.safetensors").write_text("the adapter")
    assert not is_finished(tmp_path), "an adapter may be an earlier run's"
    finish(tmp_path)
    assert is_finished(tmp_path)
    (tmp_path / "other.partial").mkdir()
    prepare_output(tmp_path, resume=False)
    trained.checkpoints.begin(resume=False)
    assert not is_finished(tmp_path)
    left = ["adapter_model.safetensors", "other.partial", "unfinished"]
    assert sorted(path.name for path in tmp_path.iterdir()) == left


def test_another_programs_checkpoints_are_left_alone(tmp_path):
    (tmp_path / "adapter_model.safetensors").write_text("of a Trainer")
    (tmp_path / "checkpoint-9").mkdir()
    (tmp_path / "checkpoint-9" / "trainer_state.json").write_text("{}")
    with pytest.raises(InputError, match=re.escape(f"{tmp_path}/checkpoint-9 is another program's")):
        prepare_output(tmp_path, resume=False)
    assert (tmp_path / "checkpoint-9" / "trainer_state.json").is_file()
