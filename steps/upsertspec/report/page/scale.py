"""The scales of the plots: the place of a time between 0 and 100 %, and the ticks of the axis."""

from __future__ import annotations

import math
from dataclasses import dataclass

from upsertspec.report.page.words import duration

MOST_TICKS = 8


@dataclass(frozen=True)
class Tick:
    """A line of the axis and its label."""

    at: str
    text: str


def percent(share: float) -> str:
    """A share of 1 as a percentage for SVG."""
    return f"{100 * min(max(share, 0.0), 1.0):.2f}%"


@dataclass(frozen=True)
class Linear:
    """From 0 to `end` seconds."""

    end: float

    def at(self, seconds: float) -> float:
        """The place of a time, as a share of 1."""
        return seconds / self.end if self.end > 0 else 0.0

    @property
    def ticks(self) -> list[Tick]:
        """At most eight round numbers."""
        if self.end <= 0:
            return []
        rough = self.end / MOST_TICKS
        unit = 10.0 ** math.floor(math.log10(rough))
        step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
        return [Tick(percent(self.at(n * step)), plain(n * step)) for n in range(int(self.end / step) + 1)]


@dataclass(frozen=True)
class Log:
    """Powers of ten, from the one below `low` to the one above `high` (both greater than 0)."""

    low: float
    high: float

    @property
    def _ends(self) -> tuple[int, int]:
        low = math.floor(math.log10(self.low))
        return low, max(low + 1, math.ceil(math.log10(self.high)))

    def at(self, seconds: float) -> float:
        """The place of a time, as a share of 1."""
        low, high = self._ends
        return (math.log10(max(seconds, 10.0**low)) - low) / (high - low)

    @property
    def ticks(self) -> list[Tick]:
        """The powers of ten."""
        low, high = self._ends
        return [Tick(percent(self.at(10.0**n)), plain(10.0**n)) for n in range(low, high + 1)]


def plain(seconds: float) -> str:
    """A round number of seconds, without needless digits."""
    if seconds == 0:
        return "0"
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:g} s" if seconds < 10_000 else duration(seconds)
