"""Then: what a list, a group or a description says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pytest_bdd import parsers, then

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import List, Read, Upsert
from upsertspec.dialects.queries import parent_name
from upsertspec.errors import CheckFailed, NotApplicable
from upsertspec.spec.outcomes import INVALID, OK
from upsertspec.spec.schema import PROTECTED, Field, tables
from upsertspec.spec.types import instant, same_json, whole_number
from upsertspec.steps.assertions import last_stored, require_body
from upsertspec.steps.equality import as_json, differences, shown
from upsertspec.steps.own_table import named
from upsertspec.steps.statuses import require_status
from upsertspec.steps.world import TIMES, Attempt, Stored, World

Record = Mapping[str, Any]


@then(
    parsers.re(
        r"the list(?: has (?P<count>\d+) records|(?P<which> is|s together are) (?P<who>empty|\w+(?:, \w+)*)"
        r"(?P<order>, in this order)?)"
    )
)
def the_list_is(world: World, which: str | None, who: str | None, order: str | None, count: str | None = None) -> None:
    """The last list, or all lists one after the other, have exactly the named records, none twice and each with its
    stored values; or so many. Not applicable where a sort by several fields is refused."""
    attempts = world.attempts if which == "s together are" else [world.last]
    for attempt in attempts:
        require_list(world, attempt)
    records = [record for attempt in attempts for record in attempt.answer.records]
    if count is None:
        require_names(world, world.last.table, records, str(who), ordered=bool(order))
    elif len(records) != int(count):
        raise CheckFailed(f"{count} records", f"{len(records)}")


@then(parsers.parse("the first list is {who:w}, and the last is empty or refused"))
def the_last_list_is_empty_or_refused(world: World, who: str) -> None:
    """The first list has just the named record; the last has none, or was answered with 400. Its total is 0, where the
    records are not skipped."""
    first, last = world.attempts[0].answer, world.last.answer
    require_body(world, first, OK)
    require_names(world, world.last.table, first.records, who, ordered=False)
    if last.status != INVALID:
        require_body(world, last, OK)
        require_names(world, world.last.table, last.records, "empty", ordered=False)
        operation = world.last.operation
        is_skipped = isinstance(operation, List) and "_offset" in operation.query
        if last.total not in (None, 0) and not is_skipped:
            raise CheckFailed('"total": 0', shown(last.total))


@then(parsers.parse("every list says that there are {total:d} in all"))
def every_list_says(world: World, total: int) -> None:
    """`total` counts all records that pass the filters, not those on the page."""
    for attempt in world.attempts:
        world.compared("the total of a list")
        if attempt.answer.total is None:
            world.add_secondary("total", CheckFailed('a "total"', attempt.answer.shown_body))
        elif attempt.answer.total != total:
            raise CheckFailed(f'"total": {total}', shown(attempt.answer.total))


@then(parsers.parse("each listed record has just the fields {fields}"))
def each_listed_record_has(world: World, fields: str) -> None:
    """The records have these fields of the table and no others. There is at least one."""
    require_body(world, world.last.answer, OK)
    if not world.last.answer.records:
        raise CheckFailed("a list of records", "an empty list")
    for name in [name for name in TIMES if name in fields.split(", ")]:
        world.value_of(next(known.name for known in world.stored if known.table == world.last.table), name)
    for record in world.last.answer.records:
        require_just(world, world.last.table, record, fields)


def require_just(world: World, table: str, record: Record, fields: str) -> None:
    """Raise CheckFailed where a record of a table has other fields of it than these."""
    known = {*world.table(table).fields, *PROTECTED}
    if known & set(record) != set(fields.split(", ")):
        raise CheckFailed(f"just {fields}", ", ".join(record))


@then(
    parsers.re(
        r"in the (?:list|answer) (?P<holder>\w+) holds "
        r"(?:all (?P<count>\d+) (?P<children>\w+)|the (?P<name>\w+) (?P<who>\w+(?:, \w+)*))"
        r"(?P<order>, in this order)?(?:, with just (?P<fields>\w+(?:, \w+)*))?"
    )
)
def in_the_answer_holds(
    world: World,
    holder: str,
    name: str | None,
    who: str | None,
    order: str | None,
    fields: str | None,
    count: str | None = None,
    children: str | None = None,
) -> None:
    """Under the name of their table, a record holds exactly these children in any order, with their stored values; or
    under its own the parent. With just some fields, they have no others. If a number is said, each has an id of its
    own. Not applicable where a sort by several fields is refused."""
    require_list(world, world.last)
    known, member = world.named(holder), str(name or children)
    records = [*world.last.answer.records, *filter(None, [world.last.answer.record])]
    found = next(_everywhere(world, world.last.table, records, known), {})
    parent = parent_table(known.table, member)
    held = found.get(member_of(world, known.table, member))
    nested = [held] if parent else held
    if not isinstance(nested, list) or not all(isinstance(each, dict) for each in nested):
        raise CheckFailed(f"{member!r} in {holder}", shown(held))
    if count:
        ids = {as_json(each.get("id")) for each in nested} - {"null"}
        world.compared("the number of children")
        if not len(nested) == len(ids) == int(count):
            raise CheckFailed(f"{count} {member} in {holder}", f"{len(nested)}, with {len(ids)} ids")
        return
    table = parent or member
    inner = [world.words(table).ours(each) for each in nested if isinstance(each, dict)]
    require_names(world, table, inner, "empty" if who == "none" else str(who), ordered=bool(order))
    for each in inner if fields else ():
        require_just(world, table, each, str(fields))


def parent_table(table: str, name: str) -> str | None:
    """The table that a record refers to by this name; None for the name of children."""
    field = tables()[table].fields.get(f"{name}_id")
    return field.references if field is not None else None


def member_of(world: World, table: str, name: str) -> str:
    """The member of a record that holds its children of this table, or its parent, as the target calls it."""
    if parent_table(table, name):
        return parent_name(world.words(table).name(f"{name}_id"))
    return world.words(name).called


def _everywhere(world: World, table: str, records: Sequence[Record], wanted: Stored) -> Iterator[Record]:
    """Where the wanted record is among these of a table, or in what is nested in them."""
    children = [each.name for each in tables().values() if any(f.references == table for f in each.fields.values())]
    parents = [field.name.removesuffix("_id") for field in tables()[table].fields.values() if field.references]
    for record in records:
        if table == wanted.table and as_json(record.get("id")) == as_json(wanted.record["id"]):
            yield record
        for name in (*children, *parents):
            nested = record.get(member_of(world, table, name))
            below = [each for each in (nested if isinstance(nested, list) else [nested]) if isinstance(each, dict)]
            yield from _everywhere(world, parent_table(table, name) or name, below, wanted)


@then(parsers.parse("created_at and updated_at of the record are the same"))
def created_and_updated_are_the_same(world: World) -> None:
    """The stored record of the last row that was sent has been written once, by its timestamps."""
    table, record = last_stored(world)
    named(world.binding(table.name), ["created_at"])
    named(world.binding(table.name), ["updated_at"])
    world.compared("created_at and updated_at")
    created, updated = record.get("created_at"), record.get("updated_at")
    if instant(created) is None or instant(created) != instant(updated):
        raise CheckFailed(f"updated_at to be created_at, {shown(created)}", shown(updated))


@then(parsers.re(r"(?P<some>among )?the groups are:"))
def the_groups_are(world: World, some: str | None, datatable: Sequence[Sequence[str]]) -> None:
    """For each row there is one group with the value of its first column and with its count and average, or with any
    count where the row has none. There are no other groups, unless it says `among`."""
    listed = _groups(world)
    if not some and len(listed) != len(datatable) - 1:
        raise CheckFailed(f"{len(datatable) - 1} groups", shown(listed))
    for wanted in world.rows(world.last.table, datatable):
        require_group(world, wanted)


def require_group(world: World, wanted: Record) -> None:
    """Raise CheckFailed where the last answer has not exactly one group with the first of these values, or where that
    has other figures, or no whole number as its count."""
    by = next(iter(wanted))
    mine = [group for group in _groups(world) if same_json(wanted[by], group.get(by))]
    is_right = len(mine) == 1 and all(_is_figure(value, mine[0].get(name)) for name, value in wanted.items())
    if not is_right or (whole_number(mine[0].get("count")) or 0) < 1:
        raise CheckFailed(f"one group {shown(wanted)} with its count", shown(mine))


@then(parsers.parse("the answer is 400, or the groups count {number:d} records"))
def refused_or_counted(world: World, number: int) -> None:
    """The request is refused, or the counts of its groups add up to this number."""
    require_status(world, world.last.answer, OK, INVALID)
    if world.last.answer.status != OK:
        return
    counts = [whole_number(group.get("count")) or 0 for group in _groups(world)]
    if sum(counts) != number:
        raise CheckFailed(f"groups that count {number} records", shown(_groups(world)))


def _is_figure(wanted: Any, found: Any) -> bool:
    """Whether a group has the wanted value. The average of amounts may be a text."""
    is_text = isinstance(wanted, float) and isinstance(found, str)
    return same_json(wanted, found) or (is_text and tables()["transactions"].type_of("amount").same(str(wanted), found))


@then(parsers.parse("the description names the fields and unique keys of {table:w}"))
def the_description_names(world: World, table: str) -> None:
    """Every field with its rules in schema.toml, and every unique key in any order; no other key but the id."""
    require_body(world, world.last.answer, OK)
    body = world.last.answer.body
    fields = body.get("fields") if isinstance(body, dict) else None
    if not isinstance(fields, dict):
        raise CheckFailed('"fields", an object', world.last.answer.text)
    spec = world.table(table)
    for name, field in spec.fields.items():
        require_described(field, fields.get(name))
    wanted = sorted(sorted(key) for key in spec.unique_keys)
    keys = body.get("unique_keys")
    listed = [sorted(map(str, key)) for key in keys if isinstance(key, list)] if isinstance(keys, list) else []
    if sorted(key for key in listed if key != ["id"]) != wanted:
        raise CheckFailed(f'"unique_keys" {shown(wanted)}', shown(keys))


@then(parsers.parse("the id in the description leads to {name:w}"))
def the_id_leads_to(world: World, name: str) -> None:
    """An upsert of the record's key that has the id in its path, in place of the table's name, updates the record.

    Not applicable where descriptions have no id.
    """
    body = world.last.answer.body
    ident = body.get("id") if isinstance(body, Mapping) else None
    if ident is None:
        raise NotApplicable("descriptions of tables have no id")
    known = world.named(name)
    by_id = Upsert(known.table, dict(known.key), list(known.key), table_id=str(ident))
    answer = world.client.call("editor", world.whole(by_id))
    require_body(world, answer, OK)
    world.compared("the id of the record")
    if not world.lacks(answer, "id") and as_json(answer.id) != as_json(known.record.get("id")):
        raise CheckFailed(f"the id {shown(known.record.get('id'))} of {name}", shown(answer.id))


def require_list(world: World, attempt: Attempt) -> None:
    """Raise CheckFailed where there is no list or record, NotApplicable where a sort by several fields is refused."""
    query = attempt.operation.query if isinstance(attempt.operation, (List, Read)) else {}
    several = any(name.endswith("_sort") and "," in str(value) for name, value in query.items())
    if several and attempt.answer.status == INVALID:
        raise NotApplicable("lists are sorted by one field only")
    require_body(world, attempt.answer, OK)


def require_names(world: World, table: str, records: Sequence[Record], who: str, ordered: bool) -> None:
    """Raise CheckFailed where the records of a table are not exactly the named ones, with their stored values."""
    known = {as_json(stored.record.get("id")): stored for stored in world.stored if stored.table == table}
    pairs = [(known.get(as_json(record.get("id"))), record) for record in records]
    found = [each.name if each else f"a stranger with id {shown(record.get('id'))}" for each, record in pairs]
    wanted = [] if who == "empty" else who.split(", ")
    is_same = found == wanted if ordered else sorted(found) == sorted(wanted)
    if not is_same and not _have_the_same_times(world, table, found, wanted):
        raise CheckFailed(", ".join(wanted) or "an empty list", ", ".join(found) or "an empty list")
    for each, record in pairs:
        if each:
            _require_values(world, each, record)


def _require_values(world: World, stored: Stored, record: Record) -> None:
    """Raise CheckFailed where a field that a listed or nested record shows has another value than the stored one."""
    binding = world.binding(stored.table)
    fields = [name for name in ("created_at", *binding.view.fields) if name in record]
    if wrong := differences(binding.view, stored.record, record, fields, world.words(stored.table)):
        raise CheckFailed(f"{stored.name} as it is stored", "; ".join(wrong))


def _have_the_same_times(world: World, table: str, found: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether the request sorts by a time, and these records have the times of the wanted ones: where records were made
    within one tick of the target's clock, each may come first."""
    query = world.last.operation.query if isinstance(world.last.operation, (List, Read)) else {}
    sorts = {str(value).removeprefix("-") for name, value in query.items() if name.endswith("_sort")}
    by = [name for name in TIMES if name in sorts]
    times = {each.name: [instant(each.record.get(name)) for name in by] for each in world.stored if each.table == table}
    return bool(by) and [times.get(name) for name in found] == [times.get(name) for name in wanted]


def require_described(field: Field, described: Any) -> None:
    """A reference has `references` in place of a type, so its type may have any name."""
    if not isinstance(described, dict):
        raise CheckFailed(f"a description of the field {field.name}", shown(described))
    if not field.references and described.get("type") != field.type.name:
        raise CheckFailed(f"{field.name}: type {shown(field.type.name)}", shown(described.get("type")))
    for rule in ("required", "unique", "options", "default", "minimum", "references"):
        wanted = field.rules.get(rule)
        if not same_json(_unordered(wanted), _unordered(described.get(rule))):
            raise CheckFailed(f"{field.name}: {rule} {shown(wanted)}", shown(described.get(rule)))


def _unordered(value: Any) -> Any:
    """Options in any order; false and nothing are the same, zero is neither."""
    return sorted(map(str, value)) if isinstance(value, list) else False if value is None else value


def _groups(world: World) -> list[Record]:
    require_body(world, world.last.answer, OK)
    return groups_in(world.last.answer)


def groups_in(answer: Answer) -> list[Record]:
    """The groups of an answer. Raises CheckFailed where it has none."""
    groups = answer.body.get("groups") if isinstance(answer.body, dict) else None
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise CheckFailed('a list of "groups"', answer.text)
    return groups
