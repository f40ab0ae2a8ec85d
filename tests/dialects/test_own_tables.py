"""The example APIs with their own tables: the correct ones conform in what applies, and each bug is caught."""

from __future__ import annotations

import importlib.util
import logging
import sys
import tempfile
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from werkzeug.serving import make_server

from tests.kit import serving
from upsertspec.report.result import Result, Status
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.target.target_file import from_file

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "own_table"
ENV = {"PRODUCTS_KEY": "full-key-5e1c", "PRODUCTS_READ_KEY": "read-key-77ab", "SETTINGS_TOKEN": "settings-token-90d2"}
KEYS = {ENV["PRODUCTS_KEY"]: "all", ENV["PRODUCTS_READ_KEY"]: "read", ENV["SETTINGS_TOKEN"]: "all"}
RIGHT = {Status.PASSED, Status.DEVIATES, Status.NOT_APPLICABLE, Status.NOT_CLAIMED}
JUDGED = {Status.PASSED, Status.DEVIATES}


def module(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location(f"own_table_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, made)
    spec.loader.exec_module(made)
    return made


def served(app: object) -> AbstractContextManager[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return serving(make_server("127.0.0.1", 0, app, threaded=True))


def judged(name: str, monkeypatch: pytest.MonkeyPatch, bug: str = "", *criteria: str) -> list[Result]:
    target = from_file(FOLDER / f"{name}.toml", ENV)
    made = module(name, monkeypatch).create_app
    with tempfile.TemporaryDirectory() as folder:
        app = made(KEYS, bug, Path(folder)) if name == "products" else made(KEYS, bug)
        with served(app) as url:
            return run(Settings(replace(target, url=url), criteria=criteria), 1)


@pytest.mark.parametrize(("name", "core", "identity"), [("products", 134, 45), ("shops", 63, 38), ("settings", 58, 6)])
def test_a_flawless_api_conforms_in_what_applies(
    name: str, core: int, identity: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = judged(name, monkeypatch)
    assert [(r.case.title, r.reason) for r in results if r.status not in RIGHT] == []
    counts = Counter(result.case.profile for result in results if result.status in JUDGED)
    assert counts["core"] >= core
    assert counts["identity"] >= identity
    judged_criteria = {result.case.criterion for result in results if result.status in JUDGED}
    assert {"AC-001", "AC-002", "AC-014"} <= judged_criteria


CAUGHT = [
    ("products", "omitted-columns-reset", "AC-002"),
    ("products", "price-nulled", "AC-002"),
    ("products", "race", "AC-701"),
    ("products", "id-changes", "AC-103"),
    ("products", "created-at-overwritten", "AC-104"),
    ("products", "case-insensitive-key", "AC-111"),
    ("products", "half-written", "AC-013"),
    ("products", "stale-answer", "AC-002"),
    ("shops", "omitted-columns-reset", "AC-002"),
    ("shops", "id-changes", "AC-103"),
    ("shops", "changed-stays", "AC-104"),
    ("shops", "key-without-organization", "AC-101"),
    ("settings", "case-insensitive-key", "AC-111"),
    ("settings", "race", "AC-701"),
    ("settings", "stale-answer", "AC-002"),
]


@pytest.mark.parametrize(("name", "bug", "criterion"), CAUGHT)
def test_each_bug_is_caught(name: str, bug: str, criterion: str, monkeypatch: pytest.MonkeyPatch) -> None:
    results = judged(name, monkeypatch, bug, criterion)
    assert {result.status for result in results} & {Status.FAILED, Status.WARNED}


@pytest.mark.parametrize("name", ["products", "shops", "settings"])
def test_every_bug_has_its_test(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(module(name, monkeypatch).BUGS) == {bug for api, bug, _ in CAUGHT if api == name}


def test_a_failure_speaks_of_the_targets_own_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    results = judged("products", monkeypatch, "price-nulled", "AC-002")
    failed = next(result for result in results if result.status is Status.FAILED)
    assert failed.actual == 'price is null instead of "9.99"'
    assert "products" in failed.expected


def test_what_was_written_is_reported_with_a_wrong_status(monkeypatch: pytest.MonkeyPatch) -> None:
    results = judged("products", monkeypatch, "half-written", "AC-013")
    create, update = (result.actual for result in results if result.status is Status.FAILED)
    assert "500" in create
    assert "500" in update
    assert 'and then title is "Eve"' in update
