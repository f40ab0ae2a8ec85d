"""Whether answers about two tables tell them apart: by what they say, or by the time that they take."""

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
    """What every answer of the first says in one way, and every answer of the second in another.

    What differs from request to request (dates, ids of requests) tells nothing; nor does a name that is repeated.
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
    """In words, by how much one of the two takes longer, or an empty text where chance could explain it.

    The times come in pairs, each pair taken one after the other. A sign test over the pairs, so that no single slow
    answer counts for much; and what is below two milliseconds can't be told from outside.
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
