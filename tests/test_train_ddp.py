"""`torchrun train.py` with two gloo processes on a tiny random model, beside the single process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.small_runs import ROOT, write_short_data

pytestmark = pytest.mark.slow

# Runs train.py with a random lora_B, so that lora_A has a gradient in the first step. Each process writes its gradients
# as the optimizer gets them in the first step; DIE says which process ends without a word, and before which step.
DRIVER = """
import os, sys
from pathlib import Path
import torch
from safetensors.torch import save_file
import train
from errors import command_line

rank, steps = os.environ.get("RANK", "0"), 0
inject, update = train.inject_lora, torch.optim.AdamW.step

def random_lora(model, config):
    inject(model, config)
    draw = torch.Generator().manual_seed(1)
    for name, parameter in model.named_parameters():
        if ".lora_B." in name:
            parameter.data.copy_(torch.randn(parameter.shape, generator=draw) / 10)

def step(self, *arguments, **more):
    global steps
    steps += 1
    if os.environ.get("DIE") == f"{rank} {steps}":
        os._exit(7)
    if steps == 1:
        gradients = {str(i): p.grad.clone() for i, p in enumerate(self.param_groups[0]["params"])}
        save_file(gradients, Path(os.environ["GRADIENTS"]) / f"{rank}.safetensors")
    return update(self, *arguments, **more)

train.inject_lora, torch.optim.AdamW.step = random_lora, step
command_line(train.main)()
"""
TORCHRUN = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Conversations that make seven rows of 700: an epoch is a step of four and one of three."""
    return write_short_data(tmp_path_factory.mktemp("data") / "short.jsonl", 7)


@pytest.fixture(scope="module")
def run(tiny_llama_folder: Path, data: Path, tmp_path_factory: pytest.TempPathFactory):
    """Runs the driver in one process or two; returns the folder with output and gradients, and what came of it."""

    def run(processes: int, *flags: object, folder: Path | None = None, die: str = ""):
        folder = folder or tmp_path_factory.mktemp("run")
        (folder / "driver.py").write_text(DRIVER)
        places = ["--model", tiny_llama_folder, "--data", data, "--eval-data", data, "--output-dir", folder / "out"]
        sizes = [*("--max-length", 700, "--r", 4, "--num-train-epochs", 2, "--question", "")]
        sizes += ["--gradient-accumulation-steps", 4 // processes]
        command = [sys.executable, *(TORCHRUN if processes > 1 else []), folder / "driver.py", *places, *sizes, *flags]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        environment |= {"GRADIENTS": str(folder), "DIE": die}
        command = list(map(str, command))
        return folder, subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900)

    return run


@pytest.fixture(scope="module")
def two(run):
    """Two processes, four steps, with evaluation and checkpoints on the way."""
    flags = ["--save-steps", 2, "--eval-turns", 2, "--eval-steps", 2, "--lora-dropout", 0]
    folder, result = run(2, *flags)
    assert result.returncode == 0, result.stderr
    return folder, result


def metrics(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "out" / "metrics.jsonl").read_text().splitlines()]


def test_gradients_and_losses_are_the_single_processs(run, two):
    one, result = run(1, "--eval-turns", 0)
    assert result.returncode == 0, result.stderr
    single = load_file(one / "0.safetensors")
    first, second = (load_file(two[0] / f"{rank}.safetensors") for rank in (0, 1))
    assert single.keys() == first.keys() == second.keys()
    for name, gradient in single.items():
        assert gradient.abs().max() > 1e-4, name
        assert (first[name] - gradient).abs().max() <= 1e-6, name
        assert torch.equal(first[name], second[name])
    for ours, theirs in zip(metrics(two[0]), metrics(one), strict=True):
        for same in ("step", "tokens", "learned_tokens", "learning_rate"):
            assert ours[same] == theirs[same]
        assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-5)
        assert ours["grad_norm"] == pytest.approx(theirs["grad_norm"], rel=1e-3)
    assert metrics(one)[0]["tokens"] > metrics(one)[1]["tokens"]  # in the short step one process has a row less
    adapters = (load_file(folder / "out" / "adapter_model.safetensors") for folder in (two[0], one))
    torch.testing.assert_close(*adapters, atol=1e-4, rtol=1e-3)


def test_one_process_alone_speaks_and_writes(two):
    folder, result = two
    for line in ("parameters are trained", "conversations, ", "saved to "):
        assert result.stdout.count(line) == 1, result.stdout
    assert [line["step"] for line in metrics(folder)] == [1, 2, 3, 4]
    assert (folder / "out" / "report.html").read_text().count("<td>tuned, step ") == 2
    assert not list((folder / "out").glob("*.partial"))


def test_a_resumed_run_ends_with_the_same_bytes_dropout_and_all(run):
    flags = ["--save-steps", 3, "--eval-turns", 0, "--lora-dropout", 0.3]
    folder, result = run(2, *flags)
    assert result.returncode == 0, result.stderr
    whole = (folder / "out" / "adapter_model.safetensors").read_bytes()
    (folder / "out" / "unfinished").touch()  # as if the run had been killed after step 3
    _, other = run(1, *flags, "--resume", folder=folder)
    assert "torchrun's processes was 2 and is 1" in other.stderr
    _, resumed = run(2, *flags, "--resume", folder=folder)
    assert resumed.stdout.count("going on from") == 1, resumed.stderr
    assert (folder / "out" / "adapter_model.safetensors").read_bytes() == whole


def test_a_process_without_a_row_keeps_up_in_fp16(run, tmp_path):
    folder, result = run(2, "--data", write_short_data(tmp_path / "one.jsonl", 1), "--fp16", "--eval-turns", 0)
    assert result.returncode == 0, result.stderr
    assert [line["step"] for line in metrics(folder)] == [1, 2]


@pytest.mark.parametrize("dying", [0, 1])
def test_a_process_that_dies_ends_the_other_with_a_clear_line(run, dying: int):
    folder, result = run(2, "--eval-turns", 0, die=f"{dying} 3")
    assert result.returncode != 0
    lines = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith(f"error: process {1 - dying} of 2 stops, for another one has ended")
    assert not (folder / "out" / "adapter_model.safetensors").exists()
    kept = [path.name for path in (folder / "out").glob("checkpoint-*")]
    assert kept == (["checkpoint-3"] if dying else [])  # step 3 was done where none had died
    assert ("checkpoint-3" in lines[0]) == bool(dying)
