"""The harness under attack: each run ends in bounded time and memory, says what happened, and leaks nothing."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.http.attacks import ANSWERS, PREFLIGHT, Attack
from tests.http.wire import Answer, Wire, always, by_request, reply
from tests.kit import TOKEN_VARIABLES
from tests.report.kit import VALIDATOR
from tests.run.test_wrong_servers import WRONG
from upsertspec.report.result import Status
from upsertspec.run.session import run_session
from upsertspec.run.settings import Settings
from upsertspec.target.target import Target
from upsertspec.target.target_file import roles_from

Serve = Callable[..., Wire]

MEGABYTES = 1024
MOST_MEMORY = 300 * MEGABYTES
LEAST_ATTACKS = 40
PROCESSOR_SECONDS = 30.0


@pytest.fixture
def elsewhere(serve: Serve) -> Wire:
    """Another server, which must never be contacted."""
    return serve(always(reply({"records": []})))


def naming(answer: Answer, elsewhere: Wire) -> Answer:
    """The same answer, with the address of the other server, and with the token that was sent."""

    class Named:
        def __init__(self, connection: socket.socket) -> None:
            self._connection = connection

        def sendall(self, data: bytes) -> None:
            said = data
            for word, real in ((b"ELSEWHERE", elsewhere.url.encode()), (b"TOKEN", editor().encode())):
                if word in said[:100_000]:
                    head, _, body = said.replace(word, real).partition(b"\r\n\r\n")
                    said = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head) + b"\r\n\r\n" + body
            self._connection.sendall(said)

        def __getattr__(self, name: str) -> object:
            return getattr(self._connection, name)

    return lambda connection, request: answer(Named(connection), request)


def editor() -> str:
    return TOKEN_VARIABLES["UPSERTSPEC_TOKEN_EDITOR"]


def run(attack: Attack, url: str, folder: Path, keyword: str = "") -> tuple[int, str]:
    """The exit code of a run, and what it printed."""
    out = io.StringIO()
    target = Target(url=url, roles=roles_from(os.environ), timeout=attack.timeout)
    code = run_session(Settings(target, ("AC-001",), keyword), 1, folder, None, out)
    return code, out.getvalue()


def require_harmless(attack: Attack, code: int, said: str, folder: Path, elsewhere: Wire) -> None:
    """What holds for each run: it reports, shows no raw bytes, sends nothing elsewhere, and writes a valid report."""
    assert code == attack.code, said
    assert re.search(attack.says, said, re.DOTALL), said
    report = (folder / "report.json").read_text("utf-8")
    for text in (said, report):
        assert not any(token in text for token in TOKEN_VARIABLES.values())
        assert not {letter for letter in text if not letter.isprintable() and letter != "\n"}
    assert "Traceback" not in said
    VALIDATOR.validate(json.loads(report))
    statuses = {result["status"] for result in json.loads(report)["results"]}
    assert Status.ERROR.value not in statuses, said
    assert elsewhere.connections == 0


@pytest.fixture
def bounded() -> object:
    """The test takes bounded processor time, and bounded memory more than those before it."""
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY
    assert time.process_time() - began < PROCESSOR_SECONDS


def test_the_table_has_forty_attacks_and_more() -> None:
    assert len(WRONG) + len(PREFLIGHT) + len(ANSWERS) >= LEAST_ATTACKS
    assert not set(PREFLIGHT) & set(ANSWERS)


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("name", PREFLIGHT)
def test_an_attack_from_the_first_answer_on(name: str, serve: Serve, elsewhere: Wire, tmp_path: Path) -> None:
    attack = PREFLIGHT[name]
    code, said = run(attack, serve(naming(attack.answer, elsewhere)).url, tmp_path)
    require_harmless(attack, code, said, tmp_path, elsewhere)


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("name", ANSWERS)
def test_an_attack_in_the_answers(name: str, serve: Serve, elsewhere: Wire, tmp_path: Path) -> None:
    attack = ANSWERS[name]
    code, said = run(
        attack, serve(naming(attack.answer, elsewhere)).url, tmp_path, "(new and contact) or (read and answer)"
    )
    require_harmless(attack, code, said, tmp_path, elsewhere)


def test_a_server_that_dies_in_the_middle_of_a_run(serve: Serve, elsewhere: Wire, tmp_path: Path) -> None:
    asked: list[str] = []

    def handle(method: str, path: str, body: bytes) -> bytes:
        asked.append(method)
        if asked.count("POST") > 1:
            target.die()
            return b""
        return reply({"records": [], "total": 0, "fields": {}})

    target = serve(by_request(handle, keep=False))
    attack = Attack(always(b""), "stopped answering|can't connect|connection broke", 3)
    code, said = run(attack, target.url, tmp_path)
    require_harmless(Attack(always(b""), attack.says, code), code, said, tmp_path, elsewhere)
    assert code in (1, 3)
