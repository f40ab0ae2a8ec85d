"""`python -m upsertspec_broken`: lists the broken servers, and serves one as a process."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import requests

from tests.conforming.conftest import served
from upsertspec_broken import CATALOGUE, catalogue
from upsertspec_catalogue.command import run, serve_fleet

ADA = {"fields": {"email": "ada@example.com", "name": "Ada"}, "matchFields": ["email"]}


def test_lists_every_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CATALOGUE, ["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalogue())
    assert any("AC-103 AC-104" in line and line.endswith("inserts the record again.") for line in lines)


def test_lists_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CATALOGUE, ["--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(each["name"], tuple(each["violates"])) for each in listed] == [
        (entry.name, entry.violates) for entry in catalogue().values()
    ]


@pytest.mark.parametrize("arguments", [[], ["no-such-server"]])
def test_refuses_a_server_that_does_not_exist(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CATALOGUE, arguments) == 2
    assert "--list" in capsys.readouterr().err


def test_serves_a_broken_server_until_stdin_closes() -> None:
    with served("upsertspec_broken", "created-is-201") as (url, headers):
        answer = requests.post(f"{url}/api/tables/contacts/records/upsert", json=ADA, headers=headers, timeout=10)
    assert answer.status_code == 201


def test_a_fleet_serves_one_after_the_other() -> None:
    """An empty name is the reference server; a name that does not exist ends it."""
    out, statuses = io.StringIO(), []

    def names() -> Iterator[str]:
        for name in ("created-is-201\n", "\n"):
            yield name
            announced = json.loads(out.getvalue().splitlines()[-1])
            headers = {"Authorization": f"Bearer {announced['tokens']['editor']}"}
            url = f"{announced['url']}/api/tables/contacts/records/upsert"
            statuses.append(requests.post(url, json=ADA, headers=headers, timeout=10).status_code)
        yield "no-such-server\n"

    try:
        assert serve_fleet(CATALOGUE, names(), out) == 2
    finally:
        logging.disable(logging.NOTSET)
    assert statuses == [201, 200]
