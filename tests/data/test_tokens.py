"""Tokens by the chunk, and their cache: the same as without it, whatever is damaged, missing or out of date."""

import itertools
import json
import os
import random
import sys
import threading
from dataclasses import fields

import numpy as np
import pytest
from tokenizers import Tokenizer

import data.tokens
import toolbox
from data import ChatFormat, Conversation, Message, ToolCall, render
from data.format import add_format_tokens
from data.tokens import TokenStream, tokenize
from errors import InputError


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """A cache of the test's own, and chunks of four conversations."""
    monkeypatch.setenv("CALLORA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(data.tokens, "CHUNK", 4)
    return tmp_path / "cache" / "tokens"


def write(path, texts, bad=()):
    """A file with a conversation for each text; a broken row stands before those whose places are in `bad`."""
    lines = []
    for i, text in enumerate(texts):
        lines += ["{"] * (i in bad)
        messages = [{"role": "user", "content": text}, {"role": "assistant", "content": f"{text}!"}]
        lines.append(json.dumps({"id": text, "source": path.name, "messages": messages}))
    path.write_text("\n".join([*lines, *["{"] * (len(texts) in bad)]), encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "a.jsonl", [f"text {i}" for i in range(10)])


def equal(one, other):
    return len(one) == len(other) and all(
        np.array_equal(getattr(a, field.name), getattr(b, field.name))
        for a, b in zip(one, other, strict=True)
        for field in fields(a)
    )


def names(chunks):
    return [name for chunk in chunks for name in chunk.ids]


def no_reading(monkeypatch):
    monkeypatch.setattr(data.tokens, "read_conversations", lambda *_, **__: pytest.fail("the file was read again"))


def test_tokens_are_what_render_gives(tiny_tokenizer):
    turns = [
        Message("user", "hello there"),
        Message("assistant", "", thought="Hm.", calls=(ToolCall("go", {"to": "Oslo"}), ToolCall("go", {}))),
        Message("tool", {"done": True}, name="go"),
        Message("tool", None, name="go"),
        Message("assistant", "Done."),
    ]
    conversations = [Conversation(tuple(turns[:n]), id=f"{n}", source="s") for n in (2, 5, 2)]
    tokens = tokenize(conversations, tiny_tokenizer)
    assert tokens.ids == ["2", "5", "2"]
    assert tokens.names[0] == ""
    for i, conversation in enumerate(conversations):
        example = render(conversation, tiny_tokenizer)
        assert tokens.input_ids[tokens.span(i)].tolist() == example.input_ids
        parts = [seg.part if seg.learned else "" for seg in example.segments for _ in seg.input_ids]
        assert [tokens.names[code] for code in tokens.parts[tokens.span(i)]] == parts
        assert (
            np.flatnonzero(tokens.parts[tokens.span(i)] == data.tokens.END_OF_TURN) + 1
        ).tolist() == example.turn_ends


def test_a_second_run_finds_everything_and_reads_nothing(file, tiny_tokenizer, monkeypatch, cache):
    before = tiny_tokenizer.to_str()
    first = list(TokenStream([file], tiny_tokenizer))
    assert tiny_tokenizer.to_str() == before
    assert [len(chunk) for chunk in first] == [4, 4, 2]
    assert [chunk.share for chunk in first] == [0.4, 0.8, 1.0]
    assert len(list(cache.glob("*/*"))) == 3
    no_reading(monkeypatch)
    assert equal(list(TokenStream([file], tiny_tokenizer)), first)
    add_format_tokens(tiny_tokenizer)  # what the run does next gives the tokens the ids that the stream gave them
    assert equal(list(TokenStream([file], tiny_tokenizer)), first)


def test_the_cache_is_passed_over_when_anything_changes_that_the_tokens_depend_on(file, tiny_tokenizer, cache):
    def folders():
        return len(list(cache.iterdir()))

    list(TokenStream([file], tiny_tokenizer))
    list(TokenStream([file], tiny_tokenizer, ChatFormat(think=("<t>", "</t>"))))
    list(TokenStream([file], tiny_tokenizer, on_bad_row="skip"))
    list(TokenStream([file], tiny_tokenizer, data_format="chat"))
    more = Tokenizer.from_str(tiny_tokenizer.to_str())
    more.add_tokens(["text"])
    assert folders() == 4
    (chunk, *_) = TokenStream([file], more)
    assert more.token_to_id("text") in chunk.input_ids
    write(file, ["other"] * 3)
    (chunk,) = TokenStream([file], tiny_tokenizer)
    assert chunk.ids == ["other"] * 3
    assert folders() == 6


def test_a_change_of_the_source_makes_the_cache_anew(file, tiny_tokenizer, monkeypatch, tmp_path, cache):
    source = tmp_path / "data"
    source.mkdir()
    (source / "format.py").write_text("1")
    (tmp_path / "toolbox").mkdir()  # the built-in rows hold its schemas and its results
    monkeypatch.setattr(data.tokens, "__file__", str(source / "tokens.py"))
    monkeypatch.setattr(toolbox, "__file__", str(tmp_path / "toolbox" / "__init__.py"))
    keys = {TokenStream([file], tiny_tokenizer).folder for _ in range(2)}
    for changed in (source / "format.py", tmp_path / "toolbox" / "offline.py"):
        changed.write_text("2")
        keys.add(TokenStream([file], tiny_tokenizer).folder)
    assert len(keys) == 3


def test_damage_is_mended(file, tiny_tokenizer, cache, capsys):
    """A flipped bit anywhere, a file cut short anywhere: the same tokens, made again where need be."""
    fresh = list(TokenStream([file], tiny_tokenizer))
    (chunk,) = cache.glob("*/00001.npz")
    content, rng, found = chunk.read_bytes(), random.Random(0), 0
    for _ in range(40):
        damaged = bytearray(content)
        damaged[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        chunk.write_bytes(damaged)
        assert equal(list(TokenStream([file], tiny_tokenizer)), fresh)
        found += "is damaged" in capsys.readouterr().err
    assert found > 20  # the rest hit a time stamp or the like
    for length in (0, 1, len(content) // 2, len(content) - 1):
        chunk.write_bytes(content[:length])
        assert equal(list(TokenStream([file], tiny_tokenizer)), fresh)
        assert capsys.readouterr().err.count("is damaged and made again") == 1
        assert chunk.read_bytes()[:4] == content[:4]
    for other in ("00000.npz", "00002.npz"):
        chunk.with_name(other).unlink()
    assert equal(list(TokenStream([file], tiny_tokenizer)), fresh)


def test_no_pickle_is_opened(file, tiny_tokenizer, cache, tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "trapped"),)

    fresh = list(TokenStream([file], tiny_tokenizer))
    (chunk,) = cache.glob("*/00000.npz")
    np.savez(chunk, input_ids=np.array([Trap()], object), parts=1, ends=1, about=np.array([Trap()], object))
    assert equal(list(TokenStream([file], tiny_tokenizer)), fresh)
    assert not (tmp_path / "trapped").exists()


def test_a_run_that_stopped_early_leaves_what_it_read(file, tiny_tokenizer, monkeypatch):
    whole = list(TokenStream([file], tiny_tokenizer, on_bad_row="skip"))
    stream = TokenStream([file], tiny_tokenizer)
    next(iter(stream))
    assert [path.name for path in stream.folder.iterdir()] == ["00000.npz"]
    assert equal(list(stream), whole)
    no_reading(monkeypatch)
    assert equal(list(stream), whole)


def test_without_a_folder_to_write_to_a_run_goes_without(file, tiny_tokenizer, cache, capsys):
    fresh = list(TokenStream([file], tiny_tokenizer))
    for path in cache.glob("*/*"):
        path.unlink()
    for folder in cache.iterdir():
        folder.rmdir()
    cache.rmdir()
    cache.write_text("a file where the folder should be")
    assert equal(list(TokenStream([file], tiny_tokenizer)), fresh)
    assert "the tokens are not kept for the next run" in capsys.readouterr().err


def test_the_cache_keeps_what_was_used_last(tmp_path, tiny_tokenizer, cache, monkeypatch):
    monkeypatch.setattr(data.tokens, "KEPT_SETS", 3)
    files = [write(tmp_path / f"{i}.jsonl", [f"text {i}"]) for i in range(5)]
    streams = [TokenStream([file], tiny_tokenizer) for file in files]
    for age, stream in enumerate(streams[:3]):
        list(stream)
        os.utime(stream.folder, (1000 + age, 1000 + age))
    (cache / "notes.txt").write_text("someone's")
    list(streams[0])  # used again
    list(streams[3])
    (cache / "notes.txt").unlink()
    assert {folder.name for folder in cache.iterdir()} == {streams[i].folder.name for i in (0, 2, 3)}
    monkeypatch.setattr(data.tokens, "KEPT_BYTES", 1)
    list(streams[4])
    assert [folder.name for folder in cache.iterdir()] == [streams[4].folder.name]


# ---------------------------------------------------------------------------------------------------------------------
# Chunks, and what is told with them.


def test_bad_rows_and_faults_are_told_with_their_chunk_from_the_cache_too(tmp_path, tiny_tokenizer):
    file = write(tmp_path / "b.jsonl", [f"t{i}" for i in range(6)] + ["<think>"], bad=(0, 5, 7))
    lines = file.read_text().splitlines()
    lines[1] = lines[1].replace('"t0!"', '"<tool_call>"')
    file.write_text("\n".join(lines))
    for _ in range(2):
        first, second = TokenStream([file], tiny_tokenizer, on_bad_row="skip")
        assert [line.split(":")[0][-6:] for line in first.skipped] == ["line 1"]
        assert [line.split(":")[0][-6:] for line in second.skipped] == ["line 7", "ine 10"]
        assert len(first.faults) == len(second.faults) == 1
        assert "b.jsonl:2: messages[1] has <tool_call>" in first.faults[0]
        assert (len(first), len(second), second.share) == (4, 3, 1.0)
        assert first.share == (4 + 1) / 10


@pytest.mark.parametrize("count", [3, 4, 5, 8, 9])
@pytest.mark.parametrize("bad", [(), (0,), "end"])
def test_no_conversation_is_lost_at_the_border_of_a_chunk(tmp_path, tiny_tokenizer, count, bad):
    texts = [f"t{i}" for i in range(count)]
    file = write(tmp_path / "c.jsonl", texts, bad=(count,) if bad == "end" else bad)
    for _ in range(2):
        chunks = list(TokenStream([file], tiny_tokenizer, on_bad_row="skip"))
        assert names(chunks) == texts
        assert chunks[-1].share == 1
        assert sum(len(chunk.skipped) for chunk in chunks) == bool(bad)


@pytest.mark.parametrize(("large", "small"), [(9, 3), (8, 4), (4, 0), (16, 1), (1, 1), (3, 2)])
def test_files_are_mixed_evenly(tmp_path, tiny_tokenizer, large, small):
    files = [write(tmp_path / "l.jsonl", [f"l{i}" for i in range(large)], bad=(2,))]
    files += [write(tmp_path / "s.jsonl", [f"s{i}" for i in range(small)])] * (small > 0)
    stream = TokenStream(files, tiny_tokenizer, on_bad_row="skip")
    order = names(stream)
    assert sorted(order) == sorted([f"l{i}" for i in range(large)] + [f"s{i}" for i in range(small)])
    for letter in "ls"[: len(files)]:
        of = [name for name in order if name[0] == letter]
        assert of == sorted(of, key=lambda name: int(name[1:]))
    seen = 0
    for place, name in enumerate(order, 1):
        seen += name[0] == "s"
        assert abs(seen - place * small / (large + small)) <= 1
    assert [conversation.id for conversation in stream.conversations()] == order
    assert [conversation.id for conversation in stream.conversations()] == names(stream)


def test_later_rows_are_not_read_before_they_are_asked_for(tmp_path, tiny_tokenizer):
    """A chunk comes although the file is broken after it; the error then is the reader's own."""
    file = write(tmp_path / "d.jsonl", [f"t{i}" for i in range(9)], bad=(6,))
    chunks = iter(TokenStream([file], tiny_tokenizer))
    assert next(chunks).ids == ["t0", "t1", "t2", "t3"]
    with pytest.raises(InputError, match=r"d.jsonl, line 7: .*--on-bad-row skip"):
        next(chunks)


def test_files_that_cannot_be_read_are_said_to_be_so(tmp_path, tiny_tokenizer):
    for name, says in ((tmp_path / "none.jsonl", "does not exist"), (tmp_path, "is a folder"), ("builtin:x", "splits")):
        with pytest.raises(InputError, match=says):
            list(TokenStream([name], tiny_tokenizer))
    empty = write(tmp_path / "empty.jsonl", [])
    with pytest.raises(InputError, match="holds no conversation"):
        list(TokenStream([empty, empty], tiny_tokenizer))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders")
def test_a_pipe_is_refused(tmp_path, tiny_tokenizer):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe or a device"):
        TokenStream([tmp_path / "pipe"], tiny_tokenizer)


def test_the_built_in_data_is_kept_as_well(tiny_tokenizer, monkeypatch):
    from data import builtin

    monkeypatch.setitem(builtin.SIZES, "heldout", 6)
    chunks = list(TokenStream(["builtin:heldout"], tiny_tokenizer))
    assert names(chunks) == [conversation.id for conversation in itertools.islice(builtin.conversations("heldout"), 6)]
    no_reading(monkeypatch)
    assert equal(list(TokenStream(["builtin:heldout"], tiny_tokenizer)), chunks)


def test_two_runs_may_fill_the_cache_at_once(file, tiny_tokenizer):
    made = []
    runs = [threading.Thread(target=lambda: made.append(list(TokenStream([file], tiny_tokenizer)))) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(made) == 4
    assert all(equal(chunks, made[0]) for chunks in made)
