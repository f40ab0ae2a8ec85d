"""The limit for a whole exchange holds however the answer ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from tests.harness.wire import Wire
from upsertspec.errors import TargetSilent
from upsertspec.transport.session import Limits, Session

MOST_BYTES = 100


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
    ],
    ids=["kept", "ended", "ended by the connection", "HTTP/1.0"],
)
def test_a_body_that_drips_is_cut_off(serve: Callable[..., Wire], head: bytes) -> None:
    """Nobody waits for the rest: the target is told by its broken connection, long before it has sent all."""
    cut = threading.Event()

    def drips(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(head)
        try:
            for _ in range(MOST_BYTES):
                connection.sendall(b" ")
                cut.wait(0.1)
        except OSError:
            cut.set()
        return False

    session = Session(Limits(seconds=0.3), {})
    with pytest.raises(TargetSilent, match=r"no whole answer within 0\.3 s"):
        session.send("GET", serve(drips).url, {}, None)
    assert cut.wait(10)
