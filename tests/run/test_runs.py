"""Whole runs as processes: against the reference server, and against one that dies on the way."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.http.wire import Wire
from tests.kit import Done
from upsertspec.run.embedded import BROKEN, Embedded, process_of, started
from upsertspec.target.target import Target

Command = Callable[..., Done]
Serve = Callable[..., Wire]
JUNK = dict.fromkeys(
    ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "NETRC", "CURL_CA_BUNDLE"), "http://127.0.0.1:1/"
)


def tokens(target: Target) -> dict[str, str]:
    return {secret.variable: secret.value for secret in target.secrets()}


def forward(target: Target, request: bytes) -> bytes:
    """The reference server's answer, over a new connection."""
    parts = urlsplit(target.url)
    head, _, body = request.partition(b"\r\n\r\n")
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as upstream:
        upstream.sendall(head + b"\r\nConnection: close\r\n\r\n" + body)
        return b"".join(iter(lambda: upstream.recv(65536), b""))


def test_the_reference_conforms_whatever_the_environment(reference: Target, command: Command, tmp_path: Path) -> None:
    done = command(
        "run", reference.url, "--criterion", "AC-004", "--report", str(tmp_path), env=JUNK | tokens(reference)
    )
    assert done.code == 0, done.text
    assert done.err == ""
    shown = done.text + (tmp_path / "report.json").read_text("utf-8")
    assert not any(value[:-1] in shown for value in tokens(reference).values())


def test_a_server_that_dies_on_the_way(reference: Target, command: Command, serve: Serve, tmp_path: Path) -> None:
    def answer(connection: socket.socket, request: bytes) -> bool:
        if len(wire.requests) > 60:
            wire.die()
            return False
        connection.sendall(forward(reference, request))
        return False

    wire = serve(answer)
    done = command(
        "run", wire.url, "--timeout", "2", "--criterion", "AC-001", "--criterion", "AC-002", "--report", str(tmp_path),
        env=tokens(reference),
    )  # fmt: skip
    assert done.code in (1, 3), done.text
    assert "the target was gone; the server stopped answering after this request of AC-00" in done.out
    assert "Traceback" not in done.text
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    counts = report["verdict"]["counts"]
    assert sum(counts.values()) == report["verdict"]["planned"] == len(report["results"])
    assert counts["passed"] > 0
    assert counts["not testable"] > 0
    assert counts["harness error"] == 0
    assert not any(value[:-1] in json.dumps(report) for value in tokens(reference).values())
    assert report["verdict"]["verdict"] == ("not conformant" if counts["failed"] else "incomplete")


def test_a_server_that_closes_every_idle_connection_is_judged(
    reference: Target, command: Command, serve: Serve
) -> None:
    def answer(connection: socket.socket, request: bytes) -> bool:
        head, _, body = forward(reference, request).partition(b"\r\n\r\n")
        kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        connection.sendall(b"\r\n".join(kept) + b"\r\n\r\n" + body)
        return False

    done = command("run", serve(answer).url, "--criterion", "AC-002", "--criterion", "AC-006", env=tokens(reference))
    assert done.code == 0, done.text


def test_the_bundled_server_ignores_the_current_folder(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flask.py").write_text("raise SystemExit('the wrong flask')")
    (tmp_path / "upsertspec_server.py").write_text("raise SystemExit('the wrong server')")
    monkeypatch.chdir(tmp_path)
    with started() as server:
        assert server.target().url.startswith("http://127.0.0.1:")


def test_all_workers_share_the_rate_limit(reference: Target, command: Command, serve: Serve, tmp_path: Path) -> None:
    """Two workers get half of it each. The time is a lower bound, so a slow machine does not matter."""
    rate, times = 40.0, []

    def answer(connection: socket.socket, request: bytes) -> bool:
        times.append(time.monotonic())
        connection.sendall(forward(reference, request))
        return False

    file = tmp_path / "target.toml"
    file.write_text(f'url = "{serve(answer).url}"\nrate_limit = {rate}\n', "utf-8")
    done = command("run", "--target", str(file), "--criterion", "AC-001,AC-002", "--jobs", "2", env=tokens(reference))
    assert done.code == 0, done.text
    judged = times[7:]  # what comes before is the preflight: at the full rate, followed by a pause
    assert len(judged) > 60
    assert judged[-1] - judged[0] >= (len(judged) - 4) / rate


def test_a_single_row_of_an_outline_can_be_a_known_failure(command: Command, tmp_path: Path) -> None:
    with process_of(
        BROKEN, "falsy-is-not-given", "--port", "0", "--announce", "json", "--until-stdin-closes"
    ) as process:
        target = Embedded(process).target()
        file = tmp_path / "target.toml"
        titles = [f"A falsy value is written: {row}" for row in ("0 for age", "false for vip")]
        listed = "".join(f'[[known_failures]]\ncriterion = "AC-002"\nscenario = "{t}"\nreason = "#7"\n' for t in titles)
        file.write_text(f'url = "{target.url}"\n{listed}', "utf-8")
        report = tmp_path / "report"
        options = ("--criterion", "AC-002", "-k", "falsy", "--report", str(report))
        done = command("run", "--target", str(file), *options, env=tokens(target))
    assert done.code == 1, done.text
    results = json.loads((report / "report.json").read_text("utf-8"))["results"]
    found = {r["title"]: r["status"] for r in results if r["title"].startswith("A falsy value")}
    assert found == {
        "A falsy value is written: 0 for age": "known failure",
        "A falsy value is written: false for vip": "known failure",
        'A falsy value is written: `""` for notes': "failed",
        "A falsy value is written: null for notes": "failed",
    }
