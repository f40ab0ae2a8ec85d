"""Connections, one for each thread, and transactions that are retried after a conflict."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Container, Iterable
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel, errors, sql
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader

from service.problems import Problem, from_database

ATTEMPTS = 50
PAUSE = 0.02

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
        for attempt in range(ATTEMPTS):
            conn = self._connection()
            try:
                with conn.transaction():
                    if attempt:
                        conn.execute("SELECT pg_advisory_xact_lock(0)")
                    _become(conn, organization)
                    return work(conn)
            except (Again, errors.SerializationFailure, errors.DeadlockDetected):
                time.sleep(random.uniform(0, PAUSE))  # noqa: S311 - a pause, no secret
            except psycopg.Error as wrong:
                raise from_database(wrong) or wrong from wrong
        raise Problem(503, "Too many others write the same records; try again.", headers={"Retry-After": "1"})

    def read(self, work: Callable[[Connection], T], organization: str | None = None) -> T:
        """Do the work on one snapshot, perhaps as a member, so that everything read is consistent."""
        conn = self._connection()
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
        try:
            with conn.transaction():
                _become(conn, organization)
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


def _become(conn: Connection, organization: str | None) -> None:
    """Be a member of this organization until the transaction ends (members.sql)."""
    if organization is not None:
        conn.execute("SET LOCAL ROLE member")
        conn.execute("SELECT set_config('service.organization', %s, true)", [organization])


def columns(names: Iterable[str]) -> sql.Composed:
    """Identifiers, separated by commas."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


def all_equal(names: Iterable[str], json: Container[str]) -> sql.Composed:
    """The condition that the columns have these values, null among them; each is a parameter.

    `json` names the columns of that type, which PostgreSQL only compares as `jsonb`.
    """
    plain, typed = "{} IS NOT DISTINCT FROM %s", "{}::jsonb IS NOT DISTINCT FROM %s::jsonb"
    conditions = [sql.SQL(typed if name in json else plain).format(sql.Identifier(name)) for name in names]
    return sql.SQL(" AND ").join([sql.SQL("true"), *conditions])
