"""Where rows come from: JSON Lines, a JSON array or Parquet, on this machine or on the Hub, one row at a time."""

import gzip
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, hf_hub_download, try_to_load_from_cache

from errors import InputError

CHUNK = 1 << 20  # characters of a JSON array that are read at a time
MAX_ROW = 64 << 20  # characters of one of its elements
SUFFIXES = (".jsonl", ".jsonl.gz", ".json", ".json.gz", ".parquet")


def locate(name: str | Path) -> list[Path]:
    """The files that `name` stands for: itself, or those of `hub:OWNER/NAME[:FILE]`, fetched.

    Without FILE, a data set's one data file, or the shards of its training split. Raises InputError where the Hub
    cannot be reached, the data set or file is not there, or several files could be meant.
    """
    if not str(name).startswith("hub:"):
        return [Path(name)]
    repo, _, file = str(name).removeprefix("hub:").partition(":")
    try:
        cached = try_to_load_from_cache(repo, file, repo_type="dataset") if file else None
        if isinstance(cached, str):
            return [Path(cached)]
        listed = [sibling.rfilename for sibling in HfApi().dataset_info(repo, timeout=10).siblings or []]
        chosen = _choose(str(name), listed, file)
        return [Path(hf_hub_download(repo, each, repo_type="dataset")) for each in chosen]
    except InputError:
        raise
    except Exception as error:  # of OSError, ValueError, and the HTTP library's own
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise InputError(
            f"{name} could not be fetched from the Hub ({reason}): check the name and the connection, log in with "
            "`hf auth login` if it is gated, or give a local file"
        ) from None


def _choose(name: str, listed: list[str], file: str) -> list[str]:
    data = [each for each in listed if each.endswith(SUFFIXES) and not each.endswith("dataset_infos.json")]
    chosen = [file] if file else [each for each in data if re.search(r"\btrain\b", each.replace("_", " "))] or data
    if file and file not in listed:
        raise InputError(f"{name}: no such file in the data set; its data files are {', '.join(data[:8]) or 'none'}")
    if not chosen:
        raise InputError(f"{name}: the data set has no file of JSON, JSON Lines or Parquet")
    if len({re.sub(r"-\d+-of-\d+", "", each) for each in chosen}) > 1:
        raise InputError(f"{name}: which file? Name one, as {name}:{chosen[0]} (also {', '.join(chosen[1:8])})")
    if chosen[0].endswith(".parquet"):
        _parquet_library(name)  # before the download
    return sorted(chosen)


def read_rows(path: Path) -> Iterator[tuple[str, int, str | dict[str, Any]]]:
    """Each row of a file with its place ("x.jsonl, line 3") and number from 1: as JSON text, or an object in Parquet.

    A byte-order mark, CRLF and blank lines read as if they were not there. Raises InputError for a file that cannot
    be read to its end.
    """
    unit, number = "line", 0
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder: name a file in it (.jsonl, .json, .parquet; the first two also .gz)")
        for unit, number, row in _parquet(path) if path.suffix == ".parquet" else _json(path):
            yield f"{path}, {unit} {number}", number, row
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{path} does not exist: check --data") from None
    except Exception as error:  # of OSError, ValueError, zlib's and Arrow's own, and of dates out of range
        place = f"{path}, after {unit} {number}" if number else path
        raise InputError(f"{place}: cannot be read ({error}): fetch or write it again") from None


def _json(path: Path) -> Iterator[tuple[str, int, str]]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        if file.peek(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[":
            for number, element in enumerate(_elements(file), 1):
                yield "row", number, element
            return
        for number, raw in enumerate(file, 1):
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError as error:
                raise InputError(f"{path}, line {number}: not UTF-8 ({error.reason}): convert the file") from None
            if line:
                yield "line", number, line


def _elements(file: Any) -> Iterator[str]:
    """The elements of a JSON array as text, with no more of it in memory than a chunk and an element."""
    decoder, separators = json.JSONDecoder(parse_int=str), re.compile(r"[\s,]*")  # str: no limit to the digits
    with io.TextIOWrapper(file, encoding="utf-8-sig") as text:
        buffer = text.read(CHUNK)
        at = buffer.index("[") + 1
        while True:
            at = separators.match(buffer, at).end()  # type: ignore[union-attr]  # it matches the empty string
            if buffer[at : at + 1] == "]":
                if (buffer[at + 1 :] + text.read(CHUNK)).strip():
                    raise ValueError("something follows the array")
                return
            try:
                _, end = decoder.raw_decode(buffer, at)
            except json.JSONDecodeError as error:
                more = text.read(max(CHUNK, len(buffer) - at))
                if not more or len(buffer) - at > MAX_ROW:
                    raise ValueError(f"broken JSON: {error.msg}") from None
                buffer, at = buffer[at:] + more, 0
                continue
            yield buffer[at:end]
            at = end


def _parquet(path: Path) -> Iterator[tuple[str, int, dict[str, Any]]]:
    with _parquet_library(path).ParquetFile(path) as file:
        rows = (row for batch in file.iter_batches(batch_size=64) for row in batch.to_pylist())
        for number, row in enumerate(rows, 1):
            yield "row", number, _without_nulls(row)


def _parquet_library(name: str | Path) -> Any:
    try:
        from pyarrow import parquet
    except ImportError:
        raise InputError(f"{name}: Parquet needs the extra `parquet`: pip install 'callora[parquet]'") from None
    return parquet


def _without_nulls(value: Any) -> Any:
    """Parquet gives each object of a column the keys of all the others, as null: those were never written."""
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value
