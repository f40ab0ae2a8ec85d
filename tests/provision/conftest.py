"""A real PostgreSQL for these tests, started and stopped as the example in examples/postgres does it."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from upsertspec.provision.postgres import postgres_text

CLUSTER = Path(__file__).resolve().parents[2] / "examples" / "postgres" / "service" / "cluster.py"


@pytest.fixture(scope="session")
def conninfo() -> Iterator[str]:
    """The connection string of an empty PostgreSQL."""
    spec = importlib.util.spec_from_file_location("example_cluster", CLUSTER)
    assert spec is not None
    assert spec.loader is not None
    cluster = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cluster)
    with cluster.running() as told:
        yield told


@pytest.fixture
def postgres(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a schema of its own with every table; nothing of it stays."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
        conn.execute(postgres_text([]).encode())
        yield conn
