"""The learning rate at each step."""

import math

SCHEDULES = ("cosine", "linear", "constant")


def learning_rate(step: int, total: int, peak: float, warmup: float, kind: str) -> float:
    """The rate for step 0 … total - 1: a linear warm-up, then a cosine or a line down to zero, or the peak.

    `warmup` is a number of steps, or below 1 a share of the run, as in the Hugging Face Trainer.
    """
    warmup_steps = math.ceil(warmup * total) if warmup < 1 else int(warmup)
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    if kind == "constant":
        return peak
    progress = (step - warmup_steps) / max(1, total - warmup_steps)
    return peak * (0.5 * (1 + math.cos(math.pi * progress)) if kind == "cosine" else 1 - progress)
