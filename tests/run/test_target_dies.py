"""A request that kills the target is named; scenarios after it are not blamed, and run if it can be started again."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.kit import Done
from tests.run.test_runs import tokens
from upsertspec.explore.search import Search
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_file

Command = Callable[..., Done]
KILLS = '"age": -1'
MORTAL = Path(__file__).with_name("mortal.py")
SELECTED = ("--criterion", "AC-012,AC-013,AC-014", "--timeout", "2")


@pytest.fixture
def mortal(reference: Target) -> Iterator[Callable[[str], tuple[str, list[str]]]]:
    """`mortal("dies")`: the URL of such a server that has started, and its command line."""
    running: list[subprocess.Popen[bytes]] = []

    def start(way: str, word: str = KILLS) -> tuple[str, list[str]]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        line = [sys.executable, str(MORTAL), str(port), urlsplit(reference.url).netloc, way, word]
        running.append(subprocess.Popen(line))
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        return f"http://127.0.0.1:{port}", line

    yield start
    for process in running:
        process.kill()
        process.wait()


def run(command: Command, reference: Target, folder: Path, *options: str) -> tuple[Done, dict[str, Any]]:
    done = command("run", *SELECTED, "--report", str(folder), *options, env=tokens(reference))
    report: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    assert "Traceback" not in done.text
    assert report["verdict"]["counts"]["harness error"] == 0
    return done, report


@pytest.mark.parametrize(("way", "jobs"), [("dies", "1"), ("dies slowly", "2"), ("hangs", "1")])
def test_the_request_that_killed_it_is_named(
    way: str, jobs: str, mortal: Callable[..., Any], reference: Target, command: Command, cli: Command, tmp_path: Path
) -> None:
    url, _ = mortal(way)
    done, report = run(command, reference, tmp_path, url, "--jobs", jobs)
    assert done.code == 1, done.text
    [failed] = [result for result in report["results"] if result["status"] == "failed"]
    assert failed["title"] == "age can't be -1 on a create"
    assert failed["actual"].startswith("the server stopped answering after this request (")
    assert KILLS in failed["exchanges"][-1]["curl"]
    assert KILLS in done.out
    rest = [result["reason"] for result in report["results"] if result["status"] == "not testable"]
    assert rest
    assert all("the target was gone" in reason for reason in rest)
    early = "the target was gone; the server stopped answering after this request of AC-013, age can't be -1 on a crea"
    assert report["run"]["ended_early"].startswith(early)
    assert f"the run ended early: {early}" in done.out
    assert "The run ended early:" in (tmp_path / "report.html").read_text("utf-8")
    assert "**The run ended early:** the target was gone" in cli("render", str(tmp_path), "--format", "markdown").out


def test_a_target_that_was_gone_before_a_request_fails_nothing(
    mortal: Callable[..., Any], reference: Target, command: Command, tmp_path: Path
) -> None:
    url, _ = mortal("answers and dies")
    done, report = run(command, reference, tmp_path, url)
    assert (done.code, report["verdict"]["counts"]["failed"]) == (3, 0), done.text
    assert report["run"]["ended_early"].startswith("the target was gone: can't connect")
    assert KILLS in report["run"]["ended_early"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_target_with_a_command_is_started_again(
    jobs: str, mortal: Callable[..., Any], reference: Target, command: Command, tmp_path: Path
) -> None:
    url, line = mortal("dies")
    done, report = run(command, reference, tmp_path, "--target", target_file(tmp_path, url, line), "--jobs", jobs)
    assert done.code == 1, done.text
    failed = {result["title"] for result in report["results"] if result["status"] == "failed"}
    assert failed == {"age can't be -1 on a create", "age can't become -1 on an update"}
    counts = report["verdict"]["counts"]
    assert counts["passed"] + len(failed) + counts["not claimed"] == report["verdict"]["planned"]
    assert "ended_early" not in report["run"]
    require_ended(tmp_path)


@pytest.mark.slow
def test_a_sequence_that_kills_a_target_is_made_smaller(
    mortal: Callable[..., Any], reference: Target, tmp_path: Path
) -> None:
    url, line = mortal("dies", '"vip": true')
    target = from_file(Path(target_file(tmp_path, url, line)), tokens(reference))
    found = Search(target, "x1y2z3", shrinks=10).run(3, 200).finding
    assert found
    assert found.expected.startswith("an answer")
    assert [exchange.method for exchange in found.exchanges if exchange.method != "GET"] == ["POST"]
    require_ended(tmp_path)


def target_file(folder: Path, url: str, line: list[str]) -> str:
    """A target that is started again by this command, which notes its process."""
    again = f"echo $$ >> {folder / 'started'}; exec {shlex.join(line)}"
    file = folder / "target.toml"
    file.write_text(f"url = {json.dumps(url)}\nrestart = {json.dumps(again)}\n")
    return str(file)


def require_ended(folder: Path) -> None:
    for ident in (folder / "started").read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(ident), signal.SIG_DFL)
