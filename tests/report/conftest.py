"""Runs of every kind, each done once for all tests."""

from __future__ import annotations

import itertools
import json
import signal
import socket
import subprocess
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.kit import TOKEN_VARIABLES
from tests.report.kit import BROKEN, Done, Reply, answering, environment, run, run_line, started

KNOWN = """
url = "{url}"
[[known_failures]]
criterion = "AC-012"
reason = "the operation is not reported yet; see ticket 7"
[[known_failures]]
criterion = "AC-007"
scenario = "Empty matchFields create nothing"
reason = "it is fixed"
"""
SLOW = 'url = "{url}"\nrate_limit = 15\n'
PRESSED = (
    "\x1b[31m\x1b]0;owned\x07 \u202e \x00\x08\ufffe\r\nFAKE: conformant \x1b[2J \ud800 ]]> &<script>alert(1)</script>"
)


def conformant(folder: Path) -> Done:
    """The bundled reference server."""
    return run(folder, "--criterion", "AC-001,AC-012")


def conformant_on_two_workers(folder: Path) -> Done:
    """The same with two workers."""
    return run(folder, "--criterion", "AC-001,AC-012", "--jobs", "2")


def failing(folder: Path) -> Done:
    """A broken server: AC-012 fails. Only core is claimed."""
    with started(BROKEN, "says-upserted") as url:
        return run(folder, url, "-k", "AC-012 or AC-007 or AC-101")


def warned(folder: Path) -> Done:
    """A broken server that breaks a SHOULD only."""
    with started(BROKEN, "match-ignores-case") as url:
        return run(folder, url, "--profile", "identity", "--criterion", "AC-111")


def known(folder: Path) -> Done:
    """A broken server with a known failure, and one that is stale."""
    target = folder / "target.toml"
    with started(BROKEN, "says-upserted") as url:
        target.write_text(KNOWN.format(url=url), "utf-8")
        return run(folder, "--target", str(target), "--criterion", "AC-012,AC-007")


def deviating(folder: Path) -> Done:
    """A server that answers a create with 201, and a target file that says so."""
    target = folder / "target.toml"
    with started(BROKEN, "created-is-201") as url:
        target.write_text(f'url = "{url}"\n[deviations]\ncreated = 201\n', "utf-8")
        return run(folder, "--target", str(target), "--criterion", "AC-001,AC-012")


def without_roles(folder: Path) -> Done:
    """The reference, with a token for the editor only."""
    lacking = dict.fromkeys([name for name in TOKEN_VARIABLES if not name.endswith("EDITOR")])
    with started() as url:
        return run(folder, url, "--criterion", "AC-006,AC-007", **lacking)


def unreachable(folder: Path) -> Done:
    """Nothing listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return run(folder, f"http://127.0.0.1:{port}", "--criterion", "AC-001")


def silent(folder: Path) -> Done:
    """A server that takes an upsert and closes the connection without an answer."""
    with answering(lambda handler, body: None) as url:
        return run(folder, url, "--criterion", "AC-001")


def hostile(folder: Path) -> Done:
    """A server that sends terminal escapes, control characters and surrogates, and every token that it is sent.

    Its answers take turns: an error that is no JSON, and an answer whose JSON holds all that.
    """
    turns = itertools.cycle([True, False])

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> Reply:
        credential = handler.headers.get("Authorization", "")
        said = {"operation": PRESSED, "echo": credential, "sent": body.decode(), "id": 1, "record": {"id": 1}}
        text = json.dumps({**said, "long": "x" * 100_000}).encode()
        headers = {"X-Echo": credential, "X-Color": "\x1b[31mred", "Set-Cookie": f"t={credential}"}
        if next(turns):
            return 500, PRESSED.encode("utf-8", "surrogatepass") + b"\xff" + text, headers
        return 200, text, headers

    with answering(answer) as url:
        return run(folder, url, "--criterion", "AC-001,AC-004,AC-012")


def telling(folder: Path) -> Done:
    """A server that returns the token where the criterion looks, at the edge of what a message shows."""

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> Reply:
        token = handler.headers.get("Authorization", "")
        said = {"id": 1, "operation": f"{token} {token}{'x' * 80}{token}", "record": {"id": 1}}
        return 200, json.dumps(said).encode(), {}

    with answering(answer) as url:
        return run(folder, f"{url}/base", "--criterion", "AC-001")


def interrupted(folder: Path) -> Done:
    """The reference, slowly; the run is interrupted after the first line of its progress."""
    with started() as url:
        target = folder / "target.toml"
        target.write_text(SLOW.format(url=url), "utf-8")
        line = run_line(folder, "--target", str(target), "--criterion", "AC-012")
        with subprocess.Popen(
            line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment()
        ) as process:
            assert process.stdout
            seen = ""
            while "1/" not in seen:
                seen += process.stdout.readline()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()
    return Done(process.returncode, seen + out, err, folder)


RUNS: dict[str, Callable[[Path], Done]] = {
    each.__name__: each
    for each in (
        conformant, conformant_on_two_workers, failing, warned, known, deviating, without_roles, unreachable, silent,
        hostile,
        telling, interrupted,
    )
}  # fmt: skip


@pytest.fixture(scope="session")
def done(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Done]:
    """`done("failing")`: a run of this kind."""
    return cache(lambda name: RUNS[name](tmp_path_factory.mktemp(name)))


@pytest.fixture(params=RUNS)
def each(request: pytest.FixtureRequest, done: Callable[[str], Done]) -> Done:
    """A run of every kind."""
    return done(request.param)
