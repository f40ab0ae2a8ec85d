"""Create or update.

1. An upsert first locks its keys, always in the same order: overlapping batches wait for each other and don't deadlock.
2. The match is read and locked. It decides what happens: update, replace, ignore, refuse, or create.
3. The row goes out as INSERT … ON CONFLICT … DO UPDATE … RETURNING. `xmax = 0` means that the row is new.
   If that contradicts step 2 (a plain create, which takes no key lock, came in between), the transaction is retried.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg import sql

from service import images, records
from service.catalog import PROTECTED, Table
from service.database import Again, Connection, all_hold, columns
from service.problems import Problem, invalid
from service.values import Record, require, typed_conditions, typed_fields

STRIPES = 256
QUERIES = 512
MEMBERS = {"matchFields", "onConflict", "onMissing", "updateFields", "updateValues", "updateWhere"}
ON_CONFLICT = ("update", "ignore", "error", "replace")
ON_MISSING = ("create", "error")

Names = tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """How to upsert into a table: the key to match by, and what to do with a match and without one.

    Without `match` a record with any unique key matches.
    """

    table: Table
    match: tuple[str, ...]
    on_conflict: str
    on_missing: str
    only: frozenset[str] | None
    values: Record | None
    guard: dict[str, tuple[str, Any]]

    def keys(self, fields: Record) -> list[tuple[str, ...]]:
        """The keys that a record of these fields may match by."""
        return [self.match] if self.match else [key for key in self.table.keys if fields.keys() >= set(key)]


@dataclass(frozen=True)
class Outcome:
    """What was done, and the row as it is stored now."""

    operation: str
    row: Record


def read_plan(table: Table, body: dict[str, Any]) -> Plan:
    """The plan of a request. Raises Problem if the request is malformed."""
    on_conflict = _one_of(ON_CONFLICT, "onConflict", body.get("onConflict", "update"))
    any_key = on_conflict == "ignore" and "matchFields" not in body
    if sum(("updateFields" in body, "updateValues" in body, on_conflict == "replace")) > 1:
        raise Problem(400, "updateFields, updateValues and replace exclude one another.")
    return Plan(
        table=table,
        match=() if any_key else _match(table, body.get("matchFields")),
        on_conflict=on_conflict,
        on_missing=_one_of(ON_MISSING, "onMissing", body.get("onMissing", "create")),
        only=_only(table, body["updateFields"]) if "updateFields" in body else None,
        values=_values(table, body["updateValues"]) if "updateValues" in body else None,
        guard=typed_conditions(table, body["updateWhere"], "updateWhere") if "updateWhere" in body else {},
    )


def read_fields(plan: Plan, fields: Any) -> Record:
    """The fields of one record; the match fields are among them."""
    read = typed_fields(plan.table, fields)
    for name in plan.match:
        if name not in read:
            raise invalid(name, "is a match field and has to be in fields")
    if plan.on_conflict == "replace":
        require(plan.table, read, creating=True)
    return read


def lock_keys(conn: Connection, plan: Plan, every: Sequence[Record]) -> None:
    """Wait until no other upsert uses one of these keys."""
    stripes = sorted({_stripe(key, fields) for fields in every for key in plan.keys(fields)})
    conn.execute(
        "SELECT pg_advisory_xact_lock(hashtext(%s), stripe) FROM unnest(%s::int[]) AS stripe",
        [plan.table.name, stripes],
    )


def upsert(conn: Connection, plan: Plan, fields: Record) -> Outcome:
    """Create the record, write its match, or leave the match as it is. Raises Problem where the plan refuses that."""
    stored, agrees = look(conn, plan, fields)
    if stored is None and plan.on_missing == "error":
        raise Problem(404, "No record matches.")
    if stored and plan.on_conflict == "error":
        raise Problem(409, "A record matches.")
    if stored and (plan.on_conflict == "ignore" or not agrees):
        return Outcome("ignored", stored)
    if stored and plan.values is not None:
        return Outcome("updated", records.update(conn, plan.table, stored["id"], plan.values))
    written = fields if stored is None or plan.only is None else {n: v for n, v in fields.items() if n in plan.only}
    if plan.on_conflict == "replace":
        whole, written = fields, {column.name: None for column in plan.table.writable}
    else:
        require(plan.table, written, creating=stored is None)
        whole = {n: v for n, v in (stored or {}).items() if n not in PROTECTED} | written
    save = images.save if plan.table.name == images.TABLE and plan.match else _save
    row = save(conn, plan.table, plan.match, whole, tuple(written))
    created = row.pop("created")
    if created != (stored is None):
        raise Again
    return Outcome("created" if created else "updated", row)


def look(conn: Connection, plan: Plan, fields: Record) -> tuple[Record | None, bool]:
    """The match, locked, and whether it satisfies updateWhere."""
    guard = tuple((name, operator) for name, (operator, _) in plan.guard.items())
    values = [value for _, value in plan.guard.values()]
    for key in plan.keys(fields):
        query = _look_query(plan.table.name, tuple(plan.table.columns), guard, key, plan.table.json)
        if row := conn.execute(query, [*values, *(fields[name] for name in key)]).fetchone():
            return row, bool(row.pop("agrees"))
    return None, False


@lru_cache(QUERIES)
def _look_query(table: str, names: Names, guard: tuple[tuple[str, str], ...], match: Names, json: Names) -> bytes:
    query = sql.SQL("SELECT {names}, {agrees} AS agrees FROM {table} WHERE {key} FOR NO KEY UPDATE")
    key = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in match]
    return query.format(
        names=columns(names),
        agrees=all_hold(dict(guard), json),
        table=sql.Identifier(table),
        key=sql.SQL(" AND ").join(key),
    ).as_bytes()


def _save(conn: Connection, table: Table, match: Names, whole: Record, written: Names) -> Record:
    """Write the whole row; if the match exists, only the written fields."""
    query = _save_query(table.name, tuple(table.columns), match, tuple(whole), written)
    row = conn.execute(query, list(whole.values())).fetchone()
    if row is None:
        raise Again
    return row


@lru_cache(QUERIES)
def _save_query(table: str, names: Names, match: Names, whole: Names, written: Names) -> bytes:
    moved = [sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in dict.fromkeys((*match, *written))]
    conflict = "({key}) DO UPDATE SET {moved}" if match else "DO NOTHING"
    query = sql.SQL(
        f"INSERT INTO {{table}} ({{whole}}) VALUES ({{values}}) ON CONFLICT {conflict} "  # noqa: S608 - no value is in it
        "RETURNING {names}, xmax = 0 AS created"
    )
    return query.format(
        table=sql.Identifier(table),
        whole=columns(whole),
        values=sql.SQL(", ").join([sql.Placeholder()] * len(whole)),
        key=columns(match),
        moved=sql.SQL(", ").join(moved),
        names=columns(names),
    ).as_bytes()


def _match(table: Table, names: Any) -> tuple[str, ...]:
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise Problem(400, "matchFields has to be a list of one or more names of fields.")
    for name in names:
        if name not in table.columns:
            raise invalid(name, "is no field of this table")
    for key in table.keys:
        if sorted(key) == sorted(names):
            return key
    raise Problem(400, "The matchFields are not a unique key of this table.")


def _one_of(words: tuple[str, ...], member: str, word: Any) -> str:
    if word not in words:
        raise Problem(400, f"{member} has to be one of {', '.join(words)}.")
    return str(word)


def _values(table: Table, given: Any) -> Record:
    """What a match gets in place of the fields."""
    values = typed_fields(table, given)
    require(table, values, creating=False)
    return values


def _only(table: Table, names: Any) -> frozenset[str]:
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise Problem(400, "updateFields has to be a list of one or more names of fields.")
    for name in names:
        if name not in table.columns or name in PROTECTED:
            raise invalid(name, "is no field of this table that can be written")
    return frozenset(names)


def _stripe(key: Names, fields: Record) -> int:
    text = json.dumps([str(fields[name]) for name in key])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest()) % STRIPES
