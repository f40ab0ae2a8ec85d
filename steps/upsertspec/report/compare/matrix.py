"""The matrix: a row for each criterion, a column for each report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from upsertspec.http.text import printable
from upsertspec.report.compare.cell import Cell, Share
from upsertspec.report.evidence import telling
from upsertspec.report.reading import load
from upsertspec.report.status import Listed, row
from upsertspec.report.verdict import share

LABEL = 60
DIGEST = 12
Report = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One report: its short head (A, B, … or old and new), its unique label, and its file."""

    head: str
    label: str
    file: str
    report: Report

    @cached_property
    def by_criterion(self) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
        """The results of each criterion."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for result in self.report["results"]:
            found.setdefault(result["criterion"], []).append(result)
        return {name: tuple(results) for name, results in found.items()}

    @cached_property
    def criteria(self) -> Mapping[str, Mapping[str, Any]]:
        """The criteria of the suite that made it."""
        return {criterion["id"]: criterion for criterion in self.report["criteria"]}

    @property
    def verdict(self) -> str:
        """The verdict."""
        return str(self.report["verdict"]["verdict"])

    @cached_property
    def claimed(self) -> Mapping[str, int]:
        """The number of scenarios with each status, of those that are claimed."""
        return Cell(tuple(self.report["results"])).claimed

    @cached_property
    def whole(self) -> Share:
        """How many of all its scenarios passed."""
        return Share.of(self.claimed)

    @property
    def share(self) -> str:
        """The share of its scenarios that applies to the target, like "131 of 192"; empty if all of them do."""
        return share(self.report["verdict"]["counts"])

    @property
    def headline(self) -> str:
        """The verdict with all counts, and as how many findings the failures read."""
        found = len(self.report.get("findings", ()))
        findings = f"; {found} finding{'s' if found > 1 else ''}" if found else ""
        return shown(self.report["verdict"]["headline"], 1000) + findings

    @property
    def url(self) -> str:
        """The address of the target."""
        return shown(self.report["target"]["url"], 200)

    @property
    def place(self) -> str:
        """The label, and the address unless the label is the address."""
        return self.label if self.url in self.label else f"{self.label}, {self.url}"

    @property
    def made(self) -> str:
        """The version that made the report, and when."""
        version, started = self.report["suite"]["version"], self.report["run"]["started"]
        return f"upsertspec {shown(version)}, features {self.features}, {shown(started)}"

    @property
    def features(self) -> str:
        """The beginning of the digest of the features."""
        return str(self.report["suite"]["features_digest"][:DIGEST])

    def cell(self, criterion: str) -> Cell:
        """The result of a criterion."""
        return Cell(self.by_criterion.get(criterion, ()), criterion in self.criteria)


@dataclass(frozen=True)
class Row:
    """A criterion and its cells, one for each column."""

    id: str
    profile: str
    level: str
    sentence: str
    cells: tuple[Cell, ...]

    @property
    def asked(self) -> bool:
        """Whether any of the targets was asked for it."""
        return any(cell.asked for cell in self.cells)

    @property
    def same(self) -> bool:
        """Whether all targets have the same result."""
        return len({cell.words for cell in self.cells}) == 1


@dataclass(frozen=True)
class Matrix:
    """Criteria by targets."""

    columns: tuple[Column, ...]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """A row for each criterion that any of the reports has."""
        ids = {ident for column in self.columns for ident in (*column.criteria, *column.by_criterion)}
        return tuple(map(self._row, sorted(ids)))

    def _row(self, ident: str) -> Row:
        found = next((c.criteria[ident] for c in self.columns if ident in c.criteria), {})
        profile, level, sentence = (shown(str(found.get(name, "")), 300) for name in ("profile", "level", "sentence"))
        return Row(ident, profile, level, sentence, tuple(c.cell(ident) for c in self.columns))


def read(files: Sequence[str]) -> Matrix:
    """The matrix of these reports, in this order. Raises ConfigError if one cannot be read."""
    reports = [_light(load(Path(file))) for file in files]
    places = [shown_file(file) for file in files]
    labels = apart([_name(report) for report in reports], places)
    listed = zip(labels, places, reports, strict=True)
    return Matrix(tuple(Column(head(index), *each) for index, each in enumerate(listed)))


def _light(report: Report) -> Report:
    """The report without the evidence that is not shown, so that many reports fit into memory."""
    results = [{**r, "steps": [], "exchanges": _shown_of(r), "history": None} for r in report["results"]]
    return {**report, "results": results}


def _shown_of(result: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if row(result["status"]).listed is Listed.NUMBER:
        return []
    return telling(result["exchanges"], result.get("history"))


def apart(names: Sequence[str], files: Sequence[str]) -> list[str]:
    """A label for each name: equal names get their file, and if that is equal too, a number."""
    often = Counter(names)
    labels = [name if often[name] == 1 else f"{name} ({file})" for name, file in zip(names, files, strict=True)]
    often = Counter(labels)
    return [label if often[label] == 1 else f"{label} #{number}" for number, label in enumerate(labels, 1)]


def head(index: int) -> str:
    """A, B, … Z, AA, AB, …"""
    before, letter = divmod(index, 26)
    return (head(before - 1) if before else "") + chr(ord("A") + letter)


def shown(text: str, most: int = LABEL) -> str:
    """Text of a report as printable text, its end left out if it is long."""
    text = printable(text[: most * 2])
    return text if len(text) <= most else f"{text[: most - 1]}…"


def shown_file(name: str) -> str:
    """The name of a file as printable text, its beginning left out if it is long."""
    name = printable(name)
    return name if len(name) <= LABEL else f"…{name[1 - LABEL :]}"


def _name(report: Report) -> str:
    """The implementation and its version, if the report has them, or else the name of the target or its address."""
    target = report["target"]
    who = target.get("implementation", {})
    stated = " ".join(filter(None, (who.get("project"), who.get("version")))) if who.get("project") else ""
    return shown(stated or target["name"].strip() or target["url"])
