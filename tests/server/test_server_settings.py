"""The settings of each environment: from the defaults, the variables, and what `create_app` is given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from upsertspec_server import StartError, create_app
from upsertspec_server.config import ENVIRONMENTS

PAGE = Path(__file__).parents[2] / "docs" / "reference-server.md"


def settings(tmp_path, **config):
    app = create_app({"DATABASE": tmp_path / "a.db", **config})
    app.close()
    return app.config


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_page_says_what_each_environment_has(tmp_path, environment):
    header, _, *lines = [
        [cell.strip(" `").replace("` (default)", "") for cell in line.strip("|").split("|")]
        for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("|")
    ]
    column = header.index(environment)
    found = settings(tmp_path, ENVIRONMENT=environment)
    said = {line[0]: float(line[column].replace(",", "")) for line in lines if re.match(r"[\d,]+$", line[column])}
    assert len(said) == 4
    assert {name: float(found[name]) for name in said} == said


def test_variables_come_before_the_environment_and_after_what_is_given(tmp_path, monkeypatch):
    monkeypatch.setenv("UPSERTSPEC_SERVER_ENVIRONMENT", "test")
    monkeypatch.setenv("UPSERTSPEC_SERVER_BUSY_SECONDS", "3")
    monkeypatch.setenv("UPSERTSPEC_SERVER_PROXIES", "2")
    found = settings(tmp_path, PROXIES=0)
    assert [found[name] for name in ("THREADS", "BUSY_SECONDS", "PROXIES")] == [4, 3, 0]


def test_production_needs_a_database_that_stays():
    with pytest.raises(StartError, match="--database"):
        create_app({"ENVIRONMENT": "production"})


def test_an_environment_that_there_is_not():
    with pytest.raises(StartError, match="test, development, production"):
        create_app({"ENVIRONMENT": "staging"})


@pytest.mark.parametrize(("proxies", "shown"), [(0, "http://localhost"), (1, "https://api.example.com")])
def test_a_proxy_is_believed_where_there_is_one(tmp_path, proxies, shown):
    app = create_app({"DATABASE": tmp_path / "a.db", "PROXIES": proxies})
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "api.example.com"}
    assert f"{shown}/api/tables" in app.test_client().get("/", headers=headers).text
    app.close()
