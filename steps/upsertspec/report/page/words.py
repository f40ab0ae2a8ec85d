"""What the page says in words: states and their signs, the verdict in a sentence, times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# By weight: a criterion shows the first of these that one of its scenarios has.
STATES = (
    "failed",
    "stale known failure",
    "harness error",
    "known failure",
    "not testable",
    "warned",
    "deviates",
    "passed",
    "not claimed",
)
UNKNOWN = "unknown"
NOT_SELECTED = "not selected"
SERIOUS = STATES[:3]
NOT_TESTABLE, NOT_CLAIMED, PASSED = "not testable", "not claimed", "passed"

MEANING = {
    "passed": "as the criterion asks",
    "failed": "a MUST is broken",
    "warned": "a SHOULD is broken",
    "deviates": "right, but for a status that the target declared",
    "known failure": "it fails, as the target file says",
    "stale known failure": "it passes, although the target file says that it fails",
    "not testable": "it could not be tested; this never counts as a pass",
    "not claimed": "its profile is not claimed, so it was not run",
    "harness error": "the suite failed, or the run was cut short",
}
SENTENCES = {
    "conformant": "Every MUST that was selected was tested, and is met.",
    "not conformant": "At least one MUST is broken.",
    "incomplete": "No MUST is seen broken, but not everything could be tested, which never counts as a pass.",
}

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='8' "
    "fill='%23{colour}'/%3E%3Cpath d='{path}' fill='none' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E"
)
ICONS = {
    "conformant": {"colour": "0d6b34", "path": "M4 8l3 3 5-6"},
    "not conformant": {"colour": "b3141d", "path": "M5 5l6 6M11 5l-6 6"},
}
OTHER_ICON = {"colour": "855000", "path": "M8 4v5M8 11v2"}


def icon(verdict: str) -> str:
    """The page's icon: with one of its own, no browser asks the server for another."""
    return ICON.format(**ICONS.get(verdict, OTHER_ICON))


def kind(status: str) -> str:
    """The class of a status in the style sheet. A status of a newer suite is `unknown` there, and keeps its words."""
    return status.replace(" ", "-") if status in (*STATES, NOT_SELECTED) else UNKNOWN


def weight(status: str) -> int:
    """Where a status stands: what matters most comes first, and what we do not know before what went well."""
    return STATES.index(status) if status in STATES else STATES.index(PASSED)


def worst(counts: Mapping[str, int]) -> str:
    """The status that a criterion shows."""
    return min((status for status, number in counts.items() if number), key=weight, default=NOT_SELECTED)


def sentence(document: Mapping[str, Any]) -> str:
    """The verdict in plain words, with what it rests on."""
    found = document["verdict"]
    counts = found["counts"]
    said = SENTENCES.get(found["verdict"], "")
    if counts.get("failed"):
        broken = {r["criterion"] for r in document["results"] if r["status"] == "failed"}
        said = f"{many(counts['failed'], 'scenario')} of {_criteria(len(broken))} show that a MUST is broken."
    elif found["verdict"] == "not conformant":
        said += " Each failure is listed in the target file as known."
    if counts.get("stale known failure"):
        said += f" {many(counts['stale known failure'], 'known failure')} passes now: take it out of the target file."
    return said


def many(number: int, noun: str) -> str:
    """`1 scenario`, `2 scenarios`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _criteria(number: int) -> str:
    return "one criterion" if number == 1 else f"{number} criteria"


def duration(seconds: float | None) -> str:
    """A time in three figures, in the unit that fits."""
    if seconds is None:
        return "no answer"
    if seconds < 1:
        return f"{_figures(seconds * 1000)} ms"
    return f"{_figures(seconds)} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _figures(value: float) -> str:
    return "0" if value == 0 else f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def moment(stamp: str) -> str:
    """An RFC 3339 time in words; as it is where it is none."""
    try:
        when = datetime.fromisoformat(stamp).astimezone(UTC)
    except ValueError:
        return stamp
    return f"{when.day} {when:%B %Y, %H:%M:%S} UTC"
