"""The site, made once with a report and once without."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.report.kit import BROKEN, run, started
from upsertspec.report.reading import load
from upsertspec.site.build import build

Site = Callable[[str], Path]


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a broken server, all profiles, a few criteria."""
    folder = tmp_path_factory.mktemp("judged")
    with started(BROKEN, "says-upserted") as url:
        done = run(folder, url, "--profile", "all", "--criterion", "AC-003,AC-012,AC-201,AC-108")
    assert done.code == 1, done.err
    return folder / "report.json"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, judged: Path) -> Site:
    """`site("plain")`, `site("judged")`: the folder of the site, without and with a report."""
    kept: dict[str, Path] = {}

    def look(kind: str) -> Path:
        if kind not in kept:
            kept[kind] = tmp_path_factory.mktemp(kind)
            build(kept[kind], load(judged) if kind == "judged" else None)
        return kept[kind]

    return look


@pytest.fixture(scope="session")
def raw(judged: Path) -> dict[str, Any]:
    """The report as it is written."""
    found: dict[str, Any] = json.loads(judged.read_text("utf-8"))
    return found
