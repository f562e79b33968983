"""The one exception for bad input, and the one place that turns it into a line and an exit code."""

import functools
import io
import os
import sys
from collections.abc import Callable


class InputError(ValueError):
    """Bad input from outside. The message is one line: what is wrong, where, and how to mend it."""


def require_seed(seed: int) -> None:
    """Raises InputError for a --seed that not every random generator takes."""
    if not 0 <= seed < 2**63:
        raise InputError(f"--seed should be from 0 to 2^63 - 1, and is {seed}")


def command_line(main: Callable[[], int | None]) -> Callable[[], None]:
    """Wrap a `main()` so that bad input ends as one line on stderr and exit code 2, and Ctrl-C as 130.

    A reader of the output that has gone, as `| head` does, ends the program quietly, with 141 as a shell has it.
    """

    @functools.wraps(main)
    def run() -> None:
        for stream in (sys.stdin, sys.stdout):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal that lacks a character shows another
        try:
            status = main() or 0
            sys.stdout.flush()
            sys.exit(status)
        except InputError as error:
            text = " ".join([str(error), *getattr(error, "__notes__", ())])
            _say(f"error: {' '.join(text.split())}")
            sys.exit(2)
        except KeyboardInterrupt:
            _say("stopped")
            sys.exit(130)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python still has to flush
            sys.exit(141)

    return run


def _say(line: str) -> None:
    """Write a line to stderr that begins and ends as one, even while a progress bar stands there."""
    from tqdm import tqdm

    for bar in list(getattr(tqdm, "_instances", ())):
        bar.close()
    print(line, file=sys.stderr)
