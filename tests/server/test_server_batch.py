"""Batches (CONTRACT 3.1)."""

import pytest


def people(*numbers):
    return [{"email": f"{number}", "name": f"N{number}"} for number in numbers]


def test_order_counts_and_ids(upsert, contacts):
    first = upsert("contacts", people(1), ["email"]).json
    answer = upsert("contacts", people(2, 1, 3), ["email"]).json
    assert [each["operation"] for each in answer["records"]] == ["created", "updated", "created"]
    assert [answer[name] for name in ("created", "updated", "ignored")] == [2, 1, 0]
    assert answer["records"][1]["id"] == first["records"][0]["id"]
    assert [each["record"]["email"] for each in answer["records"]] == ["2", "1", "3"]
    assert len(contacts()) == 3


def test_key_twice_is_applied_in_order(upsert, contacts):
    answer = upsert("contacts", [*people(1), {"email": "1", "notes": "later"}], ["email"]).json
    one, two = (each["record"] for each in answer["records"])
    assert one["updated_at"] < two["updated_at"]
    assert contacts() == [two]
    assert (two["name"], two["notes"]) == ("N1", "later")


def test_key_twice_with_ignore(upsert):
    answer = upsert("contacts", [*people(1), {"email": "1", "name": "X"}], ["email"], onConflict="ignore").json
    assert [each["operation"] for each in answer["records"]] == ["created", "ignored"]
    assert answer["records"][1]["record"]["name"] == "N1"


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        ({"email": "9"}, 400),
        ({"email": "9", "name": 5}, 400),
        ({"name": "x"}, 400),
        ({"email": "9", "name": "N", "phone": "taken"}, 409),
        ("text", 400),
        (None, 400),
    ],
)
def test_one_bad_record_leaves_nothing(upsert, contacts, bad, status):
    upsert("contacts", {"email": "t", "name": "T", "phone": "taken"}, ["email"])
    before = contacts()
    answer = upsert("contacts", [*people(1, 2), bad, *people(3)], ["email"])
    assert answer.status_code == status
    assert answer.json["index"] == 2
    assert {error["index"] for error in answer.json["errors"]} == {2}
    assert contacts() == before


@pytest.mark.parametrize("count", [0, 1001])
def test_size_is_refused(upsert, contacts, count):
    assert upsert("contacts", people(*range(count)), ["email"]).status_code == 400
    assert contacts() == []


def test_records_must_be_a_list(call):
    body = {"records": {"email": "1"}, "matchFields": ["email"]}
    assert call("POST", "/api/tables/contacts/records/upsert", body).status_code == 400


def test_a_thousand_twice(upsert, contacts):
    one = upsert("contacts", people(*range(1000)), ["email"]).json
    two = upsert("contacts", people(*range(1000)), ["email"]).json
    assert (one["created"], two["updated"]) == (1000, 1000)
    assert [each["id"] for each in one["records"]] == [each["id"] for each in two["records"]]
    assert len(contacts()) == 1000


@pytest.mark.parametrize(("role", "index"), [("creator", 1), ("updater", 0)])
def test_a_part_that_the_role_may_not_do(upsert, contacts, role, index):
    upsert("contacts", people(1), ["email"])
    before = contacts()
    answer = upsert("contacts", people(2, 1), ["email"], role=role)
    assert (answer.status_code, answer.json["index"]) == (403, index)
    assert contacts() == before
