"""The site, made once with a report and once without."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.report.kit import BROKEN, run, started
from upsertspec.report.reading import load
from upsertspec.site.build import build
from upsertspec.site.recording import Recorded, read

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
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the reference server, with all exchanges of the profile core and of some other criteria."""
    folder = tmp_path_factory.mktemp("recording")
    criteria = [*(f"AC-{number:03}" for number in range(1, 15)), "AC-301", "AC-501", "AC-801", "AC-809", "AC-902"]
    assert run(folder, "--profile", "all", "--criterion", ",".join(criteria)).code == 0
    return folder / "report.json"


@pytest.fixture(scope="session")
def recorded(recording: Path) -> dict[str, Recorded]:
    """Its exchanges, by the id of the scenario."""
    return read(load(recording))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, judged: Path, recorded: dict[str, Recorded]) -> Site:
    """`site("plain")`, `site("judged")`: the folder of the site, without and with a report."""

    @cache
    def built(kind: str) -> Path:
        folder = tmp_path_factory.mktemp(kind)
        build(folder, load(judged) if kind == "judged" else None, recorded)
        return folder

    return built


@pytest.fixture(scope="session")
def raw(judged: Path) -> dict[str, Any]:
    """The report as it is written."""
    found: dict[str, Any] = json.loads(judged.read_text("utf-8"))
    return found
