"""What changed from one report to another, scenario by scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from upsertspec.errors import ConfigError
from upsertspec.report.compare.matrix import Column, shown, shown_file
from upsertspec.report.compare.states import status
from upsertspec.report.reading import load

Result = Mapping[str, Any]
MET = ("passed", "deviates", "stale known failure")
BROKEN = ("failed", "known failure")
WARNED = "warned"
NOT_CLAIMED = "not claimed"
TESTED = (*MET, *BROKEN, WARNED)


class Kind(StrEnum):
    """What became of a scenario."""

    BROKEN = "broken"
    UNTESTED = "no longer tested"
    FIXED = "fixed"
    WARNED = "warned now"
    TESTED = "newly tested"
    CLAIMED = "newly claimed"
    UNCLAIMED = "no longer claimed"
    DECLARED = "declared otherwise"
    ADDED = "added"
    REMOVED = "removed"
    OTHER = "changed otherwise"


@dataclass(frozen=True)
class Change:
    """A scenario whose result is another now; one of the two results may be missing."""

    kind: Kind
    old: Result | None
    new: Result | None

    @property
    def result(self) -> Result:
        """The new result, or the old one where there is no new."""
        return self.new or self.old or {}

    @property
    def words(self) -> str:
        """From which status to which."""
        return " → ".join(status(result) for result in (self.old, self.new) if result)

    @property
    def breaks(self) -> bool:
        """Whether the target got worse: what was met is broken, or, being a MUST, can't be shown any more."""
        lost = self.kind is Kind.UNTESTED and self.result["level"] == "MUST" and bool(self.old)
        return self.kind is Kind.BROKEN or (lost and status(self.old or {}) in MET)


@dataclass(frozen=True)
class Diff:
    """Two reports, and what changed between them."""

    old: Column
    new: Column

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every change, by its kind, in the order of the reports."""
        order = list(Kind)
        return tuple(sorted(self._changes(), key=lambda change: order.index(change.kind)))

    @property
    def broke(self) -> bool:
        """Whether anything got worse."""
        return any(change.breaks for change in self.changes)

    @property
    def summary(self) -> str:
        """The number of changes of each kind, and of scenarios that are as before."""
        counted = Counter(change.kind for change in self.changes)
        shared = sum(change.old is not None and change.new is not None for change in self.changes)
        same = len(_by_id(self.old).keys() & _by_id(self.new).keys()) - shared
        return ", ".join([*(f"{counted[kind]} {kind}" for kind in Kind if counted[kind]), f"{same} as before"])

    def _changes(self) -> Iterator[Change]:
        old, new = _by_id(self.old), _by_id(self.new)
        for ident in {**new, **old}:
            before, after = old.get(ident), new.get(ident)
            if kind := self._kind(before, after):
                yield Change(kind, before, after)

    def _kind(self, old: Result | None, new: Result | None) -> Kind | None:
        if old is None or new is None:
            return Kind.ADDED if old is None else Kind.REMOVED
        before, after = status(old), status(new)
        if before == after:
            return Kind.DECLARED if before == "deviates" and self._reason(old) != self._reason(new) else None
        return _kind(before, after)

    def _reason(self, result: Result) -> str:
        """The reason, without the names that only one of the runs made."""
        reason = str(result["reason"])
        for column in (self.old, self.new):
            reason = reason.replace(column.report["run"]["id"] or "\0", "…")
        return reason


def read_two(old: str, new: str) -> Diff:
    """The diff of two reports. Raises ConfigError where one is none, or where they have no scenario in common."""
    before, after = (
        Column(head, shown(report["target"]["name"] or report["target"]["url"]), shown_file(file), report)
        for head, file, report in (("old", old, load(Path(old))), ("new", new, load(Path(new))))
    )
    if not _by_id(before).keys() & _by_id(after).keys():
        raise ConfigError(["the reports have no scenario in common; name two of the same profiles and selection"])
    return Diff(before, after)


def _kind(before: str, after: str) -> Kind:
    """The kind of a change of status. A status that is not known here shows nothing: it counts as not tested."""
    if NOT_CLAIMED in (before, after):
        return Kind.CLAIMED if before == NOT_CLAIMED else Kind.UNCLAIMED
    if (before in TESTED) != (after in TESTED):
        return Kind.TESTED if after in TESTED else Kind.UNTESTED
    if after in BROKEN and before not in BROKEN and before in TESTED:
        return Kind.BROKEN
    if after in MET and before in (*BROKEN, WARNED):
        return Kind.FIXED
    if after == WARNED:
        return Kind.WARNED
    same = {before, after}
    return Kind.DECLARED if same <= set(MET) or same <= set(BROKEN) else Kind.OTHER


def _by_id(column: Column) -> Mapping[str, Result]:
    return {result["id"]: result for result in column.report["results"]}
