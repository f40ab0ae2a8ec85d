"""Then: whether what was written is found again, everywhere, and whether its times are true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from pytest_bdd import parsers, then

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Create, Groups, List, Transaction, Upsert, UpsertBatch
from upsertspec.errors import CheckFailed, NotApplicable
from upsertspec.spec.outcomes import CREATED, MISSING, OK
from upsertspec.spec.types import instant
from upsertspec.steps.assertions import (
    find_key,
    has_record,
    parts_of,
    require_body,
    require_stored,
    require_success,
    the_one,
)
from upsertspec.steps.equality import as_json, differences, same, shown
from upsertspec.steps.missing_calls import is_missing, plainest_groups
from upsertspec.steps.own_table import named
from upsertspec.steps.statuses import require_status
from upsertspec.steps.then_records import reported, require_same_reading
from upsertspec.steps.world import Attempt, World

Record = Mapping[str, Any]

LONGEST_FILTER = 1000
LONGEST_PART = 200
A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Written:
    """A record that was sent: its table, its fields, the answer about it alone, and what it said was done."""

    table: str
    row: Record
    answer: Answer
    operation: str


@then(parsers.re(r"each value comes back as it was sent(?P<lists>, in lists too)?"))
def each_value_comes_back(world: World, lists: str | None) -> None:
    """Each sent record is stored with its values, and reads the same in the answer, by its key and by its id. If it was
    sent again later, its first answer has these values, too.

    An update has moved updated_at, and kept created_at.

    In lists too: it is found by each of its values with every operator that fits, and by none that it had before; it is
    in its place where the list is sorted by a number or a time, nested in its parent, and counted there.
    """
    wrote = [each for attempt in world.attempts for each in written(world, attempt)]
    last = {as_json([each.table, _key(world, each)]): each for each in wrote}
    for each in wrote:
        if each not in last.values():
            _require_answered(world, each)
    found = [(each, _require_kept(world, each)) for each in last.values()]
    for each, stored in found:
        answered = [other.answer.record for other in wrote if other is not each and other.table == each.table]
        _require_times(world, each, stored, [*_before(world, each, stored), *answered])
    if lists:
        for each, stored in found:
            _require_listed(world, each, stored)
            _require_not_listed(world, each, stored)
            _require_nested(world, each, stored)
        _require_sorted(world, [each for each, _ in found])


@then("each answer's times are within a minute of its Date header")
def times_are_true(world: World) -> None:
    """updated_at, and of a created record created_at, are the time that the answer's own header states."""
    for attempt in world.attempts:
        said = attempt.exchange.response_header("Date")
        if not said:
            raise NotApplicable("the answers have no Date header")
        now = parsedate_to_datetime(said)
        for each in written(world, attempt):
            fields = ["updated_at", *(["created_at"] if each.operation == "created" else [])]
            record = each.answer.record or _found(world, each)
            for name in named(world.binding(each.table), fields):
                time = instant(record.get(name))
                if time is None or abs(time - now) > A_MINUTE:
                    raise CheckFailed(f"{name} within a minute of {said}", shown(record.get(name)))


def written(world: World, attempt: Attempt) -> Iterator[Written]:
    """The records that a request wrote. Raises CheckFailed where it was not answered as a success."""
    operation, answer = attempt.operation, attempt.answer
    match operation:
        case Upsert():
            require_success(world, answer, str(answer.operation or ""))
        case UpsertBatch():
            require_status(world, answer, OK)
        case _:
            require_body(world, answer, CREATED if isinstance(operation, Create) else OK)
    match operation:
        case Transaction(operations=operations):
            for each, part in zip(operations, parts_of(world, attempt), strict=True):
                if "fields" in each:
                    ident = {"id": each["id"]} if "id" in each else {}
                    yield Written(each["table"], {**each["fields"], **ident}, part, str(part.operation))
        case UpsertBatch(table=table, records=records):
            for row, part in zip(records, parts_of(world, attempt), strict=True):
                yield Written(table, row, part, str(part.operation))
        case Change(table=table, id=ident, fields=fields):
            yield Written(table, {**fields, "id": ident}, answer, "updated")
        case _:
            said = "created" if isinstance(operation, Create) else str(answer.operation)
            yield Written(operation.table, operation.sent[-1], answer, said)


def _found(world: World, each: Written) -> Record:
    """The stored record, by a key of the sent one, or by its id."""
    return the_one(world, each.table, _key(world, each))


def _key(world: World, each: Written) -> Record:
    if key := find_key(world.table(each.table), each.row):
        return key
    if each.answer.id is None:
        role = "transaction" if isinstance(world.last.operation, Transaction) else "create"
        world.stop(role, CheckFailed('an "id" in the answer', each.answer.shown_body))
    return {"id": each.answer.id}


def _require_answered(world: World, each: Written) -> None:
    """Raise CheckFailed where an answer's record, which was written again later, has other values than were sent."""
    record, words = each.answer.record or {}, world.words(each.table)
    if wrong := differences(world.table(each.table), each.row, {**each.row, **record}, words=words):
        raise CheckFailed("an answer with the values that were sent", "; ".join(wrong))


def _require_kept(world: World, each: Written) -> Record:
    where = _key(world, each)
    stored = require_stored(world, each.table, each.row, where)
    is_reported = each.answer.record is not None or not world.lacks(each.answer, "record")
    if is_reported and has_record(world, each.answer):
        record = reported(each.answer, stored)
        require_same_reading(world, each.table, "the answer's record to be the stored one", stored, record)
    by_id = the_one(world, each.table, {"id": stored.get("id")})
    require_same_reading(world, each.table, "the record read by its id to be the stored one", stored, by_id)
    return stored


def _before(world: World, each: Written, stored: Record) -> list[Record]:
    """The record as it was stored before the scenario's requests, if it was."""
    return [k.record for k in world.stored if k.table == each.table and _is_same(k.record, stored)]


def _is_same(record: Record | None, stored: Record) -> bool:
    return record is not None and as_json(record.get("id")) == as_json(stored.get("id"))


def _require_times(world: World, each: Written, stored: Record, records: Sequence[Record | None]) -> None:
    """Note for the criterion that defines the times where an update did not move updated_at, or changed created_at.
    `records` are earlier ones."""
    before = next((record for record in reversed(records) if record and _is_same(record, stored)), {})
    if each.operation != "updated" or not before:
        return
    earlier, later = instant(before.get("updated_at")), instant(stored.get("updated_at"))
    if earlier and later and later <= earlier:
        wrong = CheckFailed(f"an updated_at later than {shown(before['updated_at'])}", shown(stored["updated_at"]))
        world.add_secondary("times", wrong)
    if "created_at" in before and before["created_at"] != stored.get("created_at"):
        kept = f"the record's created_at to stay {shown(before['created_at'])}"
        world.add_secondary("times", CheckFailed(kept, shown(stored.get("created_at"))))


def _require_listed(world: World, each: Written, stored: Record) -> None:
    """Raise CheckFailed where a filter that fits the record does not find it; all filters are asked at once first."""
    filters = dict(_filters(world, each.table, world.fit(each.table, each.row)))
    if _lists_it(world, each.table, filters, stored):
        return
    key = find_key(world.table(each.table), stored) or {}
    single: list[Record] = [{name: value} for name, value in filters.items()]
    wrong = next((one for one in single if not _lists_it(world, each.table, {**key, **one}, stored)), filters)
    raise CheckFailed(f"the record to be listed where {shown(wrong)}", "it is not")


def _require_not_listed(world: World, each: Written, stored: Record) -> None:
    """Raise CheckFailed where a plain filter still finds the record by a value that it had before."""
    fields = world.table(each.table).fields
    before = next(iter(_before(world, each, stored)), stored)
    key = find_key(world.table(each.table), stored) or {}
    for name in [name for name in each.row if name in fields and name not in key and "" in fields[name].type.finding]:
        old = before.get(name)
        if old in (None, "") or same(world.table(each.table), name, old, stored.get(name)):
            continue
        if _list(world, each.table, {**key, name: old}):
            raise CheckFailed(f"the record not to be listed where {name} was {shown(old)}", "it is")


def _lists_it(world: World, table: str, query: Record, stored: Record) -> bool:
    return [as_json(record.get("id")) for record in _list(world, table, query)] == [as_json(stored.get("id"))]


def _list(world: World, table: str, query: Record) -> Sequence[Record]:
    answer = world.client.call("editor", List(table, query))
    require_body(world, answer, OK)
    if answer.total not in (None, len(answer.records)):
        raise CheckFailed(f'"total": {len(answer.records)}', shown(answer.total))
    return answer.records


def _filters(world: World, table: str, row: Record) -> Iterator[tuple[str, Any]]:
    """A filter for each operator that a value passes; only the plain one for what the target has in its own form."""
    binding = world.binding(table)
    for name, value in row.items():
        if name == "id" or name not in binding.view.fields:
            continue
        field, bound = binding.view.fields[name], binding.field(name)
        if value in (None, "") or not field.type.finding:
            yield f"{name}__isnull", "true" if value is None else "false"
            continue
        is_own = bool(bound.text or bound.values or bound.as_text or field.options)
        for operator in field.type.finding[: 1 if is_own else None]:
            yield from _filter(name, operator, value)


def _filter(name: str, operator: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The filter by one operator; none for a text that is too long for an address, or that would be several."""
    if operator == "contains":
        yield f"{name}__contains", value[len(value) // 3 :][:LONGEST_PART]
    elif operator == "in" and "," not in value and len(value) <= LONGEST_FILTER:
        yield f"{name}__in", f"{value},no other"
    elif operator != "in" and (not isinstance(value, str) or len(value) <= LONGEST_FILTER):
        yield f"{name}__{operator}".removesuffix("__"), value


def _require_sorted(world: World, wrote: Sequence[Written]) -> None:
    """Raise CheckFailed where the records are not in the order of a number or a time that was sent."""
    table = world.table(wrote[0].table)
    single = [names[0] for names in table.unique_keys if len(names) == 1]
    key = next((name for name in single if all(isinstance(each.row.get(name), str) for each in wrote)), "")
    keys = [each.row[key] for each in wrote] if key else []
    if len(keys) < 2 or any("," in value for value in keys):
        return
    for name in {name: None for each in wrote for name in each.row if "gte" in table.type_of(name).finding}:
        if name not in table.fields:
            continue
        records = _list(world, table.name, {f"{key}__in": ",".join(keys), "_sort": name})
        if len(records) != len(keys) and len(_list(world, table.name, {f"{key}__in": ",".join(keys)})) == len(records):
            wrong = CheckFailed(f"{len(keys)} records in a list", str(len(records)))
            world.add_secondary("total", wrong)
            return
        values = [record[name] for record in records if record.get(name) is not None]
        if values != sorted(values, key=table.type_of(name).order) or len(records) != len(keys):
            raise CheckFailed(f"the {len(keys)} records sorted by {name}", shown(values))


def _require_nested(world: World, each: Written, stored: Record) -> None:
    """Raise CheckFailed where a parent does not hold the record."""
    view = world.table(each.table)
    parents = [(name, field.references) for name, field in view.fields.items() if field.references]
    for name, parent in parents:
        if stored.get(name) is None or parent is None:
            continue
        found = _list(world, parent, {"id": stored[name], "_include": each.table})
        children = [child for record in found for child in _children(world, each.table, record)]
        nested = [child for child in children if as_json(child.get("id")) == as_json(stored.get("id"))]
        if len(nested) != 1 or differences(view, stored, nested[0], ["updated_at", *view.fields]):
            raise CheckFailed(f"the stored record nested in {parent} of id {shown(stored[name])}", shown(nested))
        _require_counted(world, each.table, name, stored[name], len(children))


def _children(world: World, table: str, parent: Record) -> list[Record]:
    """The children that are nested in a parent, in the specification's words."""
    listed = parent.get(table, parent.get(world.words(table).called))
    return [world.words(table).ours(child) for child in listed or [] if isinstance(child, Mapping)]


def _require_counted(world: World, table: str, name: str, parent: Any, wanted: int) -> None:
    """Raise CheckFailed where the statistics count other children of a parent than are nested in it."""
    answer = world.client.call("editor", Groups(table, {"group_by": name}))
    if answer.status == MISSING and is_missing(world.client, plainest_groups(table), world.controls.missing):
        world.add_secondary("groups", CheckFailed("the call to be there", str(MISSING)))
        return
    require_body(world, answer, OK)
    groups = answer.body.get("groups", []) if isinstance(answer.body, dict) else []
    counts = [each.get("count") for each in groups if shown(each.get(name)) == shown(parent)]
    if counts != [wanted]:
        raise CheckFailed(f"one group of {name} {shown(parent)} with the {wanted} nested in it", shown(counts))
