"""`python -m upsertspec_broken`: lists the faults, and serves one as the reference is served."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import requests

from upsertspec_broken.__main__ import main
from upsertspec_broken.catalogue import catalogue


def test_lists_every_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalogue())
    assert any("AC-103 AC-104" in line and line.endswith("inserts the record anew.") for line in lines)


@pytest.mark.parametrize("arguments", [[], ["no-such-fault"]])
def test_refuses_a_fault_that_is_not_there(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "--list" in capsys.readouterr().err


def test_serves_the_broken_server_until_stdin_closes() -> None:
    options = ["--port", "0", "--announce", "json", "--until-stdin-closes"]
    command = [sys.executable, "-m", "upsertspec_broken", "created-is-201", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = json.loads(process.stdout.readline())
        answer = requests.post(
            f"{told['url']}/api/tables/contacts/records/upsert",
            json={"fields": {"email": "ada@example.com", "name": "Ada"}, "matchFields": ["email"]},
            headers={"Authorization": f"Bearer {told['tokens']['editor']}"},
            timeout=10,
        )
        assert process.stdin
        process.stdin.close()
        assert process.wait(10) == 0
    assert answer.status_code == 201
