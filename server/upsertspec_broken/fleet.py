"""Many broken servers in one process, one after the other: `python -m upsertspec_broken --fleet`.

Reads names on stdin, a line each; an empty line means the unbroken server. For each it stops the server before and
prints one line of JSON with the URL and tokens of the next, as `--announce json` does. Ends when stdin does.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from typing import TextIO

from upsertspec_broken.catalogue import catalogue
from upsertspec_server import create_app, load_schema
from upsertspec_server.app import Parts
from upsertspec_server.serving import serve_in_thread


def run(names: Iterable[str] = sys.stdin, out: TextIO = sys.stdout) -> int:
    """Serve each of the named servers until the next name comes. Exit code 0, or 2 for a name that is none."""
    schema = load_schema()
    logging.disable()  # a broken server fails, and that is all there is to say of it
    with ExitStack() as current:
        for line in names:
            name = line.strip()
            if name and name not in catalogue():
                print(f"upsertspec: there is no fault {name!r}; --list names all", file=sys.stderr)
                return 2
            current.close()
            tokens = {role: secrets.token_urlsafe(24) for role in schema.roles if role != "anonymous"}
            app = create_app(schema, tokens, parts=catalogue()[name].parts if name else Parts())
            url = current.enter_context(serve_in_thread(app))
            print(json.dumps({"url": url, "tokens": tokens}), file=out, flush=True)
    return 0
