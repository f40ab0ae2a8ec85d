"""The bounds of what is rendered, and numbers and times of a report that may have been written by hand."""

from __future__ import annotations

from datetime import datetime

from upsertspec.errors import ConfigError

LONGEST = 10**9
SHORT = 30_000
"""Bytes of Markdown by default: half of what a comment on a pull request holds."""
LARGEST = 1_048_576
"""Bytes of Markdown at most: what GitHub takes as the summary of a step."""
LEAST = 16_384
"""Bytes that a head with the longest names and findings, and something more, always fits into."""


def seconds(number: float) -> float:
    """The number of seconds, from none to some thirty years."""
    return float(min(max(number, 0), LONGEST))


def milliseconds(number: float) -> int:
    """The same in whole milliseconds."""
    return round(seconds(number) * 1000)


def moment(stamp: str, place: str) -> int:
    """A time in milliseconds since 1970. Raises ConfigError where it is none; `place` is the member that holds it."""
    try:
        return round(datetime.fromisoformat(stamp).timestamp() * 1000)
    except (ValueError, OverflowError) as wrong:
        raise ConfigError(
            [f"{place} is no time of RFC 3339; have `upsertspec run --report DIR` write it anew"]
        ) from wrong
