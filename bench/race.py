"""The race: systems run in fresh processes, one after another, round by round; what is told are medians.

A machine grows warm and its neighbours come and go, so two systems are compared within a round, minutes apart, and the
ratio is the median of the rounds' ratios, not the ratio of medians. Each round begins with another system.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from errors import InputError

OURS = "callora"
ROOT = Path(__file__).parents[1]

Run = dict[str, float]  # what one process measured, by name: "…_per_second", "…_bytes"


def spawn(arguments: Sequence[object], log: Path) -> int:
    """Run Python with `arguments` in a fresh process from the repository's root; returns its peak memory in bytes.

    That is VmHWM from start to end, as the kernel accounts it for a process that has ended; it is never below this
    process's own, whose memory a child shares until it executes. Output goes to `log`. Raises InputError with the
    last line of it where the process fails.
    """
    with log.open("w", encoding="utf-8") as output:
        command = [sys.executable, *map(str, arguments)]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "it printed nothing")
        what = " ".join(map(str, arguments[:3]))
        raise InputError(f"`python {what} …` ended with code {process.returncode}: {last.removeprefix('error: ')}")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def require_counts(args: argparse.Namespace, *names: str) -> None:
    """Raise InputError where one of these flags is below 1."""
    for name in names:
        if getattr(args, name) < 1:
            raise InputError(f"--{name} should be at least 1, and is {getattr(args, name)}")


def race(systems: Mapping[str, Callable[[int], Run]], rounds: int) -> dict[str, list[Run]]:
    """Each system's runs, one a round. A system is called with the round's number, from 0."""
    runs: dict[str, list[Run]] = {name: [] for name in systems}
    order = list(systems)
    for number in range(rounds):
        first = number % len(order)
        for name in order[first:] + order[:first]:
            run = systems[name](number)
            told = ", ".join(f"{_heading(key)} {_cell(key, value)}" for key, value in run.items())
            print(f"round {number + 1} of {rounds}: {name}: {told}", file=sys.stderr)
            runs[name].append(run)
    return runs


def summary(runs: Mapping[str, Sequence[Run]]) -> dict[str, Any]:
    """Medians by system, and by peer the median over rounds of ours over the peer's, as `--json` writes them."""
    ours = runs[OURS]
    systems = {
        name: {key: median(run[key] for run in each) for key in each[0]} | {"runs": list(each)}
        for name, each in runs.items()
    }
    ratios = {
        peer: {
            key.removesuffix("_bytes"): median(mine[key] / its[key] for mine, its in zip(ours, each, strict=True))
            for key in each[0]
        }
        for peer, each in runs.items()
        if peer != OURS
    }
    return {"systems": systems, "ratios": ratios}


def table(result: Mapping[str, Any]) -> str:
    """A summary as a Markdown table: a line a system, its medians, and ours over it."""
    keys = [key for key in result["systems"][OURS] if key != "runs"]
    headings = [_heading(key) for key in keys]
    lines = [["system", *headings, *(f"ours / its {heading}" for heading in headings)], ["---"] * (1 + 2 * len(keys))]
    for name, values in result["systems"].items():
        ratios = result["ratios"].get(name, {})
        compared = [f"{ratios[key.removesuffix('_bytes')]:.2f}" if ratios else "" for key in keys]
        lines.append([name, *(_cell(key, values[key]) for key in keys), *compared])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _heading(key: str) -> str:
    return key.removesuffix("_bytes").replace("_per_second", "/s").replace("_", " ")


def _cell(key: str, value: float) -> str:
    return f"{value / 2**30:.2f} GiB" if key.endswith("_bytes") else f"{value:,.1f}"
