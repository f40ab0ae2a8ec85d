"""What changed from one report to the next, scenario by scenario."""

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
from upsertspec.report.reading import load
from upsertspec.report.status import Counts, Status, row

Result = Mapping[str, Any]


class Kind(StrEnum):
    """The kind of a change, the worst first."""

    BROKEN = "broken"
    UNTESTED = "no longer tested"
    FIXED = "fixed"
    WARNED = "warned now"
    TESTED = "newly tested"
    CLAIMED = "newly claimed"
    UNCLAIMED = "no longer claimed"
    APPLICABLE = "newly applicable"
    INAPPLICABLE = "no longer applicable"
    DECLARED = "declared otherwise"
    ADDED = "added"
    REMOVED = "removed"
    OTHER = "changed otherwise"


@dataclass(frozen=True)
class Change:
    """A scenario whose result changed; one of the two results may be missing."""

    kind: Kind
    old: Result | None
    new: Result | None

    @property
    def result(self) -> Result:
        """The new result, or the old one if there is no new one."""
        return self.new or self.old or {}

    @property
    def words(self) -> str:
        """The old and the new status."""
        return " → ".join(result["status"] for result in (self.old, self.new) if result)

    @property
    def breaks(self) -> bool:
        """Whether the target got worse: what it met is broken, or is a MUST that can no longer be tested."""
        lost = self.kind is Kind.UNTESTED and self.result["level"] == "MUST"
        return self.kind is Kind.BROKEN or (lost and self.old is not None and _met(self.old["status"]))


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
        """The number of changes of each kind, and of scenarios that did not change."""
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
        before, after = str(old["status"]), str(new["status"])
        if before == after:
            return Kind.DECLARED if before == Status.DEVIATES and self._reason(old) != self._reason(new) else None
        return _kind(before, after)

    def _reason(self, result: Result) -> str:
        """The reason, without the letters that mark the names of its run."""
        reason = str(result["reason"])
        for column in (self.old, self.new):
            reason = reason.replace(column.report["run"]["id"], "…")
        return reason


def read_two(old: str, new: str) -> Diff:
    """The diff of two reports. Raises ConfigError if one cannot be read, or if they have no scenario in common."""
    before, after = (
        Column(head, shown(report["target"]["name"] or report["target"]["url"]), shown_file(file), report)
        for head, file, report in (("old", old, load(Path(old))), ("new", new, load(Path(new))))
    )
    if not _by_id(before).keys() & _by_id(after).keys():
        raise ConfigError(["the reports have no scenario in common; name two of the same profiles and selection"])
    return Diff(before, after)


def _kind(before: str, after: str) -> Kind:
    """The kind of a change of status."""
    if Status.NOT_CLAIMED in (before, after):
        return Kind.CLAIMED if before == Status.NOT_CLAIMED else Kind.UNCLAIMED
    if Status.NOT_APPLICABLE in (before, after):
        return Kind.APPLICABLE if before == Status.NOT_APPLICABLE else Kind.INAPPLICABLE
    if row(before).judged != row(after).judged:
        return Kind.TESTED if row(after).judged else Kind.UNTESTED
    if _broken(after) and not _broken(before) and row(before).judged:
        return Kind.BROKEN
    if _met(after) and row(before).judged and not _met(before):
        return Kind.FIXED
    if after == Status.WARNED:
        return Kind.WARNED
    same = (_met(before) and _met(after)) or (_broken(before) and _broken(after))
    return Kind.DECLARED if same else Kind.OTHER


def _met(status: str) -> bool:
    return row(status).counts is Counts.PASS


def _broken(status: str) -> bool:
    return row(status).counts is Counts.FAILURE and status != Status.WARNED


def _by_id(column: Column) -> Mapping[str, Result]:
    return {result["id"]: result for result in column.report["results"]}
