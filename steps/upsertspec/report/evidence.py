"""What shows the outcome of a scenario: its message, those of its exchanges that matter, and what a report keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

CONTRADICTING = 4
QUOTED = 60
FULL, FAILURES, NONE = "full", "failures", "none"
LEVELS = (FAILURES, FULL, NONE)
"""What a report keeps: the exchanges of all that did not simply pass, all of them, or none."""


def times(exchanges: Iterable[tuple[float, float]]) -> dict[str, Any]:
    """What is kept of exchanges that are left out, from the start and the duration of each, in seconds."""
    listed = list(exchanges)
    if not listed:
        return {}
    return {"started": round(min(start for start, _ in listed), 3), "elapsed": [round(took, 4) for _, took in listed]}


def message(result: Mapping[str, Any]) -> str:
    """The status and the reason of a result; empty if it has no reason."""
    return f"{result['status']}: {result['reason']}" if result["reason"] else ""


def curls(exchanges: Sequence[Mapping[str, Any]]) -> str:
    """The `curl` lines of all exchanges, one below the other."""
    return "\n".join(exchange["curl"] for exchange in exchanges)


def writes(exchanges: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The exchanges that may change something."""
    return [exchange for exchange in exchanges if exchange["method"] != "GET"]


def telling(
    exchanges: Sequence[Mapping[str, Any]], history: Mapping[str, Any] | None, actual: str = ""
) -> list[Mapping[str, Any]]:
    """The last exchange that changes something, and the last of all; or the one whose answer was found to be wrong.

    If concurrent clients contradict each other: the exchanges that do, at most CONTRADICTING.
    """
    places = [each["exchange"] for each in history["operations"] if each["contradicts"]] if history else []
    if contradicting := [exchanges[place] for place in places if place in range(len(exchanges))]:
        return contradicting[:CONTRADICTING]
    changing = writes(exchanges)
    if (quoted := [each for each in changing if _is_quoted(each, actual)]) and quoted[-1] is not changing[-1]:
        return quoted[-1:]
    chosen = [*changing[-1:], *exchanges[-1:]]
    return [exchange for number, exchange in enumerate(chosen) if exchange not in chosen[:number]]


def _is_quoted(exchange: Mapping[str, Any], actual: str) -> bool:
    """Whether what was found begins with the answer of an exchange: its status, and the beginning of its body."""
    body = str(exchange.get("response", {}).get("body") or "").strip()[:QUOTED]
    return bool(body) and re.match(rf"\d{{3}} with {re.escape(body)}", actual) is not None
