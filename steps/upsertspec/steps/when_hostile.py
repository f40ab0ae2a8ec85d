"""When: requests that are broken on purpose, unusual values, names that look like code, and callers who probe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pytest_bdd import parsers, when

from upsertspec.dialects.operations import Change, Create, Operation, Transaction, Upsert, UpsertBatch, Verbatim
from upsertspec.steps.cells import as_written
from upsertspec.steps.table_calls import MISSING, calls
from upsertspec.steps.when_upsert import part_of_transaction
from upsertspec.steps.world import World

Cells = Sequence[Sequence[str]]

_WAY = (
    r"(?P<way>upserts into|upserts a batch into|upserts in a transaction into|creates in|changes) (?P<what>\w+)"
    r"(?: by (?P<match>\w+(?:, \w+)*?))?"
)


@when(parsers.re(rf"the (?P<role>\w+) {_WAY}, (?P<part>the body|\w+ written as) (?P<how>.+):"))
def sends_as_written(
    world: World, role: str, way: str, what: str, match: str | None, part: str, how: str, datatable: Cells
) -> None:
    """The rows as one request that is altered before it is sent, in its body or in one field.

    A change is one of a named record.

    The field is this JSON to the letter, or `… N times`, or `lists, N deep`, or `9, N digits`. A target may close the
    connection on a body that is too large.
    """
    table = world.named(what).table if way == "changes" else what
    rows = world.rows(table, datatable)
    names = (match or "").split(", ")
    alteration = how if part == "the body" else ""
    if not alteration:
        rows[0][part.partition(" ")[0]] = Verbatim(as_written(how))
    made: Mapping[str, Callable[[], Operation]] = {
        "upserts into": lambda: Upsert(table, rows[0], names),
        "upserts a batch into": lambda: UpsertBatch(table, rows, names),
        "upserts in a transaction into": lambda: Transaction(
            [part_of_transaction(Upsert(table, row, names)) for row in rows]
        ),
        "creates in": lambda: Create(table, rows[0]),
        "changes": lambda: Change(table, world.named(what).record["id"], rows[0]),
    }
    world.send_much(role, made[way](), alteration)


@when(parsers.parse("the editor makes every call about the table {name}"))
def makes_every_call(world: World, name: str) -> None:
    """Every call that names a table, with this text as its name; ids are those of a stored contact."""
    for operation in calls(name, world.stored[0].record["id"], world.mark).values():
        world.send("editor", operation)


@when(parsers.parse("the editor tries {call} in {table:w} with the method {method:w}"))
def tries_with_method(world: World, call: str, table: str, method: str) -> None:
    """A call whose method is replaced by another one, without a body."""
    operation = calls(table, world.stored[0].record["id"], world.mark)[call]
    world.send_much("editor", operation, f"sent with the method {method}")


@when(
    parsers.parse("somebody with {credential} tries {call} in {table:w} and in no_such_table, {count:d} times by turns")
)
def tries_both(world: World, credential: str, call: str, table: str, count: int) -> None:
    """A call about a table that exists and about one that does not, in turn; with another method, without its body."""
    call, by, method = call.partition(" with the method ")
    ident = world.stored[0].record["id"]
    both = [calls(name, ident, world.mark)[call] for name in (table, MISSING)]
    for turn in range(count):
        for operation in both if turn % 2 == 0 else both[::-1]:
            world.send(credential, operation, f"sent{by}{method}" if method else "")
