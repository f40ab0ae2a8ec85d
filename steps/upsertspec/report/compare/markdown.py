"""The matrix as a table of GitHub's Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upsertspec.report.compare.differences import differences
from upsertspec.report.compare.escaping import markdown_text
from upsertspec.report.compare.matrix import Column, Matrix, Row
from upsertspec.report.compare.states import Cell
from upsertspec.report.compare.terminal import not_judged

STRONG = ("failed", "harness error", "stale known failure")


def markdown(matrix: Matrix) -> str:
    """The verdicts and the matrix as one table, what made the reports, and in what they differ."""
    columns = matrix.columns
    lines = [
        _line(["", *(markdown_text(f"{c.head}: {c.label}") for c in columns)]),
        _line(["---"] * (len(columns) + 1)),
        _line(["verdict", *(_verdict(c) for c in columns)]),
        *(_row(row) for row in matrix.rows if row.judged),
        *_notes(matrix),
    ]
    return "\n".join(lines) + "\n"


def _row(row: Row) -> str:
    return _line([markdown_text(f"{row.id} {row.sentence}"), *map(_cell, row.cells)])


def _cell(cell: Cell) -> str:
    words = markdown_text(cell.words)
    return f"**{words}**" if cell.state in STRONG else words


def _verdict(column: Column) -> str:
    return markdown_text(column.headline)


def _notes(matrix: Matrix) -> Iterator[str]:
    yield ""
    yield from _list(f"{c.head} is {c.label} at {c.url}: {c.file}, {c.made}" for c in matrix.columns)
    if listed := differences(matrix.columns):
        yield "\nThe reports differ:\n"
        yield from _list(listed)
    if left := not_judged(matrix):
        yield f"\n{markdown_text(left)}"


def _list(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield f"- {markdown_text(text)}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
