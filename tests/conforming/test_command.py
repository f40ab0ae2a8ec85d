"""`python -m upsertspec_conforming`: lists the conforming servers, and serves one as a process."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests.conforming.conftest import served
from upsertspec.target.bindings import renamed
from upsertspec.target.target_file import from_file
from upsertspec_catalogue.command import run
from upsertspec_conforming import CATALOGUE, catalogue


def test_lists_every_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CATALOGUE, ["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalogue())
    assert all(line.endswith(f"({catalogue()[line.split()[0]].allowed})") for line in lines)


@pytest.mark.parametrize("arguments", [[], ["no-such-server"], ["--target", "no-such-server"]])
def test_refuses_a_server_that_does_not_exist(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CATALOGUE, arguments) == 2
    assert "--list" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["tables-go-by-number", "fields-in-pascal-case"])
def test_prints_what_a_target_file_maps(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CATALOGUE, ["--target", name]) == 0
    file = tmp_path / "target.toml"
    file.write_text(f'url = "http://127.0.0.1:8080"\n{capsys.readouterr().out}', encoding="utf-8")
    target = from_file(file, {})
    assert target.bindings == renamed(catalogue()[name].tables, catalogue()[name].fields)


@pytest.mark.parametrize(
    ("name", "status"), [("ids-are-random", 200), ("closes-each-connection", 200), ("canary", 299)]
)
def test_serves_until_stdin_closes(name: str, status: int) -> None:
    body = {"fields": {"email": "ada@example.com", "name": "Ada"}, "matchFields": ["email"]}
    with served("upsertspec_conforming", name) as (url, headers):
        answer = requests.post(f"{url}/api/tables/contacts/records/upsert", json=body, headers=headers, timeout=10)
    assert answer.status_code == status
