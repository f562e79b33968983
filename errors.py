"""The one exception for bad input, and the one place that turns it into a line and an exit code."""

import functools
import sys
from collections.abc import Callable


class InputError(ValueError):
    """Bad input from outside. The message is one line: what is wrong, where, and how to mend it."""


def command_line(main: Callable[[], int | None]) -> Callable[[], None]:
    """Wrap a `main()` so that bad input ends as one line on stderr and exit code 2, and Ctrl-C as 130."""

    @functools.wraps(main)
    def run() -> None:
        try:
            sys.exit(main() or 0)
        except InputError as error:
            print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
            sys.exit(2)
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
            sys.exit(130)

    return run
