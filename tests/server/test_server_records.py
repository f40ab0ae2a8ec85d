"""Create, read, update, delete, describe (CONTRACT 3.2)."""

from uuid import UUID

import pytest

ANN = {"email": "ann", "name": "Ann"}
RECORDS = "/api/tables/contacts/records"


def test_create_and_read(call):
    created = call("POST", RECORDS, {"fields": ANN})
    assert created.status_code == 201
    read = call("GET", created.headers["Location"])
    assert read.json == created.json
    assert read.json["status"] == "active"


def test_create_refused(call, contacts):
    call("POST", RECORDS, {"fields": ANN})
    before = contacts()
    assert call("POST", RECORDS, {"fields": ANN}).status_code == 409
    assert call("POST", RECORDS, {"fields": {"email": "b"}}).status_code == 400
    assert call("POST", RECORDS, {"fields": ANN, "matchFields": ["email"]}).status_code == 400
    assert call("POST", RECORDS, {}).status_code == 400
    assert contacts() == before


@pytest.mark.parametrize("record_id", ["2", "0", "-1", "01", "1.0", "x", "99999999999999999999", "1%20", "1%00"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_no_such_record(call, contacts, method, record_id):
    call("POST", RECORDS, {"fields": ANN})
    body = {"fields": {"name": "X"}} if method == "PATCH" else None
    assert call(method, f"{RECORDS}/{record_id}", body).status_code == 404
    assert contacts()[0]["name"] == "Ann"


def test_uuid_ids(call):
    created = call("POST", "/api/tables/users/records", {"fields": {"email": "e"}}).json
    assert str(UUID(created["id"])) == created["id"]
    assert call("GET", f"/api/tables/users/records/{created['id'].upper()}").json == created
    assert call("GET", "/api/tables/users/records/nope").status_code == 404


def test_update(call):
    before = call("POST", RECORDS, {"fields": ANN}).json
    answer = call("PATCH", f"{RECORDS}/1", {"fields": {"name": "X", "id": 9, "created_at": "x"}})
    assert answer.status_code == 200
    assert answer.json["updated_at"] > before["updated_at"]
    assert {**answer.json, "updated_at": 0} == {**before, "name": "X", "updated_at": 0}
    assert call("PATCH", f"{RECORDS}/1", {"fields": {"name": None}}).status_code == 400
    call("POST", RECORDS, {"fields": {"email": "b", "name": "B"}})
    assert call("PATCH", f"{RECORDS}/2", {"fields": {"email": "ann"}}).status_code == 409


def test_ids_are_never_used_twice(call):
    call("POST", RECORDS, {"fields": ANN})
    answer = call("DELETE", f"{RECORDS}/1")
    assert (answer.status_code, answer.data) == (204, b"")
    assert call("GET", f"{RECORDS}/1").status_code == 404
    assert call("POST", RECORDS, {"fields": ANN}).json["id"] == 2


def test_delete_cascades(call):
    def create(table, **fields):
        return call("POST", f"/api/tables/{table}/records", {"fields": fields}).json["id"]

    user = create("users", email="e")
    project = create("projects", name="P", user_id=user)
    conversation = create("conversations", project_id=project)
    create("messages", conversation_id=conversation, role="user", content="hi")
    create("artifacts", project_id=project, type="t", content="c")
    call("DELETE", f"/api/tables/users/records/{user}")
    for table in ("projects", "conversations", "messages", "artifacts"):
        assert call("GET", f"/api/tables/{table}/records").json["total"] == 0


def test_description(call):
    description = call("GET", "/api/tables/contacts", role="viewer").json
    assert description["name"] == "contacts"
    assert description["fields"]["email"] == {"type": "text", "required": True, "unique": True}
    assert description["fields"]["age"] == {"type": "integer", "minimum": 0}
    assert description["unique_keys"] == [["email"], ["phone"]]
    variants = call("GET", "/api/tables/asset_variants").json
    assert variants["fields"]["parent_asset_id"] == {"references": "room_assets", "required": True}
    assert ["parent_asset_id", "variant_type"] in variants["unique_keys"]
    assert call("GET", "/api/tables/contacts?x=1").status_code == 400
