"""The types and rules of values (CONTRACT 2)."""

import json

import pytest


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 1), ("name", True), ("name", ["a"]), ("name", {"a": 1}),
        ("status", "gone"), ("status", 1),
        ("age", "1"), ("age", 1.5), ("age", 3.0), ("age", True), ("age", -1), ("age", 2**63),
        ("vip", "true"), ("vip", 1), ("vip", 0),
        ("birthday", "2024-02-30"), ("birthday", "2024-2-3"), ("birthday", "20240203"), ("birthday", 20240203),
        ("birthday", "2024-02-03T00:00:00Z"), ("birthday", "\uff12024-02-03"), ("birthday", "2024-W05-6"),
    ],
)  # fmt: skip
def test_contact_values_refused(upsert, contacts, field, value):
    answer = upsert("contacts", {"email": "a", "name": "N", field: value}, ["email"])
    assert answer.status_code == 400
    assert answer.json["errors"][0]["field"] == field
    assert contacts() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("age", 0), ("age", 2**63 - 1), ("vip", True), ("vip", False), ("birthday", "2024-02-29"), ("name", "")],
)
def test_contact_values_kept(upsert, field, value):
    record = upsert("contacts", {"email": "a", "name": "N", field: value}, ["email"]).json["record"]
    assert record[field] == value
    assert type(record[field]) is type(value)


@pytest.fixture
def account(upsert):
    return upsert("accounts", {"name": "a", "currency": "EUR"}, ["name"]).json["id"]


@pytest.mark.parametrize("amount", ["0", "-0.10", "4500.00", "123456789012345678901234567890.123456789"])
def test_decimal_keeps_its_digits(upsert, account, amount):
    fields = {"reference": "r", "account_id": account, "date": "2024-01-01", "amount": amount}
    assert upsert("transactions", fields, ["reference"]).json["record"]["amount"] == amount


@pytest.mark.parametrize("amount", [1, 1.5, "", "1e3", "1,5", "+1", ".5", "5.", " 1", "1\n", "NaN", "\u0661"])
def test_decimal_refused(upsert, account, amount):
    fields = {"reference": "r", "account_id": account, "date": "2024-01-01", "amount": amount}
    assert upsert("transactions", fields, ["reference"]).status_code == 400


@pytest.mark.parametrize("parent", ["1", 1.0, True, "a", [1], 2**63])
def test_reference_of_another_type(upsert, account, parent):
    assert upsert("import_batches", {"reference": "r", "account_id": parent}, ["reference"]).status_code == 400


@pytest.mark.parametrize("parent", [1, "nope", "12345678-1234-1234-1234-12345678901"])
def test_uuid_reference_malformed(call, parent):
    body = {"fields": {"name": "P", "user_id": parent}}
    assert call("POST", "/api/tables/projects/records", body).status_code == 400


def test_uuid_reference_missing(call):
    body = {"fields": {"name": "P", "user_id": "12345678-1234-4234-8234-123456789012"}}
    assert call("POST", "/api/tables/projects/records", body).status_code == 409


@pytest.fixture
def variant(upsert, call):
    asset = call("POST", "/api/tables/room_assets/records", {"fields": {"session_id": "s", "room_id": "r"}}).json["id"]

    def send(processed_at):
        fields = {"parent_asset_id": asset, "variant_type": "webp", "storage_path": "p", "processed_at": processed_at}
        return upsert("asset_variants", fields, ["parent_asset_id", "variant_type"])

    return send


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00.000000Z"),
        ("2024-05-01T12:00:00.5+02:00", "2024-05-01T10:00:00.500000Z"),
        ("2024-05-01t12:00:00z", "2024-05-01T12:00:00.000000Z"),
        ("2024-05-01T12:00:00.123456000-00:30", "2024-05-01T12:30:00.123456Z"),
    ],
)
def test_datetime_is_the_same_instant(variant, given, answered):
    assert variant(given).json["record"]["processed_at"] == answered


@pytest.mark.parametrize(
    "given",
    ["2024-05-01", "2024-05-01T12:00:00", "2024-05-01T25:00:00Z", "2024-05-01T12:00:00.1234567Z", 1,
     "0001-01-01T00:00:00+23:00", "2024-05-01T12:00Z", "2024-05-01T12:00:00+99:99"],
)  # fmt: skip
def test_datetime_refused(variant, given):
    assert variant(given).status_code == 400


@pytest.mark.parametrize("currency", ["EU", "EURO", "E1R", "EUR\n"])
def test_pattern_matches_the_whole_text(upsert, currency):
    fields = {"room_id": "r", "session_id": "s", "product_name": "p", "currency": currency}
    assert upsert("product_recommendations", fields, ["room_id", "product_name"]).status_code == 400


@pytest.mark.parametrize(
    "text",
    ["1", "0.1", "-0.0", "1.10", "1e300", "[1, {\"b\": null, \"a\": 1.5}]", "12345678901234567890123", '"x\\u0000"',
     "true", "[" * 100 + "]" * 100],
)  # fmt: skip
def test_json_is_kept(call, account, text):
    body = f'{{"fields": {{"reference": "r", "account_id": {account}, "payload": {text}}}}}'
    answer = call("POST", "/api/tables/raw_transactions/records", data=body, content_type="application/json")
    assert answer.status_code == 201
    kept = call("GET", f"/api/tables/raw_transactions/records/{answer.json['id']}").json["payload"]
    assert json.dumps(kept) == json.dumps(json.loads(text))


@pytest.mark.parametrize(
    "text", ["0.1000000000000000055", "1e400", "1e-400", "NaN", "-Infinity", "[" * 101 + "]" * 101]
)
def test_json_that_could_not_be_kept(call, account, text):
    body = f'{{"fields": {{"reference": "r", "account_id": {account}, "payload": {text}}}}}'
    answer = call("POST", "/api/tables/raw_transactions/records", data=body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 201),
        ({"actors": [{"name": "A", "type": "t", "more": 1}], "more": 1}, 201),
        ({"entities": [{"name": "A", "attributes": ["x"]}], "useCases": ["u"], "boundaries": []}, 201),
        ([], 400),
        ({"actors": [{"name": "A"}]}, 400),
        ({"useCases": [1]}, 400),
        ({"entities": [{"name": "A", "attributes": "x"}]}, 400),
    ],
)
def test_json_schema(call, data, status):
    user = call("POST", "/api/tables/users/records", {"fields": {"email": "e"}}).json["id"]
    body = {"fields": {"name": "P", "user_id": user, "collected_data": data}}
    assert call("POST", "/api/tables/projects/records", body).status_code == status
