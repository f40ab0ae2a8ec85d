"""`upsertspec provision`: its options, its file, and the document's shape."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from upsertspec.cli.provision import provision
from upsertspec.errors import ConfigError
from upsertspec.provision import document as document_module
from upsertspec.provision import selection
from upsertspec.provision.document import document
from upsertspec.provision.selection import tables_for
from upsertspec.spec.schema import ROLES, tables

SHAPE = Path(document_module.__file__).with_name("provision.schema.json")


def output(*options: str) -> str:
    result = CliRunner().invoke(provision, list(options), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def names(described: dict[str, Any]) -> list[str]:
    return [table["name"] for table in described["tables"]]


def test_json_is_the_default() -> None:
    assert json.loads(output()) == document([])


@pytest.mark.parametrize("asked", [[], ["identity"], ["integrity", "records"], ["all"], ["transactions,batch"]])
def test_the_document_fits_its_schema(asked: list[str]) -> None:
    shape = json.loads(SHAPE.read_text("utf-8"))
    Draft202012Validator.check_schema(shape)
    Draft202012Validator(shape).validate(document(asked))


def test_every_table_and_role_is_there() -> None:
    described = document([])
    assert sorted(names(described)) == sorted(tables())
    assert list(described["roles"]) == list(ROLES)
    assert described["roles"]["viewer"] == {"create": False, "update": False, "delete": False, "read": True}


def test_rules_and_references_are_described() -> None:
    variants = next(table for table in document([])["tables"] if table["name"] == "asset_variants")
    fields = {field["name"]: field for field in variants["fields"]}
    parent = {"table": "room_assets", "field": "id", "type": "integer", "on_delete": "cascade"}
    assert fields["parent_asset_id"]["references"] == parent
    assert fields["width"]["minimum"] == 1
    assert fields["processing_status"]["default"] == "pending"
    assert ["parent_asset_id", "variant_type"] in variants["unique_keys"]
    assert variants["indexes"] == []


@pytest.mark.parametrize("asked", [[], ["integrity"], ["records"], ["transactions"]])
def test_each_table_comes_after_those_it_references(asked: list[str]) -> None:
    seen: set[str] = set()
    for table in document(asked)["tables"]:
        parents = {field["references"]["table"] for field in table["fields"] if "references" in field}
        assert parents <= seen
        seen.add(table["name"])


def test_a_profile_limits_the_tables_and_core_stays() -> None:
    described = json.loads(output("--profile", "integrity"))
    assert described["profiles"] == ["core", "integrity"]
    assert {"contacts", "accounts", "rules"} <= set(names(described))
    assert not {"users", "image_metadata"} & set(names(described))


def test_referenced_tables_are_included(monkeypatch: pytest.MonkeyPatch) -> None:
    lonely = {name: replace(table, profiles=("records",) * (name == "messages")) for name, table in tables().items()}
    monkeypatch.setattr(selection, "tables", lambda: lonely)
    assert [table.name for table in tables_for(["records"])] == ["users", "projects", "conversations", "messages"]


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ConfigError, match="nosuch: no such profile; known are core, refusals, identity"):
        CliRunner().invoke(provision, ["--profile", "nosuch"], catch_exceptions=False)


@pytest.mark.parametrize("kind", ["json", "sqlite", "postgres"])
def test_a_file_is_never_replaced_by_accident(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "out"
    assert not output("--format", kind, "--output", str(file))
    assert file.read_text("utf-8") == output("--format", kind)

    file.write_text("mine")
    with pytest.raises(ConfigError, match="--force"):
        CliRunner().invoke(provision, ["--output", str(file)], catch_exceptions=False)
    assert file.read_text() == "mine"

    output("--format", kind, "--output", str(file), "--force")
    assert file.read_text("utf-8") == output("--format", kind)


def test_an_unwritable_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="name another file"):
        CliRunner().invoke(provision, ["--output", str(tmp_path / "no" / "out")], catch_exceptions=False)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_roles_are_comments_in_sql(kind: str) -> None:
    assert "--   updater: update, read" in output("--format", kind)
