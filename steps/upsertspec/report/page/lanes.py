"""The drawing of what concurrent clients did: a lane for each client, with its operations as spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upsertspec.report.page.scale import Linear, Tick, percent

NUMBERED_FROM = 0.035
THINNEST = 0.004


@dataclass(frozen=True)
class Operation:
    """A span: its number in the table below it, its place and width in the lane, and whether its number fits in."""

    number: int
    raw: Mapping[str, Any]
    x: str
    width: str
    middle: str
    began: float
    took: float | None
    numbered: bool


@dataclass(frozen=True)
class History:
    """The lanes by client, the axis, and all operations in the order of their starts."""

    raw: Mapping[str, Any]
    lanes: Mapping[int, list[Operation]]
    operations: list[Operation]
    ticks: list[Tick]
    left_out: int


def history(raw: Mapping[str, Any] | None, most: int) -> History | None:
    """The drawing of the `history` of a result; None if it has none. The operations are numbered by their starts.

    Of a long history, the first `most` operations are drawn, and each one that contradicts.
    """
    if not raw or not raw["operations"]:
        return None
    ordered = sorted(raw["operations"], key=lambda each: (each["started"], each["client"]))
    zero = ordered[0]["started"]
    scale = Linear(max(_end(each) for each in ordered) - zero or 1.0)
    drawn = [_operation(n, each, zero, scale) for n, each in enumerate(ordered, 1) if n <= most or each["contradicts"]]
    clients = sorted({*range(raw["clients"]), *(each["client"] for each in ordered)})
    lanes = {client: [each for each in drawn if each.raw["client"] == client] for client in clients}
    return History(raw, lanes, drawn, scale.ticks, len(ordered) - len(drawn))


def _operation(number: int, raw: Mapping[str, Any], zero: float, scale: Linear) -> Operation:
    began, ended = raw["started"] - zero, raw["ended"]
    left = scale.at(began)
    share = max((scale.at(ended - zero) if ended is not None else 1.0) - left, THINNEST)
    left = min(left, 1 - share)
    took = None if ended is None else ended - raw["started"]
    middle = percent(left + share / 2)
    return Operation(number, raw, percent(left), percent(share), middle, began, took, share >= NUMBERED_FROM)


def _end(raw: Mapping[str, Any]) -> float:
    return float(raw["started"] if raw["ended"] is None else raw["ended"])


def contradicting(found: History) -> Sequence[Operation]:
    """The operations that contradict each other."""
    return [each for each in found.operations if each.raw["contradicts"]]
