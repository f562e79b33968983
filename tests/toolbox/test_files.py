"""The tools that read files: what they return, and that nothing leads out of the folder or writes into it."""

import json
import os
import sqlite3
import time
from pathlib import Path

import pytest

from agent import Call, ToolRunner
from errors import InputError
from toolbox import files
from toolbox.files import file_tools

TABLE = 'city,units\nOslo,310\n\n"Paris, Texas",7\n'
ROWS = [(number, f"name {number}", number / 4) for number in range(500)]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder that may be read, inside one that may not."""
    (tmp_path / "secret.csv").write_text("secret\n1\n")
    root = tmp_path / "open"
    (root / "deep").mkdir(parents=True)
    (root / "table.csv").write_text(TABLE)
    (root / "deep" / "value.json").write_text('{"a": [1, null, "é"]}', encoding="utf-8-sig")
    with sqlite3.connect(root / "shop.db") as connection:
        connection.execute("CREATE TABLE item (id INTEGER, name TEXT, price REAL)")
        connection.executemany("INSERT INTO item VALUES (?, ?, ?)", ROWS)
    connection.close()
    return root


def read(folder: Path, path: str):
    return file_tools(folder)[0].run({"path": path})


def query(folder: Path, sql: str, path: str = "shop.db"):
    return file_tools(folder)[1].run({"path": path, "query": sql})


def test_json_and_csv_are_read(folder):
    assert read(folder, "deep/value.json") == {"a": [1, None, "é"]}
    table = {"row_count": 2, "columns": ["city", "units"], "rows": [["Oslo", "310"], ["Paris, Texas", "7"]]}
    assert read(folder, "table.csv") == table
    assert read(folder, str(folder / "deep" / ".." / "table.csv")) == table
    for delimiter in ";\t":
        (folder / "other.CSV").write_text(f"a{delimiter}b\r\n1{delimiter}2,5\r\n")
        assert read(folder, "other.CSV") == {"row_count": 1, "columns": ["a", "b"], "rows": [["1", "2,5"]]}
    (folder / "empty.csv").write_text("")
    assert read(folder, "empty.csv") == {"row_count": 0, "columns": [], "rows": []}


def test_no_path_leads_out_of_the_folder(folder):
    secret = folder.parent / "secret.csv"
    (folder / "link.csv").symlink_to(secret)
    (folder / "way").symlink_to(folder.parent)
    (folder / "inner.csv").symlink_to("table.csv")
    for path in ("../secret.csv", str(secret), "deep/../../secret.csv", "link.csv", "way/secret.csv", "/etc/passwd"):
        with pytest.raises(ValueError, match="outside the folder"):
            read(folder, path)
        with pytest.raises(ValueError, match="outside the folder"):
            query(folder, "SELECT 1", path)
    assert read(folder, "inner.csv")["row_count"] == 2
    beside = folder.with_name("open2")
    beside.mkdir()
    (beside / "x.csv").write_text("a\n1\n")
    with pytest.raises(ValueError, match="outside the folder"):
        read(folder, "../open2/x.csv")


def test_what_is_no_table_says_why(folder, monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    os.mkfifo(folder / "pipe.csv")
    (folder / "big.csv").write_text("a\n" * 501)
    (folder / "latin.csv").write_bytes("é".encode("latin-1"))
    (folder / "binary.json").write_bytes(b'"\0"')
    (folder / "notes.txt").write_text("x")
    (folder / "broken.json").write_text("{")
    for path, message in [
        ("big.csv", "more than 1000 bytes"),
        ("latin.csv", "UTF-8"),
        ("binary.json", "zero byte"),
        ("notes.txt", "neither"),
        ("broken.json", "line 1"),
        ("none.csv", "there is no file 'none.csv'; there are: .*broken.json.*deep/value.json"),
        ("deep", "there is no file"),
        ("pipe.csv", "there is no file"),
        ("", "there is no file"),
        ("a\0b", "null"),
    ]:
        with pytest.raises(ValueError, match=message):
            read(folder, path)


def test_a_query_returns_rows(folder):
    assert query(folder, "SELECT sum(price) AS total, max(name) FROM item") == {
        "columns": ["total", "max(name)"],
        "rows": [[sum(price for _, _, price in ROWS), max(name for _, name, _ in ROWS)]],
    }
    many = query(folder, "SELECT id FROM item ORDER BY id")
    assert many["rows"] == [[number] for number, *_ in ROWS[: files.MAX_ROWS]]
    assert str(files.MAX_ROWS) in many["cut"]
    assert "cut" not in query(folder, f"SELECT id FROM item LIMIT {files.MAX_ROWS}")
    assert query(folder, "WITH t AS (SELECT x'00ff' AS b, CAST(x'ff' AS TEXT)) SELECT * FROM t")["rows"] == [
        ["<2 bytes>", "\ufffd"]
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO item VALUES (1, 'x', 1)",
        "UPDATE item SET id = 1",
        "DELETE FROM item",
        "DROP TABLE item",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t (a)",
        "ATTACH '{folder}/new.db' AS n",
        "ATTACH '{folder}/../secret.csv' AS n",
        "VACUUM INTO '{folder}/new.db'",
        "PRAGMA journal_mode = wal",
        "PRAGMA writable_schema = 1",
        "BEGIN IMMEDIATE",
        "SELECT load_extension('{folder}/x')",
        "SELECT writefile('{folder}/x', 'y')",
        "SELECT 1; DELETE FROM item",
        "SELECT zeroblob(1000000000)",
    ],
)
def test_a_query_can_only_read(folder, sql):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match="only a SELECT runs; the schema is: CREATE TABLE item"):
        query(folder, sql.format(folder=folder))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_query_without_end_is_stopped(folder, monkeypatch):
    monkeypatch.setattr(files, "MAX_SECONDS", 0.2)
    began = time.monotonic()
    with pytest.raises(ValueError, match=r"it took over 0\.2 seconds"):
        query(folder, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")
    assert time.monotonic() - began < 60


def test_a_database_in_wal_mode_is_read_in_use_and_after_without_a_trace(folder):
    connection = sqlite3.connect(folder / "w ?#%.db")
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("CREATE TABLE t AS SELECT 5 AS a")
    connection.commit()
    assert query(folder, "SELECT a FROM t", "w ?#%.db")["rows"] == [[5]]
    connection.close()
    before = sorted(folder.iterdir())
    assert query(folder, "SELECT a FROM t", "w ?#%.db")["rows"] == [[5]]
    assert sorted(folder.iterdir()) == before


def test_what_is_no_database_says_so(folder):
    with pytest.raises(ValueError, match=r"table\.csv is not an SQLite database"):
        query(folder, "SELECT 1", "table.csv")
    with pytest.raises(ValueError, match=r"shop\.db is neither a \.json"):
        read(folder, "shop.db")


def test_the_folder_is_the_users_choice_and_not_the_models(folder):
    with pytest.raises(InputError, match="--files"):
        file_tools(folder / "table.csv")
    runner = ToolRunner(file_tools(folder))
    assert [schema["function"]["name"] for schema in runner.schemas] == ["read_file", "query_database"]
    assert str(folder) not in json.dumps(runner.schemas)
    assert "'folder' was unexpected" in runner.check(Call("read_file", {"path": "x", "folder": "/"}))
    assert runner.run(Call("read_file", {"path": "table.csv"}))["row_count"] == 2
    assert runner.run(Call("query_database", {"path": "shop.db", "query": "SELECT 9e999"})).keys() == {"error"}
    assert runner.run(Call("read_file", {"path": "../secret.csv"})).keys() == {"error"}


def test_a_blank_first_line_hides_no_delimiter(folder):
    (folder / "late.csv").write_text("\n\na;b\n1;2\n")
    assert read(folder, "late.csv") == {"row_count": 1, "columns": ["a", "b"], "rows": [["1", "2"]]}
