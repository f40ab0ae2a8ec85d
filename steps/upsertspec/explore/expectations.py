"""The model of the contract: what a request may be answered with, and what is stored afterwards."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from upsertspec.errors import NotTestable
from upsertspec.explore import hostile_values as oddities
from upsertspec.explore.rules import BAD, REFUSED, Fault, equal, field_faults, find, key_faults, stored_faults
from upsertspec.explore.state import Done, Entry, State, Values
from upsertspec.spec.schema import PROTECTED, Table, roles, tables

MEMBERS = ("onConflict", "updateFields", "updateWhere")
PLAIN = ("op", "table", "fields", "matchFields", "id", "where", "as")
LIMIT = 1000
ANY_REFUSAL = tuple(range(400, 500))


@dataclass(frozen=True)
class Expected:
    """What the contract lets an answer be: done with `status`, or refused with one of `refusals`.

    `done` is None where it must be refused; `wrong` is the place of the one record in a batch that is to blame.
    """

    status: int = 200
    done: Sequence[Done] | None = None
    refusals: tuple[int, ...] = ()
    why: str = ""
    wrong: int | None = None


class Refused(Exception):
    """The request is refused."""

    def __init__(self, *faults: Fault, wrong: int | None = None) -> None:
        self.faults = faults
        self.wrong = wrong
        super().__init__("; ".join(fault.why for fault in faults))

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that one of the faults may have."""
        return tuple(sorted({status for fault in self.faults for status in fault.statuses}))


@dataclass
class Model:
    """The contract over a state. A method that is given who asks looks at the credentials first."""

    state: State = field(default_factory=State)

    def upsert(self, who: str, table: str, fields: Any, match: Any, extra: Mapping[str, Any]) -> Expected:
        """An upsert of one record."""
        return _lenient(who, self._tried(200, lambda: [self._upsert(who, table, fields, match, extra)]))

    def batch(self, who: str, table: str, records: Sequence[Any], match: Any, extra: Mapping[str, Any]) -> Expected:
        """An upsert of several records; where a key comes twice, it may also be refused whole."""
        expected = self._tried(200, lambda: self._each(who, table, records, match, extra))
        if expected.done is not None and len({id(done.entry) for done in expected.done}) < len(expected.done):
            return Expected(200, expected.done, REFUSED, "a key comes twice")
        return _lenient(who, expected)

    def create(self, who: str, table: str, fields: Any) -> Expected:
        """A create, which is no upsert."""
        return self._tried(201, lambda: [self._create(who, table, fields)])

    def change(self, who: str, table: str, entry: Entry | None, fields: Any) -> Expected:
        """A partial update by the id; None is a record that is not there."""
        return self._tried(200, lambda: [self._change(who, table, entry, fields)])

    def delete(self, who: str, table: str, entry: Entry | None) -> Expected:
        """A delete by the id."""
        return self._tried(204, lambda: [self._delete(who, table, entry)])

    def read(self, who: str, table: str, entry: Entry | None) -> Expected:
        """Whether reading a record, or a list, is allowed."""

        def looked() -> list[Done]:
            self.enter(who, table, "read")
            if entry is None or entry not in self.state.all:
                raise Refused(Fault("there is no such record", (404,)))
            return [Done("read", entry, entry.values)]

        return self._tried(200, looked)

    def transaction(self, who: str, operations: Sequence[Mapping[str, Any]]) -> Expected:
        """Several operations, all or none: which 4xx says best what is wrong is left open but for what is named."""

        def all_of_them() -> list[Done]:
            self.enter(who, "contacts", "read")
            return self._in_turn(who, operations)

        expected = _lenient(who, self._tried(200, all_of_them))
        if expected.refusals and any(_malformed(operation) for operation in operations):
            return replace(expected, refusals=ANY_REFUSAL)  # what is looked at first is left open
        if expected.done is None and any(_denied(who, operation) for operation in operations):
            return replace(expected, refusals=(*expected.refusals, 403))
        return expected

    def _in_turn(self, who: str, operations: Sequence[Mapping[str, Any]]) -> list[Done]:
        """One after the other. Which of several refusals is told is left open."""
        named: dict[str, Entry] = {}
        done, faults = [], []
        for operation in operations:
            try:
                done.append(self._operation(who, operation, named))
            except Refused as refused:
                faults.append(refused.faults)
                if 403 not in refused.statuses:
                    break
        if len(faults) > 1:
            raise Refused(*itertools.chain(*faults), Fault("more than one is wrong", ANY_REFUSAL))
        if faults:
            raise Refused(*faults[0])
        return done

    def enter(self, who: str, table: str, *permissions: str) -> None:
        """Raise Refused where nobody is known, no such table is there, or the role has none of the permissions."""
        if who not in roles():
            statuses = (400, 401) if who in oddities.UNREADABLE else (401,)
            raise Refused(Fault("the credentials are not valid", statuses))
        if table not in tables():
            raise Refused(Fault(f"there is no table {table}", (404,)))
        if not any(roles()[who][permission] for permission in permissions):
            raise Refused(Fault(f"the {who} may not {' or '.join(permissions)}", (403,)))

    def _tried(self, status: int, work: Callable[[], list[Done]]) -> Expected:
        before = self.state.snapshot()
        try:
            return Expected(status, work())
        except Refused as refused:
            return Expected(refusals=refused.statuses, why=str(refused), wrong=refused.wrong)
        finally:
            self.state.restore(before)

    def _each(self, who: str, table: str, records: Sequence[Any], match: Any, extra: Mapping[str, Any]) -> list[Done]:
        """Each record in turn. All that is wrong is gathered: which of it is told is left open."""
        self.enter(who, table, "create", "update")
        if not 1 <= len(records) <= LIMIT:
            raise Refused(Fault("a batch holds 1 to 1,000 records", (400, 413)))
        done: list[Done] = []
        faults: dict[int, Sequence[Fault]] = {}
        for place, fields in enumerate(records):
            try:
                done.append(self._upsert(who, table, fields, match, extra))
            except Refused as refused:
                faults[place] = refused.faults
        if faults:
            raise Refused(*itertools.chain(*faults.values()), wrong=_to_blame(table, records, list(faults)))
        return done

    def _upsert(self, who: str, name: str, fields: Any, match: Any, extra: Mapping[str, Any]) -> Done:
        self.enter(who, name, "create", "update")
        table = tables()[name]
        require(field_faults(table, fields), member_faults(table, extra))
        require(key_faults(table, fields, match))
        given = {n: v for n, v in fields.items() if n not in PROTECTED}
        found = find(self.state, table, {n: given[n] for n in match})
        if found is None:
            return self._stored(table, None, _with_defaults(table, given), may(who, "create"))
        if not self._writes(table, found, extra):
            return Done("ignored", found, found.values)
        listed = extra.get("updateFields", list(given))
        if not set(listed) & set(given):
            raise NotTestable("updateFields leave nothing to write: that is updated or ignored")
        changed = {n: v for n, v in given.items() if n in listed}
        return self._stored(table, found, {**found.values, **changed}, may(who, "update"))

    def _writes(self, table: Table, found: Entry, extra: Mapping[str, Any]) -> bool:
        if extra.get("onConflict") == "ignore":
            return False
        where = extra.get("updateWhere", {})
        return all(equal(table, name, value, _value(found, name)) for name, value in where.items())

    def _create(self, who: str, name: str, fields: Any) -> Done:
        self.enter(who, name, "create")
        table = tables()[name]
        require(_lenient_faults(table, fields))
        given = {n: v for n, v in fields.items() if n not in PROTECTED}
        return self._stored(table, None, _with_defaults(table, given), ())

    def _change(self, who: str, name: str, entry: Entry | None, fields: Any) -> Done:
        self.enter(who, name, "update")
        table = tables()[name]
        missing = [] if self._has(entry, name) else [Fault("there is no such record", (404,))]
        require([*missing, *_lenient_faults(table, fields)])
        assert entry is not None
        given = {n: v for n, v in fields.items() if n not in PROTECTED}
        return self._stored(table, entry, {**entry.values, **given}, ())

    def _delete(self, who: str, name: str, entry: Entry | None) -> Done:
        self.enter(who, name, "delete")
        if entry is None or not self._has(entry, name):
            raise Refused(Fault("there is no such record", (404,)))
        done = Done("deleted", entry, None)
        self.state.apply(done)
        return done

    def _stored(self, table: Table, mine: Entry | None, values: Values, denied: Sequence[Fault]) -> Done:
        """One record written. One that only the role stands against is there for the records that follow it."""
        broken = list(stored_faults(self.state, table, values, mine))
        require(broken and [*denied, *broken])
        entry = mine or self.state.new(table.name, values)
        done = Done("updated" if mine else "created", entry, values)
        self.state.apply(done)
        require(denied)
        return done

    def _has(self, entry: Any, table: str) -> bool:
        return entry in self.state.all and entry.table == table

    def _operation(self, who: str, operation: Mapping[str, Any], named: dict[str, Entry]) -> Done:
        try:
            done = self._plain(who, operation, named)
        except Refused as refused:
            raise Refused(*(Fault(f.why, _within(f.statuses)) for f in refused.faults)) from refused
        if "as" in operation:
            named[operation["as"]] = done.entry
        return done

    def _plain(self, who: str, operation: Mapping[str, Any], named: Mapping[str, Entry]) -> Done:
        table = operation["table"]
        fields = {n: _followed(v, named) for n, v in operation.get("fields", {}).items()}
        for name, value in fields.items():
            _require_its_own(table, name, value)
        extra = {n: v for n, v in operation.items() if n not in PLAIN}
        match operation["op"]:
            case "create":
                return self._create(who, table, fields)
            case "upsert":
                return self._upsert(who, table, fields, operation["matchFields"], extra)
            case "update":
                entry = _followed(operation["id"], named)
                _require_its_own(table, "id", entry)
                self._guard(who, table, entry, operation.get("where", {}), "update")
                return self._change(who, table, entry if isinstance(entry, Entry) else None, fields)
            case "delete":
                entry = _followed(operation["id"], named)
                _require_its_own(table, "id", entry)
                self._guard(who, table, entry, operation.get("where", {}), "delete")
                return self._delete(who, table, entry if isinstance(entry, Entry) else None)
            case other:
                raise Refused(Fault(f"there is no operation {other}", BAD))

    def _guard(self, who: str, name: str, entry: Any, where: Mapping[str, Any], permission: str) -> None:
        self.enter(who, name, permission)
        table = tables()[name]
        require(member_faults(table, {"updateWhere": where}))
        if self._has(entry, name) and not all(equal(table, n, v, _value(entry, n)) for n, v in where.items()):
            raise Refused(Fault("the guard does not hold", (409,)))


def _lenient(who: str, expected: Expected) -> Expected:
    """Whether an ignored match needs the permission to update is the implementation's choice."""
    if any(done.operation == "ignored" for done in expected.done or ()) and may(who, "update"):
        return replace(expected, refusals=(*expected.refusals, 403))
    return expected


def _lenient_faults(table: Table, fields: Any) -> list[Fault]:
    """What is wrong with the fields of a create or a change by the id; which status says so is left open there."""
    return [Fault(fault.why, REFUSED) for fault in field_faults(table, fields)]


def require(*faults: Iterable[Fault]) -> None:
    """Raise Refused where there are any."""
    if found := [fault for listed in faults for fault in listed]:
        raise Refused(*found)


def may(who: str, permission: str) -> list[Fault]:
    """The fault of a role that may not."""
    return [] if roles()[who][permission] else [Fault(f"the {who} may not {permission}", (403,))]


def member_faults(table: Table, extra: Mapping[str, Any]) -> Iterable[Fault]:
    """What is wrong with the further members of an upsert."""
    for name in extra:
        if name not in MEMBERS:
            yield Fault(f"there is no member {name}", BAD)
    if extra.get("onConflict", "update") not in ("update", "ignore"):
        yield Fault("onConflict is neither update nor ignore", BAD)
    listed = extra.get("updateFields", [])
    if not isinstance(listed, list) or any(name not in table.fields for name in listed):
        yield Fault("updateFields are not names of fields", BAD)
    where = extra.get("updateWhere", {})
    if not isinstance(where, dict) or any(name not in (*PROTECTED, *table.fields) for name in where):
        yield Fault("updateWhere is no object of fields", BAD)
    elif any(_composed(table, name, value) for name, value in where.items()):
        yield Fault("updateWhere has no plain value", BAD)


def _composed(table: Table, name: str, value: Any) -> bool:
    """Whether a value is an object or a list where the field takes none."""
    return isinstance(value, (dict, list)) and not table.type_of(name).accepts(value)


def _to_blame(table: str, records: Sequence[Any], places: Sequence[int]) -> int | None:
    """The place of the one record of several that can't be written, where it is wrong by itself."""
    alone = len(places) == 1 < len(records) and any(field_faults(tables()[table], records[places[0]]))
    return places[0] if alone else None


def _with_defaults(table: Table, given: Values) -> Values:
    return {name: given.get(name, field.rules.get("default")) for name, field in table.fields.items()}


def _value(entry: Entry, name: str) -> Any:
    return entry.read.get(name) if name in PROTECTED else entry.values.get(name)


def _is_ref(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"$ref"}


def _followed(value: Any, named: Mapping[str, Entry]) -> Any:
    """What a `$ref` leads to: an entry where it names an id, else that field's value."""
    if not _is_ref(value):
        return value
    name, _, field_name = value["$ref"].partition(".")
    if name not in named:
        raise Refused(Fault("a $ref leads nowhere", ANY_REFUSAL))
    if field_name != "id" and field_name not in tables()[named[name].table].fields:
        raise Refused(Fault("a $ref names no field", ANY_REFUSAL))
    return named[name] if field_name == "id" else named[name].values.get(field_name)


def _require_its_own(table: str, name: str, value: Any) -> None:
    """Raise NotTestable where another table's id stands for a record: it may be the id of one that is there as well."""
    fields = tables()[table].fields if table in tables() else {}
    wanted = table if name == "id" else fields[name].rules.get("references", "") if name in fields else ""
    if isinstance(value, Entry) and wanted and value.table != wanted:
        raise NotTestable(f"an id of {value.table} may be one of {wanted} too")


def _malformed(operation: Mapping[str, Any]) -> bool:
    if operation["table"] not in tables() or operation["op"] not in ("create", "upsert", "update", "delete"):
        return True
    table = tables()[operation["table"]]
    plain = {n: v for n, v in operation.get("fields", {}).items() if not (isinstance(v, Entry) or _is_ref(v))}
    guard = {"updateWhere": operation.get("where", {})}
    extra = {n: v for n, v in operation.items() if n not in PLAIN}
    ident = operation.get("id")
    odd = isinstance(ident, str) or (isinstance(ident, dict) and not _is_ref(ident))
    return odd or any((*field_faults(table, plain), *member_faults(table, extra), *member_faults(table, guard)))


def _denied(who: str, operation: Mapping[str, Any]) -> bool:
    needed = {"create": ["create"], "update": ["update"], "delete": ["delete"], "upsert": ["create", "update"]}
    return any(may(who, permission) for permission in needed.get(operation["op"], []) if who in roles())


def _within(statuses: tuple[int, ...]) -> tuple[int, ...]:
    named = {401, 403, 404, 409}
    return statuses if len(statuses) == 1 and set(statuses) <= named else ANY_REFUSAL
