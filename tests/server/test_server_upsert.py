"""Upsert of one record (CONTRACT 3.1)."""

import pytest

ANN = {"email": "ann@example.com", "name": "Ann"}


def test_created_then_updated(upsert, contacts):
    created = upsert("contacts", ANN, ["email"])
    updated = upsert("contacts", {**ANN, "age": 40}, ["email"])
    assert (created.status_code, updated.status_code) == (200, 200)
    one, two = created.json, updated.json
    assert (one["operation"], two["operation"]) == ("created", "updated")
    assert one["record"]["created_at"] == one["record"]["updated_at"] == two["record"]["created_at"]
    assert two["record"]["updated_at"] > two["record"]["created_at"]
    assert contacts() == [two["record"]]
    assert two["record"]["age"] == 40
    assert two["record"]["status"] == "active"


def test_table_by_number(upsert, contacts):
    assert upsert("1", ANN, ["email"]).json["record"] == contacts()[0]


def test_fields_not_mentioned_stay_and_null_is_stored(upsert):
    upsert("contacts", {**ANN, "notes": "n", "phone": "1"}, ["email"])
    record = upsert("contacts", {"email": ANN["email"], "notes": None}, ["email"]).json["record"]
    assert (record["name"], record["notes"], record["phone"]) == ("Ann", None, "1")


def test_null_on_create_is_no_default(upsert):
    assert upsert("contacts", {**ANN, "status": None}, ["email"]).json["record"]["status"] is None


def test_null_never_matches(upsert, contacts):
    for number in range(2):
        answer = upsert("contacts", {"email": f"{number}", "name": "N", "phone": None}, ["phone"])
        assert answer.json["operation"] == "created"
    assert len(contacts()) == 2


@pytest.mark.parametrize("email", ["ANN@example.com", " ann@example.com", "ann@example.com\0"])
def test_match_is_exact(upsert, contacts, email):
    upsert("contacts", ANN, ["email"])
    assert upsert("contacts", {**ANN, "email": email}, ["email"]).json["operation"] == "created"
    assert [each["email"] for each in contacts()] == [ANN["email"], email]


def test_protected_fields_are_dropped(upsert):
    given = {**ANN, "id": "x", "created_at": 1, "updated_at": None}
    record = upsert("contacts", given, ["email"]).json["record"]
    assert record["id"] == 1
    assert record["created_at"] == record["updated_at"]


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        (ANN, None),
        (ANN, []),
        (ANN, "email"),
        (ANN, [1]),
        (ANN, ["email", "email"]),
        (ANN, ["nope"]),
        (ANN, ["id"]),
        (ANN, ["name"]),
        (ANN, ["email", "phone"]),
        (ANN, ["phone"]),
        ({"email": "ann@example.com"}, ["email"]),
        ({**ANN, "name": None}, ["email"]),
        ({**ANN, "nope": 1}, ["email"]),
        ("ANN", ["email"]),
        (None, ["email"]),
    ],
)
def test_400_and_nothing_written(upsert, contacts, fields, match):
    answer = upsert("contacts", fields, match)
    assert answer.status_code == 400
    assert answer.json["errors"]
    assert contacts() == []


def test_match_fields_missing_and_unknown_member(call, contacts):
    path = "/api/tables/contacts/records/upsert"
    assert call("POST", path, {"fields": ANN}).status_code == 400
    assert call("POST", path, {"matchFields": ["email"]}).status_code == 400
    assert call("POST", path, {"fields": ANN, "records": [ANN], "matchFields": ["email"]}).status_code == 400
    assert call("POST", path, {"fields": ANN, "matchFields": ["email"], "x": 1}).status_code == 400
    assert contacts() == []


def test_null_for_a_required_field_of_a_match(upsert, contacts):
    upsert("contacts", ANN, ["email"])
    before = contacts()
    assert upsert("contacts", {**ANN, "name": None}, ["email"]).status_code == 400
    assert contacts() == before


def test_409_for_another_unique_key_on_create_and_update(upsert, contacts):
    upsert("contacts", {**ANN, "phone": "1"}, ["email"])
    upsert("contacts", {"email": "b", "name": "B"}, ["email"])
    before = contacts()
    for email in ("b", "c"):
        answer = upsert("contacts", {"email": email, "name": "B", "phone": "1"}, ["email"])
        assert answer.status_code == 409
        assert answer.json["errors"] == [{"field": "phone", "message": "is already taken"}]
    assert contacts() == before


def test_match_by_either_key(upsert):
    upsert("contacts", {**ANN, "phone": "1"}, ["email"])
    answer = upsert("contacts", {"phone": "1", "email": "new@example.com"}, ["phone"]).json
    assert (answer["operation"], answer["record"]["email"]) == ("updated", "new@example.com")
    assert answer["record"]["name"] == "Ann"


def test_missing_parent_is_409_on_create_and_update(upsert, call):
    answer = upsert("import_batches", {"reference": "r", "account_id": 99}, ["reference"])
    assert answer.status_code == 409
    assert answer.json["errors"][0]["field"] == "account_id"
    account = upsert("accounts", {"name": "a", "currency": "EUR"}, ["name"]).json["id"]
    assert upsert("import_batches", {"reference": "r", "account_id": account}, ["reference"]).status_code == 200
    assert upsert("import_batches", {"reference": "r", "account_id": 99}, ["reference"]).status_code == 409
    assert call("GET", "/api/tables/import_batches/records").json["records"][0]["account_id"] == account


def test_composite_key_in_any_order_keeps_the_id(upsert):
    fields = {"organization_id": "o", "key": "k", "image_item_id": "i", "image_item_path": "p"}
    one = upsert("image_metadata", fields, ["organization_id", "key", "image_item_id"]).json
    two = upsert("image_metadata", fields, ["image_item_id", "organization_id", "key"]).json
    other = upsert("image_metadata", {**fields, "key": "k2"}, ["image_item_id", "organization_id", "key"]).json
    assert one["id"] == two["id"] != other["id"]
    assert [each["operation"] for each in (one, two, other)] == ["created", "updated", "created"]


def test_children_survive_the_upsert_of_their_parent(upsert, call):
    account = upsert("accounts", {"name": "a", "currency": "EUR"}, ["name"]).json["id"]
    upsert("import_batches", {"reference": "r", "account_id": account}, ["reference"])
    before = call("GET", "/api/tables/import_batches/records").json
    upsert("accounts", {"name": "a", "currency": "USD"}, ["name"])
    assert call("GET", "/api/tables/import_batches/records").json == before
    call("DELETE", f"/api/tables/accounts/records/{account}")
    assert call("GET", "/api/tables/import_batches/records").json["total"] == 0
