"""State on disk: files that are whole or absent, and checkpoints from which a run goes on bit for bit.

`checkpoint-N/` holds the adapter, the optimizer's moments, the step and every random-number generator's state as
safetensors and JSON. It is written under another name, synced and renamed: a run that is killed at any moment leaves
the last whole checkpoint and perhaps a `.partial` folder, which the next run removes.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from errors import InputError


def sync(path: Path) -> None:
    """Have the operating system write a file, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, content: bytes) -> None:
    """Write a file beside its place, sync it, and rename it: it is whole or it is not there."""
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(content)
    sync(partial)
    partial.rename(path)
    sync(path.parent)


def write_folder(folder: Path, write: Callable[[Path], None]) -> None:
    """Fill a folder through `write(partial)`, sync it, and give it its name only when it is whole."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    write(partial)
    for path in partial.rglob("*"):
        sync(path)
    sync(partial)
    if folder.exists():
        shutil.rmtree(folder)
    partial.rename(folder)
    sync(folder.parent)


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that training moves, by name."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def save_checkpoint(
    folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, scaler: torch.amp.GradScaler, run: dict[str, Any]
) -> None:
    """Write `folder` whole: parameters, moments, generators, and `run` (the step and the settings, JSON)."""
    tensors: dict[str, torch.Tensor] = {}
    for name, parameter in trainable(model).items():
        tensors[f"parameter.{name}"] = parameter.detach()
        for key, value in optimizer.state[parameter].items():
            tensors[f"optimizer.{key}.{name}"] = value
    tensors["rng.cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["rng.cuda"] = torch.cuda.get_rng_state()

    def write(partial: Path) -> None:
        save_file({name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, partial / "state.safetensors")
        (partial / "run.json").write_text(json.dumps(run | {"scaler": scaler.state_dict()}), encoding="utf-8")

    write_folder(folder, write)


def newest_checkpoint(output_dir: Path) -> Path | None:
    """The checkpoint folder with the highest step; leftovers of writes that were cut off are removed."""
    for partial in output_dir.glob("checkpoint-*.partial"):
        shutil.rmtree(partial)
    found = [path for path in output_dir.glob("checkpoint-*") if path.name[len("checkpoint-") :].isdigit()]
    return max(found, key=lambda path: int(path.name[len("checkpoint-") :]), default=None)


def load_checkpoint(
    folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, scaler: torch.amp.GradScaler
) -> dict[str, Any]:
    """Put everything back as `save_checkpoint` found it; returns `run`. Raises InputError for a damaged folder."""
    try:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "state.safetensors")
        with torch.no_grad():
            for name, parameter in trainable(model).items():
                parameter.copy_(tensors[f"parameter.{name}"])
                keys = [key for key in tensors if key.startswith("optimizer.") and key.split(".", 2)[2] == name]
                optimizer.state[parameter] = {
                    key.split(".")[1]: tensors[key].to(parameter.device if tensors[key].ndim else "cpu") for key in keys
                }
        scaler.load_state_dict(run.pop("scaler"))
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise InputError(
            f"{folder} cannot be resumed from ({error!r}): remove it to go on from the one before, or choose another "
            "--output-dir"
        ) from None
    torch.set_rng_state(tensors["rng.cpu"])
    if "rng.cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["rng.cuda"])
    return run
