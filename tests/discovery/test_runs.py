"""The file that `init` writes runs unchanged; the user only sets the variables for the keys."""

from __future__ import annotations

import contextlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask, jsonify, request

from tests.dialects.test_own_tables import JUDGED, RIGHT, module, served
from tests.discovery.wrapped import STYLES, app
from upsertspec.cli.main import commands
from upsertspec.report.result import Status
from upsertspec.run.rehearsal import rehearse
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.spec.schema import ROLES
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_file

ENV = {"UPSERTSPEC_TOKEN_EDITOR": "full-key-5e1c", "UPSERTSPEC_TOKEN_VIEWER": "read-key-77ab"}
KEYS = {"full-key-5e1c": "all", "read-key-77ab": "read"}

Serve = Callable[..., contextlib.AbstractContextManager[str]]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Serve:
    """`with serve("products") as url:` runs an example API, perhaps with a bug, or products in one of the `STYLES`."""
    for role in ROLES:
        monkeypatch.delenv(f"UPSERTSPEC_TOKEN_{role.upper()}", raising=False)
    for name in ENV:
        monkeypatch.setenv(name, ENV[name])

    @contextlib.contextmanager
    def serving(name: str, bug: str = "") -> Iterator[str]:
        api = module("shops" if name == "shops" else "products", monkeypatch)
        made = documented_shops(api) if name == "shops" else api.create_app(KEYS, bug, tmp_path)
        with served(app(STYLES[name], made) if name in STYLES else made) as url:
            yield url

    return serving


def documented_shops(shops: Any) -> Flask:
    """The products API of many organizations, with a document as a team would write one by hand."""
    app: Flask = shops.create_app(KEYS)
    product = {
        "type": "object",
        "required": ["title"],
        "properties": {
            "id": {"type": "string", "format": "uuid", "readOnly": True},
            "organization": {"type": "string", "readOnly": True},
            "sku": {"type": "string", "readOnly": True},
            "title": {"type": "string"},
            "notes": {"type": "string", "nullable": True},
            "created": {"type": "integer", "format": "int64", "readOnly": True},
            "changed": {"type": "integer", "format": "int64", "readOnly": True},
        },
    }
    body = {"content": {"application/json": {"schema": product}}}
    path = {
        "parameters": [
            {"name": "org", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[a-z0-9_-]+$"}},
            {"name": "sku", "in": "path", "required": True, "schema": {"type": "string"}},
        ],
        "put": {"requestBody": body, "responses": {"200": body, "201": body, "400": {"description": "Wrong"}}},
        "get": {"responses": {"200": body, "404": {"description": "Not found"}}},
        "delete": {"responses": {"204": {"description": "Deleted"}}},
    }
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Shops", "version": "1"},
        "paths": {"/orgs/{org}/products/{sku}": path},
        "components": {"securitySchemes": schemes},
        "security": [{"key": []}],
    }
    app.before_request_funcs[None].insert(0, lambda: jsonify(document) if request.path == "/openapi.json" else None)
    return app


def upsertspec(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def initialised(url: str, folder: Path) -> Target:
    file = folder / "target.toml"
    done = upsertspec("init", url, "-o", str(file))
    assert done.exit_code == 0, done.output
    return from_file(file, {name: value for name, value in ENV.items() if name in os.environ})


@pytest.mark.parametrize(
    ("name", "core", "identity"),
    [("products", 134, 45), ("shops", 62, 37), ("JSON:API", 127, 44), ("Strapi", 134, 45), ("an envelope", 134, 45)],
)
def test_the_written_file_gives_a_verdict(
    name: str, core: int, identity: int, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "shops":
        monkeypatch.delenv("UPSERTSPEC_TOKEN_VIEWER")
    with serve(name) as url:
        results = run(Settings(initialised(url, tmp_path)))
    assert [r.reason for r in results if r.status not in RIGHT] == []
    judged = Counter(result.case.profile for result in results if result.status in JUDGED)
    assert judged["core"] >= core, judged
    assert judged["identity"] >= identity, judged


def test_a_rehearsal_knows_what_the_run_will_judge(serve: Serve, tmp_path: Path) -> None:
    with serve("products") as url:
        target = initialised(url, tmp_path)
        results = run(Settings(target))
    left_out = {r.case.id: r.reason for r in results if r.status is Status.NOT_APPLICABLE}
    assert {r.case.id: r.reason for r in rehearse(target) if r.status is Status.NOT_APPLICABLE} == left_out


def test_a_text_of_a_narrow_form_is_no_name(serve: Serve, tmp_path: Path) -> None:
    with serve("products") as url:
        contacts = initialised(url, tmp_path).bindings.of("contacts")
    assert contacts.field("name").name == "title"
    assert contacts.always == {"price": "9.99"}


def test_check_says_what_will_be_judged(serve: Serve, tmp_path: Path) -> None:
    with serve("products") as url:
        initialised(url, tmp_path)
        done = upsertspec("check", "--target", str(tmp_path / "target.toml"))
    assert done.exit_code == 0, done.output
    assert "ok  one record of products (as contacts) was created, updated and read back" in done.output
    assert "AC-003  5 of 5 will be judged" in done.output
    assert "12 not applicable: the target matches products by sku, whatever a request says" in done.output


def test_check_reads_a_record_by_its_id(serve: Serve, tmp_path: Path) -> None:
    with serve("products") as url:
        initialised(url, tmp_path)
        file = tmp_path / "target.toml"
        said = file.read_text("utf-8").replace(
            '[shape.read.answer]\nrecord = "."', '[shape.read.answer]\nrecord = "data"'
        )
        file.write_text(said, "utf-8")
        done = upsertspec("check", "--target", str(file))
    assert "products (as contacts): the read of the record by its id fails" in done.output
    assert "curl -sS -i http://127.0.0.1" in done.output


def test_check_names_the_format_of_times(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPSERTSPEC_TOKEN_VIEWER")
    with serve("shops") as url:
        assert initialised(url, tmp_path).bindings.of("contacts").field("updated_at").format == "milliseconds"
        file = tmp_path / "target.toml"
        file.write_text(re.sub(r"created_at = {.*?}", 'created_at = "created"', file.read_text("utf-8")), "utf-8")
        done = upsertspec("check", "--target", str(file))
    assert "warning  created of products (as contacts) is 1" in done.output
    assert 'protected = { created_at = { name = "created", format = "milliseconds" } }' in done.output
    assert "updated_at" not in done.output


def test_check_says_what_is_required_after_all(serve: Serve, tmp_path: Path) -> None:
    with serve("products") as url:
        initialised(url, tmp_path)
        file = tmp_path / "target.toml"
        said = file.read_text("utf-8").replace('name = "title"', 'name = { name = "title", required = false }')
        file.write_text(said, "utf-8")
        done = upsertspec("check", "--target", str(file))
    assert "warning  title of products (as contacts) is required: a create without it is refused (422)" in done.output
    assert "take required = false out of name in [tables.contacts.fields]" in done.output
    assert "(as image_metadata) is required" not in done.output


def test_check_says_what_an_update_changes_that_it_does_not_mention(serve: Serve, tmp_path: Path) -> None:
    with serve("products", "price-nulled") as url:
        initialised(url, tmp_path)
        done = upsertspec("check", "--target", str(tmp_path / "target.toml"))
    assert "warning  the update changed price of products (as contacts), which it did not mention" in done.output
    assert 'if the server changes it by itself, as a version, state: volatile = ["price"]' in done.output


def test_check_shows_the_request_that_fails_and_leaves_nothing(serve: Serve, tmp_path: Path) -> None:
    with serve("products") as url:
        initialised(url, tmp_path)
        file = tmp_path / "target.toml"
        file.write_text(file.read_text("utf-8").replace('text = "SKU-{n}"', 'text = "sku-{n}"'), "utf-8")
        done = upsertspec("check", "--target", str(file))
    assert done.exit_code == 3, done.output
    assert "fatal  products (as contacts): the create of a record is answered with 422" in done.output
    assert "curl -sS -i -X PUT" in done.output
    assert "String should match pattern" in done.output
    assert "nothing can be judged" in done.output
    assert "full-key" not in done.output
