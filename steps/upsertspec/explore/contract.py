"""The contract in memory: what a request may be answered with, and what is stored afterwards."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from upsertspec.dialects.operations import UNSET
from upsertspec.explore.field_rules import (
    BAD,
    REFUSED,
    Problem,
    field_problems,
    find,
    holds,
    key_problems,
    member_problems,
    missing,
    stored_problems,
)
from upsertspec.explore.hostile_values import UNREADABLE
from upsertspec.explore.model_state import Effect, ModelRecord, ModelState, NoRecord, Values
from upsertspec.explore.schema import Schema
from upsertspec.spec.schema import CALLERS, MEMBERS, PROTECTED, Table, organizations, roles

OPERATION_MEMBERS = ("op", "table", "fields", "matchFields", "id", "where", "as")
PERMISSIONS = {"create": ("create",), "update": ("update",), "delete": ("delete",), "upsert": ("create", "update")}
LIMIT = 1000
ANY_REFUSAL = tuple(range(400, 500))
SPECIFIC = {401, 403, 404, 409}
OWN_TABLE, ORGANIZATION = "image_metadata", "organization_id"
"""The table that organizations share, and its field that says whose a record is."""
OTHERS, MOVED = (403, 404), (400, 403, 404, 409, 422)
"""How a member is refused what is another's, and a change that would give a record away."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Expected:
    """What an answer may be: `status` with these effects, or one of `refusals`.

    `effects` is None if the request must be refused; `wrong` is then the index of the one record to blame in a batch.
    """

    status: int = 200
    effects: Sequence[Effect] | None = None
    refusals: tuple[int, ...] = ()
    why: str = ""
    wrong: int | None = None

    def or_refused(self, *statuses: int) -> Expected:
        """The same, where a refusal with one of these statuses is fine too."""
        return replace(self, refusals=(*self.refusals, *statuses))


def _has_twins(records: Sequence[Any], match: Any) -> bool:
    """Whether two records of a batch have the same values in the match fields."""
    names = match if isinstance(match, list) else []
    keys = [repr([record.get(name) for name in names]) for record in records if isinstance(record, Mapping)]
    return len(set(keys)) < len(keys)


class LeftOpen(Exception):
    """The contract does not say what this request does."""


class Refused(Exception):
    """The contract refuses the request. `wrong` is the index of the record to blame."""

    def __init__(self, *problems: Problem, wrong: int | None = None) -> None:
        self.problems = problems
        self.wrong = wrong
        super().__init__("; ".join(problem.why for problem in problems))

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that one of the problems may have."""
        return tuple(sorted({status for problem in self.problems for status in problem.statuses}))


@dataclass
class Contract:
    """The contract over a state. Asking what to expect leaves the state as it is.

    If the checks are `ordered`, the first of several mistakes must be answered (AC-051); else any of them may be.
    """

    schema: Schema
    state: ModelState = field(default_factory=ModelState)
    ordered: bool = True

    def upsert(self, who: str, table: str, fields: Any, match: Any, extra: Row) -> Expected:
        """An upsert of one record."""
        return _lenient(who, self._expect(200, lambda: [self._upsert(who, table, fields, match, extra)]))

    def match(self, table: str, fields: Any, match: Any) -> ModelRecord | None:
        """The record that an upsert matches; None where its request is wrong."""
        if table not in self.schema or _request_problems(self.schema[table], fields, match, {}):
            return None
        return find(self.state, self.schema[table], {name: fields[name] for name in match})

    def batch(self, who: str, table: str, records: Sequence[Any], match: Any, extra: Row) -> Expected:
        """An upsert of several records. If a key comes twice, the batch may also be refused."""
        expected = self._expect(200, lambda: self._batch(who, table, records, match, extra))
        if expected.effects is not None and len({id(e.record) for e in expected.effects}) < len(expected.effects):
            return replace(expected, refusals=REFUSED, why="a key comes twice")
        if expected.effects is None and 401 not in expected.refusals and _has_twins(records, match):
            return replace(expected, wrong=None).or_refused(*REFUSED)  # a key that comes twice may be refused first
        return _lenient(who, expected)

    def create(self, who: str, table: str, fields: Any) -> Expected:
        """A create that is not an upsert."""
        return self._expect(201, lambda: [self._create(who, table, fields)])

    def change(self, who: str, table: str, record: Any, fields: Any) -> Expected:
        """A partial update by id."""
        return self._expect(200, lambda: [self._change(who, table, record, fields)])

    def delete(self, who: str, table: str, record: Any) -> Expected:
        """A delete by id."""
        return self._expect(204, lambda: [self._delete(who, table, record)])

    def read(self, who: str, table: str, record: Any) -> Expected:
        """A read by id."""

        def read() -> list[Effect]:
            self._require_permission(who, table, "read")
            _require(self._missing(who, table, record))
            return [Effect("read", record, record.values)]

        return self._expect(200, read)

    def transaction(self, who: str, operations: Sequence[Row]) -> Expected:
        """Several operations, all or none. Which 4xx fits best is mostly left to the target."""

        def run() -> list[Effect]:
            self._require_permission(who, next(iter(self.schema.tables)), "read")
            return self._in_order(who, operations)

        expected = _lenient(who, self._expect(200, run))
        if expected.refusals and any(self._is_malformed(operation) for operation in operations):
            return replace(expected, refusals=ANY_REFUSAL)  # what is checked first is left to the target
        if 404 in expected.refusals and any(isinstance(operation.get("id"), NoRecord) for operation in operations):
            expected = expected.or_refused(400)  # an id of a form that ids do not have
        if expected.effects is None and any(_lacks_permission(who, operation) for operation in operations):
            return expected.or_refused(403)
        return expected

    def _expect(self, status: int, work: Callable[[], list[Effect]]) -> Expected:
        undo = self.state.undo()
        try:
            return Expected(status, work())
        except Refused as refused:
            return Expected(refusals=refused.statuses, why=str(refused), wrong=refused.wrong)
        finally:
            undo()

    def _require_permission(self, who: str, table: str, *permissions: str) -> None:
        """Raise Refused if the caller is unknown, there is no such table, or the role has none of the permissions."""
        _require(self._reported(self._denied(who, table, *permissions)))

    def _require_permission_for(self, who: str, table: str, record: Any, permission: str) -> None:
        """The same for one record. Where it is not there, 404 is as good as 403."""
        found = self._denied(who, table, permission)
        is_missing = table in self.schema and bool(self._missing(who, table, record))
        found = [replace(each, statuses=OTHERS) if is_missing and each.statuses == (403,) else each for each in found]
        _require(self._reported(found))

    def _denied(self, who: str, table: str, *permissions: str) -> list[Problem]:
        """An unknown caller, an unknown table, and a role that has none of the permissions, in this order."""
        found = []
        if who not in CALLERS:
            found.append(Problem("the credentials are not valid", (400, 401) if who in UNREADABLE else (401,)))
        if table not in self.schema:
            found.append(Problem(f"there is no table {table}", (404,)))
        if who in MEMBERS and table in self.schema and table != OWN_TABLE:
            found.append(Problem(f"{table} is not {who}'s", OTHERS))
        if who in CALLERS and not any(_may(who, permission) for permission in permissions):
            found.append(Problem(f"the {who} may not {' or '.join(permissions)}", (403,)))
        return found

    def _reported(self, problems: Sequence[Problem]) -> Sequence[Problem]:
        """Those of several problems, in the order of the checks, that an answer may be about."""
        return problems[:1] if self.ordered else problems

    def _batch(self, who: str, table: str, records: Sequence[Any], match: Any, extra: Row) -> list[Effect]:
        """Each record in turn. All problems are collected: which of them is reported is left to the target."""
        self._require_permission(who, table, "create", "update")
        if not 1 <= len(records) <= LIMIT:
            raise Refused(Problem("a batch holds 1 to 1,000 records", (400, 413)))
        effects: list[Effect] = []
        problems: dict[int, Sequence[Problem]] = {}
        for index, fields in enumerate(records):
            try:
                effects.append(self._upsert(who, table, fields, match, extra))
            except Refused as refused:
                problems[index] = refused.problems
        if problems:
            first = next(iter(problems))
            only = len(problems) == 1 < len(records) and any(field_problems(self.schema[table], records[first]))
            raise Refused(*itertools.chain(*problems.values()), wrong=first if only else None)
        return effects

    def _upsert(self, who: str, name: str, fields: Any, match: Any, extra: Row) -> Effect:
        denied = self._denied(who, name, "create", "update")
        if name in self.schema:
            wrong = _request_problems(self.schema[name], fields, match, extra)
        else:
            wrong = [Problem("the request may be wrong for any table", BAD)]
        _require(denied and self._reported([*denied, *wrong]))
        if wrong and all(problem.statuses == REFUSED for problem in wrong):
            self._require_written(self.schema[name], fields, match, extra)
        _require(wrong, [] if self.ordered or not wrong else [*_forbidden(who, "create"), *_forbidden(who, "update")])
        table = self.schema[name]
        given = _writable(fields)
        _require([Problem("it belongs to another organization", OTHERS)] if _is_others(who, given) else [])
        found = self._match(table, given, match)
        if found is None and extra.get("onMissing") == "error":
            raise Refused(Problem("nothing matches, and nothing is created", (404,)), *_forbidden(who, "create"))
        if found is None:
            return self._store(table, None, _with_defaults(table, given), _forbidden(who, "create"))
        mode = extra.get("onConflict", "update")
        if mode == "error":
            raise Refused(Problem("the record exists already", (409,)), *_forbidden(who, "update"))
        if mode == "ignore" or not holds(table, found, extra.get("updateWhere", {})):
            return Effect("ignored", found, found.values)
        changed = self._changes(table, given, extra)
        return self._store(table, found, {**found.values, **changed}, _forbidden(who, "update"))

    def _require_written(self, table: Table, fields: Row, match: Any, extra: Row) -> None:
        """Raise LeftOpen where only values that are not written break a rule: they may be refused or let through."""
        found = None if [*key_problems(table, fields, match, extra)] else self._match(table, _writable(fields), match)
        if found is None:
            return
        written = {n: v for n, v in fields.items() if n in extra.get("updateFields", fields)}
        if extra.get("onConflict") == "ignore" or not holds(table, found, extra.get("updateWhere", {})):
            written = {}
        if not [*field_problems(table, written), *member_problems(table, extra)]:
            raise LeftOpen("a value that is not written breaks a rule of its field")

    def _match(self, table: Table, given: Values, match: Any) -> ModelRecord | None:
        """The record that has the values of the match fields, or without them those of any unique key."""
        if match is not UNSET:
            return find(self.state, table, {n: given[n] for n in match})
        found = [find(self.state, table, {n: given.get(n) for n in key}) for key in table.unique_keys]
        standing = {id(record): record for record in found if record is not None}
        if len(standing) > 1:
            raise LeftOpen("several records stand in the way: which one is answered is left to the target")
        return next(iter(standing.values()), None)

    def _changes(self, table: Table, given: Values, extra: Row) -> Values:
        """What is written to a match. Raises LeftOpen where that is nothing."""
        if extra.get("onConflict") == "replace":
            return _with_defaults(table, given)
        if "updateValues" in extra:
            changed = _writable(extra["updateValues"])
        else:
            changed = {n: v for n, v in given.items() if n in extra.get("updateFields", given)}
        if not changed:
            raise LeftOpen("nothing is left to write: the contract allows updated and ignored")
        return changed

    def _create(self, who: str, name: str, fields: Any) -> Effect:
        self._require_permission(who, name, "create")
        table = self.schema[name]
        _require(_any_refusal(field_problems(table, fields)))
        _require([Problem("it belongs to another organization", OTHERS)] if _is_others(who, fields) else [])
        return self._store(table, None, _with_defaults(table, _writable(fields)), ())

    def _change(self, who: str, name: str, record: Any, fields: Any) -> Effect:
        self._require_permission_for(who, name, record, "update")
        table = self.schema[name]
        missing = self._missing(who, name, record)
        moved = [Problem("it would be moved to another organization", MOVED)] if _is_others(who, fields) else []
        _require(missing, _any_refusal(field_problems(table, fields)), moved)
        if not _writable(fields):
            raise LeftOpen("nothing is left to write: the contract allows a write and none")
        return self._store(table, record, {**record.values, **_writable(fields)}, ())

    def _delete(self, who: str, name: str, record: Any) -> Effect:
        self._require_permission_for(who, name, record, "delete")
        _require(self._missing(who, name, record))
        effect = Effect("deleted", record, None)
        self.state.apply(effect)
        return effect

    def _store(self, table: Table, mine: ModelRecord | None, values: Values, forbidden: Sequence[Problem]) -> Effect:
        """Write one record. If only the permission is missing, the records after it still see it."""
        broken = list(stored_problems(self.state, table, values, mine))
        _require(broken and [*forbidden, *broken])
        effect = Effect("updated" if mine else "created", mine or self.state.new(table.name, values), values)
        self.state.apply(effect)
        _require(forbidden)
        return effect

    def _missing(self, who: str, table: str, record: Any) -> list[Problem]:
        """That there is no such record, or none that a member may know of."""
        if self._exists(record, table) and not _is_others(who, record.values):
            return []
        return [Problem("there is no such record", OTHERS if who in MEMBERS else (404,))]

    def _exists(self, record: Any, table: str) -> bool:
        return record in self.state.all and record.table == table

    def _in_order(self, who: str, operations: Sequence[Row]) -> list[Effect]:
        """One operation after the other. Which of several problems is reported is left to the target."""
        named: dict[str, ModelRecord] = {}
        effects, refused = [], []
        for operation in operations:
            try:
                effects.append(self._operation(who, operation, named))
            except Refused as wrong:
                refused.append([Problem(p.why, _specific(p.statuses)) for p in wrong.problems])
                if 403 not in wrong.statuses:
                    break
        if len(refused) > 1:
            raise Refused(*itertools.chain(*refused), Problem("more than one operation is wrong", ANY_REFUSAL))
        _require(*refused)
        return effects

    def _operation(self, who: str, operation: Row, named: dict[str, ModelRecord]) -> Effect:
        op, table, where = operation["op"], operation["table"], operation.get("where", {})
        fields = {n: self._dereferenced(v, named) for n, v in operation.get("fields", {}).items()}
        for name, value in fields.items():
            self._require_own_id(table, name, value)
        if op in ("update", "delete"):
            record = self._dereferenced(operation["id"], named)
            self._require_own_id(table, "id", record)
            self._require_permission(who, table, op)
            _require(member_problems(self.schema[table], {"updateWhere": where}))
            if self._exists(record, table) and not holds(self.schema[table], record, where):
                raise Refused(Problem("the guard does not hold", (409,)))
            return self._change(who, table, record, fields) if op == "update" else self._delete(who, table, record)
        if op == "create":
            effect = self._create(who, table, fields)
        elif op == "upsert":
            extra = {n: v for n, v in operation.items() if n not in OPERATION_MEMBERS}
            effect = self._upsert(who, table, fields, operation.get("matchFields", UNSET), extra)
        else:
            raise Refused(Problem(f"there is no operation {op}", BAD))
        if "as" in operation:
            named[operation["as"]] = effect.record
        return effect

    def _dereferenced(self, value: Any, named: Mapping[str, ModelRecord]) -> Any:
        """What a `$ref` leads to: a record if it names an id, else the value of the field."""
        if not is_ref(value):
            return value
        name, _, field_name = value["$ref"].partition(".")
        if name not in named or (field_name != "id" and field_name not in self.schema[named[name].table].fields):
            raise Refused(Problem("a $ref leads nowhere", ANY_REFUSAL))
        return named[name] if field_name == "id" else named[name].values.get(field_name)

    def _require_own_id(self, table: str, name: str, value: Any) -> None:
        """Raise LeftOpen for an id of another table: a record of this table may have the same id."""
        fields = self.schema[table].fields if table in self.schema else {}
        wanted = table if name == "id" else fields[name].references or "" if name in fields else ""
        if isinstance(value, ModelRecord) and wanted and value.table != wanted:
            raise LeftOpen(f"an id of {value.table} may be one of {wanted} too")

    def _is_malformed(self, operation: Row) -> bool:
        if operation["table"] not in self.schema or operation["op"] not in PERMISSIONS:
            return True
        table = self.schema[operation["table"]]
        plain = {n: v for n, v in operation.get("fields", {}).items() if not (isinstance(v, ModelRecord) or is_ref(v))}
        extra = {n: v for n, v in operation.items() if n not in OPERATION_MEMBERS}
        guard = {"updateWhere": operation.get("where", {})}
        ident = operation.get("id")
        strange = isinstance(ident, str) or (isinstance(ident, dict) and not is_ref(ident))
        problems = (*field_problems(table, plain), *member_problems(table, extra), *member_problems(table, guard))
        return strange or bool(problems)


def _lenient(who: str, expected: Expected) -> Expected:
    """The target decides whether ignoring a match needs the permission to update."""
    if any(e.operation == "ignored" for e in expected.effects or ()) and _forbidden(who, "update"):
        return expected.or_refused(403)
    return expected


def _request_problems(table: Table, fields: Any, match: Any, extra: Row) -> list[Problem]:
    """What is wrong with a request before a match is looked for."""
    wrong = [*field_problems(table, fields), *member_problems(table, extra)]
    if not wrong and extra.get("onConflict") == "replace":
        wrong = [missing(field) for field in table.fields.values() if field.required and field.name not in fields]
    return wrong or [*key_problems(table, fields, match, extra)]


def _any_refusal(problems: Iterable[Problem]) -> list[Problem]:
    """A create, or a change by id, may refuse these with any of 400, 409 and 422."""
    return [Problem(problem.why, REFUSED) for problem in problems]


def _specific(statuses: tuple[int, ...]) -> tuple[int, ...]:
    return statuses if len(statuses) == 1 and set(statuses) <= SPECIFIC else ANY_REFUSAL


def _require(*problems: Iterable[Problem]) -> None:
    if found := [*itertools.chain(*problems)]:
        raise Refused(*found)


def _may(who: str, permission: str) -> bool:
    """Whether a caller may do something; a member may do what the editor may."""
    return roles()["editor" if who in MEMBERS else who][permission]


def _is_others(who: str, fields: Row) -> bool:
    """Whether fields name another organization than the member's own."""
    own = organizations().get(who)
    return own is not None and fields.get(ORGANIZATION, own) != own


def _forbidden(who: str, permission: str) -> list[Problem]:
    return [] if _may(who, permission) else [Problem(f"the {who} may not {permission}", (403,))]


def _lacks_permission(who: str, operation: Row) -> bool:
    return who in CALLERS and not all(_may(who, needed) for needed in PERMISSIONS.get(operation["op"], ()))


def _writable(fields: Row) -> Values:
    return {name: value for name, value in fields.items() if name not in PROTECTED}


def _with_defaults(table: Table, given: Values) -> Values:
    return {name: given.get(name, field.rules.get("default")) for name, field in table.fields.items()}


def is_ref(value: Any) -> bool:
    """Whether a value of a transaction refers to the result of an earlier operation."""
    return isinstance(value, dict) and set(value) == {"$ref"}
