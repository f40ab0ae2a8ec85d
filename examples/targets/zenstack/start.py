"""Start ZenStack's REST handler on a PostgreSQL of its own, with new tables and the four roles."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "postgres")]

import serving  # noqa: E402 - found by the path above
from service.cluster import NoPostgres, running  # noqa: E402 - found by the path above

GENERATED = HERE / "generated" / "schema.ts"


@contextlib.contextmanager
def started(folder: Path, port: int) -> Iterator[Mapping[str, str]]:
    """The handler on a port; gives the tokens of the roles."""
    node = shutil.which("node", path=str(HERE / "node_modules" / ".bin")) or shutil.which("node")
    if node is None or not GENERATED.is_file():
        raise serving.NotStartedError("node is needed, and npm install && npm run generate (README.md): ZenStack")
    tokens = {role: secrets.token_urlsafe(24) for role in serving.ROLES}
    try:
        with running() as conninfo:
            place = dict(part.split("=", 1) for part in conninfo.split())
            database = {"PGHOST": place["host"], "PGUSER": place["user"], "PGDATABASE": place["dbname"]}
            settings = {**database, "PORT": str(port), "TOKENS": json.dumps(tokens), "NODE_NO_WARNINGS": "1"}
            command = [node, str(HERE / "server.mjs")]
            with serving.child(command, f"http://127.0.0.1:{port}/health", folder / "log", **settings):
                yield tokens
    except NoPostgres as wrong:
        raise serving.NotStartedError(f"{wrong}; ZenStack") from wrong


if __name__ == "__main__":
    sys.exit(serving.serve(__doc__, 3000, started))
