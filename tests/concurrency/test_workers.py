"""Several workers: each scenario runs in one of them, and a worker that dies or is stopped leaves nothing behind."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.concurrency.conftest import Judge
from tests.http.wire import Answer, Wire, by_request, reply
from tests.kit import CREDENTIALS, TOKEN_VARIABLES
from upsertspec.dialects.operations import Find
from upsertspec.http.client import Client
from upsertspec.report.result import Status
from upsertspec.run import session
from upsertspec.run.settings import Settings
from upsertspec.run.workers import CAN_FORK
from upsertspec.target.target import Target

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="this system can't fork a process")


def test_every_scenario_is_run_once_by_some_worker(judge: Judge) -> None:
    results = judge("", "AC-003", "AC-012", jobs=3)
    assert {result.status for result in results} == {Status.PASSED}
    assert {result.worker for result in results} <= {"gw0", "gw1", "gw2"}
    marks = Counter(str(result.exchanges[0]["request"]["body"]) for result in results if result.exchanges)
    assert max(marks.values()) == 1, "no two send the same"


def test_a_worker_that_dies_costs_only_its_current_scenario(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    call, here = Client.call, os.getpid()

    def dying(self: Client, *given: Any) -> Any:
        if os.getpid() != here:
            with contextlib.suppress(FileExistsError):
                (tmp_path / "died").touch(exist_ok=False)
                os.kill(os.getpid(), signal.SIGKILL)
        return call(self, *given)

    monkeypatch.setattr(Client, "call", dying)
    results = judge("", "AC-012", "AC-003", jobs=2)
    lost = [result for result in results if result.status is Status.ERROR]
    assert 1 <= len(lost) <= 2
    assert all("no result" in result.reason for result in lost)
    assert {result.status for result in results if result not in lost} == {Status.PASSED}


def test_without_fork_one_worker_runs_all(server: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "CAN_FORK", False)
    limits = sys.getrecursionlimit(), sys.get_int_max_str_digits()
    out, target = io.StringIO(), Target(server(""), roles=CREDENTIALS)
    assert session.run_session(Settings(target, ("AC-003",)), 3, None, None, out) == 0
    assert "--jobs 3: this system can't fork a process, so one worker runs all scenarios\n" in out.getvalue()
    assert (sys.getrecursionlimit(), sys.get_int_max_str_digits()) == limits


def test_a_run_that_is_stopped_leaves_no_worker(wire: Callable[[Answer], Wire]) -> None:
    target = wire(by_request(lambda *_: reply({"records": [], "total": 0})))
    env = TOKEN_VARIABLES
    line = [sys.executable, "-m", "upsertspec", "run", target.url, "--jobs", "3"]
    with subprocess.Popen(line, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout
        assert any(re.match(r" +\d+/\d+", line) for line in process.stdout)  # its progress
        process.send_signal(signal.SIGINT)
        process.communicate()
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)


def test_a_server_with_many_idle_connections_still_answers(server: Callable[[str], str]) -> None:
    host, port = server("").removeprefix("http://").split(":")
    with contextlib.ExitStack() as idle:
        for _ in range(300):
            idle.enter_context(socket.create_connection((host, int(port)), timeout=30))
        last = idle.enter_context(socket.create_connection((host, int(port)), timeout=30))
        last.sendall(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert last.recv(100).startswith(b"HTTP/1.1 200")


def test_a_broken_credential_keeps_no_connection(wire: Callable[[Answer], Wire], client: Callable[..., Client]) -> None:
    target = wire(by_request(lambda *_: reply({"records": [], "total": 0})))
    one, look = client(target.url), Find("contacts", {"email": "ada@example.com"})
    for who in ("an empty credential", "an empty credential", "editor", "editor"):
        one.call(who, look)
    assert target.connections == 3
