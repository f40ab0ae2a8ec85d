"""When: many clients write at once, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pytest_bdd import parsers, when

from upsertspec.concurrency.run_clients import act, race
from upsertspec.dialects.operations import Change, Create, Delete, Find, Operation, Upsert, UpsertBatch
from upsertspec.errors import Blocked, NotApplicable
from upsertspec.spec.criteria import defining
from upsertspec.spec.outcomes import MISSING
from upsertspec.steps.concurrent_run import ConcurrentRun
from upsertspec.steps.conditions import UNDER, condition
from upsertspec.steps.control import require_alone, require_deleted_once
from upsertspec.steps.given import require_cascade
from upsertspec.steps.own_table import require_key
from upsertspec.steps.phrases import BY, ON_MATCH, members
from upsertspec.steps.world import World

Cells = Sequence[Sequence[str]]

NUMBER, CLIENT = "{number}", "{client}"
ROUNDS = 5


@when(
    parsers.re(
        r"many (?P<who>clients|clients with one key|pairs of clients with a key each) at once "
        rf"upsert into {BY}{ON_MATCH}{UNDER}"
        r"(?P<reading>, while others read it|, while others delete them|, while another deletes (?P<doomed>\w+)"
        r"|, five times each, and read it each time)?:"
    )
)
def many_upsert(
    world: World,
    who: str,
    table: str,
    match: str,
    options: str,
    header: str | None,
    tags: str | None,
    reading: str | None,
    doomed: str | None,
    datatable: Cells,
) -> None:
    """Each client sends one row, the rows in turn. Clients with one idempotency key send the same row.

    With readers, half of the clients send five times and the others read. With own reads, each client sends five times
    and reads its record after each. With deletions, each row has a client, and so has each stored record; with one
    deletion, each client sends two rows, but the last one a row, and then the deletion.
    """
    names, extra = members(world, table, match, options)
    require_key(world.binding(table), names)
    if reading:
        _require_readable(world)
    if reading and "delete" in reading:
        require_deleted_once(world)
    if doomed:
        require_cascade(world, world.named(doomed).table, table)
    require_alone(world, {"ignore": "ignore", "error": "refuse"}.get(extra.get("onConflict", ""), "upsert"))

    headers = condition(world, header, tags)

    def shared(number: int) -> int:
        """The number of a client, or of the first one with its key."""
        return {"clients": number, "clients with one key": 1}.get(who, (number + 1) // 2)

    def upsert(number: int, client: int = 0) -> Upsert:
        made = Upsert(table, _row(world, table, datatable, shared(number), client), names, extra, headers=headers)
        return made if who == "clients" else replace(made, idempotency_key=f"{world.mark}-{shared(number)}")

    work: list[list[Operation]]
    if reading is None:
        world.concurrent_run = act(world, [[upsert(number)] for number in _numbers(world)])
    elif reading == ", while others read it":
        _with_readers(world, upsert, _find(upsert(1)))
    elif reading == ", while others delete them":
        upserts = [Upsert(table, row, names, extra) for row in world.rows(table, datatable)]
        work = [[each] for each in upserts]
        work += [[Delete(table, stored.record["id"])] for stored in world.stored if stored.table == table]
        world.concurrent_run = race(world, table, [_find(each).where for each in upserts], work)
    elif doomed:
        *others, last = _numbers(world)
        known = world.named(doomed)
        work = [[upsert(number), upsert(number + last)] for number in others]
        work.append([upsert(last), Delete(known.table, known.record["id"])])
        world.concurrent_run = race(world, table, [_find(upsert(1)).where], work)
    else:
        clients = world.client.concurrent_clients
        own = [[upsert(client + clients * turn, client) for turn in range(ROUNDS)] for client in _numbers(world)]
        world.concurrent_run = act(world, [[one for each in work for one in (each, _find(each))] for work in own])


@when(parsers.re(rf"many clients at once change (?P<name>\w+){UNDER}:"))
def many_change(world: World, name: str, header: str | None, tags: str | None, datatable: Cells) -> None:
    """Each client writes these fields of the named record, found by its id: once under a condition, else five times."""
    require_alone(world, "upsert")
    known, headers = world.named(name), condition(world, header, tags)
    clients, turns = world.client.concurrent_clients, range(1 if header else ROUNDS)

    def change(number: int) -> Change:
        row = _row(world, known.table, datatable, number, 0)
        return Change(known.table, known.record["id"], row, headers=headers)

    work = [[change(number + clients * turn) for turn in turns] for number in _numbers(world)]
    world.concurrent_run = act(world, work, changed=known.key)
    _require_call(world.concurrent_run, "change")


@when(parsers.parse("many clients at once delete {name:w}"))
def many_delete(world: World, name: str) -> None:
    """Each client deletes the named record, by its id."""
    require_deleted_once(world)
    known = world.named(name)
    work = [[Delete(known.table, known.record["id"])] for _ in _numbers(world)]
    world.concurrent_run = race(world, known.table, [known.key], work)


@when(parsers.parse("many clients with one key at once create in {table:w}:"))
def many_create(world: World, table: str, datatable: Cells) -> None:
    """Each client sends the same create with the same idempotency key."""
    [row] = world.rows(table, datatable)
    create = Create(table, row, idempotency_key=f"{world.mark}-1")
    world.concurrent_run = race(world, table, [row], [[create] for _ in _numbers(world)])
    _require_call(world.concurrent_run, "create")


@when(
    parsers.re(
        rf"many clients at once upsert batches(?: of (?P<size>\d+))? into {BY}"
        r"(?:, while others read all of one (?P<shared>\w+))?:"
    )
)
def many_upsert_batches(
    world: World, size: str | None, table: str, match: str, shared: str | None, datatable: Cells
) -> None:
    """Each client sends all rows in one request, every other client in the opposite order.

    With readers, half of the clients send five times and the others read the rows in one list. Batches of a given size
    split the rows: one client sends the first of them, the next client the next.
    """
    if shared:
        _require_readable(world)
    require_alone(world, "batch")
    most = int(size) if size else len(datatable)

    def batch(number: int) -> UpsertBatch:
        return _batch(world, table, match, datatable, number, most)

    if shared is None:
        world.concurrent_run = act(world, [[batch(number)] for number in _numbers(world)])
        return
    reading = {shared: world.rows(table, _numbered(datatable, 1))[0][shared]}
    _with_readers(world, batch, Find(table, reading), reading)


def _require_call(concurrent_run: ConcurrentRun, role: str) -> None:
    """Raise Blocked where each client was answered with 404: the target does not have the call."""
    if all(call.answer is not None and call.answer.status == MISSING for call in concurrent_run.writes):
        raise Blocked(defining(role), "the call to be there", str(MISSING))


def _require_readable(world: World) -> None:
    """Raise NotApplicable where reads among writes show nothing."""
    if world.client.settles:
        raise NotApplicable("the target states a time to consistency, so that reads among writes need not show them")


def _find(upsert: Upsert) -> Find:
    return Find(upsert.table, {name: upsert.fields[name] for name in upsert.match_fields})


def _with_readers(
    world: World, write: Callable[[int], Operation], read: Find, reading: dict[str, Any] | None = None
) -> None:
    writers, readers = _halves(world)
    work: list[list[Operation]] = [[write(n + writers * turn) for turn in range(ROUNDS)] for n in range(1, writers + 1)]
    work += [[read] * ROUNDS for _ in range(readers)]
    world.concurrent_run = act(world, work, reading)


def _numbers(world: World) -> range:
    return range(1, world.client.concurrent_clients + 1)


def _halves(world: World) -> tuple[int, int]:
    writers = (world.client.concurrent_clients + 1) // 2
    return writers, max(1, world.client.concurrent_clients - writers)


def _row(world: World, table: str, datatable: Cells, number: int, client: int) -> dict[str, Any]:
    rows = world.rows(table, _numbered(datatable, number, client))
    return rows[(number - 1) % len(rows)]


def _batch(world: World, table: str, match: str, datatable: Cells, number: int, size: int) -> UpsertBatch:
    rows = world.rows(table, _numbered(datatable, number))
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    turn, place = divmod(number - 1, len(parts))
    return UpsertBatch(table, parts[place][::-1] if turn % 2 else parts[place], match.split(", "))


def _numbered(datatable: Cells, number: int, client: int = 0) -> list[list[str]]:
    return [[cell.replace(NUMBER, str(number)).replace(CLIENT, str(client)) for cell in line] for line in datatable]
