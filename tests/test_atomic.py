"""Files and folders are whole or absent, and what was there before stays, whatever fails in between."""

import os
import resource
from contextlib import contextmanager
from pathlib import Path

import pytest

from atomic import new_folder, write_file, write_files
from errors import InputError


@contextmanager
def full_disk():
    """The kernel refuses to let a file grow over 1,000 bytes, as a full disk would; root is no exception.

    Within the block alone: pytest's own report is a file too, where its output is sent to one.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def listing(folder: Path) -> dict[str, bytes | None]:
    """Every path below a folder with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def test_files_are_written_into_a_folder_that_is_made(tmp_path):
    write_files(tmp_path / "deep" / "er", {"a": b"1", "b": b"2"})
    write_file(tmp_path / "deep" / "er" / "a", b"3")
    assert listing(tmp_path / "deep" / "er") == {"a": b"3", "b": b"2"}


def test_on_a_full_disk_all_files_stay_as_they_were(tmp_path):
    write_files(tmp_path, {"a": b"old", "b": b"old"})
    says = r"a cannot be written \(File too large\), nothing there has changed: make room"
    with pytest.raises(InputError, match=says), full_disk():
        write_files(tmp_path, {"a": b"new", "b": bytes(2000)})
    assert listing(tmp_path) == {"a": b"old", "b": b"old"}


def test_no_file_takes_its_name_before_all_are_on_the_disk(tmp_path, monkeypatch):
    events: list[tuple[str, str]] = []
    sync, replace = os.fsync, os.replace

    def seen_sync(descriptor):
        events.append(("sync", Path(os.readlink(f"/proc/self/fd/{descriptor}")).name))
        sync(descriptor)

    def seen_replace(source, target):
        events.append(("name", Path(target).name))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", seen_sync)
    monkeypatch.setattr(os, "replace", seen_replace)
    write_files(tmp_path, {"b": b"1", "a": b"2"})
    assert events == [("sync", "b"), ("sync", "a"), ("name", "b"), ("name", "a"), ("sync", tmp_path.name)]


@pytest.mark.parametrize("write", [lambda path: write_file(path, b""), lambda path: new_folder(path).__enter__()])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path, write):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"file/below/x cannot be written \(Not a directory\)"):
        write(tmp_path / "file" / "below" / "x")
    assert listing(tmp_path) == {"file": b""}


def test_a_folder_appears_when_it_is_whole_and_with_the_usual_rights(tmp_path):
    with new_folder(tmp_path / "new") as made:
        (made / "deep").mkdir(parents=True)
        (made / "deep" / "a").write_bytes(b"1")
        (made / "deep" / "a").chmod(0o600)  # as safetensors leaves its files
        assert not (tmp_path / "new").exists()
    assert listing(tmp_path) == {"new": None, "new/deep": None, "new/deep/a": b"1"}
    (tmp_path / "plain").mkdir()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "file").touch()
    assert (tmp_path / "new" / "deep" / "a").stat().st_mode == (tmp_path / "file").stat().st_mode


def make_folder(folder: Path, size: int, failure: BaseException | None = None) -> None:
    """A new folder with a file of `size` bytes; or what goes wrong before it has its name."""
    with new_folder(folder, mend="buy a disk") as made:
        made.mkdir()
        (made / "a").write_bytes(bytes(size))
        if failure:
            raise failure


def test_a_folder_whose_making_fails_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match=r"new cannot be written \(File too large\).*: buy a disk"), full_disk():
        make_folder(tmp_path / "new", 2000)
    for failure in (InputError("not this one"), KeyboardInterrupt()):
        with pytest.raises(type(failure)) as caught:
            make_folder(tmp_path / "new", 5, failure)
        assert caught.value is failure
    assert listing(tmp_path) == {}
    make_folder(tmp_path / "new", 5)
    assert listing(tmp_path) == {"new": None, "new/a": bytes(5)}


def test_a_folder_that_is_already_there_stays(tmp_path):
    with new_folder(tmp_path / "new") as made:
        made.mkdir()
        (made / "second").write_text("")
        write_file(tmp_path / "new" / "first", b"")  # another process, meanwhile
    assert listing(tmp_path) == {"new": None, "new/first": b""}
