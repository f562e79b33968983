"""Conversations as token ids, a chunk at a time, and the cache that spares a run what an earlier one has read.

To read, check and tokenise 6,000 conversations takes a good part of half a minute. Each chunk of them is kept as a file
in a folder whose name is a hash of all that the ids depend on: the data files' bytes, the way they are read, the
tokenizer, the format and the source of `data` and `toolbox`. What is not trained on (too long, held out, weighed 0) is
kept as well, so that other flags find the same files.
"""

import hashlib
import heapq
import io
import itertools
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import itemgetter
from pathlib import Path

import numpy as np
import tokenizers
from tokenizers import Tokenizer

import toolbox
from atomic import write_file
from data import builtin
from data.conversation import Conversation
from data.files import locate, read_rows
from data.format import ChatFormat, add_format_tokens, render_batch
from data.readers import ReadReport, builtin_split, read_conversations
from errors import InputError
from model.pypi_copy import cache_folder

CHUNK = 4096  # conversations that are read, packed and shuffled together
BATCH = 512  # conversations that are encoded together
KEPT_SETS, KEPT_BYTES = 256, 4 << 30  # what was used last stays in the cache, up to either
END_OF_TURN = 1  # in `Tokens.parts`


@dataclass(frozen=True)
class Tokens:
    """Rendered conversations behind one another, in five bytes a token."""

    input_ids: np.ndarray  # (tokens,) int32
    parts: np.ndarray  # (tokens,) uint8: the part of the turn, a place in `names`; 0 where nothing is learned
    ends: np.ndarray  # (conversations,) int64: where each ends
    names: list[str]  # of the parts: "", "markup" (the end of an assistant turn), "thought", "call", "content", …
    ids: list[str]  # of the conversations
    sources: list[str]
    skipped: list[str] = field(default_factory=list)  # bad rows that were left out, as in ReadReport
    faults: list[str] = field(default_factory=list)
    share: float = 1.0  # of the data's rows, those that have been read when this chunk has been

    def __len__(self) -> int:
        return len(self.ends)

    def span(self, i: int, length: int | None = None) -> slice:
        """Where conversation `i` stands, or its first `length` tokens."""
        start = int(self.ends[i - 1]) if i else 0
        return slice(start, int(self.ends[i]) if length is None else start + length)


def tokenize(conversations: Iterable[Conversation], tokenizer: Tokenizer, format: ChatFormat = ChatFormat()) -> Tokens:
    """Render conversations. The format's tags are added to the tokenizer where it lacks them (in place)."""
    codes = {"": 0, "markup": END_OF_TURN}
    input_ids, parts, names, sources = [np.zeros(0, np.int32)], [np.zeros(0, np.uint8)], [], []
    rest = iter(conversations)
    while batch := list(itertools.islice(rest, BATCH)):
        for conversation, example in zip(batch, render_batch(batch, tokenizer, format), strict=True):
            of = [codes.setdefault(each.part, len(codes)) if each.learned else 0 for each in example.segments]
            parts.append(np.repeat(np.array(of, np.uint8), [len(each.input_ids) for each in example.segments]))
            input_ids.append(np.array(example.input_ids, np.int32))
            names.append(conversation.id)
            sources.append(conversation.source)
    ends = np.cumsum([len(each) for each in input_ids[1:]], dtype=np.int64)
    return Tokens(np.concatenate(input_ids), np.concatenate(parts), ends, list(codes), names, sources)


class TokenStream:
    """The conversations of data files, a chunk of `Tokens` at a time; what is in the cache is not read again.

    The names and settings are those of `read_conversations`, and so are the errors. Several files are mixed evenly.
    The tokenizer stays as it is: the format's tags get the ids that `add_format_tokens` will give them.
    """

    def __init__(
        self,
        names: Sequence[str | Path],
        tokenizer: Tokenizer,
        format: ChatFormat = ChatFormat(),
        on_bad_row: str = "error",
        data_format: str = "auto",
    ) -> None:
        self.names, self.format = names, format
        self.reading = {"on_bad_row": on_bad_row, "data_format": data_format}
        self.tokenizer = Tokenizer.from_str(tokenizer.to_str())
        add_format_tokens(self.tokenizer, format)
        paths = [path for name in names if not builtin_split(name) for path in locate(name)]
        self.digest = _hash_files(paths)  # of the data files
        settings = (self.digest, [str(name) for name in names], self.reading, self.tokenizer.to_str(), format)
        packages = (Path(__file__).parent, Path(toolbox.__file__).parent)  # built-in rows hold the toolbox's schemas
        files = sorted(file for package in packages for file in package.rglob("*.py"))
        source = (_hash_files(files), tokenizers.__version__)
        key = hashlib.sha256(repr((settings, source)).encode()).hexdigest()
        self.folder = cache_folder() / "tokens" / key[:32]

    def __iter__(self) -> Iterator[Tokens]:
        reader, report = None, ReadReport()
        for number in itertools.count():
            file = self.folder / f"{number:05}.npz"
            if (chunk := _load(file)) is not None:
                reader = None
            else:
                if reader is None:  # go to where the chunk begins
                    report = ReadReport()
                    reader = self.conversations(report)
                    next(itertools.islice(reader, number * CHUNK, number * CHUNK), None)
                chunk = self._read(reader, report, number)
                self._store(file, chunk)
            yield chunk
            if chunk.share == 1:
                return

    def conversations(self, report: ReadReport | None = None) -> Iterator[Conversation]:
        """The conversations themselves, in the order of the tokens."""
        readers = [read_conversations(name, report=report, **self.reading) for name in self.names]
        if len(readers) == 1:
            return readers[0]
        places = [itertools.count(0.5 / count, 1 / count) for count in self._row_counts]
        return map(itemgetter(1), heapq.merge(*map(zip, places, readers), key=itemgetter(0)))

    @cached_property
    def _row_counts(self) -> list[int]:
        return [
            builtin.SIZES.get(split, 1)
            if (split := builtin_split(name))
            else sum(1 for path in locate(name) for _ in read_rows(path)) or 1
            for name in self.names
        ]

    def _read(self, reader: Iterator[Conversation], report: ReadReport, number: int) -> Tokens:
        skipped, faults = len(report.skipped), len(report.faults)
        tokens = tokenize(itertools.islice(reader, CHUNK), self.tokenizer, self.format)
        done, share = number * CHUNK + len(tokens), 1.0
        if len(tokens) == CHUNK:
            share = min(1.0, (done + len(report.skipped)) / sum(self._row_counts))
        return replace(tokens, skipped=report.skipped[skipped:], faults=report.faults[faults:], share=share)

    def _store(self, file: Path, tokens: Tokens) -> None:
        about = {name: value for name, value in vars(tokens).items() if not isinstance(value, np.ndarray)}
        about = np.frombuffer(json.dumps(about).encode(), np.uint8)
        content = io.BytesIO()
        np.savez(content, about=about, input_ids=tokens.input_ids, parts=tokens.parts, ends=tokens.ends)
        try:
            write_file(file, content.getvalue())
            _remove_oldest(self.folder)
        except (InputError, OSError) as error:
            print(f"the tokens are not kept for the next run: {error}", file=sys.stderr)


def _hash_files(paths: Iterable[Path]) -> str:
    """A sha256 of the files' bytes. One that cannot be read counts for nothing: whoever reads it next says why.

    Raises InputError for a pipe or a device.
    """
    digest = hashlib.sha256()
    for path in paths:
        with suppress(OSError):
            if path.exists() and not path.is_file() and not path.is_dir():
                raise InputError(f"{path} is a pipe or a device, and data is read more than once: write it to a file")
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _load(file: Path) -> Tokens | None:
    """A chunk from the cache, or None where it is not there or damaged: the archive has a checksum of each part."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            about = json.loads(arrays["about"].tobytes())
            tokens = Tokens(arrays["input_ids"], arrays["parts"], arrays["ends"], **about)
        file.parent.touch()
        return tokens
    except FileNotFoundError:
        return None
    except Exception as error:  # damaged bytes raise almost anything
        print(f"{file} is damaged and made again ({type(error).__name__}: {error})", file=sys.stderr)
        return None


def _remove_oldest(used: Path) -> None:
    """Keep the cache within its bounds; `used` stays."""
    used.touch()
    room = KEPT_BYTES
    folders = [path for path in used.parent.iterdir() if path.is_dir()]
    newest_first = sorted(folders, key=lambda folder: folder.stat().st_mtime, reverse=True)
    for place, folder in enumerate(newest_first):
        room -= sum(file.stat().st_size for file in folder.iterdir())
        if folder != used and (place >= KEPT_SETS or room < 0):
            shutil.rmtree(folder, ignore_errors=True)
