"""What a status is called in each format that has fewer words for it than we have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A status elsewhere: JUnit's element (empty for none), CTRF's status, EARL's outcome, a mark to see it by."""

    junit: str
    ctrf: str
    earl: str
    mark: str


KINDS = {
    "passed": Kind("", "passed", "passed", "✅"),
    "deviates": Kind("skipped", "other", "cantTell", "🔀"),
    "failed": Kind("failure", "failed", "failed", "❌"),
    "warned": Kind("", "other", "failed", "⚠️"),
    "known failure": Kind("skipped", "other", "failed", "📌"),
    "stale known failure": Kind("failure", "failed", "passed", "♻️"),
    "not testable": Kind("skipped", "other", "cantTell", "❔"),
    "not claimed": Kind("skipped", "skipped", "untested", "▫️"),
    "harness error": Kind("error", "failed", "cantTell", "💥"),
}
OTHER = Kind("skipped", "other", "cantTell", "❔")
"""A status that a later version wrote: shown by its name, and never a pass."""


def kind_of(status: str) -> Kind:
    """What a status is elsewhere."""
    return KINDS.get(status, OTHER)
