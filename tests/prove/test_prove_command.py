"""`upsertspec prove`, and the digest of the last proof that goes with the suite."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from upsertspec.prove.servers import broken_servers
from upsertspec.report.proof import last_proof
from upsertspec.spec import criteria as spec


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "upsertspec", *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_it_proves_what_is_selected(tmp_path: Path) -> None:
    files = {kind: tmp_path / f"proof.{kind}" for kind in ("json", "html")}
    options = ["--fault", "created-is-201", "--criterion", "AC-001"]
    done = command("prove", *options, "--json", str(files["json"]), "--html", str(files["html"]))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 broken servers caught" in done.stdout
    [row] = json.loads(files["json"].read_text("utf-8"))["matrix"]
    assert row["name"] == "created-is-201"
    assert row["failed"]["AC-001"] > 0
    assert "created-is-201" in files["html"].read_text("utf-8")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("option", "name", "said"),
    [
        ("--fault", "no-such-server", "no-such-server: no such broken server"),
        ("--criterion", "ac-001,AC-999", "AC-999: no such criterion; `upsertspec list` names them all"),
    ],
)
def test_an_unknown_name_is_a_usage_error(option: str, name: str, said: str) -> None:
    done = command("prove", option, name)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize("option", ["--json", "--html", "--digest"])
def test_an_unwritable_file_is_found_before_the_work(option: str, tmp_path: Path) -> None:
    done = command("prove", option, str(tmp_path / "no" / "such"))
    assert done.returncode == 2
    assert f"{option} {tmp_path}/no/such can't be written" in done.stderr
    assert done.stdout == ""


def test_the_last_proof_is_of_this_specification_and_this_catalogue() -> None:
    fix = "run `upsertspec prove --quick --digest steps/upsertspec/report/proof.json`"
    assert last_proof()["features_digest"] == spec.digest(), fix
    assert last_proof()["faults"] == len(broken_servers()), fix


def test_the_last_proof_holds() -> None:
    proof = last_proof()
    assert proof["caught"] == proof["faults"]
    assert set(proof["criteria"]) == {criterion.id for criterion in spec.criteria()}
    assert [ident for ident, sums in proof["criteria"].items() if not 0 < sums["caught"] == sums["of"]] == []


def test_the_list_shows_the_last_proof() -> None:
    listed = json.loads(command("list", "--json").stdout)
    assert listed["proof"] == last_proof()
    assert "broken servers caught" in command("list").stdout


def test_the_list_shows_the_broken_servers() -> None:
    servers = json.loads(command("list", "--faults", "--json").stdout)
    assert [server["name"] for server in servers] == [server.name for server in broken_servers()]
