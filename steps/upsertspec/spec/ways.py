"""The matrix of `features/ways.toml`: which scenarios ask an invariant, or send a value, in which way to write.

No scenario is listed by hand: a scenario belongs to a cell if its sentences fit the patterns of the row and the column.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import ascii_lowercase
from typing import Any

from pytest_bdd.parser import ScenarioTemplate, Step

from upsertspec.spec import criteria as spec
from upsertspec.spec.files import features_dir
from upsertspec.spec.options import OPTIONS
from upsertspec.spec.schema import Table, tables

ANY = "*"


@dataclass(frozen=True)
class Sent:
    """A value that a scenario sends, as its cell has it. `type` is that of its field, or `key` for a text in a key."""

    type: str
    cell: str


@dataclass(frozen=True)
class Asked:
    """A case as text: its title and all its steps; `when` is the request alone, with the names of its fields."""

    case: spec.Case
    when: str
    text: str
    sent: frozenset[Sent]


@dataclass(frozen=True)
class Cell:
    """The cases of a way to write and of a row, or the reason why there are none."""

    row: str
    way: str
    cases: tuple[spec.Case, ...]
    reason: str

    @property
    def scenarios(self) -> list[str]:
        """The ids of the scenarios; an outline is one."""
        return list(dict.fromkeys(case.scenario for case in self.cases))


@dataclass(frozen=True)
class Matrix:
    """A table: its ways (name to title), and for each row (its title) a cell for each way.

    `unused` are the reasons that no empty cell needs.
    """

    ways: Mapping[str, str]
    rows: Mapping[str, Sequence[Cell]]
    unused: Sequence[str]

    @property
    def reasons(self) -> Mapping[str, str]:
        """A letter for each reason."""
        why = dict.fromkeys(cell.reason for cells in self.rows.values() for cell in cells if cell.reason)
        return dict(zip(why, ascii_lowercase, strict=False))

    @property
    def empty(self) -> list[Cell]:
        """The cells that have neither a case nor a reason."""
        return [cell for cells in self.rows.values() for cell in cells if not cell.cases and not cell.reason]


def invariants() -> Matrix:
    """What must hold, by the ways to write. Raises ValueError where ways.toml names what it does not have."""
    return _matrix("invariants", {row["title"]: _says(_pattern(row["text"])) for row in _raw()["invariants"]})


def values() -> Matrix:
    """Which values are sent and found again, by the ways to write."""
    kept = _pattern(_raw()["kept"])
    rows: dict[str, Callable[[Asked], bool]] = {}
    for row in _raw()["values"]:
        rows[f"{row['type']}: {row['title']}"] = _sends(row["type"], _pattern(row["cell"]), kept)
    return _matrix("values", rows)


def _says(pattern: re.Pattern[str]) -> Callable[[Asked], bool]:
    return lambda asked: bool(pattern.search(asked.text))


def _sends(kind: str, cell: re.Pattern[str], kept: re.Pattern[str]) -> Callable[[Asked], bool]:
    def sends(asked: Asked) -> bool:
        found = any(sent.type == kind and cell.fullmatch(sent.cell) for sent in asked.sent)
        return found and bool(kept.search(asked.text))

    return sends


def _matrix(name: str, rows: Mapping[str, Callable[[Asked], bool]]) -> Matrix:
    ways = _raw()["ways"]
    fitting = {way["name"]: [asked for asked in every_case() if _fits(way, asked)] for way in ways}
    reasons = [_Reason(each["row"], tuple(each["ways"]), each["why"]) for each in _raw()["reasons"][name]]
    if unknown := {word for each in reasons for word in (each.row, *each.ways)} - {ANY, *rows, *fitting}:
        raise ValueError(f"ways.toml gives reasons for {', '.join(sorted(unknown))}, which it does not have")
    made: dict[str, list[Cell]] = {}
    used: set[_Reason] = set()
    for row, is_asked in rows.items():
        for way, cases in fitting.items():
            found = tuple(asked.case for asked in cases if is_asked(asked))
            reason = next((each for each in reasons if not found and each.is_for(row, way)), None)
            used |= {reason} if reason else set()
            made.setdefault(row, []).append(Cell(row, way, found, reason.why if reason else ""))
    unused = [f"{each.row}, {', '.join(each.ways)}: {each.why}" for each in reasons if each not in used]
    return Matrix({way["name"]: way["title"] for way in ways}, made, unused)


@dataclass(frozen=True)
class _Reason:
    row: str
    ways: tuple[str, ...]
    why: str

    def is_for(self, row: str, way: str) -> bool:
        return self.row in (ANY, row) and (ANY in self.ways or way in self.ways)


def _fits(way: Mapping[str, str], asked: Asked) -> bool:
    when = way.get("when") or next(option.pattern for option in OPTIONS if option.name == way["name"])
    is_way = bool(_pattern(when).search(asked.when))
    return is_way and bool(_pattern(way.get("text", "")).search(asked.text))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.MULTILINE)


@cache
def _raw() -> Mapping[str, Any]:
    with (features_dir() / "ways.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def every_case() -> tuple[Asked, ...]:
    """Every case of the specification as text."""
    cases = {case.id: case for case in spec.cases()}
    return tuple(
        _asked(cases[spec.case_id(template, example)], template, example)
        for feature in spec.features()
        for template in feature.scenarios.values()
        for example in spec.examples(template)
    )


def _asked(case: spec.Case, template: ScenarioTemplate, example: Mapping[str, str]) -> Asked:
    steps = template.render(example).steps
    request = next(step for step in steps if step.type == "when")
    when = "\n".join([request.name, *_lines(request)[:1], request.docstring or ""])
    lines = [line for step in steps for line in (step.name, *_lines(step), step.docstring) if line]
    return Asked(case, when, "\n".join([case.title, *lines]), frozenset(_sent(request, steps)))


def _cells(step: Step) -> list[list[str]]:
    return [[cell.value for cell in row.cells] for row in step.datatable.rows] if step.datatable else []


def _lines(step: Step) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in _cells(step)]


def _sent(request: Step, steps: Sequence[Step]) -> Iterator[Sent]:
    """The values in the table of a request, and the one that it has `written as` JSON."""
    table = _table_in(request.name)
    if table is None:  # a named record is changed
        changed = re.findall(r"changes (\w+)", request.name)
        given = [
            step.name for step in steps if step.type == "given" and any(changed == row[:1] for row in _cells(step))
        ]
        table = _table_in(given[0]) if given else None
    if table is None:
        return
    if found := re.search(r", (\w+) written as (.+):$", request.name):
        yield Sent(_type(table, found[1]), f"`{found[2]}`")
    header, *body = _cells(request) or [[]]
    for row in body:
        yield from (Sent(_type(table, name), cell) for name, cell in zip(header, row, strict=True) if cell)


def _table_in(sentence: str) -> Table | None:
    return next((tables()[word] for word in re.findall(r"\w+", sentence) if word in tables()), None)


def _type(table: Table, name: str) -> str:
    return "key" if name in table.marked else table.type_of(name).name
