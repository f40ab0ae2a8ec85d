"""The timeline of a run: the scenarios of each worker, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from upsertspec.report.page.contents import Profile, Scenario
from upsertspec.report.page.scale import Linear, Tick, percent

PIXELS_OF_A_BAR = 4
SLOWEST = 5


@dataclass(frozen=True)
class Bar:
    """A scenario: its place and its width."""

    scenario: Scenario
    x: str
    width: str


@dataclass(frozen=True)
class Timeline:
    """The lanes of a run, its axis, the width that it needs in pixels, and the slowest scenarios."""

    lanes: Mapping[str, list[Bar]]
    ticks: list[Tick]
    pixels: int
    slowest: list[Scenario]


def timeline(profiles: Iterable[Profile]) -> Timeline | None:
    """The timeline of all scenarios that sent a request; None if none did.

    A scenario begins with its first request: the report has no other time for it.
    """
    ran = [s for p in profiles for c in p.criteria for s in c.scenarios if s.times]
    if not ran:
        return None
    ran.sort(key=lambda scenario: scenario.began)
    zero = ran[0].began
    scale = Linear(max(s.began - zero + _took(s) for s in ran))
    lanes: dict[str, list[Bar]] = {}
    for worker in sorted({s.raw["worker"] for s in ran}, key=lambda name: (len(name), name)):
        lanes[worker] = [_bar(s, zero, scale) for s in ran if s.raw["worker"] == worker]
    pixels = PIXELS_OF_A_BAR * max(map(len, lanes.values()))
    slowest = sorted(ran, key=lambda s: -float(s.raw["seconds"]))[:SLOWEST]
    return Timeline(lanes, scale.ticks, pixels, slowest)


def _bar(scenario: Scenario, zero: float, scale: Linear) -> Bar:
    return Bar(scenario, percent(scale.at(scenario.began - zero)), percent(scale.at(_took(scenario))))


def _took(scenario: Scenario) -> float:
    ends = (_number(exchange, "started") + _number(exchange, "elapsed") for exchange in scenario.raw["exchanges"])
    return max(max(ends, default=0.0) - scenario.began, _number(scenario.raw, "seconds"))


def _number(raw: Mapping[str, Any], name: str) -> float:
    return float(raw[name])
