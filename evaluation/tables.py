"""Scores as tables on stdout."""

from collections.abc import Sequence
from typing import Any

from evaluation.outcomes import SHARES


def print_table(scores: dict[str, dict[str, Any]]) -> None:
    """The scores of several systems side by side, each share with its 95 % interval where that is known."""
    print(" " * 17 + "".join(f"{name:>20}" for name in scores))
    print(f"{'turns':17}" + "".join(f"{result['turns']:>20,}" for result in scores.values()))
    for share, meaning in SHARES.items():
        cells = [_cell(result[share], result.get("intervals", {}).get(share)) for result in scores.values()]
        print(f"{share:17}{''.join(cells)}   {meaning}")
    for category in dict.fromkeys(category for result in scores.values() for category in result.get("bfcl", {})):
        none: dict[str, Any] = {"n": 0, "accuracy": None, "interval": None}
        of = [result.get("bfcl", {}).get(category, none) for result in scores.values()]
        cells = [_cell(each["accuracy"], each["interval"]) for each in of]
        n = max(each["n"] for each in of)
        print(f"{category:17}{''.join(cells)}   of {n:,} cases, by BFCL's checker")


def print_mistakes(scores: dict[str, dict[str, Any]]) -> None:
    """Where each system goes wrong: whether it calls, which tool, which arguments."""
    for system, result in scores.items():
        due, not_due, arguments = result["calls"]["due"], result["calls"]["not_due"], result["arguments"]
        print(f"\n{system}: a call was due and tried {due['tried']:,}, due and not tried {due['not_tried']:,}, "
              f"not due and tried {not_due['tried']:,}, not due and not tried {not_due['not_tried']:,}")  # fmt: skip
        for tool, called, n in result["confused"]:
            print(f"{n:>6} × {tool or 'no call'} was due, {called or 'none'} was called")
        if arguments["n"]:
            right = _cell(arguments["accuracy"], arguments["interval"]).strip()
            print(f"of {arguments['n']:,} arguments of calls to a tool that was due, {right} are right")
        for name, n, total in arguments["wrong"]:
            print(f"{n:>6} of {total:,} wrong: {name}")
        print(f"{result['prompt_tokens']:,} tokens read, {result['new_tokens']:,} written in {result['seconds']:.0f} s")


def print_comparison(compared: dict[str, dict[str, Any]], columns: Sequence[str]) -> None:
    """Differences of two runs, or of a run's systems, on the turns that both have scored."""
    for system, result in compared.items():
        print(f"{system}, on {result['turns']:,} turns that both have scored: {columns[0]} beside {columns[1]}")
        for name, each in result["measures"].items():
            low, high = (100 * end for end in each["interval"])
            print(f"  {name:24}{100 * each['first']:>7.1f} %{100 * each['second']:>7.1f} %"
                  f"{100 * each['difference']:>+8.1f} points ({low:+.1f} to {high:+.1f})")  # fmt: skip


def _cell(share: float | None, interval: Sequence[float] | None) -> str:
    if share is None:
        return f"{'–':>20}"
    between = f" ({100 * interval[0]:.0f}–{100 * interval[1]:.0f})" if interval else ""
    return f"{100 * share:.1f} %{between}".rjust(20)
