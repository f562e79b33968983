"""What a run says of itself: a progress bar and `metrics.jsonl`."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from tqdm import tqdm

from training.memory import peak_memory_bytes


@dataclass(frozen=True)
class StepMetrics:
    """A line of `metrics.jsonl`."""

    step: int  # 1-based
    loss: float  # mean over the step's learned tokens
    learning_rate: float
    grad_norm: float  # before clipping
    tokens: int  # in this step
    learned_tokens: int  # in this step
    tokens_per_second: float
    peak_memory_bytes: int
    elapsed_s: float  # since training began


class Progress:
    """Writes a line a step to `metrics.jsonl` and keeps the bar. Steps after `start` of an earlier run are cut off."""

    def __init__(self, path: Path, total: int, start: int) -> None:
        kept = path.read_text(encoding="utf-8").splitlines()[:start] if start and path.is_file() else []
        path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
        self.elapsed_before = json.loads(kept[-1])["elapsed_s"] if kept else 0.0
        self.file = path.open("a", encoding="utf-8")
        self.bar = tqdm(total=total, initial=start, desc="training", unit="step", dynamic_ncols=True)
        self.began = self.last = time.perf_counter()
        self.tokens = 0

    def step(
        self, step: int, loss: float, rate: float, grad_norm: float, tokens: int, learned: int, device: torch.device
    ) -> None:
        """Report one finished step."""
        now = time.perf_counter()
        self.tokens += tokens
        metrics = StepMetrics(
            step=step,
            loss=loss,
            learning_rate=rate,
            grad_norm=grad_norm,
            tokens=tokens,
            learned_tokens=learned,
            tokens_per_second=tokens / (now - self.last),
            peak_memory_bytes=peak_memory_bytes(device),
            elapsed_s=self.elapsed_before + now - self.began,
        )
        self.last = now
        self.file.write(json.dumps(asdict(metrics)) + "\n")
        self.file.flush()
        self.bar.set_postfix_str(f"loss {loss:.3f}, {self.tokens / (now - self.began):.0f} tokens/s")
        self.bar.update()

    def close(self) -> None:
        """End bar and file."""
        self.bar.close()
        self.file.close()
