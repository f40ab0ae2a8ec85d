"""The PostgreSQL example as a separate process, and a client for it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.examples import processes
from tests.kit import ROOT, postgres_cluster

EXAMPLE = ROOT / "examples" / "postgres"


@dataclass
class Service:
    """The running example."""

    process: subprocess.Popen[str]
    url: str
    tokens: dict[str, str]

    def call(self, method: str, path: str, body: Any = None, role: str = "editor", **more: Any) -> requests.Response:
        """One request on its own connection."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}", "Connection": "close"}
        return requests.request(method, self.url + path, json=body, headers=headers, timeout=60, **more)

    def upsert(self, table: str, body: dict[str, Any], role: str = "editor") -> requests.Response:
        """One upsert."""
        return self.call("POST", f"/api/tables/{table}/records/upsert", body, role)

    def records(self, table: str, **filters: str) -> list[dict[str, Any]]:
        """The records that the filters let through."""
        answer = self.call("GET", f"/api/tables/{table}/records", params={"_limit": "1000", **filters})
        assert answer.status_code == 200
        found: list[dict[str, Any]] = answer.json()["records"]
        return found


Start = Callable[[], Service]


def started(example: Path = EXAMPLE) -> Service:
    postgres_cluster()
    process, announced = processes.started(example / "start.py")
    return Service(process, announced["url"], announced["tokens"])


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    running = started()
    yield running
    assert processes.stopped(running.process) == 0


@pytest.fixture
def start() -> Start:
    """Starts another one; the test has to stop it."""
    return started
