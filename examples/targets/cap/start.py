"""Start SAP CAP on a SQLite file of its own, with new tables and the four roles."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

import serving  # noqa: E402 - found by the path above

SERVICE = "/odata/v4/records"


@contextlib.contextmanager
def started(folder: Path, port: int) -> Iterator[Mapping[str, str]]:
    """CAP on a port; gives the tokens of the roles."""
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules").is_dir():
        raise serving.NotStartedError("node is needed, and npm install (README.md): CAP")
    tokens = {role: secrets.token_urlsafe(24) for role in serving.ROLES}
    settings = {"PORT": str(port), "TOKENS": json.dumps(tokens), "CDS_REQUIRES_DB_CREDENTIALS_URL": str(folder / "db")}
    with serving.child([node, str(HERE / "run.js")], f"http://127.0.0.1:{port}/", folder / "log", **settings):
        yield tokens


if __name__ == "__main__":
    sys.exit(serving.serve(__doc__, 4004, started, SERVICE))
