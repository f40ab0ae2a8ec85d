"""Create or update.

1. An upsert first locks its keys, always in the same order: overlapping batches wait for each other and don't deadlock.
2. The match is read and locked. It decides what happens: update, ignore, or create.
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

from service import images
from service.catalog import PROTECTED, Table
from service.database import Again, Connection, all_equal, columns
from service.problems import Problem, invalid
from service.values import Record, require, typed_fields, typed_guard

STRIPES = 256
QUERIES = 512
MEMBERS = {"matchFields", "onConflict", "updateFields", "updateWhere"}

Names = tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """How to upsert into a table: the key to match by, and what to do with a match."""

    table: Table
    match: tuple[str, ...]
    ignore: bool
    only: frozenset[str] | None
    guard: Record


@dataclass(frozen=True)
class Outcome:
    """What was done, and the row as it is stored now."""

    operation: str
    row: Record


def read_plan(table: Table, body: dict[str, Any]) -> Plan:
    """The plan of a request. Raises Problem if the request is malformed."""
    return Plan(
        table=table,
        match=_match(table, body.get("matchFields")),
        ignore=_ignore(body.get("onConflict", "update")),
        only=_only(table, body["updateFields"]) if "updateFields" in body else None,
        guard=typed_guard(table, body["updateWhere"], "updateWhere") if "updateWhere" in body else {},
    )


def read_fields(plan: Plan, fields: Any) -> Record:
    """The fields of one record; the match fields are among them."""
    read = typed_fields(plan.table, fields)
    for name in plan.match:
        if name not in read:
            raise invalid(name, "is a match field and has to be in fields")
    return read


def lock_keys(conn: Connection, plan: Plan, every: Sequence[Record]) -> None:
    """Wait until no other upsert uses one of these keys."""
    stripes = sorted({_stripe(plan, fields) for fields in every})
    conn.execute(
        "SELECT pg_advisory_xact_lock(hashtext(%s), stripe) FROM unnest(%s::int[]) AS stripe",
        [plan.table.name, stripes],
    )


def upsert(conn: Connection, plan: Plan, fields: Record) -> Outcome:
    """Create the record, update its match, or leave the match as it is."""
    stored, agrees = look(conn, plan, fields)
    if stored and (plan.ignore or not agrees):
        return Outcome("ignored", stored)
    written = fields if stored is None or plan.only is None else {n: v for n, v in fields.items() if n in plan.only}
    require(plan.table, written, creating=stored is None)
    whole = {n: v for n, v in (stored or {}).items() if n not in PROTECTED} | written
    save = images.save if plan.table.name == images.TABLE else _save
    row = save(conn, plan.table, plan.match, whole, tuple(written))
    created = row.pop("created")
    if created != (stored is None):
        raise Again
    return Outcome("created" if created else "updated", row)


def look(conn: Connection, plan: Plan, fields: Record) -> tuple[Record | None, bool]:
    """The match, locked, and whether it satisfies updateWhere."""
    query = _look_query(plan.table.name, tuple(plan.table.columns), tuple(plan.guard), plan.match, plan.table.json)
    row = conn.execute(query, [*plan.guard.values(), *(fields[name] for name in plan.match)]).fetchone()
    return (row, row.pop("agrees")) if row else (None, False)


@lru_cache(QUERIES)
def _look_query(table: str, names: Names, guard: Names, match: Names, json: Names) -> bytes:
    query = sql.SQL("SELECT {names}, {agrees} AS agrees FROM {table} WHERE {key} FOR NO KEY UPDATE")
    key = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in match]
    return query.format(
        names=columns(names),
        agrees=all_equal(guard, json),
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
    query = sql.SQL(
        "INSERT INTO {table} ({whole}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {moved} "
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


def _ignore(text: Any) -> bool:
    if text not in ("update", "ignore"):
        raise Problem(400, "onConflict has to be update or ignore.")
    return bool(text == "ignore")


def _only(table: Table, names: Any) -> frozenset[str]:
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise Problem(400, "updateFields has to be a list of one or more names of fields.")
    for name in names:
        if name not in table.columns or name in PROTECTED:
            raise invalid(name, "is no field of this table that can be written")
    return frozenset(names)


def _stripe(plan: Plan, fields: Record) -> int:
    text = json.dumps([str(fields[name]) for name in plan.match])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest()) % STRIPES
