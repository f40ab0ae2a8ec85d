"""Given: what is stored before."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from pytest_bdd import given, parsers

from upsertspec.dialects.operations import Create, Delete, Operation, Upsert
from upsertspec.errors import Blocked, CannotExpress, CheckFailed, NotTestable, TargetSilent
from upsertspec.http.circuit_breaker import is_refusal, shortened
from upsertspec.spec.schema import Table
from upsertspec.steps.assertions import id_of, key_of, require_id, require_stored
from upsertspec.steps.cells import names, table_for
from upsertspec.steps.equality import same
from upsertspec.steps.statuses import is_declared
from upsertspec.steps.world import Stored, World

UPSERTING, CREATING, DELETING, DEFAULTS, CASCADE = "AC-001", "AC-601", "AC-609", "AC-612", "AC-404"
HTTP_NO_CONTENT = 204

Row = dict[str, Any]


@given(parsers.parse("these {table:w} are stored:"))
def these_are_stored(world: World, table: str, datatable: Sequence[Sequence[str]]) -> None:
    """Store each row, as the editor, and read it back. The column `as` names a record for the scenario."""
    header, *body = datatable
    for name, line in zip(names(datatable), body, strict=True):
        [row] = world.rows(table, [header, line])
        _store(world, table, name, row)


@given(parsers.parse("{name:w} has been deleted"))
def has_been_deleted(world: World, name: str) -> None:
    """Delete the named record, so that its id is one that no record has."""
    stored = world.named(name)
    answer = world.send("editor", Delete(stored.table, stored.record["id"]))
    done = answer.status == HTTP_NO_CONTENT or is_declared(world, "deleted", answer.status)
    if not done or world.reader.find(stored.table, stored.key):
        raise Blocked(DELETING, f"{name} to be deleted with 204", str(answer.status))
    world.attempts.clear()
    world.stored.remove(stored)
    world.deleted.append(stored)


@given("deleting a template is known to delete its categories")
def templates_cascade(world: World) -> None:
    """The control: where no cascade is there, a surviving child says nothing. Looked at once a worker."""
    template = ("category_templates", {"name": f"control-{world.mark}"})
    _require_cascade(world, template, ("categories", "template_id", {"name": "child"}))


@given("deleting an account is known to delete its transactions")
def accounts_cascade(world: World) -> None:
    """The same control for accounts."""
    account = ("accounts", {"name": f"control-{world.mark}", "currency": "EUR"})
    child = {"reference": f"control-{world.mark}", "date": "2024-01-15", "amount": "1.00"}
    _require_cascade(world, account, ("transactions", "account_id", child))


def _require_cascade(world: World, parent: tuple[str, Row], child: tuple[str, str, Row]) -> None:
    table, _ = parent
    if table not in world.controls.cascades:
        world.controls.cascades[table] = _cascades(world, parent, child)
    if not world.controls.cascades[table]:
        raise Blocked(CASCADE, f"the {child[0]} of {table} to go with them", "they are still there")


def _cascades(world: World, parent: tuple[str, Row], child: tuple[str, str, Row]) -> bool:
    (parent_table, parent_row), (child_table, reference, child_row) = parent, child
    _store(world, parent_table, "Control", parent_row)
    ident = world.value_of("Control", "id")
    _store(world, child_table, "Child", {**child_row, reference: ident})
    world.send("editor", Delete(parent_table, ident))
    gone = not world.reader.find(child_table, {"id": world.value_of("Child", "id")})
    world.attempts.clear()
    world.stored.clear()
    return gone


def _store(world: World, table: str, name: str, row: dict[str, Any]) -> None:
    """What a setup answers is not judged, only what is stored afterwards: that is another criterion's own matter."""
    operation, criterion = _setups(table, row)[0]
    try:
        operation, criterion = _sent(world, table, row)
        made = {"id": require_id(id_of(world, world.last))} if isinstance(operation, Create) else {}
        known = {**row, **made}
        if criterion == CREATING and _is_defaulted(world, table_for(table), known):
            criterion = DEFAULTS
        record = require_stored(world, table, known)
        require_id(record.get("id"))
    except (CheckFailed, TargetSilent) as wrong:
        _refused(world)
        if world.criterion == criterion:
            raise CheckFailed("a record to be stored as it was sent", str(wrong)) from wrong
        raise Blocked(criterion, "the setup to be stored as it was sent", str(wrong)) from wrong
    world.client.breaker.setup_done()
    world.attempts.clear()
    world.stored.append(Stored(name, table, key_of(table_for(table), known), record))


def _is_defaulted(world: World, table: Table, known: Row) -> bool:
    """Whether the stored record differs in nothing but defaults that took the place of a null."""
    found = world.reader.find(table.name, key_of(table, known))
    wrong = {name for record in found for name in known if not same(table, name, known[name], record.get(name))}
    return bool(wrong) and all(known[name] is None and "default" in table.fields[name].rules for name in wrong)


def _refused(world: World) -> None:
    """After many refused setups in a row: where the plainest upsert is refused too, the run ends."""
    breaker, client = world.client.breaker, world.client
    breaker.setup_refused(world.last.answer.status if world.attempts else 0)
    if not breaker.setups_alarmed:
        return
    words = breaker.words_of_setups()
    breaker.setup_done()
    person = {"email": f"plain.{world.mark}@example.com", "name": "Plain"}
    with contextlib.suppress(NotTestable, TargetSilent):
        answer = client.call("editor", Upsert("contacts", person, ["email"]))
        if is_refusal(answer.status):
            client.stop(f"{words}, and {answer.status} to the plainest upsert: {shortened(client.log[-1].curl)}")


def _sent(world: World, table: str, row: Row) -> tuple[Operation, str]:
    """Send the setup in the first way that the dialect can express. Raises CannotExpress where it can express none."""
    *others, last = _setups(table, row)
    for operation, criterion in others:
        try:
            world.send("editor", operation)
        except CannotExpress:
            continue
        return operation, criterion
    world.send("editor", last[0])
    return last


def _setups(table: str, row: Row) -> list[tuple[Operation, str]]:
    """By upsert where the row holds a unique key, else by create; each with the criterion that it rests on."""
    keys = [key for key in table_for(table).unique_keys if all(row.get(name) is not None for name in key)]
    upserts: list[tuple[Operation, str]] = [(Upsert(table, row, list(key)), UPSERTING) for key in keys]
    return [*upserts, (Create(table, row), CREATING)]
