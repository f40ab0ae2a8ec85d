"""The matrix for a terminal: short heads with a legend, in several blocks if the columns do not fit side by side."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from upsertspec.report.compare.cell import LEGEND, Cell
from upsertspec.report.compare.differences import differences
from upsertspec.report.compare.matrix import Column, Matrix, Row
from upsertspec.report.console import Console
from upsertspec.report.verdict import VERDICTS, Verdict

NARROWEST = 40
GAP = 2
SENTENCE = 24


def terminal(matrix: Matrix, console: Console) -> str:
    """The legend with each verdict, the differences, and the matrix, no wider than the console."""
    width = max(console.width, NARROWEST)
    rows = [row for row in matrix.rows if row.asked]
    lines = [*legend(matrix.columns, width), *listed_differences(matrix.columns, width), ""]
    short = not _fits(matrix.columns, rows, width)
    for block in _blocks(matrix.columns, rows, width, short):
        lines += [*_block(matrix.columns, block, rows, width, short, console), ""]
    lines += textwrap.wrap(_words(rows), width) if short else []
    lines += textwrap.wrap(not_judged(matrix), width)
    return "\n".join(lines).rstrip() + "\n"


def listed_differences(columns: Sequence[Column], width: int) -> list[str]:
    """What the reports differ in, wrapped; no lines if they do not differ."""
    listed = [
        line for text in differences(columns) for line in textwrap.wrap(f"- {text}", width, subsequent_indent="  ")
    ]
    return ["", "The reports differ:", *listed] if listed else []


def not_judged(matrix: Matrix) -> str:
    """What no target was asked for: whole profiles, and else the number of criteria; empty if there is nothing."""
    left = Counter(row.profile for row in matrix.rows if not row.asked)
    every = Counter(row.profile for row in matrix.rows)
    parts = [
        name if left[name] == every[name] else f"{left[name]} of {every[name]} criteria of {name}" for name in left
    ]
    return f"Judged on none of the targets: {', '.join(parts)}" if parts else ""


def legend(columns: Sequence[Column], width: int) -> Iterator[str]:
    """Each column with its head, its target, its file and its verdict."""
    indent = " " * (max(len(c.head) for c in columns) + GAP)
    for column in columns:
        first = f"{column.head:<{len(indent)}}{column.place}"
        for text in (first, f"{indent}{column.file}: {column.made}", f"{indent}{column.headline}"):
            yield from textwrap.wrap(text, width, subsequent_indent=indent)


def _fits(columns: Sequence[Column], rows: Sequence[Row], width: int) -> bool:
    """Whether whole words fit, with room for the sentences of the criteria."""
    used = sum(_column_width(column, at, rows, short=False) + GAP for at, column in enumerate(columns))
    return _first_width(rows) + used + SENTENCE <= width


def _blocks(columns: Sequence[Column], rows: Sequence[Row], width: int, short: bool) -> Iterator[list[int]]:
    """The numbers of the columns that stand side by side."""
    block: list[int] = []
    used = _first_width(rows)
    for at, column in enumerate(columns):
        own = _column_width(column, at, rows, short) + GAP
        if block and used + own > width:
            yield block
            block, used = [], _first_width(rows)
        block.append(at)
        used += own
    yield block


def _block(
    columns: Sequence[Column], block: Sequence[int], rows: Sequence[Row], width: int, short: bool, console: Console
) -> Iterator[str]:
    widths = [_column_width(columns[at], at, rows, short) for at in block]
    first = _first_width(rows)
    chosen = [columns[at] for at in block]
    for name, cells in (("", [c.head for c in chosen]), ("verdict", [_verdict(c, short) for c in chosen])):
        yield f"{name:<{first}}" + _padded(cells, widths)
    room = width - first - sum(width + GAP for width in widths) - GAP
    for row in rows:
        cells = [
            console.paint(f"{_text(row.cells[at], short):<{own}}", row.cells[at].ansi)
            for at, own in zip(block, widths, strict=True)
        ]
        sentence = textwrap.shorten(row.sentence, room, placeholder=" …") if room >= SENTENCE else ""
        yield (f"{row.id:<{first}}" + "".join(" " * GAP + cell for cell in cells) + " " * GAP + sentence).rstrip()


def _padded(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(" " * GAP + f"{cell:<{own}}" for cell, own in zip(cells, widths, strict=True)).rstrip()


def _text(cell: Cell, short: bool) -> str:
    return cell.short if short else cell.words


def _verdict(column: Column, short: bool) -> str:
    """The verdict, and the share that applies if that is not all."""
    if short:
        return f"{VERDICTS[Verdict(column.verdict)].short} {column.share.replace(' of ', '/')}".rstrip()
    return f"{column.verdict}, {column.share} apply" if column.share else column.verdict


def _first_width(rows: Sequence[Row]) -> int:
    return max([len("verdict"), *(len(row.id) for row in rows)])


def _column_width(column: Column, at: int, rows: Sequence[Row], short: bool) -> int:
    cells = [len(_text(row.cells[at], short)) for row in rows]
    return max([len(column.head), len(_verdict(column, short)), *cells])


def _words(rows: Sequence[Row]) -> str:
    used = {cell.short.split(" ")[0] for row in rows for cell in row.cells}
    return "; ".join(f"{word}: {meaning}" for word, meaning in LEGEND.items() if word in used)
