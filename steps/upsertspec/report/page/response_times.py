"""The response times of the target, by criterion."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from upsertspec.report.page.contents import Criterion, Profile
from upsertspec.report.page.scale import Log, Tick, percent

LEAST = 1e-5


@dataclass(frozen=True)
class Times:
    """The number of answers of a criterion and their quantiles in seconds; `silent` requests had no answer."""

    criterion: Criterion
    answers: int
    silent: int
    low: float
    first: float
    median: float
    third: float
    high: float
    slowest: float


@dataclass(frozen=True)
class Distribution:
    """The times of all criteria, on a common scale."""

    rows: list[Times]
    scale: Log
    ticks: list[Tick]


def response_times(profiles: Iterable[Profile]) -> Distribution | None:
    """The times of each criterion that has an answer; None if none has."""
    rows = [found for p in profiles for c in p.criteria if (found := _times(c))]
    if not rows:
        return None
    scale = Log(max(LEAST, min(row.low for row in rows)), max(LEAST, *(row.slowest for row in rows)))
    return Distribution(rows, scale, scale.ticks)


def _times(criterion: Criterion) -> Times | None:
    exchanges = [each for scenario in criterion.scenarios for each in scenario.times]
    seconds = sorted(took for took, is_answered in exchanges if is_answered)
    if not seconds:
        return None
    low, first, median, third, high = (quantile(seconds, share) for share in (0.05, 0.25, 0.5, 0.75, 0.95))
    silent = len(exchanges) - len(seconds)
    return Times(criterion, len(seconds), silent, low, first, median, third, high, seconds[-1])


def quantile(ordered: list[float], share: float) -> float:
    """The value below which this share of the ordered values lies."""
    if len(ordered) == 1:
        return ordered[0]
    if share == 0.5:
        return statistics.median(ordered)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def at(found: Distribution, seconds: float) -> str:
    """The place of a time in the drawing."""
    return percent(found.scale.at(seconds))


def width(found: Distribution, low: float, high: float) -> str:
    """The width between two times in the drawing."""
    return percent(found.scale.at(high) - found.scale.at(low))
