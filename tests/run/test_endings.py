"""How a command ends: whatever a dialect, a signal or a full disk does, there is a verdict or an exit code that is not
0, and no process and no folder is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kit import Done
from tests.run.test_runs import tokens
from upsertspec.target.target import Target

ONE = ("--criterion", "AC-001", "-k", "new and contact")
DIALECT = """
import os, sys, threading
from upsertspec.dialects.native import Native

class Own(Native):
    def __init__(self, setup):
        {constructor}
        super().__init__(setup)

    def request(self, operation):
        {request}
        return super().request(operation)
"""

Process = subprocess.Popen[str]
Start = Callable[..., Process]
Write = Callable[..., tuple[str, str]]


@pytest.fixture
def target(reference: Target, tmp_path: Path) -> Write:
    """`target(constructor="sys.exit()")`: the options that name a target with such a dialect."""

    def write(**statements: str) -> tuple[str, str]:
        (tmp_path / "own.py").write_text(DIALECT.format(**{"constructor": "pass", "request": "pass", **statements}))
        file = tmp_path / "target.toml"
        file.write_text(f'url = "{reference.url}"\ndialect = "own:Own"\n')
        return "--target", str(file)

    return write


@pytest.fixture
def start(reference: Target, tmp_path: Path) -> Iterator[Start]:
    """`start("run", …)`: a command as a process. At the end, no process and no temporary file of it is left."""
    running: list[Process] = []
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    mine = {"UPSERTSPEC_TEST": tmp_path.as_posix(), "TMPDIR": str(temporary)}

    def begin(*arguments: str, under: tuple[str, ...] = (), **how: object) -> Process:
        settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how}
        line = [*under, sys.executable, "-m", "upsertspec", *arguments]
        environment = {**os.environ, **tokens(reference), **mine}
        running.append(subprocess.Popen(line, env=environment, **settings))
        return running[-1]

    yield begin
    for process in running:
        with process:
            process.kill()
    mark = f"UPSERTSPEC_TEST={tmp_path.as_posix()}\0".encode()
    left = living(mark)
    for _ in range(100):
        if not left:
            break
        time.sleep(0.1)
        left = living(mark)
    for ident in left:
        os.kill(ident, signal.SIGKILL)
    assert left == []
    assert list(temporary.iterdir()) == []


def living(mark: bytes) -> list[int]:
    """The processes that have this in their environment. Only Linux shows it."""
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in file.read_bytes():
                found.append(int(file.parent.name))
    return found


def ended(process: Process) -> Done:
    out, err = process.communicate()
    return Done(process.returncode, out or "", err or "")


def await_handler(process: Process) -> None:
    """Wait until the process catches SIGTERM: before, Python itself is starting."""
    for _ in range(600):
        status = Path(f"/proc/{process.pid}/status").read_text()
        [caught] = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigCgt")]
        if caught & 1 << signal.SIGTERM - 1:
            return
        time.sleep(0.02)
    pytest.fail("it catches no signal")


def seen(process: Process, words: str) -> str:
    """What the process printed, until a line with these words came."""
    assert process.stdout
    text = ""
    while words not in text:
        line = process.stdout.readline()
        assert line, text
        text += line
    return text


# --- dialects

COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", *ONE),
    "run by two workers": ("run", "--criterion", "AC-012", "--jobs", "2"),
    "check": ("check",),
    "explore": ("explore", "--examples", "3"),
    "soak": ("soak", "--seconds", "1", "--users", "2"),
}
EXITS = [(place, call) for place in ("constructor", "request") for call in ("sys.exit(0)", "os._exit(0)")]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("place", "call"), EXITS)
def test_a_dialect_that_exits_gets_no_verdict(command: str, place: str, call: str, target: Write, start: Start) -> None:
    done = ended(start(*COMMANDS[command], *target(**{place: call})))
    assert done.code == (2 if place == "constructor" else 3), done.text
    assert "SystemExit" in done.text, done.text


@pytest.mark.parametrize("command", ["run", "run by two workers", "explore", "soak"])
def test_a_dialect_that_exits_later(command: str, target: Write, start: Start) -> None:
    """The preflight passes. A run says which scenario met the mistake, and goes on."""
    late = 'type(operation).__name__ == "Upsert" and os._exit(0)'
    done = ended(start(*COMMANDS[command], *target(request=late)))
    assert done.code == 3, done.text
    assert "os._exit(0)" in done.text or "nothing was acknowledged" in done.text, done.text


def test_a_thread_that_never_ends_does_not_keep_the_process(target: Write, start: Start) -> None:
    endless = "threading.Thread(target=threading.Event().wait).start()"
    done = ended(start(*COMMANDS["run"], *target(constructor=endless)))
    assert done.code == 0, done.text


# --- signals

SIGNALS = [
    (signal.SIGTERM, 1, "1"),
    (signal.SIGHUP, 1, "2"),
    (signal.SIGTERM, 1, "2"),
    (signal.SIGINT, 2, "1"),
    (signal.SIGINT, 6, "2"),
]


@pytest.mark.parametrize(("number", "times", "jobs"), SIGNALS)
def test_a_signal_ends_a_run_with_a_report(number: int, times: int, jobs: str, start: Start, tmp_path: Path) -> None:
    run = start("run", "--jobs", jobs, "--report", str(tmp_path / "report"))
    text = seen(run, "/")
    for _ in range(times):
        run.send_signal(number)
    done = ended(run)
    assert done.code == 3, text + done.text
    report = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert report["run"]["ended_early"] == "it was interrupted"
    assert report["verdict"]["counts"]["passed"] > 0
    assert "The run ended early:" in (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "the run ended early: it was interrupted" in done.out


def test_a_signal_ends_a_run_that_is_the_first_process_of_a_container(start: Start, tmp_path: Path) -> None:
    alone = ("unshare", "--user", "--pid", "--fork", "--kill-child")
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs unshare, and the right to use it")
    run = start("run", "--jobs", "2", "--report", str(tmp_path / "report"), under=alone)
    seen(run, "/")
    [inside] = [int(child) for child in Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()]
    os.kill(inside, signal.SIGTERM)
    done = ended(run)
    assert (done.code, "it was interrupted" in done.out) == (3, True), done.text
    assert (tmp_path / "report" / "report.json").is_file()


def test_a_signal_that_is_ignored_stays_ignored(start: Start, tmp_path: Path) -> None:
    run = start("run", "--criterion", "AC-012", under=("nohup",))
    seen(run, "upsertspec judges")
    run.send_signal(signal.SIGHUP)
    assert ended(run).code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("explore", "--examples", "100000"),
        ("prove", "--jobs", "2"),
        ("prove", "--own-table", "--jobs", "2"),
        ("soak", "--seconds", "60"),
        ("run", "--profile", "all", "--jobs", "2"),
    ],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("seconds", [0, 2.5])
@pytest.mark.slow
def test_a_signal_leaves_nothing(
    arguments: tuple[str, ...], number: int, seconds: float, start: Start, tmp_path: Path
) -> None:
    process = start(*arguments)
    await_handler(process)
    time.sleep(seconds)  # the signal may come at any time: in the start, and in the middle
    process.send_signal(number)
    done = ended(process)
    if number == signal.SIGKILL:  # a process that is killed can't remove its own folder; its servers remove theirs
        for own in (tmp_path / "temporary").glob("tmp*"):
            shutil.rmtree(own)
    assert done.code in (-9 if number == signal.SIGKILL else 3, 0), done.text  # 0: it had ended before the signal came
    assert "Traceback" not in done.text


def test_a_signal_ends_an_init_that_waits(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = tmp_path / "made.toml"
        process = start("init", f"http://127.0.0.1:{silent.getsockname()[1]}", "-o", str(place))
        connection, _ = silent.accept()
        with connection:
            process.send_signal(signal.SIGTERM)
            done = ended(process)
    assert (done.code, done.err.strip()) == (3, "upsertspec: stopped before the end")
    assert not place.exists()


# --- outputs that can't be written


@pytest.mark.parametrize("to", [">/dev/full", ">&-"])
def test_the_verdict_is_told_where_it_can_be(to: str, start: Start, tmp_path: Path) -> None:
    done = ended(start("run", *ONE, "--report", str(tmp_path / "report"), under=("sh", "-c", f'exec "$0" "$@" {to}')))
    assert done.code == 3
    assert "standard output can't be written" in done.err
    assert re.search(r"\n  conformant in what was selected .* planned = \d+ passed\n", done.err)
    assert (tmp_path / "report" / "report.html").is_file()


def limited(*arguments: str) -> tuple[str, ...]:
    """No file may get longer than this many blocks of 1024 bytes."""
    return ("sh", "-c", 'ulimit -f 4; exec "$0" "$@"', *arguments)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_cannot_be_written_is_named(jobs: str, reference: Target, start: Start, tmp_path: Path) -> None:
    report, junit = tmp_path / "report", tmp_path / "junit.xml"
    junit.write_text("an earlier one")
    options = ("--criterion", "AC-012", "--jobs", jobs, "--report", str(report), "--junit", str(junit))
    done = ended(start("run", reference.url, *options, under=limited()))
    assert done.code == 3, done.text
    assert "\nconformant in what was selected" in done.out
    for file in (report / "report.json", report / "report.html"):
        assert f"upsertspec: {file} can't be written (File too large); run again with another path" in done.err
    assert list(report.iterdir()) == []
    assert junit.read_text() == "an earlier one" or "</testsuites>" in junit.read_text()


def test_a_folder_that_is_deleted_during_the_run_is_made_again(start: Start, tmp_path: Path) -> None:
    report = tmp_path / "report"
    run = start("run", "--criterion", "AC-012", "--report", str(report))
    seen(run, "upsertspec judges")
    report.rmdir()
    assert ended(run).code == 0
    assert (report / "report.json").is_file()


def test_a_reader_that_goes_does_not_cost_the_report(start: Start, tmp_path: Path) -> None:
    run = start("run", "--criterion", "AC-012", "--jobs", "2", "--report", str(tmp_path / "report"))
    assert run.stdout
    run.stdout.readline()
    run.stdout.close()
    assert run.stderr
    assert (run.wait(), run.stderr.read()) == (141, "")
    assert (tmp_path / "report" / "report.html").is_file()


def test_more_clients_than_files_are_refused(start: Start) -> None:
    few = ("sh", "-c", 'ulimit -n 64; exec "$0" "$@"')
    done = ended(start("run", "--profile", "concurrency", "--clients", "256", under=few))
    assert (done.code, done.out) == (2, "")
    assert "256 concurrent clients need 296 open files" in done.err


def test_the_name_of_a_target_is_made_harmless(reference: Target, start: Start, tmp_path: Path) -> None:
    file = tmp_path / "evil.toml"
    file.write_text(f'url = "{reference.url}"\nname = "\\u001b[2J\\u202eevil"\n')
    done = ended(start("run", "--target", str(file), *ONE, "--report", str(tmp_path / "report")))
    assert "upsertspec judges \\x1b[2J\\u202eevil: " in done.out
    everything = done.text + "".join(each.read_text("utf-8") for each in (tmp_path / "report").iterdir())
    assert not {"\x1b", "\u202e"} & set(everything)
