"""The reports of each implementation, the oldest first, and what changed from one to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from upsertspec.errors import ConfigError
from upsertspec.report.compare.cell import Share
from upsertspec.report.compare.changes import Diff
from upsertspec.report.compare.matrix import Column, shown
from upsertspec.report.reading import load
from upsertspec.report.status import Status
from upsertspec.report.verdict import VERDICTS, Verdict

REPORT = "report.json"
MOST = 500
"""Reports that are read."""
Raw = Mapping[str, Any]


class Entry(Column):
    """One report of an implementation; its label is the version, or else the time."""

    @property
    def look(self) -> Any:
        """How its verdict is shown."""
        return VERDICTS[Verdict(self.verdict)]

    @property
    def part(self) -> str:
        """Says so if only a part of what is claimed was judged; empty otherwise."""
        run = self.report["run"]
        selected = "in a selection" if any(run["selection"].values()) else ""
        return ", ".join(filter(None, (selected, "the run ended early" if "ended_early" in run else "")))

    @property
    def version(self) -> str:
        """The version of the implementation; empty if the report has none."""
        return shown(self.report["target"].get("implementation", {}).get("version", ""), 24)

    @property
    def day(self) -> str:
        """The day of the run."""
        return str(self.report["run"]["started"][:10])

    @cached_property
    def profiles(self) -> Mapping[str, Share]:
        """The share of each profile that is claimed."""
        found: dict[str, Counter[str]] = {name: Counter() for name in self.report["target"]["profiles"]}
        for result in self.report["results"]:
            if result["profile"] in found:
                found[result["profile"]][result["status"]] += 1
        return {name: Share.of(counted) for name, counted in found.items()}


@dataclass(frozen=True)
class Line:
    """An implementation and its reports, the oldest first."""

    name: str
    maker: str
    entries: tuple[Entry, ...]

    @property
    def latest(self) -> Entry:
        """The newest report."""
        return self.entries[-1]

    @property
    def profiles(self) -> list[str]:
        """The profiles that any of its reports claims."""
        return list(dict.fromkeys(name for entry in self.entries for name in entry.profiles))

    @property
    def criteria(self) -> list[str]:
        """The criteria that any of its reports asked for."""
        every = {name for entry in self.entries for name in entry.criteria}
        return sorted(name for name in every if any(entry.cell(name).asked for entry in self.entries))

    @property
    def telling(self) -> list[str]:
        """Those of them that did not pass in every report that asked for them."""
        return [
            c for c in self.criteria if any(e.cell(c).asked and e.cell(c).state != Status.PASSED for e in self.entries)
        ]

    def sentence(self, criterion: str) -> str:
        """The sentence of a criterion, as the newest report that has it says it."""
        found = next(entry.criteria[criterion] for entry in reversed(self.entries) if criterion in entry.criteria)
        return str(found["sentence"])

    @property
    def changes(self) -> list[Diff]:
        """What changed from each report to the next."""
        return [Diff(old, new) for old, new in zip(self.entries, self.entries[1:], strict=False)]


def read(places: Sequence[str]) -> list[Line]:
    """The lines of these reports, and of those in these folders; the best latest report first.

    Raises ConfigError if a report cannot be read, or if there is none or more than MOST.
    """
    files = [file for place in places for file in _files(Path(place))]
    if not files or len(files) > MOST:
        raise ConfigError([f"{len(files)} reports are found; name 1 to {MOST}, or folders that hold them"])
    found: dict[tuple[str, str], list[Entry]] = {}
    for file in dict.fromkeys(files):
        report = _light(load(file))
        who = report["target"].get("implementation", {})
        name = shown(who.get("project") or report["target"]["name"] or report["target"]["url"])
        label = shown(who.get("version") or report["run"]["started"][:16].replace("T", " "), 24)
        entry = Entry("", label, str(file), report)
        found.setdefault((name, shown(who.get("organization", ""))), []).append(entry)
    lines = [
        Line(name, maker, tuple(sorted(entries, key=lambda entry: str(entry.report["run"]["started"]))))
        for (name, maker), entries in found.items()
    ]
    return sorted(lines, key=_place)


def _place(line: Line) -> tuple[int, bool, float, float, str]:
    """The best verdict first, and a whole run before one of a part."""
    latest = line.latest
    order = list(VERDICTS).index(Verdict(latest.verdict))
    return order, bool(latest.part), -latest.whole.of_those_that_apply, -latest.whole.that_applies, line.name


def _files(place: Path) -> Iterator[Path]:
    """The reports below a folder, or the file itself."""
    if place.is_dir():
        yield from sorted(place.rglob(REPORT))
    else:
        yield place


def _light(report: Raw) -> Raw:
    """The report without its evidence, so that many fit into memory."""
    return {**report, "results": [{**r, "steps": [], "exchanges": [], "history": None} for r in report["results"]]}
