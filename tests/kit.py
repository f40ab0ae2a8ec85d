"""What tests of several packages share."""

from __future__ import annotations

import contextlib
import importlib.util
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socketserver import BaseServer
from types import ModuleType

import pytest

from upsertspec.spec.schema import CALLERS, organizations
from upsertspec.target.target import Credential, Secret

ROOT = Path(__file__).resolve().parents[1]
TOKENS = {role: f"t0ken-of-the-{role}/9+=" for role in CALLERS}
"""The token of each role. JSON, URLs and base64 each write these characters in their own way."""
TOKEN_VARIABLES = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in TOKENS.items()}
CREDENTIALS = {
    role: Credential(secret=Secret(token), organization=organizations().get(role, "")) for role, token in TOKENS.items()
}


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@contextlib.contextmanager
def serving(server: BaseServer) -> Iterator[str]:
    """Let a server answer in a thread within the block; gives its URL."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
