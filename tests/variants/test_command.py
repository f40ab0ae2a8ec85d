"""`python -m upsertspec_conforming`: lists the variants, and serves one as the reference is served."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from upsertspec.target.bindings import renamed
from upsertspec.target.target_file import from_file
from upsertspec_conforming.__main__ import main
from upsertspec_conforming.catalogue import catalogue


def test_lists_every_variant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalogue())


@pytest.mark.parametrize("arguments", [[], ["no-such-variant"], ["--target", "no-such-variant"]])
def test_refuses_a_variant_that_is_not_there(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "--list" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["tables-go-by-number", "fields-in-pascal-case"])
def test_prints_what_a_target_file_maps(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--target", name]) == 0
    file = tmp_path / "target.toml"
    file.write_text(f'url = "http://127.0.0.1:8080"\n{capsys.readouterr().out}', encoding="utf-8")
    target = from_file(file, {})
    assert target.bindings == renamed(catalogue()[name].tables, catalogue()[name].fields)


@pytest.mark.parametrize(
    ("name", "status"), [("ids-are-random", 200), ("closes-each-connection", 200), ("canary", 299)]
)
def test_serves_until_stdin_closes(name: str, status: int) -> None:
    options = ["--port", "0", "--announce", "json", "--until-stdin-closes"]
    command = [sys.executable, "-m", "upsertspec_conforming", name, *options]
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
    assert answer.status_code == status
