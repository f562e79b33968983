"""The learning rate: up, down, and never above its peak."""

import pytest

from training.schedule import SCHEDULES, learning_rate


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("warmup", [0, 0.1, 10])
def test_rises_to_the_peak_then_follows_its_kind(kind, warmup):
    rates = [learning_rate(step, 100, 2.0, warmup, kind) for step in range(100)]
    start = 10 if warmup else 0
    assert rates[start] == pytest.approx(2.0)
    assert all(0 < rate <= 2.0 for rate in rates)
    assert rates[:start] == sorted(rates[:start])
    assert rates[start:] == sorted(rates[start:], reverse=True)
    middle = {"cosine": 1.0, "linear": 1.0, "constant": 2.0}[kind]
    assert learning_rate(start + (100 - start) // 2, 100, 2.0, warmup, kind) == pytest.approx(middle)
