"""What servers write to standard error is shown only if something went wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

from upsertspec.prove.quiet import TAIL, quiet


def write(text: str) -> None:
    """Write from a process, as a server does."""
    subprocess.run([sys.executable, "-c", f"import sys; sys.stderr.write({text!r})"], check=True)


def test_it_is_held_back(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet():
        write("Traceback of a server")
    write("seen")
    assert capfd.readouterr().err == "seen"


def test_its_end_is_shown_if_it_is_wanted(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet() as show:
        write("x" * TAIL + "the end")
        show()
    shown = capfd.readouterr().err
    assert shown.endswith("the end")
    assert len(shown) == TAIL


def test_it_is_shown_with_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with quiet():
            write("the reason")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert capfd.readouterr().err == "the reason"
