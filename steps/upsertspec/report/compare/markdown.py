"""The matrix as a table of GitHub's Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upsertspec.report.compare.cell import Cell
from upsertspec.report.compare.differences import differences
from upsertspec.report.compare.matrix import Matrix, Row
from upsertspec.report.compare.terminal import not_judged
from upsertspec.report.markdown_text import prose
from upsertspec.report.status import row

LONGEST = 1200


def markdown(matrix: Matrix) -> str:
    """The verdicts and the matrix as one table, then where the reports come from and what they differ in."""
    columns = matrix.columns
    lines = [
        _line(["", *(prose(f"{c.head}: {c.label}", LONGEST) for c in columns)]),
        _line(["---"] * (len(columns) + 1)),
        _line(["verdict", *(prose(c.headline, LONGEST) for c in columns)]),
        *(_row(row) for row in matrix.rows if row.asked),
        *_notes(matrix),
    ]
    return "\n".join(lines) + "\n"


def _row(row: Row) -> str:
    return _line([prose(f"{row.id} {row.sentence}", LONGEST), *map(_cell, row.cells)])


def _cell(cell: Cell) -> str:
    return f"**{cell.words}**" if cell.counts and row(cell.state).red else cell.words


def _notes(matrix: Matrix) -> Iterator[str]:
    yield ""
    yield from _list(f"{c.head} is {c.place}: {c.file}, {c.made}" for c in matrix.columns)
    if listed := differences(matrix.columns):
        yield "\nThe reports differ:\n"
        yield from _list(listed)
    if left := not_judged(matrix):
        yield f"\n{left}"


def _list(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield f"- {prose(text, LONGEST)}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
