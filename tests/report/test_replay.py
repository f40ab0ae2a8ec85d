"""`upsertspec replay`: a scenario of a report is run again, and what differs from the recorded answers is shown."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.kit import BROKEN, CLI, Done, environment, run, started

UPDATED = "S-je85"
"""The scenario in which every field is updated."""


def replay(*arguments: str) -> tuple[int, str]:
    """The exit code, and all that was printed."""
    done = subprocess.run([*CLI, "replay", *arguments], capture_output=True, text=True, env=environment())
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """A run of the scenario against the reference server."""
    return run(tmp_path_factory.mktemp("recorded"), "--scenario", UPDATED)


def test_the_same_server_answers_as_recorded(recorded: Done) -> None:
    code, said = replay(str(recorded.folder), UPDATED)
    assert (code, "then: passed; now: passed" in said) == (0, True)
    assert said.count("200, as recorded") == len(recorded.one("passed")["exchanges"])


def test_another_server_shows_where_it_differs(recorded: Done) -> None:
    with started(BROKEN, "falsy-is-not-given") as url:
        code, said = replay(str(recorded.folder), UPDATED, url)
    assert code == 1
    assert "record.vip: true instead of false" in said
    assert "then: passed; now: failed" in said
    assert said.count("instead of") == 3  # in the answer, in the list, and in the reason


def test_a_target_that_is_gone_differs(recorded: Done) -> None:
    code, said = replay(str(recorded.folder), UPDATED, "http://127.0.0.1:9")
    assert (code, "now: not testable" in said, "Traceback" in said) == (1, True, False)
    assert said.count("no answer instead of 200: ") == 1
    left = len(recorded.one("passed")["exchanges"]) - 1
    assert said.count(f"and the other {left} requests are not sent any more") == 1


@pytest.mark.parametrize(
    ("name", "scenario", "said"),
    [
        ("conformant", "S-none", "the report has no such scenario; name an id like S-ab12 from it"),
        ("unreachable", "", "sent nothing"),
    ],
)
def test_what_cannot_be_sent_again_is_named(done: Callable[[str], Done], name: str, scenario: str, said: str) -> None:
    report = done(name)
    code, printed = replay(str(report.folder), scenario or report.results[0]["id"])
    assert (code, said in printed) == (2, True), printed


def test_a_dialect_needs_its_target_file(done: Callable[[str], Done], tmp_path: Path) -> None:
    text = done("conformant").text
    (tmp_path / "report.json").write_text(text.replace('"native"', '"signed"').replace('"the reference server"', '""'))
    code, said = replay(str(tmp_path), done("conformant").results[0]["id"])
    assert (code, "name its target file: --target" in said) == (2, True), said
