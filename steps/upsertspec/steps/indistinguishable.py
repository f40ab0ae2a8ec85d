"""Compares answers about two tables: by what they say, and by the time they take."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from math import comb
from statistics import median
from typing import Any

from upsertspec.http.exchange import Exchange

COMPARED = ("content-type", "www-authenticate", "allow", "location", "link", "cache-control", "vary", "retry-after")
LEAST_SECONDS = 0.002
CHANCE = 1e-4

Look = Callable[[Exchange], Any]


def differences(first: Sequence[Exchange], second: Sequence[Exchange], names: Iterable[str]) -> list[str]:
    """What is the same in every answer of the first group and different in every answer of the second.

    Parts that differ from request to request (dates, request ids) do not count; nor does a repeated table name.
    """
    known = sorted(names, key=len, reverse=True)
    looks: dict[str, Look] = {
        "the status": lambda exchange: exchange.status,
        "the names of the headers": lambda exchange: sorted({name.lower() for name in exchange.response_headers}),
        "the body": lambda exchange: _without(exchange.response_body, known),
        "the members of the body": lambda exchange: _shape(exchange.response_body),
        **{f"the header {name}": _header(name, known) for name in COMPARED},
    }
    return [
        f"{what}: {_shown(a)} and {_shown(b)}" for what, look in looks.items() for a, b in _apart(look, first, second)
    ]


def slower(first: Sequence[float], second: Sequence[float]) -> str:
    """By how much one of the two takes longer, in words; empty where chance could explain it.

    The times come in pairs, measured one after the other. A sign test over the pairs keeps a single slow answer from
    deciding; differences below two milliseconds are too small to see from outside.
    """
    gaps = [b - a for a, b in zip(first, second, strict=True)]
    gap = median(gaps)
    agreeing = sum(g > 0 if gap > 0 else g < 0 for g in gaps)
    chance = 2 * sum(comb(len(gaps), k) for k in range(agreeing, len(gaps) + 1)) / 2 ** len(gaps)
    if abs(gap) < LEAST_SECONDS or chance > CHANCE:
        return ""
    return f"{median(first) * 1000:.1f} ms and {median(second) * 1000:.1f} ms, in {agreeing} of {len(gaps)} pairs"


def _apart(look: Look, first: Sequence[Exchange], second: Sequence[Exchange]) -> list[tuple[Any, Any]]:
    a, b = ([json.dumps(look(exchange)) for exchange in group] for group in (first, second))
    steady = len(set(a)) == len(set(b)) == 1
    return [(json.loads(a[0]), json.loads(b[0]))] if steady and a[0] != b[0] else []


def _header(name: str, names: Sequence[str]) -> Look:
    def look(exchange: Exchange) -> str:
        values = [value for header, value in exchange.response_headers.items() if header.lower() == name]
        return _without(", ".join(values), names)

    return look


def _without(text: str, names: Sequence[str]) -> str:
    return re.sub("|".join(map(re.escape, names)), "TABLE", text)


def _shape(body: str) -> Any:
    """The members of a JSON body, without their values."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return "no JSON"
    return sorted(parsed) if isinstance(parsed, dict) else type(parsed).__name__


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:120]}…"
