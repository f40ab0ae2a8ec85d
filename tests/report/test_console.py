"""What a command writes to a terminal, a pipe, and a stream that cannot show every character."""

from __future__ import annotations

import io

import pytest

from tests.report.kit import Tty
from upsertspec.report import terminal
from upsertspec.report.console import Console, steady
from upsertspec.report.result import Result, Status
from upsertspec.spec import criteria as spec


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_only_a_terminal_has_colour() -> None:
    assert Console(Tty()).paint("x", "31") == "\x1b[31mx\x1b[0m"
    assert Console(io.StringIO()).paint("x", "31") == "x"
    assert Console(None).paint("x", "31") == "x"
    assert Console(Tty()).paint("x", "") == "x"


def test_no_color_means_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert Console(Tty()).paint("x", "31") == "x"
    assert Console(Tty()).interactive
    monkeypatch.setenv("NO_COLOR", "")
    assert Console(Tty()).colour


def test_a_dumb_terminal_is_written_to_like_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = Tty()
    progress = terminal.Progress(out, 1)
    progress.step(Result(spec.cases()[0], Status.PASSED))
    progress.end()
    assert out.getvalue() == "  1/1\n"
    assert Console(out).paint("x", "31") == "x"


def test_the_width_is_that_of_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "57")
    assert Console(None).width == 57


def test_a_stream_without_unicode_gets_what_it_can_show() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    steady(stream, 1)
    stream.write("passed → failed … \u00e9 \ud800 ██··")
    stream.flush()
    assert raw.getvalue() == b"passed -> failed ... \\xe9 \\ud800 ##.."
