"""Turns the calls of many clients into the histories of the registers that they wrote.

A register is a key with fields that are always written together. Each is judged on its own; the calls can be explained
if the history of each register can.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from upsertspec.concurrency.history import PRESENT, UNREPORTED, History, Kind, Operation, Seen, Value
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Find, Upsert, UpsertBatch
from upsertspec.spec.outcomes import CONFLICT, PRECONDITION_FAILED
from upsertspec.spec.schema import PROTECTED, Table
from upsertspec.steps.concurrent_run import RecordedCall
from upsertspec.steps.equality import same

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Register:
    """A history, its fields, and the call of each of its operations (None for the read at the end)."""

    fields: tuple[str, ...]
    history: History
    calls: Sequence[RecordedCall | None]


@dataclass(frozen=True)
class Look:
    """The records stored under a key before and after (None: no record), and when the second was read."""

    before: Record | None
    after: Record | None
    moment: float


@dataclass(frozen=True)
class Part:
    """What one call did to one key: the fields that it sent, and its answer about them."""

    call: RecordedCall
    fields: Record
    answer: Answer | None


def registers(table: Table, key: Record, calls: Sequence[RecordedCall], look: Look) -> Iterator[Register]:
    """The registers of one key, one for each group of fields that are written together.

    Raises ValueError where a scenario writes groups that overlap.
    """
    parts = _without_constants([part for call in calls for part in _parts(call, key)], key)
    groups = list(dict.fromkeys(_group(part.fields, key) for part in parts))
    if sum(map(len, groups)) != len(set().union(*groups)):
        raise ValueError(f"groups of fields that overlap can't be judged: {groups}")
    if len(groups) > 1 and any(_replaces(call) for call in calls):
        raise ValueError("a replacement writes every field; give all requests of the scenario the same ones")
    for fields in groups:
        yield _Reading(table, key, fields, parts, look).register(calls)


def _parts(call: RecordedCall, key: Record) -> Iterator[Part]:
    if isinstance(call.operation, (Upsert, UpsertBatch)):
        answers = (
            [call.answer] if isinstance(call.operation, Upsert) else list(call.answer.parts if call.answer else ())
        )
        for place, fields in enumerate(call.operation.sent):
            if _has(fields, key):
                yield Part(call, fields, answers[place] if place < len(answers) else None)


def _without_constants(parts: Sequence[Part], key: Record) -> list[Part]:
    """The parts without the fields in which all write the same value: these do not show who wrote last."""
    first = parts[0].fields if parts else {}
    same_in_all = {
        n for n, v in first.items() if n not in key and all(n in p.fields and p.fields[n] == v for p in parts)
    }
    cut = [replace(p, fields={n: v for n, v in p.fields.items() if n not in same_in_all}) for p in parts]
    return cut if all(_group(part.fields, key) for part in cut) else list(parts)


def _has(record: Record, key: Record) -> bool:
    return all(record.get(name) == value for name, value in key.items())


def _group(fields: Record, key: Record) -> tuple[str, ...]:
    return tuple(name for name in fields if name not in key)


def _replaces(call: RecordedCall) -> bool:
    return getattr(call.operation, "extra", {}).get("onConflict") == "replace"


def only_creates(call: RecordedCall) -> bool:
    """Whether the request leaves a match as it is: it ignores or refuses one, or has `If-None-Match: *`."""
    operation = call.operation
    on_match = operation.extra.get("onConflict") if isinstance(operation, (Upsert, UpsertBatch)) else None
    return on_match in ("ignore", "error") or _is_if_none_match(call)


def found_a_match(call: RecordedCall) -> bool:
    """Whether the answer says that it was refused because a record matches; such a record was there then."""
    status = call.answer.status if call.answer else 0
    refuses = isinstance(call.operation, Upsert) and call.operation.extra.get("onConflict") == "error"
    return (refuses and status == CONFLICT) or (_is_if_none_match(call) and status == PRECONDITION_FAILED)


def _is_if_none_match(call: RecordedCall) -> bool:
    headers = getattr(call.operation, "headers", {})
    return any(name.lower() == "if-none-match" and value.strip() == "*" for name, value in headers.items())


class _Reading:
    """Reads what was sent and seen as values of one register."""

    def __init__(self, table: Table, key: Record, fields: tuple[str, ...], parts: Sequence[Part], look: Look) -> None:
        self._table, self._key, self._fields, self._parts, self._look = table, key, fields, parts, look
        before = None if look.before is None else self._raw(look.before)
        writes = [(self._raw(part.fields), part.fields) for part in parts if self._is_write(part)]
        self._known = [*([(before, look.before)] if before and look.before else []), *writes]
        values = {value for value, _ in writes}
        self._same_values = values if len(writes) > 1 and len(values) == 1 else set()
        self._before = before

    def register(self, calls: Sequence[RecordedCall]) -> Register:
        """The history of this register, with the read at its end."""
        found = [*self._writes(), *self._reads(calls)]
        after = Operation(0, Kind.READ, self._look.moment, self._look.moment, seen=self._value(self._look.after))
        history = History(self._before, [*(operation for operation, _ in found), after])
        return Register(self._fields, history, [*(call for _, call in found), None])

    def _writes(self) -> Iterator[tuple[Operation, RecordedCall]]:
        for place, part in enumerate(self._parts):
            call = part.call
            if found_a_match(call):
                yield Operation(call.client, Kind.READ, call.started, call.ended, seen=PRESENT), call
            elif not call.is_refused:
                yield self._write(part, call, place), call

    def _write(self, part: Part, call: RecordedCall, place: int) -> Operation:
        kind = Kind.WRITE if self._is_write(part) and not only_creates(call) else Kind.KEEP
        value = self._raw(part.fields) if self._is_write(part) else self._defaults()
        if value in self._same_values:  # the same JSON, written differently: the requests stay apart
            value = (value[0] + " " * (place + 1), *value[1:])
        if not call.is_done:
            return Operation(call.client, kind, call.started, None, value)
        said = part.answer.operation if part.answer and isinstance(part.answer.operation, str) else ""
        record = part.answer.record if part.answer and not part.answer.fault else None
        seen = self._value(record) if record and set(self._fields) <= record.keys() else UNREPORTED
        return Operation(call.client, kind, call.started, call.ended, value, said, seen)

    def _reads(self, calls: Sequence[RecordedCall]) -> Iterator[tuple[Operation, RecordedCall]]:
        for call in calls:
            if self._is_read(call) and call.answer:
                seen = self._found([r for r in call.answer.records if _has(r, self._key)])
                yield Operation(call.client, Kind.READ, call.started, call.ended, seen=seen), call

    def _is_read(self, call: RecordedCall) -> bool:
        """Whether it was answered with what is stored under this key, and not under another."""
        if not isinstance(call.operation, Find) or not call.is_done or call.answer is None or call.answer.fault:
            return False
        asked = call.operation.where
        return all(asked[name] == value for name, value in self._key.items() if name in asked)

    def _found(self, records: Sequence[Record]) -> Seen:
        if len(records) > 1:
            return tuple(json.dumps(f"{len(records)} records") for _ in self._fields)
        return self._value(records[0] if records else None)

    def _is_write(self, part: Part) -> bool:
        return _group(part.fields, self._key) == self._fields

    def _value(self, record: Record | None) -> Seen:
        """The value of this register in a record that was seen: a written one, or one that was never written."""
        if record is None:
            return None
        for value, known in self._known:
            if all(same(self._table, name, known.get(name), record.get(name)) for name in self._fields):
                return PRESENT if value in self._same_values else value
        return self._raw(record)

    def _raw(self, record: Record) -> Value:
        return tuple(json.dumps(record.get(name), ensure_ascii=False, default=str) for name in self._fields)

    def _defaults(self) -> Value:
        fields = {name: self._table.fields[own_name(name)] for name in self._fields}
        return self._raw({name: field.rules.get("default") for name, field in fields.items()})


def as_one(call: RecordedCall, own: Sequence[str], shared: Record) -> RecordedCall:
    """A call about several records as one about a single wide record, since batches and lists are whole."""
    answer = call.answer and replace(call.answer, operation=_one_word(call.answer), record=None)
    if isinstance(call.operation, UpsertBatch):
        return replace(
            call, operation=Upsert(call.operation.table, wide(call.operation.sent, own, shared), []), answer=answer
        )
    if answer and call.answer:
        found = wide(call.answer.records, own, shared)
        answer = replace(answer, records=[found] if found else [])
    return replace(call, answer=answer)


def wide(records: Sequence[Record], own: Sequence[str], shared: Record) -> dict[str, Any]:
    """Several records as one: each field is named by its record's own part of the key."""
    hidden = {*PROTECTED, *own, *shared}
    return {
        f"{'/'.join(str(record.get(name)) for name in own)} {field}": value
        for record in sorted(records, key=lambda record: [str(record.get(name)) for name in own])
        for field, value in record.items()
        if field not in hidden
    }


def own_name(field: str) -> str:
    """The name that a field of a wide record has in its own record."""
    return field.rpartition(" ")[2]


def _one_word(answer: Answer) -> str:
    words = {part.operation for part in answer.parts if isinstance(part.operation, str)}
    return words.pop() if len(words) == 1 else ""
