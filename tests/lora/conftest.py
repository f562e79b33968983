"""What every test of lora/ starts with."""

import warnings
from collections.abc import Iterator

import pytest
import torch
import transformers


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """peft warns of tied weights and of what it cannot look up on the Hub."""
    transformers.logging.set_verbosity_error()
    with warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        yield
