"""Concurrent clients: they overlap, they retry, they respect the rate limit, and they survive a target that hangs."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest

from tests.concurrency.conftest import Door
from tests.http.wire import Answer, Wire, by_request, reply, silence
from upsertspec.concurrency.clients import ConcurrentClients
from upsertspec.dialects.operations import Find, Operation, Upsert
from upsertspec.errors import CheckFailed, NotTestable
from upsertspec.http.client import Client
from upsertspec.steps.concurrent_run import RecordedCall

Serve = Callable[[Answer], Wire]
Make = Callable[..., Client]

LOOK = Find("contacts", {"email": "ada@example.com"})
EMPTY = reply({"records": [], "total": 0})
DONE = reply({"id": 1, "operation": "updated", "record": {"id": 1}})


def work(clients: int) -> list[list[Operation]]:
    return [[Upsert("contacts", {"email": "ada@example.com", "name": str(n)}, ["email"])] for n in range(clients)]


def act(client: Client, clients: int) -> list[RecordedCall]:
    return ConcurrentClients(client, LOOK).act(work(clients))


def writing(write: Callable[[socket.socket, bytes], bool], look: bytes = EMPTY) -> Answer:
    """Answers reads at once, and passes writes to another handler."""

    def answer(connection: socket.socket, request: bytes) -> bool:
        if request.startswith(b"GET"):
            connection.sendall(look)
            return True
        return write(connection, request)

    return answer


def test_all_requests_are_under_way_together(wire: Serve, client: Make) -> None:
    door = Door(12)

    def write(connection: socket.socket, request: bytes) -> bool:
        door.wait(connection)
        connection.sendall(DONE)
        return True

    calls = act(client(wire(writing(write)).url), 12)
    assert door.met.is_set()
    assert sorted(call.client for call in calls) == list(range(1, 13))
    assert all(call.answer and call.answer.status == 200 for call in calls)
    assert max(call.started for call in calls) < min(call.ended or 0 for call in calls)


def test_connections_are_opened_ahead_and_used_again(wire: Serve, client: Make) -> None:
    target = wire(by_request(lambda method, *_: EMPTY if method == "GET" else DONE))
    one = client(target.url)
    for _ in range(2):
        one.call("editor", LOOK)
    assert one.kept
    act(one, 5)
    assert target.connections == 1 + 5 + 1, "of the first client, of each client, of the look afterwards"


def test_every_request_is_in_the_evidence_in_the_order_of_its_start(wire: Serve, client: Make) -> None:
    one = client(wire(by_request(lambda method, *_: EMPTY if method == "GET" else DONE)).url)
    one.step = "When many clients"
    calls = act(one, 8)
    sent = [exchange for exchange in one.log if exchange.method == "POST"]
    assert len(sent) == 8
    assert {id(call.exchange) for call in calls} == {id(exchange) for exchange in sent}
    assert [exchange.clock for exchange in one.log] == sorted(exchange.clock for exchange in one.log)
    assert {exchange.step for exchange in one.log} == {"When many clients"}


def test_429_slows_the_clients_down_and_fails_nothing(wire: Serve, client: Make) -> None:
    lock, left = threading.Lock(), [9]

    def write(connection: socket.socket, request: bytes) -> bool:
        with lock:
            left[0] -= 1
        refused = left[0] >= 0
        connection.sendall(reply({}, 429, Retry_After="0" if left[0] % 2 else None) if refused else DONE)
        return True

    calls = act(client(wire(writing(write)).url), 6)
    assert [call.answer.status for call in calls if call.answer] == [200] * 6
    assert not any(call.failure for call in calls)
    assert any(call.exchange and call.exchange.attempt > 1 for call in calls)


def test_endless_429_is_not_testable(wire: Serve, client: Make) -> None:
    later = reply({}, 429, Retry_After="0")
    calls = act(client(wire(writing(lambda c, _: not c.sendall(later))).url), 3)
    assert {call.untestable for call in calls} == {True}
    assert "429 to 8 attempts" in calls[0].failure


def test_all_clients_share_the_rate_limit(wire: Serve, client: Make) -> None:
    times: list[float] = []

    def write(connection: socket.socket, request: bytes) -> bool:
        times.append(time.monotonic())
        connection.sendall(DONE)
        return True

    began = time.monotonic()
    act(client(wire(writing(write)).url, rate_limit=10.0), 5)
    assert max(times) - began >= 4 / 10


def test_a_target_that_hangs_is_reported_and_ends_the_run(wire: Serve, client: Make) -> None:
    hanging = threading.Event()

    def answer(connection: socket.socket, request: bytes) -> bool:
        if request.startswith(b"POST"):
            hanging.set()
        if hanging.is_set():
            return silence(connection, request)
        connection.sendall(EMPTY)
        return True

    one = client(wire(answer).url, timeout=0.5)
    with pytest.raises(
        CheckFailed, match="a read on a new connection, after 4 requests at once, the last of them POST"
    ):
        act(one, 4)
    assert "no longer answers after many clients at once" in one.stopped
    with pytest.raises(NotTestable, match="no longer answers"):
        one.call("editor", LOOK)


def test_a_target_that_loses_some_answers_is_still_judged(wire: Serve, client: Make) -> None:
    lost = iter([True, True])

    def write(connection: socket.socket, request: bytes) -> bool:
        if next(lost, False):
            return silence(connection, request)
        connection.sendall(DONE)
        return True

    calls = act(client(wire(writing(write)).url, timeout=0.5), 5)
    silent = [call for call in calls if call.answer is None]
    assert len(silent) == 2
    assert all(call.ended is None and call.failure.startswith("no answer in time") for call in silent)
