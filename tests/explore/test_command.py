"""`upsertspec explore`, as it is called."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from upsertspec.cli.main import commands
from upsertspec.prove.servers import Serve
from upsertspec.target.target import Target


@pytest.fixture
def always_created(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Target:
    target = serve("always-created")
    for secret in target.secrets():
        monkeypatch.setenv(secret.variable, secret.value)
    return target


def test_a_difference_is_printed_with_its_requests(always_created: Target) -> None:
    done = CliRunner().invoke(commands, ["explore", always_created.url, "--seed", "1"])
    assert done.exit_code == 1, done.output
    for words in ("seed 1", "Scenario:", 'expected  "operation": "updated"', 'got       "created"', "curl -sS"):
        assert words in done.output
    assert not any(secret.value in done.output for secret in always_created.secrets())


def test_no_difference(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    target = serve("")
    for secret in target.secrets():
        monkeypatch.setenv(secret.variable, secret.value)
    done = CliRunner().invoke(commands, ["explore", target.url, "--seed", "1", "--examples", "3"])
    assert done.exit_code == 0, done.output
    assert "no difference in 3 sequences" in done.output


def test_a_target_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSERTSPEC_TOKEN_EDITOR", "token-1234")
    done = CliRunner().invoke(commands, ["explore", "http://127.0.0.1:1"])
    assert done.exit_code == 3
    assert "start the target" in done.output


def test_without_hypothesis(always_created: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("upsertspec.explore")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    done = CliRunner().invoke(commands, ["explore", always_created.url])
    assert "pip install 'upsertspec[explore]'" in str(done.exception)


def test_the_search_leaves_no_files(always_created: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(commands, ["explore", always_created.url, "--seed", "1", "--examples", "5"])
    assert not list(tmp_path.iterdir())
