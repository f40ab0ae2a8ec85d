"""The matrix as one offline page. It sends no requests, and what the reports hold is plain text in it."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from upsertspec.report.compare.cell import Cell
from upsertspec.report.compare.differences import differences
from upsertspec.report.compare.matrix import Matrix
from upsertspec.report.compare.terminal import not_judged
from upsertspec.report.html.kit import HERE as KIT
from upsertspec.report.html.kit import content, environment, policy, scripts, styles
from upsertspec.report.status import Listed, rank, row

HERE = Path(__file__).parent


def page(matrix: Matrix) -> str:
    """The page as HTML."""
    style, script = styles(HERE / "page.css"), scripts(KIT / "copy.js")
    made = environment(HERE)
    made.globals |= {"content": content, "listed": listed, "others": others, "why": why}
    numbered = groupby(enumerate(matrix.rows), key=lambda numbered: numbered[1].profile)
    profiles = [(profile, list(rows)) for profile, rows in numbered]
    used = {status for matrix_row in matrix.rows for cell in matrix_row.cells for status in cell.claimed}
    return made.get_template("page.html").render(
        style=style,
        script=script,
        policy=policy(style, script),
        columns=matrix.columns,
        profiles=[(name, rows) for name, rows in profiles if any(each.asked for _, each in rows)],
        statuses=sorted(used, key=rank),
        left=not_judged(matrix),
        differences=differences(matrix.columns),
    )


def listed(cell: Cell) -> list[Any]:
    """The results of a cell that are shown with their evidence, the worst first."""
    found = [result for result in cell.results if row(result["status"]).listed is not Listed.NUMBER]
    return sorted(found, key=lambda result: rank(result["status"]))


def others(cell: Cell) -> list[tuple[str, list[str]]]:
    """The titles of the other results of a cell, by status."""
    states = [status for status in cell.counts if row(status).listed is Listed.NUMBER]
    return [(state, [r["title"] for r in cell.results if r["status"] == state]) for state in states]


def why(result: Any) -> str:
    """The reason of a result, if it says more than what was expected and received."""
    same = f"expected {result['expected']}; got {result['actual']}"
    return "" if result["reason"] == same else str(result["reason"])
