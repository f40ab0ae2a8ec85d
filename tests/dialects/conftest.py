"""Runs of the suite against servers of every shape, in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.dialects.facade import Facade
from tests.dialects.facades.cases import target_text
from tests.kit import ROOT, TOKEN_VARIABLES
from upsertspec.report.result import Result
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_file
from upsertspec_server.serving import serve_in_thread

SHAPES = ROOT / "examples" / "shapes"

Judge = Callable[..., list[Result]]


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Target]:
    """`load(toml)`: the target of a file with this text, with the tokens of every role."""

    def read(text: str) -> Target:
        file = tmp_path / "target.toml"
        file.write_text(text, "utf-8")
        return from_file(file, TOKEN_VARIABLES)

    return read


@pytest.fixture
def target(name: str, load: Callable[[str], Target]) -> Target:
    """The target of the ready-made dialect of this name."""
    return load(target_text(name))


def shape(name: str) -> Target:
    """The target of an example."""
    return from_file(SHAPES / f"{name}.toml", TOKEN_VARIABLES)


@pytest.fixture
def judge() -> Judge:
    """`judge(app, target, "AC-001", …)`: the results of these criteria, with the server at work meanwhile."""

    def results(app: Facade, target: Target, *criteria: str, keyword: str = "", jobs: int = 1) -> list[Result]:
        with serve_in_thread(app) as url:
            there = replace(target, url=url + urlsplit(target.url).path)
            return run(Settings(there, criteria=criteria, keyword=keyword), jobs)

    return results
