"""What the tests of the programs share: `train.py` as a user starts it or in this process, and a little data."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import train
import training.report
from data import read_conversations
from errors import command_line

ROOT = Path(__file__).parents[1]
QUICK = ["--max-length", "2048", "--r", "4", "--eval-turns", "0", "--question", ""]


def start_training(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """`python train.py` as a process of its own, on one thread, that hears Ctrl-C even if these tests do not."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "train.py"), *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def run_training(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same, until it ends."""
    process = start_training(*arguments, **environment)
    out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def exit_code(monkeypatch: pytest.MonkeyPatch, program: ModuleType, *arguments: object) -> int:
    """What `train` or `evaluate` ends with, as a command in this process."""
    monkeypatch.setattr(sys, "argv", [f"{program.__name__}.py", *map(str, arguments)])
    monkeypatch.setattr(program, "return_freed_tensors", lambda: None)  # it would hold for all tests after this one
    with pytest.raises(SystemExit) as ended:
        command_line(program.main)()
    return int(ended.value.code or 0)


def write_short_data(path: Path, count: int) -> Path:
    """The first short conversations of the built-in data, as a file of their own."""
    short = (conversation for conversation in read_conversations("builtin") if len(conversation.to_json()) < 2000)
    path.write_text("".join(next(short).to_json() + "\n" for _ in range(count)), encoding="utf-8")
    return path


def train_here(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: object) -> bytes:
    """`train.main()` in this process, without report and TensorBoard; returns the bytes of the adapter's weights."""
    command = ["train.py", "--output-dir", *map(str, (folder, *arguments))]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", command)
        patch.setattr(train, "return_freed_tensors", lambda: None)  # it would hold for all tests after this one
        patch.setattr(train, "write_report", lambda *_: None)
        patch.setattr(training.report, "_tensorboard", lambda *_: None)
        train.main()
    return (folder / "adapter_model.safetensors").read_bytes()
