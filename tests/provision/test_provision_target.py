"""`provision --target`: a table of the target's own needs no provisioning, and that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.dialects.test_own_tables import ENV, FOLDER
from upsertspec.cli.main import commands


def provisioned(target: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(commands, ["provision", "--target", str(target), *options])


def test_a_target_with_tables_of_its_own_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    done = provisioned(FOLDER / "products.toml", monkeypatch)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "products of the target plays contacts: nothing to provision" in done.stderr
    assert "the target has no accounts: nothing to provision" in done.stderr


@pytest.mark.parametrize("kind", ["json", "sqlite", "postgres"])
def test_only_what_is_not_bound_is_written(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "target.toml").write_text(
        'url = "http://127.0.0.1:1"\nprofiles = ["identity"]\n[tables]\ncontacts = { name = "people" }\n'
    )
    done = provisioned(tmp_path / "target.toml", monkeypatch, "--format", kind)
    assert done.exit_code == 0, done.output
    assert "people of the target plays contacts: nothing to provision" in done.stderr
    assert "image_metadata" in done.stdout
    if kind == "json":
        assert "contacts" not in {table["name"] for table in json.loads(done.stdout)["tables"]}
    else:
        assert "contacts" not in done.stdout


def test_a_reference_to_a_table_of_the_targets_own_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "target.toml").write_text(
        'url = "http://127.0.0.1:1"\nprofiles = ["identity"]\n[tables]\nroom_assets = { name = "things" }\n'
    )
    done = provisioned(tmp_path / "target.toml", monkeypatch)
    assert done.exit_code != 0
    assert "references room_assets, which is the target's own; state in [tables]" in str(done.exception)
