"""The dialects of examples/targets: no answer makes them fail, and they say what they can't express."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.dialects.test_protocol import BODIES, OPERATIONS
from tests.examples.targets import TARGETS
from upsertspec.dialects.base import Dialect, Response
from upsertspec.dialects.guarded import Guarded
from upsertspec.dialects.operations import UNSET, Find, Operation, Read, Upsert, UpsertBatch
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import CannotExpress, NotApplicable
from upsertspec.spec.schema import ROLES
from upsertspec.target.target_file import from_file

ODD = [b'{"data": null, "rows": [{"vip": []}], "items": [{}], "ok": true}', b'{"data": {"requests": {"0": 1}}}']
ADA = {"email": "ada@example.com", "name": "Ada"}
NAMES = ("datasette", "pocketbase", "zenstack")


def dialect(name: str) -> Dialect:
    tokens = {f"UPSERTSPEC_TOKEN_{role.upper()}": f"{role}-token" for role in ROLES}
    return Guarded(dialect_for(from_file(TARGETS / name / "target.toml", tokens)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: type(each).__name__)
def test_no_answer_makes_it_raise(name: str, operation: Operation) -> None:
    """Guarded turns whatever it raises but CannotExpress into a DialectError."""
    spoken = dialect(name)
    try:
        assert spoken.request(operation) == spoken.request(operation)
    except (CannotExpress, NotApplicable):
        return
    gone = (404,) if isinstance(operation, Read) else ()  # an empty answer to a read says that there is no record
    for body in (*BODIES, *ODD):
        for status in (200, 201, 204, 400, 500):
            assert spoken.answer(operation, Response(status, {}, body)).status in (status, 400, *gone)


@pytest.mark.parametrize("name", ["datasette", "pocketbase"])
@pytest.mark.parametrize("match", [["phone"], [], UNSET, None, "email", ["email", "phone"]], ids=str)
def test_only_the_key_can_be_matched_by(name: str, match: Any) -> None:
    fields = {**ADA, "phone": "1"}
    dialect(name).request(Upsert("contacts", fields, ["email"]))
    with pytest.raises(CannotExpress):
        dialect(name).request(Upsert("contacts", fields, match))


def test_datasette_is_asked_for_rows() -> None:
    spoken = dialect("datasette")
    one = spoken.request(Upsert("contacts", ADA, ["email"]))
    assert (one.method, one.path, one.json) == ("POST", "/records/contacts/-/upsert", {"row": ADA})
    assert spoken.request(UpsertBatch("contacts", [ADA], ["email"])).json == {"rows": [ADA], "return": True}
    found = spoken.request(Find("contacts", {"email": "a", "phone": None, "vip": True}))
    assert list(found.query) == [("email__exact", "a"), ("phone__isnull", "1"), ("vip__exact", "1"), ("_size", "max")]
    rows = json.dumps({"rows": [{"id": "7", "vip": 1, "age": 1}]}).encode()
    assert spoken.answer(Upsert("contacts", ADA, ["email"]), Response(200, {}, rows)).record == {
        "id": "7",
        "vip": True,
        "age": 1,
    }


def test_a_key_is_always_the_same_id_in_pocketbase() -> None:
    spoken = dialect("pocketbase")

    def ident(fields: dict[str, Any], table: str = "contacts", key: str = "email") -> Any:
        return spoken.request(Upsert(table, fields, [key])).json["requests"][0]["body"]["id"]

    assert ident(ADA) == ident({**ADA, "name": "Byron"})
    assert (
        len({ident(ADA), ident({**ADA, "email": "Ada@example.com"}), ident({"name": "Ada"}, "accounts", "name")}) == 3
    )
    assert len(ident(ADA)) == 15
    assert set(ident(ADA)) <= set("abcdefghijklmnopqrstuvwxyz0123456789")


def test_a_batch_of_one_takes_the_inner_status() -> None:
    inner = {"0": {"response": {"status": 404, "message": "The requested resource wasn't found."}}}
    body = json.dumps({"status": 400, "data": {"requests": inner}}).encode()
    answer = dialect("pocketbase").answer(Upsert("contacts", ADA, ["email"]), Response(400, {}, body))
    assert answer.status == 404
