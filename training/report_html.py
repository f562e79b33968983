"""`report.html`: the run on one page that opens without a network.

The curves are drawn by matplotlib (extra `demo`) into the page as SVG; without it the page has the tables alone and
says so. There is no script, and every text that came from data, model or command line is escaped.
"""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from atomic import write_file

SAMPLES = 10  # transcripts on the page
LONGEST = 4000  # characters of a text in a transcript
CELLS = ("<td>{}</td>", "<td class=number>{}</td>")  # the first of a row, and the others
POINTS = 2000  # of a curve
CURVES = {  # field of metrics.jsonl: title, unit
    "loss": ("loss", 1),
    "learning_rate": ("learning rate", 1),
    "tokens_per_second": ("tokens per second", 1),
    "peak_memory_bytes": ("peak memory, GiB", 2**30),
}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0 } td, th { padding: .2rem .8rem; border: 1px solid #ccc }
td.number { text-align: right } th { background: #f4f4f4; text-align: left } svg { width: 100%; height: auto }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; font-size: 14px } td { vertical-align: top }
"""


@dataclass(frozen=True)
class Evaluation:
    """What held-out turns gave at one point of the run."""

    step: int  # 0: the base, before training
    scores: dict[str, Any]  # `turns`, and shares from 0 to 1, None where no turn asks for it
    replies: list[str]  # to the page's samples


@dataclass(frozen=True)
class Sample:
    """A held-out turn on the page: the prompt's last message, and the turn as it should be."""

    prompt: str
    due: str


def write_report(
    folder: Path, settings: Mapping[str, Any], evaluations: Sequence[Evaluation], samples: Sequence[Sample]
) -> None:
    """Write `report.html` in a run's folder, from its `metrics.jsonl` and what is given here; whole or not at all.

    The evaluations are in the order of their steps.
    """
    metrics = [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    parts = [
        "<h2>Training</h2>",
        _curves(metrics, evaluations),
        _training_table(metrics),
        "<h2>Held-out turns</h2>",
        _scores_table(evaluations) if evaluations else "<p>None were scored.</p>",
        "<h2>Settings</h2>",
        _table(("setting", "value"), settings.items()),
        "<h2>Sample transcripts</h2>",
        _transcripts(evaluations, samples) if evaluations and samples else "<p>None: no held-out turns.</p>",
    ]
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Training run</title><style>{STYLE}</style></head><body><h1>Training run</h1>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )
    write_file(folder / "report.html", page.encode("utf-8", "replace"))  # a lone surrogate becomes "?"


def _curves(metrics: Sequence[dict[str, Any]], evaluations: Sequence[Evaluation]) -> str:
    """Every curve of the run as one SVG, or a line that says why there is none."""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        return "<p>No curves: they need matplotlib, <code>pip install -e '.[demo]'</code>.</p>"
    drawn = metrics[:: len(metrics) // POINTS + 1]
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "report"}):
        figure = Figure(figsize=(11, 9), layout="constrained")
        grid = figure.add_gridspec(3, 2)
        for place, (field, (title, unit)) in enumerate(CURVES.items()):
            axis = figure.add_subplot(grid[divmod(place, 2)])
            axis.plot([line["step"] for line in drawn], [line[field] / unit for line in drawn], gid=field)
            axis.set(title=title, xlabel="step")
        _draw_scores(figure.add_subplot(grid[2, :]), evaluations)
        figure.savefig(
            out := io.StringIO(), format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
        )
    return "<svg" + out.getvalue().partition("<svg")[2]


def _draw_scores(axis: Any, evaluations: Sequence[Evaluation]) -> None:
    """A line of points a share over the steps for the tuned model, and one across, dashed, for the base."""
    axis.set(title="held-out turns: base dashed, tuned solid", xlabel="step", ylim=(-0.03, 1.03))
    for i, share in enumerate(_shares(evaluations)):
        points = [(e.step, e.scores[share]) for e in evaluations if e.step and e.scores[share] is not None]
        axis.plot(*zip(*points, strict=True) if points else ([], []), marker="o", color=f"C{i}", label=share, gid=share)
        for base in [e.scores[share] for e in evaluations if not e.step and e.scores[share] is not None]:
            axis.axhline(base, color=f"C{i}", linestyle="--", linewidth=1)
    if evaluations:
        axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))


def _shares(evaluations: Sequence[Evaluation]) -> list[str]:
    return [name for name in evaluations[0].scores if name != "turns"] if evaluations else []


def _training_table(metrics: Sequence[dict[str, Any]]) -> str:
    """Up to twenty steps, evenly spread, the first and the last among them."""
    last = len(metrics) - 1
    rows = [metrics[i] for i in sorted({last * k // 19 for k in range(20)})] if metrics else []
    cells = (
        (
            f"{row['step']:,}",
            f"{row['loss']:.4f}",
            f"{row['learning_rate']:.2e}",
            f"{row['tokens_per_second']:,.0f}",
            f"{row['peak_memory_bytes'] / 2**30:.2f}",
            f"{row['elapsed_s']:,.0f}",
        )
        for row in rows
    )
    return _table(("step", *(title for title, _ in CURVES.values()), "seconds"), cells)


def _scores_table(evaluations: Sequence[Evaluation]) -> str:
    shares = _shares(evaluations)
    rows = (
        (
            f"tuned, step {e.step:,}" if e.step else "base",
            f"{e.scores['turns']:,}",
            *("–" if e.scores[name] is None else f"{100 * e.scores[name]:.1f} %" for name in shares),
        )
        for e in evaluations
    )
    return _table(("", "turns", *shares), rows)


def _transcripts(evaluations: Sequence[Evaluation], samples: Sequence[Sample]) -> str:
    base = evaluations[0].replies
    tuned = evaluations[-1].replies if evaluations[-1].step else ["(not yet scored)"] * len(samples)
    rows = zip((s.prompt for s in samples), (s.due for s in samples), base, tuned, strict=True)
    texts = ([_cut(text) for text in row] for row in rows)
    return _table(("prompt, its last message", "due", "base", "tuned"), texts, ("<td><pre>{}</pre></td>",) * 2)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text) - LONGEST:,} characters more)"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]], cells: Sequence[str] = CELLS) -> str:
    lines = ["".join(f"<th>{escape(name)}</th>" for name in head)]
    lines += ["".join(cells[i > 0].format(escape(str(each))) for i, each in enumerate(row)) for row in rows]
    return "<table>" + "".join(f"<tr>{line}</tr>\n" for line in lines) + "</table>"
