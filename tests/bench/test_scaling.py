"""The table and plot of a step's cost by its row's length."""

import sys

import numpy as np
import pytest

from bench import scaling
from bench.prepare import prepare
from data import render
from errors import InputError
from model import load_tokenizer


def test_a_document_has_exactly_256_tokens_and_many_are_learned(tiny_llama_folder, tmp_path):
    prepare(str(tiny_llama_folder), tmp_path / "model")
    tokenizer = load_tokenizer(tmp_path / "model")
    example = render(scaling.fixed_document(tokenizer), tokenizer)
    assert len(example.input_ids) == 256
    assert 0.3 < sum(label != -100 for label in example.labels) / 256 < 0.6


def test_the_line_is_the_one_that_fits_in_relative_terms():
    lengths = [512, 1024, 2048]
    np.testing.assert_allclose(scaling.line(lengths, [2 * n + 30 for n in lengths]), [2 * n + 30 for n in lengths])
    values = np.array([1.0, 2.2, 3.8])
    fitted = scaling.line(lengths, values)

    def error(line):
        return float((((line - values) / values) ** 2).sum())

    for offset, slope in ((0.01, 0), (-0.01, 0), (0, 1e-5), (0, -1e-5)):
        assert error(fitted) < error(fitted + offset + slope * np.array(lengths))


def test_the_table_holds_each_length_to_the_line():
    *_, first, last = scaling.table([1000, 3000], [2.0, 6.0], [2**30, 2**31]).splitlines()
    assert first == "| 1,000 | 2.00 | 100.0% | 500.0 | 1.00 GiB |"
    assert last == "| 3,000 | 6.00 | 100.0% | 500.0 | 2.00 GiB |"


@pytest.mark.parametrize(("name", "begins"), [("plot.svg", b"<?xml"), ("plot.png", b"\x89PNG")])
def test_the_plot_is_of_the_kind_that_its_name_says(tmp_path, name, begins):
    scaling.plot(str(tmp_path / name), [512, 1024, 2048], [1.0, 2.1, 3.9], [1e9, 2e9, 4e9])
    assert (tmp_path / name).read_bytes().startswith(begins)
    with pytest.raises(InputError, match="cannot be written"):
        scaling.plot(str(tmp_path / "plot.docx"), [512, 1024, 2048], [1.0, 2.1, 3.9], [1e9, 2e9, 4e9])


@pytest.mark.slow
def test_every_length_is_measured_as_a_user_starts_it(tiny_llama_folder, tmp_path, monkeypatch, capsys):
    flags = ["--model", str(tiny_llama_folder), "--max-length", "1024", "--steps", "1"]
    monkeypatch.setattr(sys, "argv", ["bench.scaling", *flags, "--plot", str(tmp_path / "plot.svg")])
    scaling.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["512", "1,024"]
    assert (tmp_path / "plot.svg").is_file()
