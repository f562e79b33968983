"""The harness: turns, fresh processes and their memory, and the arithmetic of paired medians."""

import os
import sys

import pytest

from bench.race import OURS, race, spawn, summary, table
from errors import InputError

MB = 2**20


def runs(*values):
    return [{"tokens_per_second": speed, "peak_memory_bytes": memory * MB} for speed, memory in values]


def test_ratios_are_medians_of_paired_rounds_not_ratios_of_medians():
    result = summary({OURS: runs((10, 100), (20, 300), (30, 200)), "peer": runs((10, 400), (5, 300), (20, 100))})
    assert result["systems"]["peer"]["tokens_per_second"] == 10
    assert result["systems"][OURS]["peak_memory_bytes"] == 200 * MB
    assert result["systems"][OURS]["runs"][1] == {"tokens_per_second": 20, "peak_memory_bytes": 300 * MB}
    # paired: 10/10, 20/5, 30/20 and 100/400, 300/300, 200/100; of medians it would be 20/10 and 200/300
    assert result["ratios"] == {"peer": {"tokens_per_second": 1.5, "peak_memory": 1.0}}


def test_the_table_has_a_line_a_system_with_its_medians_and_ratios():
    result = summary({OURS: runs((1234.56, 1536)), "peer": runs((617.28, 3072))})
    assert table(result).splitlines() == [
        "| system | tokens/s | peak memory | ours / its tokens/s | ours / its peak memory |",
        "| --- | --- | --- | --- | --- |",
        "| callora | 1,234.6 | 1.50 GiB |  |  |",
        "| peer | 617.3 | 3.00 GiB | 2.00 | 0.50 |",
    ]


def test_systems_take_turns_and_another_begins_each_round(capsys):
    called = []

    def system(name):
        return lambda number: called.append((number, name)) or {"tokens_per_second": float(number)}

    found = race({name: system(name) for name in (OURS, "a", "b")}, rounds=3)
    assert called == [
        (number, name)
        for number, names in enumerate(((OURS, "a", "b"), ("a", "b", OURS), ("b", OURS, "a")))
        for name in names
    ]
    assert found["a"] == [{"tokens_per_second": 0.0}, {"tokens_per_second": 1.0}, {"tokens_per_second": 2.0}]
    assert len(capsys.readouterr().err.splitlines()) == 9


def test_a_process_is_fresh_and_its_peak_is_its_own(tmp_path):
    code = "import os, sys; text = bytearray(int(sys.argv[1])); del text; print(os.getpid(), os.getcwd())"
    own = _own_peak()
    small = spawn(["-c", code, 1], tmp_path / "log")
    pid, folder = (tmp_path / "log").read_text().split()
    assert int(pid) != os.getpid()
    assert os.path.isfile(os.path.join(folder, "train.py"))
    large = spawn(["-c", code, own + 100 * MB], tmp_path / "log")
    assert small <= own + 100 * MB
    assert own + 100 * MB <= large <= own + 200 * MB


def _own_peak():
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def test_a_process_that_fails_is_one_line_with_its_last_words(tmp_path):
    with pytest.raises(InputError, match=r"`python -c .*` ended with code 3: out of luck$"):
        spawn(
            ["-c", "import sys; print('x'); print('error: out of luck\\n', file=sys.stderr); sys.exit(3)"],
            tmp_path / "log",
        )
    with pytest.raises(InputError, match="ended with code -9: it printed nothing"):
        spawn(["-c", "import os; os.kill(os.getpid(), 9)"], tmp_path / "log")
