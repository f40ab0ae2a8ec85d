"""The history of many clients as `report.json` holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from upsertspec.dialects.operations import Change, Find, Operation, Upsert, UpsertBatch
from upsertspec.dialects.words import Words
from upsertspec.steps.concurrent_run import RecordedCall
from upsertspec.steps.equality import shown
from upsertspec.steps.world import World

Record = Mapping[str, Any]

SHOWN = 120


def place_of(call: RecordedCall) -> tuple[int, float]:
    """Identifies a call, also after `as_one` changed it."""
    return call.client, call.started


def recorded_history(
    world: World,
    table: str,
    keys: Sequence[Record],
    calls: Sequence[RecordedCall],
    wrong: set[tuple[int, float]],
    explanation: str,
) -> dict[str, Any]:
    """The history as `report.json` holds it."""
    places = {id(exchange): place for place, exchange in enumerate(world.client.log)}
    words = world.words(table)
    first, last = words.row_text(keys[0]), words.row_text(keys[-1])
    key = first if len(keys) == 1 else f"{len(keys)} keys, from {first} to {last}"
    operations = [
        {
            "client": call.client,
            "call": _call(call.operation, set(keys[0]), words),
            "started": round(max(call.started, 0.0), 6),
            "ended": None if call.ended is None else round(max(call.ended, 0.0), 6),
            "outcome": _outcome(call, set(keys[0]), words),
            "exchange": places.get(id(call.exchange)),
            "contradicts": place_of(call) in wrong,
        }
        for call in calls
    ]
    clients = len({call.client for call in calls})
    return {"key": f"{words.called} {key}", "clients": clients, "operations": operations, "explanation": explanation}


def _call(operation: Operation, key: set[str], words: Words) -> str:
    if isinstance(operation, Find):
        return "read"
    if isinstance(operation, UpsertBatch):
        return f"upsert {len(operation.records)} records: {_values(operation.records[0], key, words)} …"[:SHOWN]
    keeps = isinstance(operation, Upsert) and operation.extra.get("onConflict") in ("ignore", "error")
    ignoring = " unless it is there" if keeps else ""
    verb = "change" if isinstance(operation, Change) else "upsert"
    return f"{verb}{ignoring} {_values(operation.sent[0], key, words)}"[:SHOWN]


def _values(record: Record, key: set[str], words: Words) -> str:
    return ", ".join(
        f"{words.label(name)} {shown(words.shown(name, value))}" for name, value in record.items() if name not in key
    )


def _outcome(call: RecordedCall, key: set[str], words: Words) -> str:
    if call.answer is None:
        return (call.failure or "not answered")[:SHOWN]
    reported = [part.operation for part in (call.answer.parts or [call.answer])]
    said = ", ".join(dict.fromkeys(word for word in reported if isinstance(word, str)))
    if isinstance(call.operation, Find) and not call.answer.fault:
        known = call.answer.records[:2]
        said = " | ".join(_values(_sent_fields(record), key, words) for record in known) or "no record"
    return f"{call.answer.status} {said}".strip()[:SHOWN]


def _sent_fields(record: Record) -> Record:
    return {name: value for name, value in record.items() if value is not None and not name.endswith(("_at", "id"))}
