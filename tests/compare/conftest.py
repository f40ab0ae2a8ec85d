"""The command line, in this process, and reports that runs have made."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.kit import Done
from tests.report.kit import FAULTS, run, started
from upsertspec.cli.main import main


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """`cli("compare", …)`: how it ended and what it printed."""
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["upsertspec", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of two reports: of the reference server, and of a server that breaks AC-012."""
    right, wrong = (tmp_path_factory.mktemp(name) for name in ("right", "wrong"))
    run(right, "--criterion", "AC-007,AC-012")
    with started(FAULTS, "says-upserted") as url:
        run(wrong, url, "--criterion", "AC-007,AC-012")
    return right, wrong
