"""`--push-to-hub`: the run's results as a repository on the Hub. What lies on the disk is never touched."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import HfApi

from errors import InputError

FILES = ["adapter_*", "tokenizer*.json", "README.md", "report.html", "metrics.jsonl"]


def create_repository(repo: str) -> None:
    """Make the repository before the hours of work, private where there was none. Raises InputError where it fails."""
    mend = "check the name, the network and `hf auth login`"
    with _one_line(f"--push-to-hub {repo}: the repository cannot be made or used", mend):
        HfApi().create_repo(repo, private=True, exist_ok=True)


def push(folder: Path, repo: str) -> None:
    """Upload adapter, tokenizer, card and report as one commit. Raises InputError where it fails."""
    command = f"hf upload {repo} {shlex.quote(str(folder))} . --exclude 'checkpoint-*'"
    later = f"all is in {folder}; to push it later: {command}"
    with _one_line(f"nothing was pushed to {repo}", later):
        commit = HfApi().upload_folder(repo_id=repo, folder_path=folder, allow_patterns=FILES)
    print(f"pushed: {commit.commit_url}")


@contextmanager
def _one_line(what: str, mend: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the network's, the Hub's and its storage's errors have no base in common
        reason = " ".join((str(error) or type(error).__name__).split())
        raise InputError(f"{what} ({reason[:300]}); {mend}") from None
