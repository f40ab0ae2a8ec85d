"""Start PostGraphile on a PostgreSQL of its own, with new tables and the four roles."""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parents[1] / "postgres"
sys.path[:0] = [str(HERE.parent), str(EXAMPLE)]

import serving  # noqa: E402 - found by the path above
from service.cluster import NoPostgres, running  # noqa: E402 - found by the path above

PROGRAM = HERE / "node_modules" / "postgraphile" / "cli.js"
OPTIONS = {
    "schema": "public",
    "default-role": "anonymous",
    "host": "127.0.0.1",
    "append-plugins": "postgraphile-upsert-plugin:PgMutationUpsertPlugin",
    "extended-errors": "errcode",
    "body-size-limit": "8MB",
}


@contextlib.contextmanager
def started(folder: Path, port: int) -> Iterator[Mapping[str, str]]:
    """PostGraphile on a port; gives the tokens of the roles."""
    node = shutil.which("node")
    if node is None or not PROGRAM.is_file():
        raise serving.NotStartedError("node is needed, and npm install (README.md): PostGraphile")
    secret = secrets.token_urlsafe(24)
    try:
        with running() as conninfo:
            with psycopg.connect(conninfo, autocommit=True) as database:
                for file in (EXAMPLE / "schema.sql", HERE / "roles.sql"):
                    database.execute(file.read_text("utf-8"))
            place = dict(part.split("=", 1) for part in conninfo.split())
            settings = {"PGHOST": place["host"], "PGUSER": place["user"], "PGDATABASE": place["dbname"]}
            options = {**OPTIONS, "port": str(port), "jwt-secret": secret}
            command = [node, str(PROGRAM), *(part for name, value in options.items() for part in (f"--{name}", value))]
            command += ["--dynamic-json", "--disable-query-log"]
            with serving.child(command, f"http://127.0.0.1:{port}/graphiql", folder / "log", **settings):
                yield {role: token(role, secret) for role in serving.ROLES}
    except NoPostgres as wrong:
        raise serving.NotStartedError(f"{wrong}; PostGraphile") from wrong


def token(role: str, secret: str) -> str:
    """A JWT (HS256) that names the role."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {"role": role, "aud": "postgraphile"})
    signed = ".".join(encoded(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{encoded(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


if __name__ == "__main__":
    sys.exit(serving.serve(__doc__, 5000, started))
