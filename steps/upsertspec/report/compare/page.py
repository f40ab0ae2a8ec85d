"""The matrix as a single offline page. It asks for nothing; what the reports hold is text in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from upsertspec.report.compare.differences import differences
from upsertspec.report.compare.evidence_html import panel, tone
from upsertspec.report.compare.html_text import html_text as text
from upsertspec.report.compare.matrix import Column, Matrix, Row
from upsertspec.report.compare.states import Cell

HERE = Path(__file__).parent
INTRODUCTION = (
    "Each cell says the worst that a scenario of the criterion met on the target, and how many did. "
    "It opens the evidence: the scenarios that did not pass, what was expected, what came, and the curl line for it."
)


def page(matrix: Matrix) -> str:
    """The page, with everything in it."""
    style, script = (HERE / name for name in ("page.css", "page.js"))
    title = f"upsertspec: {len(matrix.columns)} targets compared"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title><style>{_content(style)}</style></head><body>
<h1>{title}</h1>
<p>{INTRODUCTION}</p>
{_differences(matrix)}
<label><input type="checkbox" id="differ"> only the criteria in which the targets differ</label>
<div class="wrap" role="region" aria-label="Criteria by targets" tabindex="0"><table>
<thead><tr><th scope="col">criterion</th>{"".join(map(_head, matrix.columns))}</tr></thead>
<tbody>{_verdicts(matrix)}</tbody>
{"".join(_bodies(matrix))}
</table></div>
{"".join(_panels(matrix))}
<script>{_content(script)}</script>
</body></html>
"""


def _policy(style: Path, script: Path) -> str:
    """Nothing may be fetched or run but the page's own style and script."""
    return (
        f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
    )


def _content(file: Path) -> str:
    return file.read_text("utf-8")


def _hash(file: Path) -> str:
    digest = hashlib.sha256(_content(file).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _differences(matrix: Matrix) -> str:
    listed = "".join(f"<li>{text(said)}</li>" for said in differences(matrix.columns))
    return f"<h2>The reports differ</h2><ul>{listed}</ul>" if listed else ""


def _head(column: Column) -> str:
    name = text(f"{column.head}: {column.label}")
    return f'<th scope="col"><span class="name" title="{name}">{name}</span></th>'


def _verdicts(matrix: Matrix) -> str:
    cells = "".join(map(_verdict, matrix.columns))
    return f'<tr class="verdict"><th scope="row"><span class="id">verdict</span></th>{cells}</tr>'


def _verdict(column: Column) -> str:
    kind = {"conformant": "good", "not conformant": "bad"}.get(column.verdict, "odd")
    rest = column.headline.removeprefix(column.verdict).lstrip(": ")
    pale = "".join(f'<span class="count pale">{text(said)}</span>' for said in (column.url, column.file, column.made))
    return f'<td><b class="{kind}">{text(column.verdict)}</b><span class="count">{text(rest)}</span>{pale}</td>'


def _bodies(matrix: Matrix) -> Iterator[str]:
    numbered = enumerate(matrix.rows)
    for profile, rows in groupby(numbered, key=lambda numbered: numbered[1].profile):
        span = len(matrix.columns)
        head = f'<tr class="profile"><th scope="rowgroup">{text(profile)}</th><td colspan="{span}"></td></tr>'
        yield f"<tbody>{head}{''.join(_row(number, row) for number, row in rows)}</tbody>\n"


def _row(number: int, row: Row) -> str:
    cells = "".join(_cell(cell, f"e{number}-{at}") for at, cell in enumerate(row.cells))
    level = f' <span class="pale">{text(row.level)}</span>' if row.level != "MUST" else ""
    name = f'<span class="id">{text(row.id)}</span>{level}<span class="sentence">{text(row.sentence)}</span>'
    return f'<tr{_same(row)}><th scope="row">{name}</th>{cells}</tr>\n'


def _same(row: Row) -> str:
    return ' class="same"' if row.same else ""


def _cell(cell: Cell, ident: str) -> str:
    if not cell.judged:
        return f'<td class="pale">{text(cell.words)}</td>'
    return f'<td><button popovertarget="{ident}" class="{tone(cell.state)}">{text(cell.words)}</button></td>'


def _panels(matrix: Matrix) -> Iterator[str]:
    for number, row in enumerate(matrix.rows):
        for at, (cell, column) in enumerate(zip(row.cells, matrix.columns, strict=True)):
            if cell.judged:
                yield panel(f"e{number}-{at}", row, column, cell)
