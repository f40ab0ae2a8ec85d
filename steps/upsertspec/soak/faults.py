"""What is wrong with a key, by what was acknowledged for it and what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from upsertspec.http.masking import Masker
from upsertspec.soak.ledger import Broken, Entry, id_text
from upsertspec.soak.plan import KEY, TABLE
from upsertspec.soak.records import values
from upsertspec.spec.schema import tables
from upsertspec.steps.equality import differences, shown

TWICE = "no key twice"
LOST = "no acknowledged write lost"
IDS = "ids stable"
ONCE = "created at most once per key"
HALF = "no half batch"
INVARIANTS = (TWICE, LOST, IDS, ONCE, HALF)
NAMED = 3

Record = Mapping[str, Any]


def faults_of(entry: Entry, records: Sequence[Record], curl: str, masker: Masker) -> list[Broken]:
    """Every invariant that the records of this key break. `curl` is the line that reads them."""
    found = [(IDS, f"the ids {' and '.join(entry.ids)}", _told(records))] if len(entry.ids) > 1 else []
    if entry.created > 1:
        found.append((ONCE, f"created {entry.created} times", _told(records)))
    if len(records) > 1:
        found.append((TWICE, _acknowledged(entry), f"{len(records)} records: {_told(records)}"))
    else:
        found += [(LOST, _acknowledged(entry), _told(records))] if _lost(entry, records) else []
        found += _changed_id(entry, records)
    return [Broken(invariant, entry.key, masker.text(was), masker.text(now), curl) for invariant, was, now in found]


def has(key: str, stamp: str, record: Record) -> bool:
    """Whether the record has all the values of the write with this stamp."""
    return not differences(tables()[TABLE], values(key, stamp), record)


def _lost(entry: Entry, records: Sequence[Record]) -> bool:
    """Whether what is stored is no write that can be the last one. Nothing can be, where nothing was acknowledged."""
    if not records:
        return bool(entry.acknowledged)
    if entry.partial:
        return False
    return not any(has(entry.key, stamp, records[0]) for stamp in (*entry.acknowledged, *entry.unknown))


def _changed_id(entry: Entry, records: Sequence[Record]) -> list[tuple[str, str, str]]:
    stored = [id_text(record["id"]) for record in records if record.get("id") is not None]
    if len(entry.ids) != 1 or not stored or stored[0] in entry.ids:
        return []
    return [(IDS, f"the id {entry.ids[0]}", f"the id {stored[0]}")]


def _acknowledged(entry: Entry) -> str:
    named = " or ".join([*entry.acknowledged][:NAMED]) or "nothing"
    more = f" (or one of {len(entry.acknowledged) - NAMED} others)" if len(entry.acknowledged) > NAMED else ""
    unknown = f"; of unknown outcome: {len(entry.unknown)}" if entry.unknown else ""
    return f"the values of the write {named}{more}{unknown}"


def _told(records: Sequence[Record]) -> str:
    names = ("id", KEY, "name", "age", "notes")
    listed = [shown({n: record.get(n) for n in names}) for record in records[:NAMED]]
    return " and ".join(listed) or "no record"
