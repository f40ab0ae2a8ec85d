"""Connections, one for each thread, and transactions that are retried after a conflict."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel, errors, sql
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader

from service.problems import Problem, from_database

ATTEMPTS = 50
PAUSE = 0.02
OPERATORS = {
    "eq": "IS NOT DISTINCT FROM %s",
    "ne": "IS DISTINCT FROM %s",
    "lt": "< %s",
    "lte": "<= %s",
    "gt": "> %s",
    "gte": ">= %s",
    "in": "= ANY (%s)",
}
"""How a condition compares a column with its value. A null passes `eq` and `ne` only."""

Connection = psycopg.Connection[dict[str, Any]]
T = TypeVar("T")


class Again(Exception):
    """What a transaction read has changed before it could write: it has to be retried."""


class Database:
    """A PostgreSQL database."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._threads = threading.local()

    def write(self, work: Callable[[Connection], T], organization: str | None = None) -> T:
        """Do the work in one transaction, perhaps as a member of an organization: all of it, or nothing.

        Retries run one after the other, so that they do not collide again.
        """
        if outer := getattr(self._threads, "outer", None):
            conn, first = outer
            first(conn)
            with _member(conn, organization):
                return work(conn)
        for attempt in range(ATTEMPTS):
            conn = self._connection()
            try:
                with conn.transaction():
                    if attempt:
                        conn.execute("SELECT pg_advisory_xact_lock(0)")
                    with _member(conn, organization):
                        return work(conn)
            except (Again, errors.SerializationFailure, errors.DeadlockDetected):
                time.sleep(random.uniform(0, PAUSE))  # noqa: S311 - a pause, no secret
            except psycopg.Error as wrong:
                raise from_database(wrong) or wrong from wrong
        raise Problem(503, "Too many others write the same records; try again.", headers={"Retry-After": "1"})

    def joined(self, work: Callable[[Connection], T], first: Callable[[Connection], None]) -> T:
        """Do the work in one transaction, which each write within the work joins; `first` comes before the write."""

        def joining(conn: Connection) -> T:
            self._threads.outer = conn, first
            try:
                return work(conn)
            finally:
                self._threads.outer = None

        return self.write(joining)

    def read(self, work: Callable[[Connection], T], organization: str | None = None) -> T:
        """Do the work on one snapshot, perhaps as a member, so that everything read is consistent."""
        conn = self._connection()
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
        try:
            with conn.transaction(), _member(conn, organization):
                return work(conn)
        except psycopg.Error as wrong:
            raise from_database(wrong) or wrong from wrong
        finally:
            if not conn.closed:
                conn.isolation_level = IsolationLevel.READ_COMMITTED

    def _connection(self) -> Connection:
        conn: Connection | None = getattr(self._threads, "connection", None)
        if conn is None or conn.closed:
            conn = psycopg.connect(self._conninfo, autocommit=True, row_factory=dict_row)
            conn.isolation_level = IsolationLevel.READ_COMMITTED
            conn.adapters.register_loader("json", TextLoader)
            self._threads.connection = conn
        return conn


@contextmanager
def _member(conn: Connection, organization: str | None) -> Iterator[None]:
    """Within the block, be a member of this organization, if there is one (members.sql)."""
    if organization is None:
        yield
        return
    conn.execute("SET LOCAL ROLE member")
    conn.execute("SELECT set_config('service.organization', %s, true)", [organization])
    yield
    conn.execute("SET LOCAL ROLE NONE")


def columns(names: Iterable[str]) -> sql.Composed:
    """Identifiers, separated by commas."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


def all_hold(guard: Mapping[str, str], json: Container[str]) -> sql.Composed:
    """The condition that each column compares like this with a parameter: column to one of OPERATORS.

    `json` names the columns of that type, which PostgreSQL only compares as `jsonb`.
    """
    conditions = [
        sql.SQL("{}::jsonb IS NOT DISTINCT FROM %s::jsonb" if name in json else f"{{}} {OPERATORS[operator]}").format(
            sql.Identifier(name)
        )
        for name, operator in guard.items()
    ]
    return sql.SQL(" AND ").join([sql.SQL("true"), *conditions])
