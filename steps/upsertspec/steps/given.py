"""Given: which records are stored before the request."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pytest_bdd import given, parsers

from upsertspec.dialects.operations import Create, Delete, Operation, Upsert
from upsertspec.errors import Blocked, CannotExpress, CheckFailed, NotApplicable, NotTestable, TargetGone, TargetSilent
from upsertspec.http.circuit_breaker import is_refusal, shortened
from upsertspec.spec.criteria import defining
from upsertspec.spec.outcomes import is_success
from upsertspec.spec.schema import Table
from upsertspec.steps.assertions import id_of, key_of, require_id, require_stored
from upsertspec.steps.cells import names
from upsertspec.steps.conditions import tag_of_record
from upsertspec.steps.equality import same
from upsertspec.steps.world import Stored, World

Row = dict[str, Any]


@given(parsers.parse("these {table:w} are stored:"))
def these_are_stored(world: World, table: str, datatable: Sequence[Sequence[str]]) -> None:
    """Store each row, as the editor, and read it back. The column `as` names a record for the scenario."""
    header, *body = datatable
    if table in world.client.bindings.absent:  # where a later step speaks of one of these, it does not apply
        world.not_stored |= dict.fromkeys(names(datatable), table)
        return
    for name, line in zip(names(datatable), body, strict=True):
        [row] = world.rows(table, [header, line])
        _store(world, table, name, row)


@given(parsers.re(r"(?P<name>\w+) has been (?:deleted|changed to have (?P<field>\w+) (?P<cell>.+))"))
def has_been_written(world: World, name: str, field: str | None, cell: str | None) -> None:
    """Delete the named record, so that no record has its id any more; or write this field of it."""
    if field:
        _change(world, name, [[field], [str(cell)]])
    else:
        _delete(world, name)


def _change(world: World, name: str, datatable: Sequence[Sequence[str]]) -> None:
    world.tags[name] = tag_of_record(world, name)
    stored = world.named(name)
    [row] = world.rows(stored.table, datatable)
    world.stored.remove(stored)
    _store(world, stored.table, name, {**stored.key, **row})


def _delete(world: World, name: str) -> None:
    stored = world.named(name)
    if stored.record.get("id") is None:
        raise Blocked(defining("upsert-create"), f"the id of {name}", "none")
    answer = world.send("editor", Delete(stored.table, stored.record["id"]))
    if not is_success(answer.status) or world.reader.find(stored.table, stored.key):
        raise Blocked(defining("delete"), f"{name} to be deleted", answer.said)
    world.attempts.pop()
    world.stored.remove(stored)
    world.deleted.append(stored)


@given(parsers.parse("deleting {parent} deletes its {children:w}"))
def deleting_cascades(world: World, parent: str, children: str) -> None:
    """A control, done once for each worker: without a cascade, a surviving child would prove nothing."""
    require_cascade(world, _CONTROLS[parent].table, children)


def require_cascade(world: World, parent: str, children: str) -> None:
    """Raise Blocked where deleting a record of a table leaves its children. It is tried once for each worker."""
    control = next(each for each in _CONTROLS.values() if each.table == parent)
    if control.table not in world.controls.cascades:
        world.controls.cascades[control.table] = _cascades(world, control, children)
    if not world.controls.cascades[control.table]:
        expected = f"the {children} of {control.table} to be deleted with them"
        raise Blocked(defining("cascade"), expected, "they are still there")


@dataclass(frozen=True)
class _Control:
    """A record and a child of it, to see whether deleting the one deletes the other; the unique texts are added."""

    table: str
    key: str
    row: Row
    reference: str
    child_key: str
    child_row: Row


_CONTROLS = {
    "a template": _Control("category_templates", "name", {}, "template_id", "name", {}),
    "an asset": _Control(
        "room_assets", "session_id", {"room_id": "kitchen"}, "parent_asset_id", "storage_path", {"variant_type": "webp"}
    ),
    "an account": _Control(
        "accounts", "name", {"currency": "EUR"}, "account_id", "reference", {"date": "2024-01-15", "amount": "1.00"}
    ),
}


def _cascades(world: World, control: _Control, children: str) -> bool:
    text = f"control-{world.mark}"
    attempts, stored = list(world.attempts), list(world.stored)
    _store(world, control.table, "Control", {control.key: text, **control.row})
    ident = world.value_of("Control", "id")
    _store(world, children, "Child", {control.child_key: text, **control.child_row, control.reference: ident})
    world.send("editor", Delete(control.table, ident))
    gone = not world.reader.find(children, {"id": world.value_of("Child", "id")})
    world.attempts[:], world.stored[:] = attempts, stored
    return gone


def _store(world: World, table: str, name: str, row: Row) -> None:
    """Store a record. Only what is stored is compared: another criterion is about the answer."""
    operation, role = _setups(world, table, row)[0]
    try:
        operation, role = _sent(world, table, row)
        made = {"id": require_id(id_of(world, world.last))} if isinstance(operation, Create) else {}
        known = {**row, **made}
        if isinstance(operation, Create) and _is_defaulted(world, world.table(table), known):
            role = "defaults"
        record = require_stored(world, table, known)
        require_id(record.get("id"))
    except TargetGone:
        raise
    except (CheckFailed, TargetSilent) as wrong:
        _refused(world)
        answers = [attempt.answer for attempt in world.attempts[-1:] if not is_success(attempt.answer.status)]
        why = f"{answers[0].said} to it" if answers else str(wrong)
        if world.criterion == defining(role):
            raise CheckFailed("a record to be stored as it was sent", why) from wrong
        raise Blocked(defining(role), "the setup to be stored as it was sent", why) from wrong
    world.client.breaker.setup_done()
    world.attempts.pop()
    world.stored.append(Stored(name, table, key_of(world.table(table), known), record))


def _is_defaulted(world: World, table: Table, known: Row) -> bool:
    """Whether the stored record differs only in defaults that replaced a null."""
    found = world.reader.find(table.name, key_of(table, known))
    wrong = {name for record in found for name in known if not same(table, name, known[name], record.get(name))}
    return bool(wrong) and all(known[name] is None and "default" in table.fields[name].rules for name in wrong)


def _refused(world: World) -> None:
    """After many refused setups in a row, end the run if the simplest upsert is refused too."""
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
    """Send the setup in the first way that the dialect can express. Raises CannotExpress where it can express none, and
    NotApplicable with the reason of the first way that does not apply, where none is left.
    """
    *others, last = _setups(world, table, row)
    reasons: list[NotApplicable] = []
    for operation, role in others:
        try:
            world.send("editor", operation)
        except NotApplicable as why:
            reasons.append(why)
        except CannotExpress:
            continue
        else:
            return operation, role
    try:
        world.send("editor", last[0])
    except NotApplicable as why:
        raise next(iter(reasons), why) from None
    return last


def _setups(world: World, table: str, row: Row) -> list[tuple[Operation, str]]:
    """An upsert by each unique key that the row holds, then a create; each with what it relies on (`defining`)."""
    keys = world.table(table).keys_in(row)
    upserts: list[tuple[Operation, str]] = [(Upsert(table, row, list(key)), "upsert-create") for key in keys]
    return [*upserts, (Create(table, row), "create")]
