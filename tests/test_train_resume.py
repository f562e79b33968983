"""No run is lost: whatever ends it, it goes on to the same adapter, byte for byte."""

import json
import random
import resource
import signal
import time
from pathlib import Path

import pytest

import train
from errors import InputError
from tests.small_runs import run_training, start_training, train_here, write_short_data
from training.checks import ProofError
from training.state import damage, find_checkpoints

WEIGHTS = "adapter_model.safetensors"
SMALL = ["--r", 2, "--lora-dropout", 0.1, "--gradient-accumulation-steps", 2, "--max-length", 700, "--eval-turns", 0]
KILLS, STEPS = 20, 80


@pytest.fixture(scope="module")
def flags(tiny_llama_folder, tmp_path_factory):
    data = write_short_data(tmp_path_factory.mktemp("data") / "short.jsonl", 12)
    return ["--model", tiny_llama_folder, "--data", data, "--question", "", *SMALL, "--num-train-epochs", 99]


@pytest.fixture(scope="module")
def slow_disk(tmp_path_factory):
    """A folder for PYTHONPATH: with it, every fsync takes `SLOW_FSYNC` seconds more."""
    folder = tmp_path_factory.mktemp("slow")
    (folder / "sitecustomize.py").write_text(
        "import os, time\n"
        "sync, seconds = os.fsync, float(os.environ['SLOW_FSYNC'])\n"
        "os.fsync = lambda descriptor: (time.sleep(seconds), sync(descriptor))[1]\n"
    )
    return {"PYTHONPATH": str(folder)}


def steps_done(folder: Path) -> list[int]:
    """The steps in `metrics.jsonl`; a line that is just being written is not counted."""
    return [json.loads(line)["step"] for line in metrics(folder).split("\n")[:-1]]


def metrics(folder: Path) -> str:
    path = folder / "metrics.jsonl"
    return path.read_text() if path.is_file() else ""


def wait(process, condition):
    """Until it holds, or the process has ended."""
    while process.poll() is None and not condition():
        time.sleep(0.002)


# As processes of their own, ended from outside.


@pytest.fixture(scope="module")
def undisturbed(flags, tmp_path_factory):
    """What 80 steps with a checkpoint every other step give: the flags and the adapter."""
    flags = [*flags, "--max-steps", STEPS, "--save-steps", 2, "--save-total-limit", 2]
    folder = tmp_path_factory.mktemp("undisturbed")
    result = run_training(*flags, "--output-dir", folder)
    assert result.returncode == 0, result.stderr
    return flags, (folder / WEIGHTS).read_bytes()


@pytest.mark.slow
def test_killed_twenty_times_it_ends_with_the_same_bytes(undisturbed, slow_disk, tmp_path):
    """Every other kill comes while a checkpoint is being written, the rest some steps on, at any moment of a step."""
    flags, adapter = undisturbed
    out = tmp_path / "out"
    flags = [*flags, "--output-dir", out, "--resume"]
    draw, inside_a_save, began_at, old = random.Random(0), 0, [], None
    for kill in range(KILLS):
        process = start_training(*flags, **slow_disk, SLOW_FSYNC="0.02")
        wait(
            process, lambda old=old: (out / "metrics.jsonl").is_file() and (out / "metrics.jsonl").stat().st_ino != old
        )
        old = (out / "metrics.jsonl").stat().st_ino
        began_at.append(metrics(out).count("\n"))
        aim = began_at[-1] + draw.randint(0, 3)
        wait(process, lambda aim=aim: metrics(out).count("\n") >= aim)
        wait(process, lambda kill=kill: kill % 2 == 0 or list(out.glob("checkpoint-*.partial")))
        time.sleep(draw.uniform(0, 0.1))
        process.kill()
        _, said = process.communicate()
        assert process.returncode == -signal.SIGKILL, said
        inside_a_save += bool(list(out.glob("checkpoint-*.partial")))
    assert inside_a_save >= KILLS // 5
    assert 0 < max(began_at) < STEPS, "it was killed on the way"
    result = run_training(*flags)
    assert result.returncode == 0, result.stderr
    assert (out / WEIGHTS).read_bytes() == adapter
    assert steps_done(out) == list(range(1, STEPS + 1))
    assert [path.name for path in find_checkpoints(out)] == [f"checkpoint-{STEPS - 4}", f"checkpoint-{STEPS - 2}"]
    assert not list(out.glob("*.partial"))
    assert "finished run" in run_training(*flags).stdout


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_and_sigterm_save_the_step_and_say_how_to_go_on(undisturbed, tmp_path, number, code):
    flags, adapter = undisturbed
    flags = [*flags, "--output-dir", tmp_path, "--save-steps", 0]
    process = start_training(*flags)
    wait(process, lambda: steps_done(tmp_path))
    process.send_signal(number)
    _, said = process.communicate()
    assert process.returncode == code, said
    done = steps_done(tmp_path)
    assert f"stopped after step {done[-1]} of {STEPS}" in said.splitlines()[-1]
    assert "--resume" in said.splitlines()[-1]
    assert [path.name for path in find_checkpoints(tmp_path)] == [f"checkpoint-{done[-1]}"]
    refused = run_training(*flags)
    assert (refused.returncode, "has not finished: go on with --resume" in refused.stderr) == (2, True)
    resumed = run_training(*flags, "--resume")
    assert f"going on from {tmp_path}/checkpoint-{done[-1]}" in resumed.stdout
    assert (tmp_path / WEIGHTS).read_bytes() == adapter


@pytest.mark.slow
def test_a_second_ctrl_c_stops_at_once(undisturbed, slow_disk, tmp_path):
    flags, _ = undisturbed
    process = start_training(*flags, "--output-dir", tmp_path, "--save-steps", 0, **slow_disk, SLOW_FSYNC="2")
    wait(process, lambda: steps_done(tmp_path))
    process.send_signal(signal.SIGINT)
    wait(process, lambda: list(tmp_path.glob("checkpoint-*.partial")))
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130, said
    assert said.splitlines()[-1] == "stopped"
    assert "Traceback" not in said
    assert not list(tmp_path.glob("checkpoint-*"))


# In this process, ended from within.


@pytest.fixture(scope="module")
def eight_steps(flags, tmp_path_factory):
    """The flags of a run of eight steps, and its adapter."""
    flags = [*flags, "--max-steps", 8, "--save-steps", 3]
    with pytest.MonkeyPatch.context() as patch:
        return flags, train_here(patch, tmp_path_factory.mktemp("eight"), *flags)


@pytest.fixture
def spoilt(monkeypatch):
    """Runs whose loss, in the rows of a given step, is `change(loss)`."""

    def start(folder, flags, step, change):
        true = train.masked_cross_entropy

        def loss(*arguments):
            value = true(*arguments)
            return change(value) if steps_done(folder) == list(range(1, step)) else value

        with monkeypatch.context() as patch:
            patch.setattr(train, "masked_cross_entropy", loss)
            return train_here(monkeypatch, folder, *flags)

    return start


def infinite_gradient(loss):
    loss.register_hook(lambda gradient: gradient * float("inf"))
    return loss


def out_of_memory(loss):
    raise RuntimeError("out of memory")


def interrupted(loss):
    raise KeyboardInterrupt  # as a second Ctrl-C: nothing is saved


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda loss: loss * float("nan"), ProofError, "the loss is nan in step 5, conversations "),
        (infinite_gradient, ProofError, "the gradient's norm is (inf|nan) in step 5, conversations "),
        (out_of_memory, RuntimeError, "out of memory"),
    ],
)
def test_a_step_that_fails_is_undone_and_the_state_before_it_saved(
    eight_steps, spoilt, tmp_path, monkeypatch, change, error, says
):
    flags, adapter = eight_steps
    with pytest.raises(error, match=says) as caught:
        spoilt(tmp_path, flags, 5, change)
    assert caught.value.__notes__ == ["(the state before is saved: checkpoint-4)"]
    if error is ProofError:
        ids = {json.loads(line)["id"] for line in Path(flags[3]).read_text().splitlines()}
        named = str(caught.value).split("conversations ")[1].split(": ")[0].split(", ")
        assert 1 < len(named) == len(ids & set(named)) < len(ids)
    assert steps_done(tmp_path) == [1, 2, 3, 4]
    assert [path.name for path in find_checkpoints(tmp_path)] == ["checkpoint-3", "checkpoint-4"]
    assert train_here(monkeypatch, tmp_path, *flags, "--resume") == adapter


def test_a_run_whose_loss_became_nan_goes_on_at_another_rate(eight_steps, spoilt, tmp_path, monkeypatch, capsys):
    flags, adapter = eight_steps
    with pytest.raises(ProofError, match="go on with --resume and a lower --learning-rate"):
        spoilt(tmp_path, flags, 5, lambda loss: loss * float("nan"))
    capsys.readouterr()
    other = train_here(monkeypatch, tmp_path, *flags, "--resume", "--learning-rate", 1e-5)
    assert other != adapter
    assert " and is 1e-05 from here on\n" in capsys.readouterr().out
    assert steps_done(tmp_path) == list(range(1, 9))


def test_a_damaged_checkpoint_is_passed_over_and_other_settings_are_refused(
    eight_steps, spoilt, tmp_path, monkeypatch, capsys
):
    flags, adapter = eight_steps
    with pytest.raises(KeyboardInterrupt):
        spoilt(tmp_path, flags, 8, interrupted)
    for change, says in (
        (["--seed", 3], r"\(--seed was 0 and is 3\)"),
        (["--max-length", 650], r"\(--max-length was 700 and is 650\)"),
    ):
        with pytest.raises(InputError, match=says):
            train_here(monkeypatch, tmp_path, *flags, *change, "--resume")
    state = tmp_path / "checkpoint-6" / "state.safetensors"
    damaged = bytearray(state.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    state.write_bytes(damaged)
    capsys.readouterr()
    assert train_here(monkeypatch, tmp_path, *flags, "--resume", "--gradient-checkpointing") == adapter
    printed = capsys.readouterr().out
    assert "checkpoint-6 is passed over: " in printed
    assert f"going on from {tmp_path}/checkpoint-3\n" in printed
    assert damage(tmp_path / "checkpoint-6") is None


def test_a_run_that_begins_over_a_finished_one_is_a_run_of_its_own(eight_steps, spoilt, tmp_path, monkeypatch, capsys):
    flags, adapter = eight_steps
    first = train_here(monkeypatch, tmp_path, *flags, "--seed", 1)
    assert first != adapter
    with pytest.raises(KeyboardInterrupt):
        spoilt(tmp_path, flags, 2, interrupted)
    assert (tmp_path / WEIGHTS).read_bytes() == first, "until there is a new one"
    assert find_checkpoints(tmp_path) == [], "those of the other seed"
    assert train_here(monkeypatch, tmp_path, *flags, "--resume") == adapter
    capsys.readouterr()
    train_here(monkeypatch, tmp_path, *flags, "--resume")
    assert capsys.readouterr().out == f"{tmp_path} holds a finished run: nothing to resume\n"


@pytest.mark.parametrize("what", ["checkpoint-6", "metrics.jsonl", "tokenizer.json"])
def test_a_full_disk_is_one_line_and_the_run_goes_on_when_there_is_room(
    eight_steps, spoilt, tmp_path, monkeypatch, what
):
    """From some step on the kernel lets no file grow over a few bytes, as a full disk would not."""
    flags, adapter = eight_steps
    when = {"checkpoint-6": (5, 4096), "metrics.jsonl": (5, 300), "tokenizer.json": (7, 4096)}[what]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_the_disk(loss):
        resource.setrlimit(resource.RLIMIT_FSIZE, (when[1], before[1]))
        return loss

    try:
        with pytest.raises(InputError) as caught:
            spoilt(tmp_path, flags, when[0], fill_the_disk)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert f"{what} cannot be written (" in str(caught.value)
    assert "make room" in str(caught.value)
    assert not list(tmp_path.glob("*.partial"))
    assert [damage(path) for path in find_checkpoints(tmp_path)] == [None] * (2 if what == "tokenizer.json" else 1)
    assert train_here(monkeypatch, tmp_path, *flags, "--resume") == adapter
    assert steps_done(tmp_path) == list(range(1, 9))
