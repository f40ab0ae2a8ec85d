"""Start PostgreSQL, create the tables, serve.

Ends on SIGTERM, on Ctrl-C, and, unless it is a terminal, when standard input closes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
from pathlib import Path

import psycopg
from service.access import new_tokens
from service.api import Api
from service.catalog import read_tables
from service.cluster import NoPostgres, running
from service.database import Database
from service.web import Service
from waitress.server import create_server

HERE = Path(__file__).resolve().parent
THREADS = 32
# The service refuses bodies over 8 MiB itself; much larger ones are cut off here.
LARGEST_READ = 64 * 1024 * 1024


def main() -> int:
    """Serve until it is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--announce", choices=["text", "json"], default="text", help="how to say where it listens")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    try:
        with contextlib.suppress(KeyboardInterrupt, SystemExit), running() as conninfo:
            _serve(conninfo, options.port, options.announce)
    except NoPostgres as wrong:
        print(wrong, file=sys.stderr)
        return 1
    return 0


def _serve(conninfo: str, port: int, announce: str) -> None:
    with psycopg.connect(conninfo) as conn:
        for name in ("schema.sql", "functions.sql", "retries.sql", "members.sql"):
            conn.execute((HERE / name).read_bytes())
        tables = read_tables(conn)
    database = Database(conninfo)
    tokens = new_tokens()
    server = create_server(
        Service(Api(database, tables), database, tokens),
        host="127.0.0.1",
        port=port,
        threads=THREADS,
        ident=None,
        max_request_body_size=LARGEST_READ,
    )
    _announce(f"http://127.0.0.1:{server.effective_port}", tokens, announce)
    if not sys.stdin.isatty():
        threading.Thread(target=_stop_with_stdin, daemon=True).start()
    try:
        server.run()
    finally:
        server.close()


def _announce(url: str, tokens: dict[str, str], kind: str) -> None:
    if kind == "json":
        print(json.dumps({"url": url, "tokens": tokens}), flush=True)
        return
    print(f"listening on {url}; stop with Ctrl-C or by closing standard input")
    for role, token in tokens.items():
        print(f"export UPSERTSPEC_TOKEN_{role.upper()}={token}")
    sys.stdout.flush()


def _stop_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(*_: object) -> None:
    raise SystemExit


if __name__ == "__main__":
    sys.exit(main())
