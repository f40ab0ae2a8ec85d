"""A dialect on the target's own tables: the one place where bindings are applied, in both directions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from upsertspec.dialects.base import Answer, Dialect, Request, Response
from upsertspec.dialects.operations import (
    Change,
    Create,
    Delete,
    Describe,
    Find,
    Groups,
    List,
    Operation,
    Read,
    Transaction,
    Upsert,
    UpsertBatch,
    with_headers,
)
from upsertspec.dialects.queries import description, groups, query
from upsertspec.dialects.sources import header
from upsertspec.dialects.words import Forms, Words
from upsertspec.errors import CannotExpress, NotApplicable
from upsertspec.spec.outcomes import MISSING, OK, is_success
from upsertspec.spec.types import same_json
from upsertspec.target.bindings import Bindings

NAMES = ("matchFields", "updateFields")
WHERE = "updateWhere"
OBJECTS = ("fields", "where", WHERE, "updateValues")
EMPTY: Mapping[str, Any] = MappingProxyType({})

Key = Mapping[str, Any]


class Bound:
    """Translates each operation into the target's words, and each answer into the specification's.

    `untrue` collects statements of the target file that the answers contradict: tables and fields that do exist.
    """

    def __init__(self, dialect: Dialect, bindings: Bindings) -> None:
        self.inner = dialect
        self.bindings = bindings
        self.name = dialect.name
        self.lacks: Mapping[str, str] = dialect.lacks
        self.cannot: Mapping[str, str] = getattr(dialect, "cannot", {})
        self.deviations: Mapping[str, tuple[int, ...]] = getattr(dialect, "deviations", {})
        self.replaces: bool = getattr(dialect, "replaces", False)
        self.is_contract: bool = getattr(dialect, "is_contract", False)
        self._follow_up = getattr(dialect, "follow_up", None)
        self.untrue: dict[tuple[str, str], str] = {}
        self._forms: Forms = {}
        self._words: dict[str, Words] = {}
        self._there: set[str] = set()
        self._keys: dict[tuple[str, str], Key] = {}
        self._asked: tuple[Operation | None, Any] = None, None

    def words(self, table: str) -> Words:
        """The words of a table."""
        if table not in self._words:
            self._words[table] = Words(self.bindings.of(table), self._forms)
        return self._words[table]

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation. Raises NotApplicable for what the target does not have."""
        theirs = self._translate(operation)
        request = self.inner.request(theirs)
        wanted = getattr(theirs, "headers", {})
        if not wanted or not isinstance(request, Request):
            return request
        otherwise = getattr(self.inner, "said_otherwise", None)
        said = otherwise(theirs) if otherwise else ()
        own = {name: value for name, value in wanted.items() if name not in said}
        others = {name: value for name, value in request.headers.items() if name.lower() not in map(str.lower, own)}
        return replace(request, headers={**others, **own})

    def then(self, operation: Operation, response: Response) -> Request | None:
        """The dialect's second request after this response, if it has one."""
        second = getattr(self.inner, "then", None)
        request: Request | None = second(self._theirs(operation), response) if second else None
        return request

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        answer = self.inner.answer(self._theirs(operation), response)
        if not isinstance(answer, Answer):
            return answer  # the dialect's mistake, which `Guarded` reports
        if not answer.tag and isinstance(found := header((response.then or response).headers, "etag"), str):
            answer = replace(answer, tag=found)
        if isinstance(operation, Transaction):
            return self._transaction(operation, answer)
        words = self.words(operation.table)
        answer = _without_deleted(answer, operation, words.binding.gone)
        if is_success(answer.status):
            self._remember(operation, words)
        if isinstance(operation, Read) and "id" in words.binding.absent:
            return self._read_by_key(operation, words, answer)
        match operation:
            case Describe():
                return replace(answer, body=description(words, answer.body))
            case Groups():
                return replace(answer, body=groups(words, answer.body))
            case Find() | List():
                return replace(answer, records=[self._record(words, record) for record in answer.records])
            case UpsertBatch():
                parts = tuple(self._one(words, part, sent) for part, sent in _paired(answer.parts, operation.sent))
                return replace(answer, parts=parts)
            case _:
                return self._one(words, answer, operation.sent[-1] if operation.sent else {})

    def follow_up(self, operation: Operation, response: Response, last: Request | None) -> Request | None:
        """The request that asks whether a write is done, if the dialect has one."""
        return self._follow_up(self._theirs(operation), response, last) if self._follow_up else None

    def beside(self, operation: Operation) -> frozenset[str]:
        """The fields that the server writes and the target has beside the record, so that no request can name them."""
        inner = getattr(self.inner, "beside", None)
        names = inner(self._theirs(operation)) if inner and not isinstance(operation, Transaction) else frozenset()
        binding = self.bindings.of(operation.table)
        return frozenset(name for name in binding.protected if binding.field(name).name in names)

    def _theirs(self, operation: Operation) -> Operation:
        """The operation in the target's words, as it was asked for."""
        asked, theirs = self._asked
        return theirs if asked is operation else self._translate(operation)

    def _translate(self, operation: Operation) -> Operation:
        theirs, headers = self._translated(operation), getattr(operation, "headers", {})
        if headers and isinstance(theirs, Find):
            raise NotApplicable(
                f"{self.words(operation.table).called} is read in a list, and a condition is about one record"
            )
        theirs = with_headers(theirs, headers) if headers else theirs
        self._asked = operation, theirs
        return theirs

    def _translated(self, operation: Operation) -> Operation:
        if isinstance(operation, Transaction):
            return Transaction(self._operations(operation.operations))
        if operation.table in self.bindings.absent:
            raise NotApplicable(f"the target has no {operation.table}")
        words = self.words(operation.table)
        place, fixed = words.binding.place, frozenset(words.binding.fixed)
        match operation:
            case Upsert(fields=fields, match_fields=match_fields, extra=extra):
                whole = self._whole(words, fields, match_fields, extra)
                where = operation.table_id or place
                return Upsert(where, whole, words.names(match_fields), self._extra(words, extra), fixed)
            case UpsertBatch(records=records, match_fields=match_fields, extra=extra):
                listed = [self._whole(words, record, match_fields, extra) for record in records]
                return UpsertBatch(place, listed, words.names(match_fields), self._extra(words, extra), fixed)
            case Create(fields=fields):
                return Create(place, self._whole(words, fields))
            case Change(id=ident, fields=fields):
                return Change(place, ident, words.fields(fields), self._key(words, ident))
            case Delete(id=ident, key=key):
                return Delete(place, ident, self._key(words, ident, key))
            case Find():
                return self._find(words, operation)
            case List() | Groups():
                return replace(operation, table=place, query=query(words, operation.query, self.bindings))
            case Read(id=ident, query=asked) if "id" in words.binding.absent and not asked:
                if key := self._key(words, ident):
                    return Find(place, key)
                raise NotApplicable(f"{words.called} has no id")
            case Read(id=ident, query=asked):
                if "id" in words.binding.absent:
                    raise NotApplicable(f"{words.called} has no id")
                return Read(place, ident, self._key(words, ident), query=query(words, asked, self.bindings))
            case Describe():
                return Describe(place)

    def _find(self, words: Words, find: Find) -> Find:
        where = dict(find.where)
        if "id" in where:
            known = self._keys.get((words.binding.table, str(where["id"])), {})
            by_key = getattr(self.inner, "finds_by_key", False)
            if by_key and not known:
                raise CannotExpress(f"{words.called} is found by its key alone, and the key of this id is not known")
            if by_key or "id" in words.binding.absent:
                where = {**known, **{name: value for name, value in where.items() if name != "id"}}
        theirs = {**words.fields(where), **words.binding.fixed}
        return replace(find, table=words.binding.place, where=theirs)

    def _whole(self, words: Words, fields: Any, match_fields: Any = None, extra: Mapping[str, Any] = EMPTY) -> Any:
        """Fields to write, with what goes with every request, and with what each create or replacement needs."""
        if not isinstance(fields, Mapping):
            return words.fields(fields)
        always, replaces = words.binding.always, self.replaces or extra.get("onConflict") == "replace"
        if always and not replaces and self._is_there(words, fields, match_fields):
            always = {}
        return {**always, **words.fields(fields), **words.binding.fixed}

    def _is_there(self, words: Words, fields: Mapping[str, Any], match_fields: Any) -> bool:
        """Whether a record that this would match is known to be stored: then this is no create.

        One that has another of its unique values is no match.
        """
        matched = match_fields if isinstance(match_fields, (list, tuple)) else ()
        return any(mark in self._there for mark in _marks(words, {n: v for n, v in fields.items() if n in matched}))

    def _remember(self, operation: Operation, words: Words) -> None:
        """Note which records are there; nobody asks where the target needs nothing in each create."""
        if not words.binding.always:
            return
        if isinstance(operation, Delete):
            self._there = {mark for mark in self._there if not mark.startswith(f"{words.binding.table} ")}
        elif isinstance(operation, (Upsert, UpsertBatch, Create)):
            self._there.update(mark for fields in operation.sent for mark in _marks(words, fields))

    def _key(self, words: Words, ident: Any, stated: Key = EMPTY) -> Key:
        """The key of the record of this id, in the target's words: as it was read, or else as an operation has it."""
        known = self._keys.get((words.binding.table, str(ident)), stated)
        return {**words.fields(known), **words.binding.fixed} if known else {}

    def _extra(self, words: Words, extra: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._member(words, name, value) for name, value in extra.items()}

    def _member(self, words: Words, name: str, value: Any) -> Any:
        if name in NAMES:
            return words.names(value)
        if name in OBJECTS and isinstance(value, Mapping):
            for field in value:
                words.require(field)
            return words.conditions(value) if name == WHERE else words.fields(value)
        return value

    def _record(self, words: Words, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record in the specification's words; its key is remembered by its id. Without an id, its key is its id."""
        for name in words.binding.absent:
            if name in record and name not in {words.binding.field(other).name for other in words.binding.view.fields}:
                self.untrue[words.binding.table, name] = f"{words.called} has {name} after all"
        ours = words.ours(record)
        key = words.key_of(ours)
        if "id" in words.binding.absent:
            ours["id"] = _made_up(key)
        if key and ours.get("id") is not None:
            self._keys[words.binding.table, str(ours["id"])] = key
        return ours

    def _one(self, words: Words, answer: Answer, sent: Any) -> Answer:
        record = None if answer.record is None else self._record(words, answer.record)
        ident = answer.id if answer.id is not None else (record or {}).get("id")
        if "id" in words.binding.absent and is_success(answer.status):
            ident = (record or {}).get("id") or _made_up(words.key_of(sent if isinstance(sent, Mapping) else {}))
            lacks = {name: why for name, why in answer.lacks.items() if name != "id"}
            answer = replace(answer, lacks=lacks)
        return replace(answer, id=ident, record=record)

    def _read_by_key(self, read: Read, words: Words, answer: Answer) -> Answer:
        """The record in the answer to a list, if there is no id to read it by."""
        found = [self._record(words, record) for record in answer.records]
        one = next((record for record in found if record["id"] == read.id), None)
        if answer.status != OK or one is None:
            return replace(answer, status=MISSING if answer.status == OK else answer.status, records=())
        return replace(answer, id=read.id, record=one, records=())

    def _operations(self, operations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The operations of a transaction in the target's words, also in `$ref`."""
        tables = {str(each["as"]): str(each.get("table")) for each in operations if "as" in each}
        return [self._operation(each, tables) for each in operations]

    def _operation(self, operation: Mapping[str, Any], tables: Mapping[str, str]) -> dict[str, Any]:
        words = self.words(str(operation.get("table")))
        made = {name: self._ref(self._member(words, name, value), tables) for name, value in operation.items()}
        if "table" in operation and isinstance(operation["table"], str):
            made["table"] = words.binding.name
        if isinstance(operation.get("fields"), Mapping):
            plain = {k: v for k, v in operation["fields"].items() if not _is_ref(v)}
            refs = {words.name(k): self._ref(v, tables) for k, v in operation["fields"].items() if _is_ref(v)}
            if operation.get("op") in ("create", "upsert"):
                made["fields"] = {**self._whole(words, plain, operation.get("matchFields"), operation), **refs}
            else:
                made["fields"] = {**words.fields(plain), **refs}
        return made

    def _ref(self, value: Any, tables: Mapping[str, str]) -> Any:
        if not _is_ref(value):
            return value
        name, dot, field = value["$ref"].partition(".")
        return {"$ref": f"{name}{dot}{self.words(tables.get(name, '')).name(field) if field else ''}"}

    def _transaction(self, transaction: Transaction, answer: Answer) -> Answer:
        tables = [str(each.get("table")) for each in transaction.operations]
        sent = [each.get("fields", {}) for each in transaction.operations]
        parts = [
            self._one(self.words(table), part, fields)
            for table, (part, fields) in zip(tables, _paired(answer.parts, sent), strict=False)
        ]
        if is_success(answer.status):
            self._there.clear()
        return replace(answer, parts=parts)


def _without_deleted(answer: Answer, operation: Operation, gone: Mapping[str, Any]) -> Answer:
    """An answer to a reading call, without the records that have what a deleted one has."""
    if not gone or not isinstance(operation, (Find, List, Read)):
        return answer
    if answer.record is not None and _is_gone(answer.record, gone):
        return replace(answer, status=MISSING, record=None)
    return replace(answer, records=[record for record in answer.records if not _is_gone(record, gone)])


def _is_gone(record: Mapping[str, Any], gone: Mapping[str, Any]) -> bool:
    return all(name in record and same_json(record[name], value) for name, value in gone.items())


def _paired(parts: Sequence[Answer], sent: Sequence[Any]) -> list[tuple[Answer, Any]]:
    return [(part, sent[number] if number < len(sent) else {}) for number, part in enumerate(parts)]


def _is_ref(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"$ref"} and isinstance(value["$ref"], str)


def _marks(words: Words, fields: Any) -> list[str]:
    """What a record is known by: each unique key that it has whole."""
    if not isinstance(fields, Mapping):
        return []
    keys = words.binding.view.keys_in(fields)
    return [f"{words.binding.table} {json.dumps(list(key.items()), default=str)}" for key in keys]


def _made_up(key: Key) -> str | None:
    """An id for a record that has none: its key."""
    return json.dumps(list(key.values()), ensure_ascii=False, default=str) if key else None
