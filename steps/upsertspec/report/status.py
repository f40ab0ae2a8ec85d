"""The statuses that a scenario can have, and everything that the outputs need to know about each of them.

Every output asks this table: terminal, JSON, page, Markdown, compare, diff, badge, JUnit, CTRF, Cucumber, Allure
and the exit code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

NOT_SELECTED = "not selected"
"""What a criterion shows when none of its scenarios was selected."""

HAD_ENDED = "the run had ended"
"""The reason of what a run that ended early left out, where the head says why it ended."""


class Status(StrEnum):
    """The status of a scenario. Every planned scenario has exactly one."""

    PASSED = "passed"
    DEVIATES = "deviates"
    FAILED = "failed"
    WARNED = "warned"
    KNOWN_FAILURE = "known failure"
    STALE = "stale"
    NOT_APPLICABLE = "not applicable"
    NOT_TESTABLE = "not testable"
    NOT_CLAIMED = "not claimed"
    NOT_SCORED = "not scored"
    ERROR = "harness error"


class Counts(StrEnum):
    """What a status counts as in the verdict."""

    PASS = "pass"  # noqa: S105 - not a password
    FAILURE = "failure"
    OPEN = "open"
    """It should have been judged and was not."""
    NOTHING = "nothing"


class Listed(StrEnum):
    """How an output lists the scenarios of a status: one by one, grouped by their reason, or only as a number."""

    EACH = "each"
    BY_REASON = "by reason"
    NUMBER = "number"


@dataclass(frozen=True)
class Row:
    """A line of the table.

    A status counts only for a MUST, unless `any_level` is set; a run in which it counts has its `exit_code`.
    `short` is its name in a narrow column. `ansi` is the SGR code of its colour on a terminal; `light` and `dark` are
    its colours on a page. `junit` is the element of a test case, empty for a plain pass; `ctrf`, `cucumber`
    and `allure` are the words of those formats.
    """

    status: Status
    meaning: str
    counts: Counts
    exit_code: int
    listed: Listed
    short: str
    symbol: str
    emoji: str
    ansi: str
    light: str
    dark: str
    junit: str
    ctrf: str
    cucumber: str
    allure: str
    any_level: bool = False

    @property
    def css(self) -> str:
        """The class of the status in a style sheet."""
        return self.status.replace(" ", "-")

    @property
    def judged(self) -> bool:
        """Whether the target was judged: its answers show that it meets the scenario or that it does not."""
        return self.counts in (Counts.PASS, Counts.FAILURE)

    @property
    def red(self) -> bool:
        """Whether it turns a CI job red by itself."""
        return self.junit in ("failure", "error")

    def matters(self, level: str) -> bool:
        """Whether it has an effect on the verdict and the exit code, for a scenario of this level."""
        return self.any_level or level == "MUST"


# The worst first: a criterion shows the first of these that one of its scenarios has.
TABLE = (
    Row(Status.FAILED, "a MUST is broken", Counts.FAILURE, 1, Listed.EACH, "FAIL",
        "✗", "❌", "1;31", "#b3141d", "#ff8f89", "failure", "failed", "FAILED", "failed", any_level=True),
    Row(Status.STALE, "the target file lists a failure, a deviation or a statement that is no longer true",
        Counts.PASS, 1, Listed.EACH, "stale", "⚐", "♻️", "31", "#a3195b", "#f58bbf",
        "failure", "failed", "FAILED", "failed", any_level=True),
    Row(Status.ERROR, "the suite failed, or the run was cut short", Counts.OPEN, 3, Listed.EACH, "error",
        "‼", "💥", "31", "#8f2f00", "#ffa37a", "error", "failed", "UNKNOWN", "broken", any_level=True),
    Row(Status.KNOWN_FAILURE, "it fails, as the target file says", Counts.FAILURE, 0, Listed.EACH, "known",
        "⚑", "📌", "35", "#6b3fa0", "#c7a4f5", "skipped", "other", "PENDING", "skipped"),
    Row(Status.NOT_TESTABLE, "it could not be tested; this never counts as a pass", Counts.OPEN, 3, Listed.BY_REASON,
        "untested", "⊘", "❔", "33", "#46505f", "#b3bccb", "skipped", "other", "UNKNOWN", "unknown"),
    Row(Status.WARNED, "a SHOULD is broken", Counts.FAILURE, 0, Listed.EACH, "warn",
        "!", "⚠️", "33", "#855000", "#f2b84b", "", "other", "PENDING", "unknown"),
    Row(Status.DEVIATES, "right, except for a status that the target file declares", Counts.PASS, 0, Listed.BY_REASON,
        "dev", "≈", "🔀", "36", "#0b5f76", "#5cc8e0", "skipped", "other", "PENDING", "unknown"),
    Row(Status.PASSED, "as the criterion asks", Counts.PASS, 0, Listed.NUMBER, "pass",
        "✓", "✅", "32", "#0d6b34", "#5fd38d", "", "passed", "PASSED", "passed"),
    Row(Status.NOT_APPLICABLE, "the target file rules it out; this never counts as a pass", Counts.NOTHING, 0,
        Listed.BY_REASON, "n/a", "∅", "🚫", "2", "#5b6270", "#a8b0bd", "skipped", "skipped", "SKIPPED", "skipped"),
    Row(Status.NOT_SCORED, "it is not met, and its criterion is newer than the requirement set", Counts.NOTHING, 0,
        Listed.BY_REASON, "new", "◌", "🆕", "34", "#1f5f8b", "#7fc4ee", "skipped", "skipped", "SKIPPED", "skipped"),
    Row(Status.NOT_CLAIMED, "its profile is not claimed, so it was not run", Counts.NOTHING, 0, Listed.NUMBER, "-",
        "○", "▫️", "2", "#5b6270", "#a8b0bd", "skipped", "skipped", "SKIPPED", "skipped"),
)  # fmt: skip
"""A SHOULD that fails is *warned*, never *failed*."""

_BY_NAME = {row.status.value: row for row in TABLE}
_RANK = {row.status.value: rank for rank, row in enumerate(TABLE)}


def row(status: str) -> Row:
    """The line of a status. Raises KeyError for an unknown name."""
    return _BY_NAME[status]


def rank(status: str) -> int:
    """How bad a status is: 0 is the worst."""
    return _RANK[status]


def worst(statuses: Iterable[str]) -> str:
    """The worst of these statuses; NOT_SELECTED if there are none."""
    return min(statuses, key=rank, default=NOT_SELECTED)


def by_severity(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts that are not 0, the worst status first."""
    return {status: counts[status] for status in sorted(counts, key=rank) if counts[status]}
