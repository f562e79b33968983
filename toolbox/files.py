"""Tools that read the files below one folder that the user allows: JSON, CSV, and SQLite databases by a query.

Nothing is written, and no path leads out of the folder: links are followed before it is checked. What is raised tells
the model what there is to read.
"""

import contextlib
import csv
import io
import json
import sqlite3
import time
from itertools import islice
from pathlib import Path
from typing import Any

from errors import InputError
from toolbox.schema import Tool, tool

MAX_BYTES = 1_000_000  # of a JSON or CSV file, and of any value that a query makes
MAX_ROWS = 200  # of a query's answer
MAX_SECONDS = 5.0  # that a query may take
MAX_NAMES = 20  # of files or tables in an error

_READS = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)


def file_tools(folder: str | Path) -> tuple[Tool, ...]:
    """`read_file` and `query_database` for the files below one folder. Raises InputError where it is no folder."""
    if not Path(folder).is_dir():
        raise InputError(f"{folder}: no such folder: --files names the one whose files the model may read")
    root = str(Path(folder).resolve())
    return tuple(tool(function).with_fixed(folder=root) for function in (read_file, query_database))


def read_file(path: str, folder: str) -> Any:
    """Read a JSON or CSV file.

    Args:
        path: The file's path, such as sales.csv.
    """
    file = _find(folder, path)
    kind = file.suffix.lower()
    if kind not in (".json", ".csv"):
        raise ValueError(f"{path} is neither a .json nor a .csv file")
    with file.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"{path} has more than {MAX_BYTES} bytes")
    if b"\0" in data:
        raise ValueError(f"{path} is not text: it holds a zero byte")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not text in UTF-8: {error}") from None
    if kind == ".json":
        return json.loads(text)
    delimiter = max(",;\t", key=text.lstrip().partition("\n")[0].count)
    columns, *rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row] or [[]]
    return {"row_count": len(rows), "columns": columns, "rows": rows}


def query_database(path: str, query: str, folder: str) -> dict[str, Any]:
    """Run a read-only SQL query on an SQLite database file.

    Args:
        path: The database file's path, such as shop.db.
        query: A SELECT, such as SELECT city, sum(units) FROM sales GROUP BY city.
    """
    deadline = time.monotonic() + MAX_SECONDS
    uri = _read_only_uri(_find(folder, path))
    with contextlib.closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BYTES)
        connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY)
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        schemas = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchmany(MAX_NAMES)
        try:
            cursor = connection.execute(query)
            rows = [list(map(_json, row)) for row in cursor.fetchmany(MAX_ROWS + 1)]
        except (sqlite3.Error, sqlite3.Warning) as error:
            why = f"it took over {MAX_SECONDS:g} seconds" if time.monotonic() > deadline else error
            schema = "; ".join(sql for (sql,) in schemas)
            raise ValueError(f"{why}; only a SELECT runs; the schema is: {schema}") from None
        cut = {"cut": f"only the first {MAX_ROWS} rows"} if len(rows) > MAX_ROWS else {}
        return {"columns": [name for name, *_ in cursor.description or ()], "rows": rows[:MAX_ROWS]} | cut


def _read_only_uri(file: Path) -> str:
    """What opens a database without a trace: reading one in WAL mode would leave files beside it."""
    with file.open("rb") as stream:
        head = stream.read(20)
    if not head.startswith(b"SQLite format 3\0"):
        raise ValueError(f"{file.name} is not an SQLite database")
    wal = head[18:] == b"\2\2"
    in_use = Path(f"{file}-wal").exists()
    return f"{file.as_uri()}?mode=ro" + ("&readonly_shm=1" if in_use else "&immutable=1") * wal


def _find(folder: str, path: str) -> Path:
    """The regular file below the folder that a path names."""
    root = Path(folder).resolve()
    file = (root / path).resolve()
    if not file.is_relative_to(root):
        raise ValueError(f"{path!r} is outside the folder that may be read")
    if not file.is_file():
        seen = (each for each in islice(root.rglob("*"), 1000) if each.is_file())
        names = ", ".join(str(each.relative_to(root)) for each in islice(sorted(seen), MAX_NAMES))
        raise ValueError(f"there is no file {path!r}; there are: {names or 'none'}")
    return file


def _json(value: Any) -> Any:
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else value
