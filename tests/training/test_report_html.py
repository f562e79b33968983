"""The report's page: whole without a network or matplotlib, its curves those of the numbers, its texts escaped."""

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from training.report_html import SAMPLES, Evaluation, Sample, write_report

SVG = "{http://www.w3.org/2000/svg}"
NASTY = '<script>alert(\'1\')</script> & <tool_call>{"a": "</td>"}</tool_call> \ud800 $x$'
BASE, FIRST, LAST = (
    Evaluation(step, {"turns": 7, "parsed": None, "tool_name": name, "exact_call": call, "ended": 1.0}, [said, NASTY])
    for step, name, call, said in ((0, 0.25, 0.0, "base said"), (20, 0.5, 0.125, "older"), (40, 0.75, 0.625, "newer"))
)
SAMPLED = [Sample("Is it cold?", "<think>Yes.</think>"), Sample(NASTY, NASTY)]


class Page(HTMLParser):
    """The page's tags with their attributes, and the rows of its tables as text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.cell = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self.cell = self.cell and tag not in ("td", "th")

    def handle_data(self, data):
        if self.cell:
            self.rows[-1][-1] += data


def metrics(steps: int) -> list[dict[str, float]]:
    draw = np.random.default_rng(0).uniform(1, 2, (steps, 4)).tolist()
    return [
        {
            "step": i + 1,
            "loss": a,
            "learning_rate": b / 1000,
            "tokens_per_second": 300 * c,
            "peak_memory_bytes": int(d * 2**31),
            "elapsed_s": 2.5 * i,
        }
        for i, (a, b, c, d) in enumerate(draw)
    ]


def written(folder: Path, lines: list[dict[str, float]], evaluations=(BASE, FIRST, LAST), samples=SAMPLED) -> str:
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    write_report(folder, {"learning_rate": 1e-3, "data": ["<b>.jsonl"]}, evaluations, samples)
    assert {path.name for path in folder.iterdir()} == {"metrics.jsonl", "report.html"}
    return (folder / "report.html").read_text(encoding="utf-8")


def test_the_curves_are_those_of_the_numbers(tmp_path: Path):
    lines = metrics(30)
    text = written(tmp_path, lines)
    assert text.count("<svg") == 1
    drawing = ElementTree.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])
    curves = {
        group.get("id"): np.array(re.findall(r"[-\d.]+", str(group.find(f".//{SVG}path").get("d"))), float).reshape(
            -1, 2
        )  # type: ignore[union-attr]
        for group in drawing.iter(f"{SVG}g")
        if group.find(f"{SVG}path") is not None
    }
    wanted = {field: [line[field] for line in lines] for field in lines[0] if field not in ("step", "elapsed_s")}
    wanted |= {"exact_call": [0.125, 0.625], "tool_name": [0.5, 0.75]}
    for name, values in wanted.items():
        x, y = curves[name].T
        assert len(y) == len(values)
        assert np.corrcoef(y, values)[0, 1] < -1 + 1e-6, name  # y grows downwards in SVG
        assert (np.diff(x) > 0).all()


def test_long_runs_are_thinned_for_the_curve_and_the_table(tmp_path: Path):
    page = written(tmp_path, metrics(30_000))
    assert len(page) < 600_000
    steps = [int(row[0].replace(",", "")) for row in Page(page).rows if len(row) == 6 and row[0][:1].isdigit()]
    assert (len(steps), steps[0], steps[-1]) == (20, 1, 30_000)


def test_nothing_is_fetched_and_nothing_runs(tmp_path: Path):
    page = Page(text := written(tmp_path, metrics(3)))
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "base", "form"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href", "xlink:href"):
            assert str(attributes.get(name, "#")).startswith("#"), (tag, name)
    assert not re.search(r"url\((?!#)|@import", text)
    policy = next(a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv"))
    assert str(policy).startswith("default-src 'none'")


def test_texts_come_through_whole_and_escaped(tmp_path: Path):
    text = written(tmp_path, metrics(3))
    assert "<script" not in text
    assert "<b>" not in text
    rows = Page(text).rows
    nasty = NASTY.replace("\ud800", "?")
    assert [nasty, nasty, nasty, nasty] in rows
    assert ["Is it cold?", "<think>Yes.</think>", "base said", "newer"] in rows
    assert ["data", "['<b>.jsonl']"] in rows


def test_scores_are_in_the_table_base_first(tmp_path: Path):
    rows = Page(written(tmp_path, metrics(3))).rows
    start = rows.index(["", "turns", "parsed", "tool_name", "exact_call", "ended"])
    assert rows[start + 1 : start + 4] == [
        ["base", "7", "–", "25.0 %", "0.0 %", "100.0 %"],
        ["tuned, step 20", "7", "–", "50.0 %", "12.5 %", "100.0 %"],
        ["tuned, step 40", "7", "–", "75.0 %", "62.5 %", "100.0 %"],
    ]


def test_without_matplotlib_the_tables_stand_and_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    text = written(tmp_path, metrics(3))
    assert "<svg" not in text
    assert "they need matplotlib" in text
    assert [row[0] for row in Page(text).rows if len(row) == 6][:4] == ["step", "1", "2", "3"]


@pytest.mark.parametrize(
    ("lines", "evaluations", "samples"),
    [(0, (), []), (1, (), []), (1, (BASE,), SAMPLED)],
    ids=["no step", "no held-out turns", "base alone"],
)
def test_whatever_is_missing_the_page_is_whole(tmp_path: Path, lines: int, evaluations, samples):
    text = written(tmp_path, metrics(lines), evaluations, samples)
    assert text.endswith("</body></html>\n")
    assert ("None were scored" in text) == (not evaluations)


def test_a_text_without_end_is_cut(tmp_path: Path):
    text = written(tmp_path, metrics(1), (BASE,), [Sample("x" * 10**6, ""), SAMPLED[1]])
    assert "996,000 characters more" in text
    assert len(text) < 200_000
    assert SAMPLES == 10
