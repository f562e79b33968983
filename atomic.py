"""Files and folders that are whole or not there: written beside their place, synced, and only then renamed.

Whatever happens in between, a full disk or a killed program, what was there before stays as it was. A program that is
killed leaves at most a folder whose name ends in `.partial`.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from safetensors import SafetensorError

from errors import InputError

_MEND = "make room there, or choose another place"


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into `folder`. All are on the disk before the first takes its name, in the order of `contents`.

    Raises InputError where they cannot be written.
    """
    with _beside(folder / next(iter(contents)), _MEND) as partial:
        for name, content in contents.items():
            (partial / name).write_bytes(content)
            _sync(partial / name)
        for name in contents:
            os.replace(partial / name, folder / name)


def write_file(path: Path, content: bytes) -> None:
    """Write one file. Raises InputError where it cannot be written."""
    write_files(path.parent, {path.name: content})


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON. Raises InputError where it cannot be written."""
    write_file(path, json.dumps(value, indent=2).encode() + b"\n")


@contextmanager
def new_folder(folder: Path, mend: str = _MEND) -> Iterator[Path]:
    """Where to make a folder that becomes `folder` when the block ends well.

    It replaces none: where another process was first, what that one wrote stays. Raises InputError, with `mend` as
    advice, where something cannot be written.
    """
    with _beside(folder, mend) as partial:
        made = partial / folder.name
        yield made
        for path in (*made.rglob("*"), made):
            if path.is_file():
                with suppress(PermissionError):  # some file systems have no modes
                    path.chmod(made.stat().st_mode & 0o666)  # safetensors' files are their owner's alone
            _sync(path)
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise


@contextmanager
def _beside(place: Path, mend: str) -> Iterator[Path]:
    """A folder beside `place` that is gone after the block; the disk's errors become one line."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=place.parent, prefix=f"{place.name}.", suffix=".partial") as partial:
            yield Path(partial)
        _sync(place.parent)
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{place} cannot be written ({reason}), nothing there has changed: {mend}") from None


def _sync(path: Path) -> None:
    """Have the operating system write a file, or a folder's list of names, to the disk."""
    if os.name != "posix" and path.is_dir():  # Windows cannot open a folder
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
