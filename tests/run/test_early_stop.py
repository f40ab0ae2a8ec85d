"""A run ends early if the target has broken down, and only then."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.http.wire import Wire, reply
from tests.kit import Done
from tests.run.test_runs import forward, tokens
from upsertspec.http.circuit_breaker import IN_A_ROW, SETUPS_IN_A_ROW
from upsertspec.run.embedded import process_of
from upsertspec.target.target import Target

Command = Callable[..., Done]
Serve = Callable[..., Wire]
Break = Callable[[bytes], bytes | None]


def before(reference: Target, serve: Serve, broken: Break) -> Wire:
    """A proxy in front of the reference server that answers with what `broken` returns, unless that is None."""

    def answer(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(broken(request) or forward(reference, request))
        return False

    return serve(answer)


def report(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "report.json").read_text("utf-8"))
    return found


def reasons(folder: Path) -> list[str]:
    results = json.loads((folder / "report.json").read_text("utf-8"))["results"]
    return [result["reason"] for result in results if result["status"] == "not testable" and not result["exchanges"]]


def run(command: Command, wire: Wire, reference: Target, folder: Path, *options: str) -> Done:
    done = command("run", wire.url, "--report", str(folder), *options, env=tokens(reference))
    assert "Traceback" not in done.text
    counts = json.loads((folder / "report.json").read_text("utf-8"))["verdict"]["counts"]
    assert counts["harness error"] == 0
    return done


@pytest.mark.parametrize(("status", "jobs"), [(500, "1"), (404, "1"), (503, "2")])
def test_a_target_that_breaks_down_in_mid_run_ends_it(
    status: int, jobs: str, reference: Target, command: Command, serve: Serve, tmp_path: Path
) -> None:
    def broken(request: bytes) -> bytes | None:
        return reply({}, status) if len(wire.requests) > 100 else None

    wire = before(reference, serve, broken)
    options = ("--criterion", "AC-001,AC-002,AC-010", "--jobs", jobs)
    done = run(command, wire, reference, tmp_path, *options)
    assert done.code in (1, 3), done.text
    found = reasons(tmp_path)
    words = (
        rf"the run was ended: the target answers {status} to everything, {IN_A_ROW} requests in a row, and {status} to"
    )
    assert found
    assert all(re.match(words, reason) for reason in found), found[0]
    assert all("answered in another way: curl -sS -i" in reason for reason in found)
    assert len(wire.requests) < 100 + int(jobs) * (IN_A_ROW + 5) * (3 if status == 503 else 1) + 10
    assert f"the run ended early: the target answers {status} to everything" in done.out
    verdict = json.loads((tmp_path / "report.json").read_text("utf-8"))["verdict"]
    assert verdict["counts"]["passed"] > 0
    assert not any(value[:-1] in done.text for value in tokens(reference).values())


@pytest.mark.parametrize(("role", "status"), [("editor", 401), ("viewer", 401), ("viewer", 403)])
def test_a_credential_that_expires_is_not_blamed_on_the_target(
    role: str, status: int, reference: Target, command: Command, serve: Serve, tmp_path: Path
) -> None:
    [secret] = reference.roles[role].secrets()

    def broken(request: bytes) -> bytes | None:
        expired = secret.value.encode() in request and len(wire.requests) > 12
        return reply({"error": "the token expired"}, status) if expired else None

    wire = before(reference, serve, broken)
    done = run(command, wire, reference, tmp_path, "--criterion", "AC-005,AC-006,AC-013")
    results = json.loads((tmp_path / "report.json").read_text("utf-8"))["results"]
    assert [result["title"] for result in results if result["status"] == "failed"] == []
    words = f"the {role}'s credential expired: it was accepted before the run, and now a plain read gets {status}"
    told = [result["reason"] for result in results if result["status"] == "not testable"]
    assert done.code == 3
    assert told
    assert all(words in reason for reason in told)
    assert (f"the run ended early: {words}" in done.out) == (role == "editor")


REFUSED = [
    (b"POST", reply({"detail": "CSRF token missing"}, 403), '403 {"detail": "CSRF token missing"}'),
    (b"GET", reply(raw=b"<h1>Bad gateway</h1>", status=502, Content_Type="text/html"), "502 <h1>Bad gateway</h1>"),
]


@pytest.mark.parametrize(("method", "answer", "said"), REFUSED)
def test_a_reason_says_what_the_target_answered(
    method: bytes, answer: bytes, said: str, reference: Target, command: Command, serve: Serve, tmp_path: Path
) -> None:
    """A setup that is refused, and a record that can't be read back."""

    def broken(request: bytes) -> bytes | None:
        return answer if request.startswith(method) and b"ada" in request else None

    wire = before(reference, serve, broken)
    run(command, wire, reference, tmp_path, "--criterion", "AC-002")
    results = json.loads((tmp_path / "report.json").read_text("utf-8"))["results"]
    told = [result["reason"] for result in results if result["status"] != "not claimed"]
    assert all(said in reason for reason in told), told


@pytest.mark.parametrize("status", [404, 401])
def test_a_target_whose_upserts_are_refused_from_the_start(
    status: int, reference: Target, command: Command, serve: Serve, tmp_path: Path
) -> None:
    def broken(request: bytes) -> bytes | None:
        return reply({}, status) if request.startswith(b"POST") else None

    wire = before(reference, serve, broken)
    done = run(command, wire, reference, tmp_path, "--criterion", "AC-001,AC-002,AC-010,AC-013")
    assert done.code == 1, done.text
    words = (
        f"the target answers {status} to nearly everything: {SETUPS_IN_A_ROW} setups in a row, and {status} to the pl"
    )
    assert words in done.out
    assert len(reasons(tmp_path)) > 50
    looks = len(re.findall("GET ", str(wire.requests)))  # after a 401: whether the credential works otherwise
    assert len(wire.requests) - looks < 40
    assert looks < 60
    assert "AC-001 MUST failed: A new contact is created" in done.out


@pytest.mark.parametrize("fault", ["forbidden-is-404", "forbidden-is-401"])
def test_expected_refusals_do_not_end_a_run(fault: str, command: Command, tmp_path: Path) -> None:
    """These scenarios expect only refusals. This server refuses with the wrong status but is judged completely."""
    with process_of("upsertspec_broken", fault, "--port", "0", "--announce", "json", "--until-stdin-closes") as process:
        assert process.stdout
        announced = json.loads(process.stdout.readline())
        env = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in announced["tokens"].items()}
        done = command(
            "run", announced["url"], "--criterion", "AC-003,AC-004,AC-005,AC-006", "--report", str(tmp_path), env=env
        )
    assert done.code == 1, done.text
    assert reasons(tmp_path) == []


def test_a_target_that_fails_at_one_thing_is_judged_whole(
    reference: Target, command: Command, serve: Serve, tmp_path: Path
) -> None:
    """Every create with a phone number answers 500, setups and whole features included."""

    def broken(request: bytes) -> bytes | None:
        return reply({}, 500) if request.startswith(b"POST") and b'"phone"' in request else None

    wire = before(reference, serve, broken)
    done = run(command, wire, reference, tmp_path, "--criterion", "AC-001,AC-003,AC-004,AC-007,AC-008")
    assert done.code == 1, done.text
    assert reasons(tmp_path) == []
    assert "AC-001 MUST failed: Every field that is given is stored" in done.out


def test_a_silent_target_ends_the_run(reference: Target, command: Command, serve: Serve, tmp_path: Path) -> None:
    def answer(connection: socket.socket, request: bytes) -> bool:
        if len(wire.requests) <= 40:
            connection.sendall(forward(reference, request))
        return False

    wire = serve(answer)
    done = run(command, wire, reference, tmp_path, "--criterion", "AC-002", "--timeout", "2")
    assert (
        "the run ended early: the target was gone; the server stopped answering after this request of AC-002"
        in done.out
    )
    assert all(": curl -sS -i" in reason for reason in reasons(tmp_path))
    assert reasons(tmp_path)
