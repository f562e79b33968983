"""Ctrl-C and SIGTERM while a run trains: finish what is being done, save it, then stop."""

import os
import signal
import sys
from types import FrameType
from typing import NoReturn


class Stop:
    """Within the block the first SIGINT or SIGTERM is only noted, in `signal`; a second one acts as it always does."""

    def __init__(self) -> None:
        self.signal = 0

    def __enter__(self) -> "Stop":
        self.before = {number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.signal = number
        self.__exit__()
        os.write(2, b"\nstopping after this step; once more stops at once\n")  # print may be what was interrupted

    def leave(self, message: str) -> NoReturn:
        """End the program with the code that the shell gives to a signal: 130 for Ctrl-C, 143 for SIGTERM."""
        print(message, file=sys.stderr)
        sys.exit(128 + self.signal)
