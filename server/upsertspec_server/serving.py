"""Serves an application with waitress, in a thread, until it is stopped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from waitress.server import BaseWSGIServer, create_server

from upsertspec_server import config
from upsertspec_server.connections import Channel
from upsertspec_server.errors import StartError

if TYPE_CHECKING:
    from upsertspec_server.app import Server

MAX_BYTES = 64 * 1024 * 1024  # of a body and of an answer in memory; the application has limits of its own
MAX_HEAD = 64 * 1024
IN_MEMORY = 9 * 1024 * 1024  # a body that the application takes never goes to a file, which fails on a full disk
CONNECTIONS = 900  # above it, a newcomer takes the place of the connection that has waited longest
SPARE = 64  # connections that are being closed, and the files of the database
PIECE = 64 * 1024  # read at once: a large batch comes in a few pieces


class Listening(Protocol):
    """A server that answers at its `url` until it is stopped."""

    url: str

    def stop(self) -> None:
        """Stop answering, and free what was taken."""


class Closing(Protocol):
    """A WSGI application that can be closed."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer a request."""

    def close(self) -> None:
        """Free what was taken."""


class Running:
    """A server that answers at `url` as soon as it is made."""

    def __init__(self, app: Closing, host: str = "127.0.0.1", port: int = 0) -> None:
        """Port 0 takes a free one. Raises StartError where the address cannot be used."""
        logging.getLogger("waitress").setLevel(logging.ERROR)
        self.app = app
        self.server = listen(app, host, port)
        self.thread = threading.Thread(target=self.server.run, name="upsertspec-server", daemon=True)
        self.thread.start()
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self.server.effective_port}"

    def stop(self) -> None:
        """Finish the requests in progress, then free the threads, the sockets and the database."""
        self.server.task_dispatcher.shutdown()
        with suppress(OSError):  # the loop may wake by itself and end before it is woken
            self.server.trigger.pull_trigger(self._close_sockets)
        self.thread.join()
        self.app.close()

    def _close_sockets(self) -> None:
        """Runs in the server's own thread, whose loop ends when no socket is left."""
        self.server.asyncore.close_all(self.server._map)


def listen(app: Any, host: str, port: int) -> Any:
    """A waitress server for a WSGI application. Raises StartError."""
    threads: int = getattr(app, "config", {}).get("THREADS", config.THREADS)
    connections = max(threads, min(CONNECTIONS, most_files() - SPARE))
    sockets: dict[int, Any] = {}
    try:
        server = create_server(
            app,
            map=sockets,
            host=host,
            port=port,
            threads=threads,
            connection_limit=connections + SPARE // 2,
            asyncore_use_poll=True,
            max_request_header_size=MAX_HEAD,
            max_request_body_size=MAX_BYTES,
            recv_bytes=PIECE,
            inbuf_overflow=IN_MEMORY,
            outbuf_overflow=MAX_BYTES,
            ident="upsertspec",
        )
    except (OSError, ValueError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StartError(
            f"Can't listen on {host}, port {port}: {reason}. Choose another with --host, --port."
        ) from None
    for each in sockets.values():
        if isinstance(each, BaseWSGIServer):
            each.channel_class = Channel
            each.most_channels = connections
            each.body_limit = getattr(app, "body_limit", lambda _: MAX_BYTES)
    return server


def most_files() -> int:
    """How many files and connections this process may have open."""
    try:
        import resource
    except ImportError:  # Windows
        return CONNECTIONS + SPARE
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS + SPARE if soft == resource.RLIM_INFINITY else soft


@contextmanager
def serve_in_thread(app: Server) -> Iterator[str]:
    """Serve on a free loopback port within the block; gives the URL."""
    running = Running(app)
    try:
        yield running.url
    finally:
        running.stop()
