"""Checkpoints: a run that is stopped at any moment goes on bit for bit.

`checkpoint-N/` is the run after step N. `state.safetensors` holds the trained parameters, the optimizer's moments and
the states of the random-number generators; `run.json` the step, the gradient scaler, the settings that a run must share
to go on from here, and a sha256 over all of it. The order of the data follows from step and seed.
"""

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from atomic import new_folder, write_file
from errors import InputError
from lora.adapter import WEIGHTS_NAME
from training.report_html import Evaluation

STATE, RUN = "state.safetensors", "run.json"
UNFINISHED = "unfinished"  # lies in the output folder from a run's first step until its adapter is saved
# Flags that do not change what a run computes, or only through the rows, the base's weights and the number of steps.
FREE_FLAGS = (
    *("model", "data", "data_format", "on_bad_row", "strict", "num_train_epochs", "preset"),
    *("gradient_checkpointing", "activation_offloading"),
    *("output_dir", "save_steps", "save_total_limit", "resume", "eval_steps", "question", "push_to_hub"),
)


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that training moves, by name."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def run_settings(args: argparse.Namespace, total: int, rows: str, base: str) -> dict[str, Any]:
    """All that a run's result depends on, by flag: `total` steps, and digests of the rows and of the base's weights."""
    flags = {f"--{name.replace('_', '-')}": value for name, value in vars(args).items() if name not in FREE_FLAGS}
    return flags | {"--max-steps": total, "--data (its rows)": rows, "--model (its weights)": base}


class Checkpoints:
    """The checkpoints of one run in its output folder.

    `evaluations` are saved and come back, those of the base aside; `limit`: how many are kept, None for all. Of several
    processes, all read and one `writes`.
    """

    def __init__(
        self,
        output_dir: Path,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        scaler: torch.amp.GradScaler,
        settings: dict[str, Any],
        evaluations: list[Evaluation],
        limit: int | None = None,
        writes: bool = True,
    ) -> None:
        self.output_dir, self.evaluations, self.limit, self.writes = output_dir, evaluations, limit, writes
        self.parameters, self.optimizer, self.scaler = trainable(model), optimizer, scaler
        self.settings = json.loads(json.dumps(settings, default=str))  # as they come back from a file
        self.last: Path | None = None  # the newest that is known to be whole

    def begin(self, resume: bool) -> int:
        """Mark the folder as an unfinished run's; returns the step to go on from, 0 for a fresh start.

        A fresh start removes the checkpoints of the finished run before it; the adapter stays until there is a new one.
        With `resume`, raises InputError where no checkpoint is whole or the newest whole one has other settings; the
        learning rate alone may be another.
        """
        step = 0
        if resume and (folder := newest_checkpoint(self.output_dir)):
            step = self._load(folder)
            print(f"going on from {folder}")
        if self.writes:
            for folder in [] if resume else find_checkpoints(self.output_dir):
                _remove(folder)
            write_file(self.output_dir / UNFINISHED, b"")
        return step

    def save(self, step: int, generators: dict[str, Tensor] | None = None) -> None:
        """Write the state after `step`; once it is whole, remove the oldest beyond the limit.

        `generators` are the random-number generators' states where they have moved since. A whole checkpoint of this
        step is the same state, and stays. Raises InputError where it cannot be written.
        """
        folder = self.output_dir / f"checkpoint-{step}"
        if not self.writes:
            return
        if folder.is_dir():
            if damage(folder) is None:
                return
            _remove(folder)
        tensors = {f"generator.{name}": state for name, state in (generators or generator_states()).items()}
        for name, parameter in self.parameters.items():
            tensors[f"parameter.{name}"] = parameter.detach()
            for key, value in self.optimizer.state[parameter].items():
                tensors[f"optimizer.{key}.{name}"] = value
        run = {
            "step": step,
            "scaler": self.scaler.state_dict(),
            "evaluations": [asdict(evaluation) for evaluation in self.evaluations if evaluation.step],
            "settings": self.settings,
        }
        mend = f"make room there, and --resume goes on from {self.last}" if self.last else "make room there"
        with new_folder(folder, mend) as made:
            made.mkdir()
            save_file({name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, made / STATE)
            run["sha256"] = _digest(made / STATE, run)
            (made / RUN).write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")
        self.last = folder
        if self.limit:
            older = [path for path in find_checkpoints(self.output_dir) if _step(path) < step]
            for path in older[: max(0, len(older) + 1 - self.limit)]:
                _remove(path)

    @contextmanager
    def kept_at(self, step: int) -> Iterator[None]:
        """For a block that moves no parameter: if it fails, the state after `step`, before it, is saved first."""
        generators = generator_states()
        try:
            yield
        except Exception as error:
            if step and self.writes:
                try:
                    self.save(step, generators)
                    error.add_note(f"(the state before is saved: checkpoint-{step})")
                except Exception as lost:
                    error.add_note(f"(the state before is not saved: {lost})")
            raise

    def _load(self, folder: Path) -> int:
        """Put everything back as `save` found it; returns the step."""
        run = json.loads((folder / RUN).read_text(encoding="utf-8"))
        then, now, rate = run["settings"], self.settings, "--learning-rate"
        if rate in then and rate in now and then[rate] != now[rate]:  # what to do about a loss that became NaN
            print(f"{rate} was {then[rate]} and is {now[rate]} from here on")
            then = {**then, rate: now[rate]}
        differing = [
            f"{name} was {then.get(name)} and is {now.get(name)}"
            for name in {**then, **now}
            if then.get(name) != now.get(name)
        ]
        if differing:
            raise InputError(
                f"{folder} has other settings ({'; '.join(differing)}): resume with the same, or start afresh in "
                "another --output-dir"
            )
        tensors = load_file(folder / STATE)
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(tensors.pop(f"parameter.{name}"))
        for name, tensor in tensors.items():
            kind, key, *of = name.split(".", 2)
            if kind == "optimizer":
                parameter = self.parameters[of[0]]
                self.optimizer.state[parameter][key] = tensor.to(parameter.device if tensor.ndim else "cpu")
        self.scaler.load_state_dict(run["scaler"])
        self.evaluations += [Evaluation(**evaluation) for evaluation in run["evaluations"]]
        torch.set_rng_state(tensors["generator.cpu"])
        if "generator.cuda" in tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(tensors["generator.cuda"])
        self.last = folder
        return run["step"]


def generator_states() -> dict[str, Tensor]:
    """The states of the random-number generators that training draws from."""
    states = {"cpu": torch.get_rng_state()}
    return states | {"cuda": torch.cuda.get_rng_state()} if torch.cuda.is_available() else states


def find_checkpoints(output_dir: Path) -> list[Path]:
    """The folder's checkpoints, whole or not, the newest last."""
    found = [path for path in output_dir.glob("checkpoint-*") if path.name[len("checkpoint-") :].isdecimal()]
    return sorted(found, key=_step)


def newest_checkpoint(output_dir: Path) -> Path | None:
    """The newest whole checkpoint, or None where there is none at all; a line is printed for each passed over.

    Raises InputError where there are some and none is whole.
    """
    found = find_checkpoints(output_dir)
    for folder in reversed(found):
        if (fault := damage(folder)) is None:
            return folder
        print(f"{folder} is passed over: {fault}")
    if found:
        raise InputError(f"no checkpoint in {output_dir} is whole: remove them to start afresh")
    return None


def damage(folder: Path) -> str | None:
    """What is wrong with a checkpoint's files; None where they are whole."""
    try:
        run = json.loads((folder / RUN).read_text(encoding="utf-8"))
        whole = run.pop("sha256") == _digest(folder / STATE, run) and run["step"] == _step(folder)
    except OSError as error:
        return f"{Path(error.filename).name}: {error.strerror}"
    except (ValueError, KeyError, AttributeError, TypeError):
        return f"{RUN} is damaged"
    return None if whole else f"{STATE} or {RUN} is damaged: their sha256 is another"


def is_finished(output_dir: Path) -> bool:
    """Whether the folder holds what a run saves in the end, and no other run has begun in it since."""
    return (output_dir / WEIGHTS_NAME).is_file() and not (output_dir / UNFINISHED).exists()


def prepare_output(output_dir: Path, resume: bool) -> None:
    """Make the output folder, and be sure that it can be written to before hours of work.

    What a run that was killed while writing has left is removed. Raises InputError where a fresh start would come upon
    an unfinished run's checkpoints, or another program's.
    """
    try:
        output_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=output_dir):
            pass
    except OSError as error:
        raise InputError(f"--output-dir {output_dir} cannot be written to ({error.strerror}): choose another") from None
    for partial in output_dir.glob("checkpoint-*.partial"):
        shutil.rmtree(partial, ignore_errors=True)
    found = [] if resume else find_checkpoints(output_dir)
    if foreign := [folder for folder in found if not (folder / RUN).is_file()]:
        raise InputError(f"{foreign[-1]} is another program's, for it has no {RUN}: choose another --output-dir")
    if found and not is_finished(output_dir):
        raise InputError(
            f"{found[-1]} is of a run that has not finished: go on with --resume, remove its "
            "checkpoints, or choose another --output-dir"
        )


def finish(output_dir: Path) -> None:
    """Mark the folder's run as finished: all that it saves in the end is there."""
    (output_dir / UNFINISHED).unlink(missing_ok=True)


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.rpartition("-")[2])


def _remove(folder: Path) -> None:
    """Take a checkpoint's name away before its files, so that a part of it is never taken for one."""
    doomed = folder.with_name(folder.name + ".partial")
    folder.rename(doomed)
    shutil.rmtree(doomed)


def _digest(state: Path, run: dict[str, Any]) -> str:
    """The sha256 of the tensors' file followed by `run`."""
    with state.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(json.dumps(run).encode())
    return digest.hexdigest()
