"""The preflight: what it finds, and when nothing can be judged."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any

from tests.http.wire import Handler, Wire, by_request, headers_of, reply
from tests.kit import TOKEN_VARIABLES
from upsertspec.dialects.registry import dialect_for
from upsertspec.http.client import Client
from upsertspec.run.preflight import FATAL, OK, WARNING, Finding, check
from upsertspec.spec.schema import ROLES, tables
from upsertspec.target.target import Credential, Secret, Target
from upsertspec.target.target_file import roles_from

Serve = Callable[..., Wire]
CONTACTS = {"name": "contacts", "fields": {name: {} for name in tables()["contacts"].fields}}
LISTED = {"records": [], "total": 0}


def good(method: str, path: str, body: bytes) -> bytes:
    return reply(LISTED if "/records" in path else CONTACTS)


def checked(serve: Serve, handler: Handler, **roles: Credential) -> tuple[list[Finding], Wire]:
    wire = serve(by_request(handler))
    target = Target(wire.url, roles=roles or roles_from(os.environ), timeout=2)
    client = Client(target, dialect_for(target))
    try:
        return check(target, client), wire
    finally:
        client.close()


def token(value: str) -> Credential:
    return Credential(secret=Secret(value))


def levels(found: list[Finding]) -> set[str]:
    return {finding.level for finding in found}


def test_a_target_with_everything(serve: Serve) -> None:
    found, wire = checked(serve, good)
    assert levels(found) == {OK}
    assert {line.split()[0] for line in wire.lines()} == {"GET"}
    sent = {dict(headers_of(request))["authorization"] for request in wire.requests}
    assert sent == {f"Bearer {TOKEN_VARIABLES[f'UPSERTSPEC_TOKEN_{role.upper()}']}" for role in ROLES}


def test_a_description_for_everybody_does_not_hide_a_refused_token(serve: Serve) -> None:
    found, _ = checked(serve, lambda m, path, b: reply({}, 401) if "/records" in path else reply(CONTACTS))
    assert found[-1].level == FATAL
    assert "the editor's credential is not accepted (200 and 401)" in found[-1].what


def test_a_target_without_descriptions_can_be_judged(serve: Serve) -> None:
    found, _ = checked(serve, lambda m, path, b: reply(LISTED) if "/records" in path else reply({}, 404))
    assert levels(found) == {OK}


def test_a_table_that_is_not_there_is_named(serve: Serve) -> None:
    found, _ = checked(serve, lambda m, path, b: reply({}, 404))
    assert found == [
        Finding(
            FATAL,
            "there is no table contacts (404)",
            "create the tables of features/schema.toml, or map [tables]; "
            "if the API has another shape, `upsertspec init URL` writes a target file for it",
        )
    ]


def test_missing_fields_are_named(serve: Serve) -> None:
    some: dict[str, Any] = {"fields": {"email": {}, "name": {}}}
    found, _ = checked(serve, lambda m, path, b: reply(LISTED if "/records" in path else some))
    assert any("the table contacts lacks status, age" in finding.what for finding in found)
    assert levels(found) == {OK, WARNING}


def test_roles_that_are_missing_refused_or_the_same(serve: Serve) -> None:
    found, _ = checked(serve, good, editor=token("one-token"), viewer=token("one-token"), updater=token("abc"))
    warnings = " | ".join(finding.what for finding in found if finding.level == WARNING)
    assert "there are no credentials for the creator role" in warnings
    assert "editor and viewer have the same credential" in warnings
    assert "the updater's secret is too short to be masked in reports" in warnings


def test_a_role_that_may_not_read_is_a_warning(serve: Serve) -> None:
    wire = serve(_refuse_viewer)
    target = Target(wire.url, roles=roles_from(os.environ), timeout=2)
    client = Client(target, dialect_for(target))
    found = check(target, client)
    client.close()
    warnings = [finding.what for finding in found if finding.level == WARNING]
    assert warnings == ["the viewer may not read contacts (403)"]


def _refuse_viewer(connection: socket.socket, request: bytes) -> bool:
    viewer = TOKEN_VARIABLES["UPSERTSPEC_TOKEN_VIEWER"].encode() in request
    path = request.split(b" ")[1].decode()
    connection.sendall(reply({}, 403) if viewer else good("GET", path, b""))
    return True
