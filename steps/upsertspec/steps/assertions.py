"""The checks behind the sentences: answers, stored records, and what must not have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Create, Transaction, UpsertBatch
from upsertspec.errors import CannotExpress, CheckFailed, NotTestable
from upsertspec.spec.outcomes import OK, is_refusal, is_server_error, is_success
from upsertspec.spec.schema import Table, tables
from upsertspec.spec.types import is_id
from upsertspec.steps.equality import as_json, differences, same, shown
from upsertspec.steps.hints import of_own_members
from upsertspec.steps.missing_ids import can_be_found
from upsertspec.steps.own_table import compared, keys_sent, own_members
from upsertspec.steps.statuses import require_status
from upsertspec.steps.world import Attempt, Stored, World
from upsertspec.target.bindings import LIKE

Record = Mapping[str, Any]

FEW = 20


def require_body(world: World, answer: Answer, *wanted: int, said: str = "") -> None:
    """Raise CheckFailed where the answer has none of these statuses, or a body that can't be read."""
    require_status(world, answer, *wanted, said=said)
    if answer.fault:
        raise CheckFailed("a body as the contract has it", f"{answer.fault}: {answer.text}")


def require_success(world: World, answer: Answer, operation: str) -> None:
    """Raise CheckFailed where an upsert was not answered with 200, its operation, one id and the record of that id.

    A scenario about that answer (`@asserts-answer`) fails for a wrong one; others are blocked at their end by the
    criterion that defines it.
    """
    if not is_success(answer.status):
        require_status(world, answer, OK, said=operation)
    try:
        require_body(world, answer, OK, said=operation)
    except CheckFailed as wrong:
        _wrong_answer(world, _defines_success(operation), wrong)
    if not answer.fault:
        require_part(world, answer, operation)


def require_part(world: World, answer: Answer, operation: str) -> None:
    """Raise CheckFailed, or note a secondary finding, where an answer or a part of one has another operation or id.

    Where the dialect's answers do not report the operation, a scenario about it is not testable; others go on.
    """
    if why := world.lacks(answer, "operation"):
        if world.asserts("operation"):
            world.leave_untested("operation", why)
    elif answer.operation != operation:
        wrong = CheckFailed(f'"operation": {shown(operation)}', shown(answer.operation))
        _wrong_answer(world, "ignore" if operation == "ignored" else "operation", wrong)
    require_one_id(world, answer, operation)


def require_one_id(world: World, answer: Answer, operation: str) -> None:
    """Raise CheckFailed, or note a secondary finding, where an answer and its record do not have one id.

    A deletion has an id and no record.
    """
    if operation == "deleted":
        if answer.record is not None:
            raise CheckFailed('"record": null beside the deletion', shown(answer.record))
        if not is_id(answer.id):
            _wrong_answer(world, "transaction", CheckFailed('an "id"', shown(answer.id)))
        return
    reported = [] if world.lacks(answer, "id") else [answer.id]
    reported += [] if world.lacks(answer, "record") else [(answer.record or {}).get("id")]
    if not all(is_id(ident) for ident in reported) or len({as_json(ident) for ident in reported}) > 1:
        wrong = CheckFailed('one "id", in the answer and in its record', " and ".join(map(shown, reported)))
        _wrong_answer(world, _defines_success(operation), wrong)


def has_record(world: World, answer: Answer) -> bool:
    """Whether an answer has a record. Where an upsert's has none, or one without its id, CheckFailed is raised in a
    scenario about the answer, and a secondary finding noted in others.
    """
    is_upsert = answer.operation is not None and not world.lacks(answer, "id")
    if answer.record is None or (is_upsert and "id" not in answer.record):
        wrong = CheckFailed("a record with an id in the answer", answer.shown_body)
        _wrong_answer(world, _defines_success(str(answer.operation)), wrong)
    return answer.record is not None


def require_reported(world: World, answer: Answer, *aspects: str) -> bool:
    """Whether the answer reports all of these aspects; else the scenario is left untested."""
    for aspect in aspects:
        if why := world.lacks(answer, aspect):
            world.leave_untested(aspect, why)
            return False
    return True


def id_of(world: World, attempt: Attempt) -> Any:
    """The id in the answer, or looked up by a key where answers have none. Raises NotTestable where no key is known,
    CheckFailed or Blocked where a success has none.
    """
    why = world.lacks(attempt.answer, "id")
    if why and attempt.answer.id is None and not can_be_found(world.reader, attempt.operation):
        raise NotTestable(f"the answer does not report the id, and no key of the record leads to it: {why}")
    if attempt.answer.id is None and not why and is_success(attempt.answer.status):
        wrong = CheckFailed('an "id" in the answer', attempt.answer.shown_body)
        role = _defines_success(str(attempt.answer.operation))
        world.stop("create" if isinstance(attempt.operation, Create) else role, wrong, world.asserts("answer"))
    return attempt.answer.id


def parts_of(world: World, attempt: Attempt) -> list[Answer]:
    """The answer to each record of a batch, or to each operation of a transaction; of another request, its answer.

    Where the answers of a dialect list no parts, each part says what the whole says. Raises CheckFailed or Blocked
    where an answer lists more or fewer.
    """
    operation, answer = attempt.operation, attempt.answer
    match operation:
        case UpsertBatch():
            role, number = "batch", len(operation.records)
        case Transaction():
            role, number = "transaction", len(operation.operations)
        case _:
            return [answer]
    if not answer.parts and not answer.fault and world.lacks(answer, "operation"):
        return [Answer(answer.status, lacks=answer.lacks)] * number
    if len(answer.parts) != number:
        world.stop(role, CheckFailed(f"{number} results", f"{len(answer.parts)}: {answer.text}"))
    return list(answer.parts)


def _defines_success(operation: str) -> str:
    return "upsert-create" if operation == "created" else "upsert-update"


def _wrong_answer(world: World, role: str, wrong: CheckFailed) -> None:
    """Raise it in a scenario about the answer; elsewhere note it for the criterion that defines it."""
    world.add_secondary(role, wrong, world.asserts("answer"))


def require_id(value: Any) -> Any:
    """The value, if it can be an id. Raises CheckFailed if it can't."""
    if not is_id(value):
        raise CheckFailed('an "id"', shown(value))
    return value


def the_one(world: World, table: str, where: Record) -> Record:
    """The one record that has these values. Raises CheckFailed where there is none, or more than one."""
    found = world.reader.find(table, where)
    world.compared("the number of records with a key")
    if len(found) != 1:
        name, wanted = world.words(table).called, _shown_as(world, table, where)
        why = "" if found else _hidden(world, table, where) or _refused(world)
        raise CheckFailed(f"one record in {name} with {wanted}", f"{len(found)} such records{why}")
    return found[0]


def _hidden(world: World, table: str, where: Record) -> str:
    """Whether a record that is in no list can be read by an id in an answer, in words."""
    parts = [part for a in world.attempts if a.table == table for part in a.answer.parts or [a.answer]]
    for ident in [part.id for part in parts if is_id(part.id) and "id" not in where]:
        record = world.reader.read(table, ident).record or {}
        if _has(world.table(table), where, record):
            return f", but record {shown(ident)}, of which a list shows none"
    return ""


def _refused(world: World) -> str:
    """The answer to the last request, if that was refused, in words."""
    answer = world.attempts[-1].answer if world.attempts else None
    return (
        f"; the request was answered with {answer.said}"
        if answer and (is_refusal(answer.status) or is_server_error(answer.status))
        else ""
    )


def find_key(table: Table, row: Record) -> Record | None:
    """The part of a row that finds its record: the first unique key whose fields it all has, or its id."""
    by_id = [] if row.get("id") is None else [{"id": row["id"]}]
    return next(iter([*table.keys_in(row), *by_id]), None)


def key_of(table: Table, row: Record) -> Record:
    """The part of a row that finds its record. Raises LookupError where the row has no whole key and no id."""
    if key := find_key(table, row):
        return key
    raise LookupError(f"a row of {table.name} needs the fields of a unique key, or the id, to be found again: {row}")


def last_stored(world: World) -> tuple[Table, Record]:
    """The table of the last request and the stored record of its last row."""
    attempt = world.last
    table = world.table(attempt.table)
    key = find_key(table, attempt.sent[-1]) or {"id": require_id(id_of(world, attempt))}
    return table, the_one(world, table.name, key)


def require_stored(world: World, table: str, row: Record, where: Record | None = None) -> Record:
    """The one stored record of a row, found by `where` or else by the row's key.

    Raises CheckFailed where it is not stored exactly once with the row's values.
    """
    spec, row, words = world.table(table), world.fit(table, row), world.words(table)
    record = the_one(world, table, where or key_of(spec, row))
    wrong = differences(spec, row, record, words=words)
    if wrong:
        found = "; ".join(wrong) + _refused(world)
        raise CheckFailed(f"in {words.called} a record with {_shown_as(world, table, row)}", found)
    require_own_kept(world, table, record)
    return record


def require_own_kept(world: World, table: str, record: Record) -> None:
    """Raise CheckFailed, or note a secondary finding, where an update changed what no request mentioned.

    That is every member of the target's own, and each field that is in none of the rows that were sent for the record.
    What an answer leaves out is not compared: another criterion is about that.
    A target that replaces records may, and any target where the request says so.
    """
    members = [each for attempt in world.attempts for each in attempt.members]
    if world.client.replaces or any(each.get("onConflict") == "replace" for each in members):
        return
    binding = world.binding(table)
    rows = [row for attempt in world.attempts for row in attempt.sent]
    versions = _versions(world, table, record)
    sent = {name for row in rows if _is_of(world.table(table), row, versions) for name in row}
    sent |= {name for each in members if isinstance(v := each.get("updateValues"), Mapping) for name in v}
    unmentioned = [name for name in binding.view.fields if name not in sent]
    for before in _before(world, table, record):
        reported = [name for name in unmentioned if name in before]
        fields = [*(reported if world.attempts else []), *own_members(binding, before)]
        if wrong := differences(binding.view, before, record, fields, world.words(table)):
            hint = of_own_members(
                [n for n in own_members(binding, before) if as_json(record.get(n)) != as_json(before[n])]
            )
            failed = CheckFailed(f"what is not mentioned to stay as it was in {binding.name}", "; ".join(wrong), hint)
            world.add_secondary("upsert-update", failed)
            return


def _before(world: World, table: str, record: Record) -> Iterator[Record]:
    """The same record as it was stored, and as earlier answers reported it."""
    spec = world.table(table)
    key = find_key(spec, record)
    answers = [a.answer.record for a in world.attempts if a.table == table and is_success(a.answer.status)]
    for before in [*(s.record for s in world.stored if s.table == table), *answers]:
        by_key = before is not None and key is not None and before.get("id") is None and _has(spec, key, before)
        if before and (by_key or as_json(before.get("id")) == as_json(record.get("id"))):
            yield before


def _versions(world: World, table: str, record: Record) -> list[Record]:
    """The record, as it is, as it was stored, and as answers reported it."""
    answers = [part.record for a in world.attempts for part in a.answer.parts or [a.answer] if part.record]
    known = [*(s.record for s in world.stored if s.table == table), *answers]
    ident = as_json(record.get("id"))
    return [record, *(each for each in known if as_json(each.get("id")) == ident)]


def _is_of(spec: Table, row: Record, versions: Sequence[Record]) -> bool:
    """Whether a row that was sent may be of this record: it has a key that the record has or had, or no whole key."""
    keys = spec.keys_in(row)
    return not keys or any(_has(spec, key, version) for key in keys for version in versions)


def _has(table: Table, values: Record, record: Record) -> bool:
    """Whether a record has all of these values."""
    return all(same(table, name, value, record.get(name)) for name, value in values.items())


def _shown_as(world: World, table: str, row: Record) -> str:
    """A row in the target's own words."""
    return world.words(table).row_text(row)


def require_untouched(world: World, stored: Stored) -> None:
    """Raise CheckFailed where a stored record does not read as it did before."""
    now = the_one(world, stored.table, stored.key)
    binding, words = world.binding(stored.table), world.words(stored.table)
    if wrong := differences(binding.view, stored.record, now, compared(binding, stored.record, now), words):
        raise CheckFailed(f"{stored.name or 'the record'} in {binding.name} as it was", "; ".join(wrong))


def require_nothing_new(world: World, written: Sequence[Stored] = ()) -> None:
    """Raise CheckFailed where a value that was sent is stored in a record that neither was there nor is `written`."""
    known = {(stored.table, as_json(stored.record.get("id"))) for stored in [*world.stored, *written]}
    for table, where in sent_values(world):
        world.compared("the records with a value that was sent")
        for record in _traces(world, table, where):
            if (table, as_json(record.get("id"))) not in known:
                name, found = world.words(table).called, _shown_as(world, table, record)
                raise CheckFailed(
                    "no new record", f"in {name} a new one with {_shown_as(world, table, where)}: {found}"
                )


def require_no_twins(world: World) -> None:
    """Raise CheckFailed where a value that was sent for a unique field is stored in more than one record."""
    for table, where in sent_values(world):
        found = _traces(world, table, where)
        world.compared("the records with a value that was sent")
        if tuple(where) in world.table(table).unique_keys and len(found) > 1:
            name = world.words(table).called
            raise CheckFailed(
                f"at most one record in {name} with {_shown_as(world, table, where)}", f"{len(found)} records"
            )


def sent_values(world: World) -> Iterator[tuple[str, Record]]:
    """Where to look for traces of the sent records: by each text that no other scenario sends."""
    for attempt in world.attempts:
        for table, fields in _some(list(_sent_by_table(attempt))):
            yield from ((table, where) for where in keys_sent(world.binding(table), fields, world.mark))


def _traces(world: World, table: str, where: Record) -> Sequence[Record]:
    """The records with these values; none where the target finds no records by them, but by a whole key."""
    try:
        return world.reader.find(table, where)
    except CannotExpress:
        if tuple(where) == next(iter(world.table(table).unique_keys)):
            raise
        return []


def _some(listed: list[tuple[str, Record]]) -> list[tuple[str, Record]]:
    """All of a few; of many the first, the middle and the last, so that a large batch is not read back one by one."""
    return listed if len(listed) <= FEW else [listed[0], listed[len(listed) // 2], listed[-1]]


def is_touched(world: World, stored: Stored) -> bool:
    """Whether one of the upserts matched this record, by its values before the upserts."""
    return any(_matches(attempt, fields, stored) for attempt in world.attempts for fields in attempt.sent)


def _sent_by_table(attempt: Attempt) -> Iterator[tuple[str, Record]]:
    operations = getattr(attempt.operation, "operations", None)
    if operations is None:
        yield from ((_known(attempt.table), fields) for fields in attempt.sent)
    else:
        yield from ((_known(o["table"]), o["fields"]) for o in operations if "table" in o and "fields" in o)


def _known(table: str) -> str:
    """The table, or for one that does not exist the one whose fields are sent to it."""
    return table if table in tables() else LIKE


def _matches(attempt: Attempt, fields: Record, stored: Stored) -> bool:
    names = attempt.match_fields
    if attempt.table != stored.table or not names:
        return False
    return all(fields.get(name) is not None and fields[name] == stored.record.get(name) for name in names)
