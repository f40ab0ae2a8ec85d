"""When: many clients do something at once, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pytest_bdd import parsers, when

from upsertspec.concurrency.run_clients import act
from upsertspec.dialects.operations import Find, Operation, Upsert, UpsertBatch
from upsertspec.steps.conflict_members import members
from upsertspec.steps.control import require_alone
from upsertspec.steps.world import World

Cells = Sequence[Sequence[str]]

NUMBER, CLIENT = "{number}", "{client}"
ROUNDS = 5
_INTO = r"(?P<table>\w+) by (?P<match>\w+(?:, \w+)*)"


@when(parsers.re(rf"many clients at once upsert into {_INTO}(?P<words>(?: and (?:ignore|update) .+)?):"))
def many_upsert(world: World, table: str, match: str, words: str, datatable: Cells) -> None:
    """Each client sends one row, the rows in turn; {number} in a cell is a number that no other request has."""
    verbs = words.replace(" and ignore ", " and ignores ").replace(" and update ", " and updates ")
    extra = members(world, table, verbs)
    require_alone(world, "ignore" if "onConflict" in extra else "upsert")
    names = match.split(", ")
    work = [[Upsert(table, _row(world, table, datatable, n), names, extra)] for n in _numbers(world)]
    world.concurrent_run = act(world, work)


@when(parsers.re(rf"many clients at once upsert batches into {_INTO}:"))
def many_upsert_batches(world: World, table: str, match: str, datatable: Cells) -> None:
    """Each client sends all rows in one request, every other client in the opposite order."""
    require_alone(world, "batch")
    work = [[_batch(world, table, match, datatable, number, len(datatable))] for number in _numbers(world)]
    world.concurrent_run = act(world, work)


@when(parsers.re(rf"many clients at once upsert into {_INTO}, while others read it:"))
def many_upsert_and_read(world: World, table: str, match: str, datatable: Cells) -> None:
    """Half of the clients send the row five times, with another {number} each time; the others read the record."""
    require_alone(world, "upsert")
    names = match.split(", ")
    [key] = [{name: _row(world, table, datatable, 1)[name] for name in names}]
    _with_readers(world, lambda number: Upsert(table, _row(world, table, datatable, number), names), Find(table, key))


@when(parsers.re(rf"many clients at once upsert into {_INTO}, five times each, and read it each time:"))
def many_upsert_and_read_their_own(world: World, table: str, match: str, datatable: Cells) -> None:
    """Each client sends the row five times, with another {number} each time, and reads its record after each."""
    require_alone(world, "upsert")
    names, clients = match.split(", "), world.client.concurrent_clients

    def own(client: int) -> Iterator[Operation]:
        for turn in range(ROUNDS):
            [row] = world.rows(table, _numbered(datatable, client + clients * turn, client))
            yield Upsert(table, row, names)
            yield Find(table, {name: row[name] for name in names})

    world.concurrent_run = act(world, [list(own(client)) for client in range(1, clients + 1)])


@when(
    parsers.re(
        rf"many clients at once upsert batches(?: of (?P<size>\d+))? into {_INTO}, "
        r"while others read all of one (?P<shared>\w+):"
    )
)
def many_upsert_batches_and_read(
    world: World, size: str | None, table: str, match: str, shared: str, datatable: Cells
) -> None:
    """Half of the clients send all rows five times, each time as one request; the others read them in one list.

    Where batches are of so many rows, one client sends the first of them, the next the next, in turn.
    """
    require_alone(world, "batch")
    reading = {shared: world.rows(table, _numbered(datatable, 1))[0][shared]}
    most = int(size or len(datatable))
    _with_readers(
        world, lambda number: _batch(world, table, match, datatable, number, most), Find(table, reading), reading
    )


def _with_readers(world: World, write: Any, read: Find, reading: dict[str, Any] | None = None) -> None:
    writers, readers = _halves(world)
    work: list[list[Operation]] = [[write(n + writers * turn) for turn in range(ROUNDS)] for n in range(1, writers + 1)]
    work += [[read] * ROUNDS for _ in range(readers)]
    world.concurrent_run = act(world, work, reading)


def _numbers(world: World) -> range:
    return range(1, world.client.concurrent_clients + 1)


def _halves(world: World) -> tuple[int, int]:
    writers = (world.client.concurrent_clients + 1) // 2
    return writers, max(1, world.client.concurrent_clients - writers)


def _row(world: World, table: str, datatable: Cells, number: int) -> dict[str, Any]:
    rows = world.rows(table, _numbered(datatable, number))
    return rows[(number - 1) % len(rows)]


def _batch(world: World, table: str, match: str, datatable: Cells, number: int, size: int) -> UpsertBatch:
    rows = world.rows(table, _numbered(datatable, number))
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    turn, place = divmod(number - 1, len(parts))
    return UpsertBatch(table, parts[place][::-1] if turn % 2 else parts[place], match.split(", "))


def _numbered(datatable: Cells, number: int, client: int = 0) -> list[list[str]]:
    return [[cell.replace(NUMBER, str(number)).replace(CLIENT, str(client)) for cell in line] for line in datatable]
