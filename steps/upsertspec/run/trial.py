"""A trial before a run: one record of each table is created, updated, read back and deleted."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Delete, Find, Operation, Read, Upsert
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import DialectError, NotApplicable, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.text import printable
from upsertspec.report.finding import FATAL, OK, WARNING, Finding
from upsertspec.run.preflight import called
from upsertspec.spec.outcomes import is_refusal, is_success
from upsertspec.spec.schema import Field, Table, tables_of
from upsertspec.spec.types import TIMESTAMP, instant
from upsertspec.steps.equality import differences, shown
from upsertspec.steps.hints import of_own_members
from upsertspec.steps.own_table import own_members
from upsertspec.target.target import Target
from upsertspec.target.time_forms import guess, in_seconds, stated

SHOWN = 300
WHOLE = "if an update has to repeat the required fields, add to [shape.upsert]: replaces = true"

Record = dict[str, Any]


def trial(target: Target) -> list[Finding]:
    """Write one record of each table that needs no other, and clean up. Raises ConfigError without a usable dialect.

    What fails with contacts is fatal: every profile needs them.
    """
    client = Client(target, dialect_for(target))
    try:
        found = [
            finding
            for table in tables_of(frozenset(target.profiles))
            if table.name not in target.bindings.absent
            for finding in _Trial(target, client, target.bindings.table(table.name)).findings()
        ]
    finally:
        client.close()
    return [Finding(f.level, printable(client.masker.text(f.what)), f.hint) for f in found]


class _Stopped(Exception):
    """A step of the trial went wrong."""


class _CannotBeSent(_Stopped):
    """The target has no way to ask for it."""


class _Trial:
    """The trial of one table."""

    def __init__(self, target: Target, client: Client, table: Table) -> None:
        self._target = target
        self._client = client
        self._table = table
        self._name = called(target, table.name)
        self._key = next(iter(table.unique_keys), ())
        self._is_update_refused = False

    def findings(self) -> Iterator[Finding]:
        """What went wrong, or that nothing did; and a record that could not be deleted."""
        fields = self._table.fields.values()
        if not self._key or any(field.required and field.type.references for field in fields):
            return
        record = self._record()
        where = {name: record[name] for name in self._key}
        try:
            created = self._upsert("create", record)
            changed = {**record, **self._change(record)}
            self._upsert("update", changed)
            stored = self._read_back(where, changed)
            self._read(stored)
            yield Finding(OK, f"one record of {self._name} was created, updated and read back")
            yield from self._own(created, stored)
            yield from self._times(stored)
        except _Stopped as stopped:
            level = FATAL if self._table.name == "contacts" else WARNING
            yield Finding(level, str(stopped), "\n".join([*self._hint(), *self._evidence()]))
        yield from self._clean_up(where)
        yield from self._required()

    def _record(self) -> Record:
        """A new record with a value for each field that is not a reference."""
        mark = secrets.token_hex(4)
        return {
            field.name: _value(field, mark, is_email=field.name == "email")
            for field in self._table.fields.values()
            if not field.type.references and "pattern" not in field.rules
        }

    def _change(self, record: Record) -> Record:
        """Another text in one field that is not part of a key."""
        texts = [
            field.name
            for field in self._table.fields.values()
            if field.type.is_free_text and not field.options and field.name in record and field.name not in self._key
            if not field.unique
        ]
        return {texts[0]: "upsertspec check, updated"} if texts else {}

    def _upsert(self, what: str, record: Record) -> Record:
        """The record in the answer, which may be empty."""
        answer = self._call(what, Upsert(self._table.name, record, list(self._key)))
        if not is_success(answer.status):
            self._is_update_refused = what == "update" and not self._client.replaces
            raise _Stopped(f"{self._name}: the {what} of a record is answered with {answer.said}")
        if answer.fault:
            raise _Stopped(f"{self._name}: the answer to the {what} of a record can't be read: {answer.fault}")
        return dict(answer.record or {})

    def _read_back(self, where: Record, expected: Record) -> Record:
        answer = self._call("search", Find(self._table.name, where, limit=2))
        if not is_success(answer.status) or answer.fault:
            raise _Stopped(f"{self._name}: the search for the record fails ({answer.said})")
        found = [record for record in answer.records if not differences(self._table, where, record, self._key)]
        if len(found) != 1:
            raise _Stopped(f"{self._name}: the search for the record finds {len(found)} records instead of one")
        words = self._client.words(self._table.name)
        if wrong := differences(self._table, expected, found[0], words=words):
            raise _Stopped(f"{self._name}: what was written is not what is read back: {'; '.join(wrong)}")
        return dict(found[0])

    def _read(self, stored: Record) -> None:
        """Read the record by its id, too, where the target has a way."""
        words = self._client.words(self._table.name)
        if stored.get("id") is None or "id" in words.binding.absent:
            return
        try:
            answer = self._call("read", Read(self._table.name, stored["id"]))
        except _CannotBeSent:
            return
        if not is_success(answer.status) or answer.fault:
            raise _Stopped(f"{self._name}: the read of the record by its id fails ({answer.said})")
        if wrong := differences(self._table, stored, answer.record or {}, words=words):
            raise _Stopped(f"{self._name}: the record that is read by its id is another: {'; '.join(wrong)}")

    def _own(self, created: Record, stored: Record) -> Iterator[Finding]:
        """A warning for members of the target's own that the update changed: is it a version, or a mistake?"""
        own = own_members(self._client.bindings.of(self._table.name), stored)
        if names := [name for name in own if name in created and shown(created[name]) != shown(own[name])]:
            what = f"the update changed {', '.join(names)} of {self._name}, which it did not mention"
            yield Finding(WARNING, what, of_own_members(names))

    def _required(self) -> Iterator[Finding]:
        """A warning for each field that the target file says is not required, and without which a create is refused."""
        binding = self._client.bindings.of(self._table.name)
        for name in [n for n, f in binding.spec.fields.items() if f.required and n in binding.view.fields]:
            if binding.field(name).rules.get("required") is not False:
                continue
            record = {each: value for each, value in self._record().items() if each != name}
            try:
                answer = self._call("create", Upsert(self._table.name, record, list(self._key)))
            except _Stopped:
                continue
            if is_refusal(answer.status):
                what = f"{binding.field(name).name} of {self._name} is required: a create without it is refused"
                fix = f"take required = false out of {name} in [tables.{self._table.name}.fields]"
                yield Finding(WARNING, f"{what} ({answer.status})", fix)
            else:
                list(self._clean_up({each: record[each] for each in self._key}))

    def _times(self, stored: Record) -> Iterator[Finding]:
        """A warning for each time of the server's that can't be read, with the format that it seems to have."""
        words = self._client.words(self._table.name)
        for name in ("created_at", "updated_at"):
            value, theirs = stored.get(name), words.label(name)
            if value is None or instant(value) is not None or name in words.binding.absent:
                continue
            setting = stated(name, theirs, guess(value, TIMESTAMP) or "…")
            what = f"{theirs} of {self._name} is {shown(value)}, which is no RFC 3339 time with an offset"
            yield Finding(WARNING, what, f"state its format in [tables.{self._table.name}]: {setting}")
        yield from self._seconds(stored)

    def _seconds(self, stored: Record) -> Iterator[Finding]:
        """A warning if the server's times seem to be in whole seconds, and the target file does not say so."""
        binding = self._client.bindings.of(self._table.name)
        theirs, times = binding.field("updated_at"), [stored.get(name) for name in ("created_at", "updated_at")]
        form = in_seconds(times[-1])
        if form and all(time is None or in_seconds(time) for time in times) and not theirs.format:
            setting = stated("updated_at", theirs.name, form)
            fix = f"if so, state it in [tables.{self._table.name}], and updates are sent a second apart: {setting}"
            yield Finding(WARNING, f"{theirs.name} of {self._name} seems to be in whole seconds ({times[-1]})", fix)

    def _clean_up(self, where: Record) -> Iterator[Finding]:
        """Delete what was created. Nothing is said of a record that never came to be."""
        try:
            answer = self._call("search", Find(self._table.name, where, limit=1))
            for ident in [record["id"] for record in answer.records if record.get("id") is not None]:
                self._call("delete", Delete(self._table.name, ident))
            if self._call("search", Find(self._table.name, where, limit=1)).records:
                yield Finding(WARNING, f"the record of {self._name} could not be deleted", "\n".join(self._evidence()))
        except _Stopped as stopped:
            yield Finding(OK, f"the record of {self._name} stays in the target", str(stopped))

    def _call(self, what: str, operation: Operation) -> Answer:
        try:
            return self._client.call("editor", operation)
        except TargetSilent as silent:
            raise _Stopped(f"{self._name}: no usable answer to the {what} of a record: {silent}") from silent
        except (NotTestable, NotApplicable, DialectError) as wrong:
            self._client.log.clear()
            raise _CannotBeSent(f"{self._name}: the {what} of a record can't be sent: {wrong}") from wrong

    def _hint(self) -> list[str]:
        if not self._target.source:
            return []
        fix = f"fix [tables.{self._table.name}] or [shape] in the target file"
        return [fix, WHOLE] if self._is_update_refused else [fix]

    def _evidence(self) -> list[str]:
        """The last request, and its answer."""
        if not self._client.log:
            return []
        last = self._client.log[-1]
        answer = last.failure or f"{last.status} {last.response_body[:SHOWN]}"
        return [last.curl, printable(answer)]


def _value(field: Field, mark: str, is_email: bool) -> Any:
    if field.options:
        return field.options[0]
    if field.type.is_free_text:
        return f"check-{mark}@upsertspec.example" if is_email else f"upsertspec check {field.name} {mark}"
    if "minimum" in field.rules:
        return max(1, int(field.rules["minimum"]))
    return field.type.good[0]
