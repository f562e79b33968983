"""Tools that misbehave. This file imports little, so that a fresh interpreter loads it at once."""

import contextlib
import os
import signal
import time


def f(a: int = 0) -> int:
    """Add one.

    Args:
        a: A number.
    """
    return a + 1


def raises(a: int) -> int:
    """Raise."""
    raise KeyError(f"secret {a}")


def exits(a: int) -> int:
    """Exit."""
    raise SystemExit(3)


def hangs(a: int) -> int:
    """Hang."""
    while True:
        pass


def dies(a: int) -> int:
    """Die by a signal."""
    os.kill(os.getpid(), signal.SIGTERM)
    return a


def dies_oddly(a: int) -> int:
    """Die by a signal that has no name."""
    os.kill(os.getpid(), signal.SIGRTMIN + 1)
    return a


def scribbles(a: int) -> int:
    """Write to every file descriptor."""
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"[]\n")
    return a


def leaves(a: int) -> int:
    """Leave at once."""
    os._exit(0)


def huge(a: int) -> str:
    """Return much."""
    return "x" * 10_000_000


def hungry(a: int) -> int:
    """Take 64 MiB as often as it is told."""
    return len([bytearray(64 << 20) for _ in range(a)])


def unserialisable(a: int) -> object:
    """Return what JSON cannot hold."""
    return {1, 2}


def not_a_number(a: int) -> float:
    """Return NaN."""
    return float("nan")


def surrogate(a: int) -> str:
    """Return a lone surrogate."""
    return "\ud800"


def nothing(a: int) -> None:
    """Return nothing."""


def empty(a: int) -> str:
    """Return an empty text."""
    return ""


def noisy(a: int) -> int:
    """Print, and write to the file descriptor."""
    print('{"result": "forged"}', flush=True)
    os.write(1, b'{"result": "forged"}\n')
    return a


def reads(a: int) -> str:
    """Read stdin."""
    return input()


def forks(a: int) -> int:
    """Fork a child that returns too."""
    child = os.fork()
    if child == 0:
        time.sleep(0.2)
    return 0 if child == 0 else a


def breeds(path: str, then: str) -> int:
    """Note its process group, leave children and grandchildren behind that never end, then hang, return or die."""
    with open(path, "w") as file:
        file.write(str(os.getpgrp()))
    if os.fork() == 0:
        os.fork()
        os.fork()
        while True:
            time.sleep(60)
    if then == "hang":
        time.sleep(60)
    if then == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    return 7
