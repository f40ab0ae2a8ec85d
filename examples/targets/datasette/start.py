"""Start Datasette on a new database with the tables and the four roles."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import serving  # noqa: E402 - found by the path above

DATASETTE = (sys.executable, "-m", "datasette")


@contextlib.contextmanager
def started(folder: Path, port: int) -> Iterator[Mapping[str, str]]:
    """Datasette in a folder, on a port; gives the tokens of the roles."""
    database, secret = folder / "records.db", secrets.token_hex(32)
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.executescript((HERE / "schema.sql").read_text("utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
    command = [*DATASETTE, "serve", str(database), "--config", str(HERE / "datasette.yaml"), "--port", str(port)]
    ready = f"http://127.0.0.1:{port}/-/versions.json"
    with ThreadPoolExecutor() as pool, serving.child(command, ready, folder / "log", DATASETTE_SECRET=secret):
        tokens = pool.map(lambda role: _token(role, secret), serving.ROLES)
        yield dict(zip(serving.ROLES, tokens, strict=True))


def _token(role: str, secret: str) -> str:
    """A signed token of the actor whose id is the role's name."""
    environment = {**os.environ, "DATASETTE_SECRET": secret}
    command = [*DATASETTE, "create-token", role]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(serving.serve(__doc__, 8001, started))
