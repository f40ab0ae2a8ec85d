"""Explains a contradiction in words."""

from __future__ import annotations

import json
from collections.abc import Sequence

from upsertspec.concurrency.history import CREATED, PRESENT, UNREPORTED, History, Kind, Operation, Value
from upsertspec.concurrency.smallest import contradiction

MOST_SHOWN = 6

MIXED = "no request wrote what was seen"
"""An explanation begins with this if an operation saw parts of several writes."""


def explanation(history: History, fields: Sequence[str], places: Sequence[int]) -> str:
    """Why these operations contradict each other, with each of them in words; empty for none."""
    if not places:
        return ""
    chosen = [history.operations[place] for place in places]
    shown_ones = [sentence(each, fields) for each in sorted(chosen, key=lambda each: each.start)]
    listed = shown_ones[:MOST_SHOWN]
    if len(shown_ones) > MOST_SHOWN:
        listed.append(f"and {len(shown_ones) - MOST_SHOWN} more")
    return f"{_reason(history, fields, chosen)}: {'; '.join(listed)}"


def explained(history: History, fields: Sequence[str]) -> tuple[list[int], str]:
    """The places of the operations that contradict each other, and why; empty where some order explains them all."""
    places = contradiction(history)
    return places, explanation(history, fields, places)


def sentence(each: Operation, fields: Sequence[str]) -> str:
    """One operation in words, with its times in milliseconds."""
    ended = "no answer" if each.end is None else f"{each.end * 1000:.1f} ms"
    return f"client {each.client} {_did(each, fields)} (from {each.start * 1000:.1f} ms to {ended})"


def shown(fields: Sequence[str], value: Value) -> str:
    """The values of a register by their fields."""
    return ", ".join(f"{name} {text}" for name, text in zip(fields, value, strict=True))


def _did(each: Operation, fields: Sequence[str]) -> str:
    if each.kind is Kind.READ:
        return f"read {_seen(each, fields)}"
    verb = "upserted" if each.kind is Kind.WRITE else "upserted, where nothing was,"
    answer = each.said or ("no answer" if each.end is None else "an answer")
    saw = each.seen not in (UNREPORTED, PRESENT, each.value)
    return f"{verb} {shown(fields, each.value)} and got {answer}" + (f" with {_seen(each, fields)}" if saw else "")


def _seen(each: Operation, fields: Sequence[str]) -> str:
    if each.seen is None:
        return "no record"
    return shown(fields, each.seen) if isinstance(each.seen, tuple) else "a record"


def _reason(history: History, fields: Sequence[str], chosen: Sequence[Operation]) -> str:
    creations = [each for each in chosen if each.said == CREATED]
    if len(creations) > 1:
        return "a record is created once, and more than one answer says created"
    if creations and history.initial is not None:
        return "the record existed before, and an answer says created"
    mixed = _mixed(history, fields, chosen)
    if mixed:
        return mixed
    if history.initial is None and all(each.writes and each.said not in (CREATED, "") for each in chosen):
        return "the record did not exist before, and no answer says created"
    return "no order of the requests allows all of these"


def _mixed(history: History, fields: Sequence[str], chosen: Sequence[Operation]) -> str:
    """Says where the values come from if an operation saw values that were never written together; else empty."""
    there = {each.value for each in history.operations if each.writes} | {history.initial}
    for each in chosen:
        if isinstance(each.seen, tuple) and each.seen not in there:
            return f"{MIXED}, {'; '.join(_sources(history, fields, each.seen))}"
    return ""


def _sources(history: History, fields: Sequence[str], seen: Value) -> list[str]:
    return [
        f"{name} {text} {_source(history, place, text)}"
        for place, (name, text) in enumerate(zip(fields, seen, strict=True))
    ]


def _source(history: History, place: int, text: str) -> str:
    wrote = [each.client for each in history.operations if each.writes and each.value[place] == text]
    if wrote:
        return f"from client {wrote[0]}"
    before = history.initial is not None and history.initial[place] == text
    return "from before" if before else "from no client" if json.loads(text) is not None else "not written"
