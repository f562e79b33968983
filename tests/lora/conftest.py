"""What every test of lora/ starts with, and the table of parity cases at the end of a run."""

import warnings
from collections.abc import Iterator

import pytest
import torch
import transformers

_LARGEST = pytest.StashKey[dict[str, dict[str, float]]]()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """peft warns of tied weights and of what it cannot look up on the Hub."""
    transformers.logging.set_verbosity_error()
    with warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        yield


@pytest.fixture
def differences(request: pytest.FixtureRequest) -> dict[str, float]:
    """Where a parity test notes the largest difference it saw, by what it compared."""
    table = request.config.stash.setdefault(_LARGEST, {})
    return table.setdefault(request.node.callspec.id, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    table = config.stash.get(_LARGEST, {})
    if not table:
        return
    columns = list(dict.fromkeys(column for row in table.values() for column in row))
    terminalreporter.section("lora against peft: largest difference seen")
    terminalreporter.line(f"{'case':32}" + "".join(f"{column:>16}" for column in columns))
    for case, row in table.items():
        cells = "".join(f"{row[column]:>16.1e}" if column in row else f"{'':>16}" for column in columns)
        terminalreporter.line(f"{case:32}{cells}")
