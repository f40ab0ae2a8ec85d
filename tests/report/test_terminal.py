"""What a run prints: a progress bar on a terminal, plain lines elsewhere, each failure with its curl line."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.conftest import hostile
from tests.report.kit import BROKEN, Done, Tty, environment, run_line, started
from upsertspec.errors import ENDED
from upsertspec.report import terminal
from upsertspec.report.result import Result, Status
from upsertspec.spec import criteria as spec

Runs = Callable[[str], Done]

OURS = re.compile(r"\x1b\[K|\x1b\[1;3[123]m|\x1b\[0m")
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture(scope="module")
def on_a_terminal(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a failing run writes to a terminal."""
    with started(BROKEN, "says-upserted") as url:
        return through_a_terminal(run_line(tmp_path_factory.mktemp("tty"), url, "--criterion", "AC-012,AC-007"))


def through_a_terminal(line: list[str]) -> str:
    """What a command writes to a terminal of its own."""
    ours, its = pty.openpty()
    with subprocess.Popen(line, stdin=its, stdout=its, stderr=its, env=environment()) as process:
        os.close(its)
        parts = []
        with contextlib.suppress(OSError):  # Linux raises EIO when the other side is closed
            while part := os.read(ours, 65536):
                parts.append(part)
        os.close(ours)
        process.wait()
    return b"".join(parts).decode("utf-8")


def test_a_terminal_shows_a_progress_bar_and_removes_it(on_a_terminal: str) -> None:
    frames = re.findall(r"\r([█·]{30}) (\d+)/(\d+)(?:, (\d+) failed)?  AC-\d{3}\x1b\[K", on_a_terminal)
    planned = int(frames[0][2])
    assert [int(frame[1]) for frame in frames] == list(range(1, planned + 1))
    filled = [frame[0].count("█") for frame in frames]
    assert filled == sorted(filled)
    assert filled[-1] == 30
    assert int(frames[-1][3]) > 0
    assert "\r\x1b[K" in on_a_terminal.rsplit("█", 1)[1]


def test_a_terminal_shows_the_verdict_in_its_colour(on_a_terminal: str) -> None:
    assert re.search(r"\x1b\[1;31mnot conformant in what was selected .* planned = .*\x1b\[0m", on_a_terminal)


def test_a_terminal_gets_no_other_escapes_than_ours(on_a_terminal: str) -> None:
    assert "\x1b" not in OURS.sub("", on_a_terminal)


def test_elsewhere_the_progress_is_in_plain_lines(each: Done) -> None:
    assert "█" not in each.out
    lines = re.findall(r"^  (\d+)/(\d+)(?:, \d+ failed)?$", each.out, re.MULTILINE)
    done = [int(number) for number, _ in lines]
    assert done == sorted(set(done))
    assert len(done) <= terminal.PLAIN_LINES


def test_elsewhere_there_is_no_escape_and_no_control_character(each: Done) -> None:
    assert not UNPRINTABLE.search(each.out)
    assert not UNPRINTABLE.search(each.err)


def test_nothing_is_printed_as_an_error(each: Done) -> None:
    assert each.err == ""


def test_a_failure_shows_place_expectation_answer_and_curl_line(done: Runs) -> None:
    ended = done("failing")
    result = ended.one("failed")
    step = next(step for step in result["steps"] if step["state"] == "failed")
    shown = ended.out[ended.out.index(f"{result['criterion']} {result['level']} failed: {result['title']}") :]
    lines = shown.splitlines()[:7]
    assert lines[:5] == [
        f"{result['criterion']} {result['level']} failed: {result['title']}",
        f"  {result['file']}:{result['line']}  {result['id']}",
        f"  {step['keyword']} {step['text']}",
        f"  expected  {result['expected']}",
        f"  got       {result['actual']}",
    ]
    last = [exchange for exchange in result["exchanges"] if exchange["method"] != "GET"][-1]
    assert lines[5] == f"  {last['response']['status']:<9} {last['curl']}"


def test_a_known_failure_shows_its_reason(done: Runs) -> None:
    assert "see ticket 7" in done("known").out
    assert "it is fixed" in done("known").out


def test_what_is_not_claimed_is_named(done: Runs) -> None:
    assert "not claimed, so not run: identity\n" in done("failing").out


def test_control_characters_from_a_target_are_escaped(done: Runs) -> None:
    out = done("hostile").out
    assert "FAKE" in out
    assert not any(line.startswith("FAKE") for line in out.splitlines())
    for written in ("\\x1b[31m", "\\u001b[31m", "\\u202e", "\\xff", "\\ud800"):
        assert written in out


def test_a_hostile_target_cannot_control_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(folder: Path, *arguments: str) -> Done:
        return Done(0, through_a_terminal(run_line(folder, *arguments)), "", folder)

    monkeypatch.setattr("tests.report.conftest.run", run)
    out = hostile(tmp_path).out
    assert "FAKE" in out
    assert not UNPRINTABLE.search(OURS.sub("", out).replace("\r", ""))


@pytest.mark.parametrize("planned", [1, 3, 10, 11, 250])
def test_the_last_step_always_shows(planned: int) -> None:
    case = spec.cases()[0]
    for out in (io.StringIO(), Tty()):
        progress = terminal.Progress(out, planned)
        for _ in range(planned):
            progress.step(Result(case, Status.PASSED))
        progress.end()
        assert f"{planned}/{planned}" in out.getvalue()
        assert out.getvalue().count("\n") <= (0 if out.isatty() else terminal.PLAIN_LINES)


def test_what_a_run_that_ended_left_out_is_short() -> None:
    out = io.StringIO()
    cases, ended = spec.cases()[:2], f"{ENDED}the target was gone; the last that was answered: curl http://h"
    terminal.untested([Result(case, Status.NOT_TESTABLE, ended) for case in cases], out)
    assert out.getvalue() == f"\nnot testable (2):\n     2  the run had ended ({cases[0].criterion})\n"


def test_what_does_not_apply_is_listed_once_with_its_reason() -> None:
    cases = [case for case in spec.cases() if case.criterion in ("AC-003", "AC-004")]
    results = [Result(case, Status.NOT_APPLICABLE, "products has no birthday") for case in cases]
    out = io.StringIO()
    terminal.table(results, {}, out)
    terminal.untested(results, out)
    text = out.getvalue()
    numbers = Counter(case.criterion for case in cases)
    for criterion, number in numbers.items():
        assert f"  {criterion}  {number} not applicable" in text
    assert text.endswith(
        f"\nnot applicable ({len(cases)}):\n  {len(cases):>4}  products has no birthday (AC-003, AC-004)\n"
    )
    assert "passed" not in text
