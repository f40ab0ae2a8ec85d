"""Starts a variant: on waitress as the reference, or behind its own wire."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from upsertspec_conforming.catalogue import Variant
from upsertspec_conforming.wire import Served
from upsertspec_server.__main__ import serve_started
from upsertspec_server.app import create_app
from upsertspec_server.serving import Running


def started(
    variant: Variant, tokens: Mapping[str, str], host: str = "127.0.0.1", port: int = 0, database: Path | None = None
) -> Running | Served:
    """The variant, listening; it has a `url` and can `stop`. Raises StartError."""
    app = create_app(variant.schema(), tokens, database, variant.parts)
    try:
        return Served(app, variant.wire, host, port) if variant.wire else Running(app, host, port)
    except BaseException:
        app.close()
        raise


@contextmanager
def serve_in_thread(variant: Variant, tokens: Mapping[str, str]) -> Iterator[str]:
    """Serve on a free loopback port within the block; gives the URL."""
    running = started(variant, tokens)
    try:
        yield running.url
    finally:
        running.stop()


def serve(variant: Variant, options: argparse.Namespace, stop: threading.Event) -> None:
    """Serve until the event, as the reference does. Raises StartError."""

    def start(tokens: Mapping[str, str]) -> Running | Served:
        return started(variant, tokens, options.host, options.port, options.database)

    serve_started(variant.schema(), start, options, stop)
