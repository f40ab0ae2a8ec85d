"""The invariants, and which of them the stored records of a key violate, given what was acknowledged for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from upsertspec.dialects.words import Words
from upsertspec.http.masking import Masker
from upsertspec.soak.ledger import Entry, Violation, id_text
from upsertspec.soak.plan import KEY
from upsertspec.soak.written_values import FIELDS, values
from upsertspec.steps.equality import same

TWICE = "no key twice"
LOST = "no acknowledged write lost"
IDS = "ids stable"
ONCE = "created at most once per key"
HALF = "no half batch"
INVARIANTS = (TWICE, LOST, IDS, ONCE, HALF)
NAMED = 3
SHOWN = ("id", *FIELDS)

Record = Mapping[str, Any]


def violations(entry: Entry, records: Sequence[Record], curl: str, masker: Masker, words: Words) -> list[Violation]:
    """Every invariant that the stored records of this key violate. `curl` is the line that reads them."""
    told = described(records, words)
    found = [(IDS, f"the ids {' and '.join(entry.ids)}", told)] if len(entry.ids) > 1 else []
    if entry.created > 1:
        found.append((ONCE, f"created {entry.created} times", told))
    if len(records) > 1:
        found.append((TWICE, _acknowledged(entry), f"{len(records)} records: {told}"))
    else:
        found += [(LOST, _acknowledged(entry), told)] if is_lost(entry, records, words) else []
        found += _changed_id(entry, records)
    key = str(words.shown(KEY, entry.key))
    return [Violation(invariant, key, masker.text(was), masker.text(now), curl) for invariant, was, now in found]


def is_lost(entry: Entry, records: Sequence[Record], words: Words) -> bool:
    """Whether none of the writes that can be the last one is stored. Without an acknowledged write, none has to be."""
    if not records:
        return bool(entry.acknowledged)
    if entry.partial or len(records) > 1:
        return False
    return not any(has(entry.key, stamp, records[0], words) for stamp in (*entry.acknowledged, *entry.unknown))


def has(key: str, stamp: str, record: Record, words: Words) -> bool:
    """Whether the record has all the values of the write with this stamp. Members that it lacks are not compared.

    A text in a form of the target's own may have been written by another process; then it is compared as it is there.
    """
    return all(
        same(words.binding.view, name, value, record[name]) or words.shown(name, value) == record[name]
        for name, value in values(key, stamp, words).items()
        if name in record
    )


def missing_members(record: Record, words: Words) -> list[str]:
    """The members that every write sends, and this record does not have, by the target's names."""
    return [words.label(name) for name in values("", "", words) if name not in record]


def described(records: Sequence[Record], words: Words) -> str:
    """Records in a message; a member that a record does not have is said to be missing."""
    texts = []
    there = [name for name in SHOWN if name not in words.binding.absent]
    for record in records[:NAMED]:
        missing = [words.label(name) for name in there if name not in record]
        lacking = f" (no such member: {', '.join(missing)})" if missing else ""
        texts.append(words.row_text({name: record[name] for name in there if name in record}) + lacking)
    return " and ".join(texts) or "no record"


def _changed_id(entry: Entry, records: Sequence[Record]) -> list[tuple[str, str, str]]:
    stored = [id_text(record["id"]) for record in records if record.get("id") is not None]
    if len(entry.ids) != 1 or not stored or stored[0] in entry.ids:
        return []
    return [(IDS, f"the id {entry.ids[0]}", f"the id {stored[0]}")]


def _acknowledged(entry: Entry) -> str:
    named = " or ".join([*entry.acknowledged][:NAMED]) or "nothing"
    more = f" (or one of {len(entry.acknowledged) - NAMED} others)" if len(entry.acknowledged) > NAMED else ""
    unknown = f"; {len(entry.unknown)} more writes have an unknown outcome" if entry.unknown else ""
    return f"the values of the write {named}{more}{unknown}"
