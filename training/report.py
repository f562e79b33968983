"""What a run says of itself, step by step: a progress bar, `metrics.jsonl`, and TensorBoard where it is installed."""

import importlib.util
import json
import math
import time
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from atomic import write_file
from errors import InputError
from training.memory import peak_memory_bytes


class Progress:
    """Writes a line a step to `metrics.jsonl` and keeps the bar. Steps after `start` of an earlier run are cut off.

    With the extra `tensorboard`, the same numbers go to the folder `tensorboard` beside the file.
    """

    def __init__(self, path: Path, total: int, start: int) -> None:
        kept = path.read_text(encoding="utf-8").splitlines()[:start] if start and path.is_file() else []
        write_file(path, "".join(line + "\n" for line in kept).encode())
        self.elapsed_before = json.loads(kept[-1])["elapsed_s"] if kept else 0.0
        self.file = path.open("ab", buffering=0)
        self.board = _tensorboard(path.parent / "tensorboard", start)
        self.bar = tqdm(total=total, initial=start, desc="training", unit="step", dynamic_ncols=True)
        self.began = self.last = time.perf_counter()
        self.tokens = 0

    def step(
        self, step: int, loss: float, rate: float, grad_norm: float, tokens: int, learned: int, device: torch.device
    ) -> None:
        """Report one finished step."""
        now = time.perf_counter()
        self.tokens += tokens
        metrics = {
            "step": step,  # 1-based
            "loss": loss,  # mean over the step's learned tokens
            "learning_rate": rate,
            "grad_norm": grad_norm if math.isfinite(grad_norm) else None,  # before clipping; None: fp16 skipped it
            "tokens": tokens,  # in this step, as the learned ones
            "learned_tokens": learned,
            "tokens_per_second": tokens / (now - self.last),
            "peak_memory_bytes": peak_memory_bytes(device),
            "elapsed_s": self.elapsed_before + now - self.began,  # since training began
        }
        self.last = now
        try:
            self.file.write(json.dumps(metrics).encode() + b"\n")
        except OSError as error:
            raise InputError(f"{self.file.name} cannot be written ({error.strerror}): make room there") from None
        if self.board:
            for name, value in metrics.items():
                if value is not None:
                    self.board.add_scalar(name, value, step)
        self.bar.set_postfix_str(f"loss {loss:.3f}, {self.tokens / (now - self.began):.0f} tokens/s")
        self.bar.update()

    def go_on(self) -> None:
        """The time since the last step went into something else: it is not the next step's."""
        self.last = time.perf_counter()

    def close(self) -> None:
        """End bar and files."""
        self.bar.close()
        self.file.close()
        if self.board:
            self.board.close()


def _tensorboard(folder: Path, start: int) -> Any:
    """A SummaryWriter in which the steps after `start` of an earlier run are hidden; None without TensorBoard."""
    if importlib.util.find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(folder, purge_step=start + 1)
