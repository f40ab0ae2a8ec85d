"""Moves of the profile `hostile`, played: what is no JSON, values to the letter, names like code, who probes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Create, Delete, Operation, Read, Upsert, UpsertBatch, Verbatim
from upsertspec.errors import CheckFailed
from upsertspec.explore import hostile_values as oddities
from upsertspec.explore.checks import settle
from upsertspec.explore.expectations import Expected
from upsertspec.explore.moves.move import Move
from upsertspec.explore.stage import Stage
from upsertspec.explore.values import Pick, good
from upsertspec.spec.outcomes import INVALID as BAD
from upsertspec.spec.outcomes import MISSING, OK, UNSUPPORTED_TYPE
from upsertspec.spec.schema import tables
from upsertspec.steps.assertions import last_stored
from upsertspec.steps.statuses import require_every_status, require_status
from upsertspec.steps.then_hostile import (
    is_kept,
    refused_as_too_large,
    require_quiet,
    same_for_both,
)
from upsertspec.steps.when_hostile import as_written, makes_every_call, tries_both
from upsertspec.steps.world import Attempt, World

TURNS = 2
TRIED: Mapping[str, Callable[[str], Operation]] = {
    "reads": lambda ident: Read("contacts", ident),
    "changes": lambda ident: Change("contacts", ident, {"name": "Eve"}),
    "deletes": lambda ident: Delete("contacts", ident),
}


def broken(stage: Stage, move: Move) -> None:
    """A request whose body is altered: refused in its own way, or done where the alteration is none."""
    how, way = move.words
    row = stage.resolver.resolved(move.rows[0])
    sent = stage.wire.row(move.table, row)
    fine = how in oddities.FINE
    stage.story.altered(way, how, row, "" if fine else _told(how))
    expected = _expected(stage, way, row) if fine else Expected()
    made: Mapping[str, Operation] = {
        "upsert": Upsert(move.table, sent, move.match),
        "batch": UpsertBatch(move.table, [sent], move.match),
        "create": Create(move.table, sent),
    }
    stage.world.send_much(move.who, made[way], how)
    answer = stage.world.last.answer
    if fine:
        settle(stage.world, stage.state, stage.wire, expected, answer, _parts(way, answer))
    elif how in oddities.TOO_LARGE:
        refused_as_too_large(stage.world)
    else:
        require_status(stage.world, answer, BAD, *([UNSUPPORTED_TYPE] if how in oddities.UNDECLARED else []))


def _expected(stage: Stage, way: str, row: Any) -> Expected:
    if way == "create":
        return stage.model.create("editor", "contacts", row)
    if way == "batch":
        return stage.model.batch("editor", "contacts", [row], ["email"], {})
    return stage.model.upsert("editor", "contacts", row, ["email"], {})


def _parts(way: str, answer: Answer) -> list[Answer]:
    return list(answer.parts) if way == "batch" else [answer]


def _told(how: str) -> str:
    if how in oddities.TOO_LARGE:
        return "the body is refused as too large"
    return "the answer is 400 or 415" if how in oddities.UNDECLARED else "the answer is 400"


THEN = {
    oddities.KEPT: "{} is kept as it was written",
    oddities.EITHER: "{} is kept as it was written, or the request is refused",
    oddities.REFUSED: "the answer is 400",
    oddities.LARGE: "the body is refused as too large",
}


def written(stage: Stage, move: Move) -> None:
    """An upsert with one field to the letter: kept to the last digit, or refused where that is allowed."""
    name, text, outcome = move.words
    row = stage.resolver.resolved(move.rows[0])
    plain = good(tables()[move.table].fields[name])[0]
    expected = stage.model.upsert(move.who, move.table, {**row, name: plain}, move.match, {})
    assert expected.done, expected.why
    stage.story.written(move, row, THEN[outcome].format(name))
    aside = stage.aside()
    sent = {**stage.wire.row(move.table, row), name: Verbatim(as_written(text))}
    aside.send_much(move.who, Upsert(move.table, sent, move.match), "")
    answer = aside.last.answer
    if outcome == oddities.LARGE:
        refused_as_too_large(aside)
    elif outcome == oddities.REFUSED:
        require_status(aside, answer, BAD)
    else:
        is_kept(aside, name, "or refused" if outcome == oddities.EITHER else None)
    stage.world.attempts += aside.attempts
    if answer.status == OK:
        done = expected.done[0]
        assert done.values is not None
        done.values[name] = last_stored(aside)[1][name]
        settle(stage.world, stage.state, stage.wire, expected, answer, [answer])


def strange_id(stage: Stage, move: Move) -> None:
    """There is no such record: 404, or 400 where the path can't be read."""
    verb, ident = move.words
    words = f"the editor {verb} the record {ident} of contacts"
    stage.story.look(words, [], "the answer is 404 or 400")
    require_status(stage.world, stage.world.send("editor", TRIED[verb](ident)), MISSING, BAD)


def strange_table(stage: Stage, move: Move) -> None:
    """There is no such table, whatever is asked of it."""
    aside = _with_a_contact(stage)
    words = f"the editor makes every call about the table {move.table}"
    stage.story.look(words, [], "every answer is 404 or 400")
    makes_every_call(aside, move.table)
    stage.world.attempts += aside.attempts
    require_every_status(aside, MISSING, BAD)


def probe(stage: Stage, move: Move) -> None:
    """Whoever is not known learns nothing of which tables there are."""
    aside = _with_a_contact(stage)
    [call] = move.words
    words = f"somebody with {move.who} tries {call} in {move.table} and in no_such_table, {TURNS} times by turns"
    stage.story.look(words, [], "every answer is 401, and the same for both tables")
    tries_both(aside, move.who, call, move.table, TURNS)
    stage.world.attempts += aside.attempts
    same_for_both(aside)


def _with_a_contact(stage: Stage) -> World:
    """A world aside in which a contact stands first, since it is its id that is used."""
    stage.resolver.pick(Pick("contacts", 0))
    aside = stage.aside()
    aside.stored.sort(key=lambda one: one.table != "contacts")
    return aside


def require_silence(stage: Stage, since: int) -> None:
    """Raise CheckFailed where an answer since then tells something of the inside."""
    for attempt in stage.world.attempts[since:]:
        if attempt.answer.status >= BAD:
            _quiet(stage, attempt)


def _quiet(stage: Stage, attempt: Attempt) -> None:
    try:
        require_quiet(attempt)
    except CheckFailed:
        stage.story.telling()
        raise


PLAYS: Mapping[str, Callable[[Stage, Move], None]] = {
    "broken": broken, "written": written, "strange id": strange_id, "strange table": strange_table, "probe": probe,
}  # fmt: skip
