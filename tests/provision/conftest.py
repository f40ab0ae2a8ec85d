"""A real PostgreSQL for these tests, started and stopped the way examples/postgres does it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.kit import postgres_cluster
from upsertspec.provision.postgres import postgres_text


@pytest.fixture(scope="session")
def conninfo() -> Iterator[str]:
    """The connection string of an empty PostgreSQL."""
    with postgres_cluster().running() as address:
        yield address


@pytest.fixture
def postgres(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a temporary schema with every table."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
        conn.execute(postgres_text([]).encode())
        yield conn
