"""The time limit for a whole exchange holds, however the answer ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest
import requests

from tests.http.wire import Wire, always
from upsertspec.errors import TargetSilent
from upsertspec.http.heads import WholeHead
from upsertspec.http.session import Limits, Session
from upsertspec.http.watchdog import WATCHDOG, Watch, Watchdog

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
    """The client does not wait for the rest: it closes the connection long before everything is sent."""
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


BODY = b'{"records": []}'
FRAMED = {
    "by its length": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY),
    "in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY),
    "in chunks, with a trailer": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\nDigest: x\r\n\r\n" % (len(BODY), BODY)
    ),
    "without a body": b"HTTP/1.1 204 No Content\r\n\r\n",
}
NOT_WHOLE = {
    "by the end of the connection": b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
    "a byte short": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY) + 1, BODY),
    "in chunks, without the last": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n%s\r\n" % BODY,
    "in chunks, cut in the trailer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n%s\r\n0\r\nA: x\r\n"
    % BODY,
}


class Busy:
    """A machine so busy that the harness reads an answer only after the watchdog has ended the exchange.

    The watchdog waits for the target, which sends its answer in time.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
        self._answer = answer
        self._sent, self._ended = threading.Event(), threading.Event()
        self._begin, self._shut = WholeHead.begin, Watch.shut
        monkeypatch.setattr(WholeHead, "begin", lambda response: self.begin(response))
        monkeypatch.setattr(Watch, "shut", lambda watch: self.shut(watch))

    def answers(self, connection: socket.socket, request: bytes) -> bool:
        connection.sendall(self._answer)
        self._sent.set()
        return not self._ended.wait(10)

    def shut(self, watch: Watch) -> None:
        assert self._sent.wait(10)
        self._shut(watch)
        self._ended.set()

    def begin(self, response: WholeHead) -> None:
        assert self._ended.wait(10)
        self._begin(response)


@pytest.mark.parametrize("answer", FRAMED.values(), ids=FRAMED)
def test_an_answer_that_is_whole_came_in_time_however_late_it_is_read(
    serve: Callable[..., Wire], monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    session = Session(Limits(seconds=0.3), {})
    with monkeypatch.context() as patch:
        url = serve(Busy(patch, answer).answers).url
        assert session.send("GET", url, {}, None).body == (BODY if BODY in answer else b"")
    session._limits = Limits()
    assert session.send("GET", url, {}, None).status in (200, 204)


@pytest.mark.parametrize("answer", NOT_WHOLE.values(), ids=NOT_WHOLE)
def test_an_answer_that_is_not_whole_when_its_time_is_up_is_late(
    serve: Callable[..., Wire], monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    url = serve(Busy(monkeypatch, answer).answers).url
    with pytest.raises(TargetSilent, match=r"no whole answer within 0\.3 s"):
        Session(Limits(seconds=0.3), {}).send("GET", url, {}, None)


def test_the_time_runs_from_when_the_request_goes_out(
    serve: Callable[..., Wire], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time to prepare a request on a busy machine does not count."""
    watched: list[int] = []

    def look(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            watched.append(len(WATCHDOG._watched))
            return real(*args, **kwargs)

        return call

    session = Session(Limits(), {})
    url = serve(always(FRAMED["by its length"])).url
    monkeypatch.setattr(requests.PreparedRequest, "prepare_url", look(requests.PreparedRequest.prepare_url))
    monkeypatch.setattr(WholeHead, "begin", look(WholeHead.begin))
    for _ in range(2):
        session.send("GET", url, {}, None)
    assert watched == [0, 1, 0, 1]


def test_an_exchange_that_is_over_is_never_cut_off_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection is then that of the next exchange, which is not late."""
    shutting, over, shut_one = threading.Event(), threading.Event(), threading.Event()
    order = []

    def shut(watch: Watch) -> None:
        shutting.set()
        over.wait(0.2)
        order.append("shut")
        shut_one.set()

    monkeypatch.setattr(Watch, "shut", shut)
    watchdog, watch = Watchdog(), Watch(0)
    watchdog.add(watch)
    assert shutting.wait(10)
    watchdog.remove(watch)
    order.append("over")
    over.set()
    assert shut_one.wait(10)
    assert order[-1] == "over"
