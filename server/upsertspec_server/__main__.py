"""`python -m upsertspec_server`: run the reference server."""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from upsertspec_server.app import Server, create_app
from upsertspec_server.config import expired_tokens, new_tokens, tokens_from, variable
from upsertspec_server.errors import StartError
from upsertspec_server.schema import load_schema
from upsertspec_server.serving import Listening, Running

NEW_OBJECTS = 20_000
"""How many objects Python makes before it looks for cycles among them; by itself it does after 700, often in a batch.
"""
Create = Callable[[dict[str, Any]], Server]
Listen = Callable[[Server, str, int], Listening]


def main(arguments: list[str] | None = None, create: Create = create_app, listen: Listen = Running) -> int:
    """Serve until a signal or the end of stdin. Exit code 0, or 2 where the server cannot start.

    `create` makes the application from its settings, and `listen` serves it at a host and a port.
    """
    options = parser().parse_args(arguments)
    stop = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"):
        if hasattr(signal, name):  # Windows has only two of them
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    try:
        serve(options, stop, create, listen)
    except (StartError, OSError) as error:
        print(f"upsertspec: {error}", file=sys.stderr)
        return 2
    except (MemoryError, RuntimeError) as error:  # Python's error for "no more threads" is the latter
        print(f"upsertspec: {error or 'out of memory'}. Raise the limits of this process; see ulimit.", file=sys.stderr)
        return 2
    return 0


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    parser = argparse.ArgumentParser(prog="python -m upsertspec_server", description="Run the reference server.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="port; 0 takes a free one (default: %(default)s)")
    parser.add_argument("--database", metavar="FILE", help="keep records here (default: a temporary file)")
    parser.add_argument("--announce", choices=("text", "json"), default="text", help="how to print URL and tokens")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when stdin ends")
    return parser


def serve(options: argparse.Namespace, stop: threading.Event, create: Create, listen: Listen) -> None:
    """Serve until the event, with the tokens of the environment and new ones for the other roles. Raises StartError."""
    schema = load_schema()
    given = tokens_from(os.environ, schema)
    made = new_tokens(schema, given)
    expired = expired_tokens()
    config: dict[str, Any] = {"TOKENS": {**given, **made}, "EXPIRED_TOKENS": expired}
    if options.database is not None:
        config["DATABASE"] = options.database
    app = create(config)
    try:
        running = listen(app, options.host, options.port)
    except BaseException:
        app.close()
        raise
    gc.set_threshold(NEW_OBJECTS)
    try:
        announce(options.announce, running.url, made, expired)
        if options.until_stdin_closes:
            threading.Thread(target=watch_stdin, args=(stop,), daemon=True).start()
        stop.wait()
    finally:
        running.stop()


def announce(style: str, url: str, made: dict[str, str], expired: dict[str, str]) -> None:
    """Print where the server is, and the tokens that were made here. Those of the environment are never shown."""
    announced = json.dumps({"url": url, "tokens": made, "expired": expired})
    print(announced if style == "json" else text(url, made), flush=True)


def text(url: str, made: dict[str, str]) -> str:
    """The announcement for people."""
    lines = [f"upsertspec reference server: {url}", ""]
    if made:
        lines += ["Tokens for this run:", *(f"  {role:<8} {token}" for role, token in made.items()), ""]
    token = made.get("editor", f"${variable('editor')}")
    body = json.dumps({"fields": {"email": "john@example.com", "name": "John Doe"}, "matchFields": ["email"]})
    return "\n".join(
        [
            *lines,
            "Try:",
            f'  curl {url}/api/tables/contacts/records/upsert -H "Authorization: Bearer {token}" '
            f"-H 'Content-Type: application/json' -d '{body}'",
        ]
    )


def watch_stdin(stop: threading.Event) -> None:
    """Set the event at the end of stdin, so that the server never outlives the process that started it."""
    while os.read(0, 4096):
        pass
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
