"""The data doctor's page: one file with no script and nothing to fetch, light or dark as the reader's system is."""

from collections.abc import Sequence
from html import escape

from tokenizers import Tokenizer

from data.findings import KINDS
from data.inspection import Inspection, stretches, visible

STYLE = """
:root { color-scheme: light dark; --over: #d97706; --fits: #2563eb; --learned: #16a34a; --faint: #8884 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse } td, th { padding: .2rem .7rem; border: 1px solid var(--faint); text-align: right }
td:first-child, th:first-child { text-align: left } svg text { fill: currentColor; font-size: 13px }
.fits { fill: var(--fits) } .over { fill: var(--over) } .error { color: #dc2626 } .warning { color: var(--over) }
pre { white-space: pre-wrap; overflow-wrap: anywhere; opacity: .85 } mark { background: none; color: var(--learned) }
"""


def page(files: Sequence[str], inspection: Inspection, tokenizer: Tokenizer) -> str:
    """The whole page. The inspection has at least one conversation, and one to show."""
    assert inspection.shown
    conversation, example = inspection.shown
    head, *rows = inspection.table()
    dump = "".join(
        f"<mark>{_text(text)}</mark>" if learned else _text(text) for learned, text in stretches(example, tokenizer)
    )
    findings = inspection.findings
    title = f"Data doctor: {_text(', '.join(files))}"
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>",
            "<table>" + _row("th", head) + "".join(_row("td", row) for row in rows) + "</table>",
            f"<h2>Lengths in tokens, against {inspection.max_length:,}</h2>",
            _histogram(inspection.histogram()),
            f"<h2>Errors: {findings.total('error'):,}, warnings: {findings.total('warning'):,}</h2>",
            *(_finding(kind, findings.heading(kind), findings.rows(kind)) for kind in findings.kinds()),
            f"<h2>{_text(conversation.id)} from {_text(conversation.source)}: <mark>learned</mark> and not</h2>",
            f"<pre>{dump}</pre></body></html>\n",
        ]
    )


def _text(text: str) -> str:
    return escape(visible(text))


def _row(cell: str, texts: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{cell}>{_text(text)}</{cell}>" for text in texts) + "</tr>\n"


def _histogram(bins: Sequence[tuple[str, int, bool]]) -> str:
    """A bar for each bin, those that do not fit in another colour."""
    most = max(count for _, count, _ in bins)
    bars = []
    for i, (name, count, fits) in enumerate(bins):
        y, width, color = 24 * i, 600 * count / most, "fits" if fits else "over"
        bars += [
            f'<text x="130" y="{y + 17}" text-anchor="end">{name}</text>',
            f'<rect class="{color}" x="140" y="{y + 4}" width="{width:.1f}" height="18"/>',
            f'<text x="{148 + width:.1f}" y="{y + 17}">{count:,}</text>',
        ]
    return f'<svg viewBox="0 0 820 {24 * len(bins) + 8}" width="820" role="img">' + "\n".join(bars) + "</svg>"


def _finding(kind: str, heading: str, lines: Sequence[str]) -> str:
    severity = KINDS[kind].severity
    return (
        f'<details><summary><b class="{severity}">{severity}</b>{_text(heading.removeprefix(severity))}</summary><ul>'
        + "".join(f"<li>{_text(line)}</li>\n" for line in lines)
        + "</ul></details>"
    )
