"""What tests of several packages share."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


def postgres_cluster() -> ModuleType:
    """The module of examples/postgres that starts a PostgreSQL. Skips the test if there is no PostgreSQL to start."""
    file = ROOT / "examples" / "postgres" / "service" / "cluster.py"
    spec = importlib.util.spec_from_file_location("example_cluster", file)
    assert spec is not None
    assert spec.loader is not None
    cluster = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cluster)
    try:
        cluster.binaries()
    except cluster.NoPostgres as missing:
        pytest.skip(f"needs PostgreSQL: {missing}")
    return cluster
