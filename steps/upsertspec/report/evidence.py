"""Which exchanges of a scenario show its failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

CONTRADICTING = 4


def telling(exchanges: Sequence[Mapping[str, Any]], history: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The last exchange that changes something, and the last of all.

    If concurrent clients contradict each other: the exchanges that do, at most CONTRADICTING.
    """
    places = [each["exchange"] for each in history["operations"] if each["contradicts"]] if history else []
    if contradicting := [exchanges[place] for place in places if place in range(len(exchanges))]:
        return contradicting[:CONTRADICTING]
    writes = [exchange for exchange in exchanges if exchange["method"] != "GET"]
    chosen = [*writes[-1:], *exchanges[-1:]]
    return [exchange for number, exchange in enumerate(chosen) if exchange not in chosen[:number]]
