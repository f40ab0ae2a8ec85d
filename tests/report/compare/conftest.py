"""Reports of real runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kit import Done
from tests.report.kit import BROKEN, run, started


@pytest.fixture
def cli(cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """A command on a terminal of 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    return cli


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of two reports: of the reference server, and of a server that breaks AC-012."""
    right, wrong = (tmp_path_factory.mktemp(name) for name in ("right", "wrong"))
    run(right, "--criterion", "AC-007,AC-012")
    with started(BROKEN, "says-upserted") as url:
        run(wrong, url, "--criterion", "AC-007,AC-012")
    return right, wrong
