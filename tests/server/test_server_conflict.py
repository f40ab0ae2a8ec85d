"""The conflict members (CONTRACT 3.1)."""

import pytest

ANN = {"email": "a", "name": "Ann", "notes": "old", "phone": "1"}


@pytest.fixture
def stored(upsert):
    upsert("contacts", {"email": "b", "name": "Bob", "phone": "2"}, ["email"])
    return upsert("contacts", ANN, ["email"]).json["record"]


def test_ignore_leaves_the_match(upsert, stored):
    answer = upsert("contacts", {"email": "a", "name": "X", "phone": "2"}, ["email"], onConflict="ignore").json
    assert (answer["operation"], answer["record"]) == ("ignored", stored)


def test_ignore_creates(upsert):
    assert upsert("contacts", ANN, ["email"], onConflict="ignore").json["operation"] == "created"


def test_ignored_values_must_be_of_the_right_type(upsert, stored):
    assert upsert("contacts", {"email": "a", "age": "x"}, ["email"], onConflict="ignore").status_code == 400


def test_update_fields(upsert, stored):
    given = {"email": "a", "name": "X", "notes": "new", "phone": "2"}
    answer = upsert("contacts", given, ["email"], updateFields=["notes", "age"]).json
    assert answer["operation"] == "updated"
    assert {**answer["record"], "updated_at": 0} == {**stored, "notes": "new", "updated_at": 0}


def test_update_fields_count_whole_on_a_create(upsert):
    assert upsert("contacts", ANN, ["email"], updateFields=["notes"]).json["record"]["name"] == "Ann"


def test_update_fields_that_leave_nothing_to_write(upsert, stored):
    answer = upsert("contacts", {"email": "a", "name": "X"}, ["email"], updateFields=["notes"]).json
    assert (answer["operation"], answer["record"]) == ("ignored", stored)


@pytest.mark.parametrize(
    ("where", "operation"),
    [
        ({"notes": "old"}, "updated"),
        ({"notes": "old", "age": None}, "updated"),
        ({"notes": None}, "ignored"),
        ({"notes": "OLD"}, "ignored"),
        ({"id": 2}, "updated"),
        ({"id": 1}, "ignored"),
        ({}, "updated"),
    ],
)
def test_update_where(upsert, stored, where, operation):
    answer = upsert("contacts", {"email": "a", "name": "X"}, ["email"], updateWhere=where).json
    assert answer["operation"] == operation
    assert answer["record"]["name"] == ("X" if operation == "updated" else "Ann")


def test_update_where_the_time_agrees(upsert, stored):
    fields = {"email": "a", "name": "X"}
    where = {"updated_at": stored["updated_at"]}
    answers = [upsert("contacts", fields, ["email"], updateWhere=where).json["operation"] for _ in range(2)]
    assert answers == ["updated", "ignored"]


@pytest.mark.parametrize(
    "members",
    [
        {"onConflict": "upsert"},
        {"onConflict": None},
        {"onConflict": ["update"]},
        {"updateFields": "notes"},
        {"updateFields": ["nope"]},
        {"updateFields": ["id"]},
        {"updateFields": [1]},
        {"updateWhere": []},
        {"updateWhere": {"nope": 1}},
        {"updateWhere": {"age": "x"}},
        {"updateWhere": {"age": {"in": []}}},
        {"onMissing": ["error"]},
        {"onConflict": "replace", "updateFields": ["name"]},
        {"onConflict": "replace", "updateValues": {"name": "X"}},
        {"onConflict": "replace", "updateValues": {}, "updateFields": []},
    ],
)
def test_refused(upsert, stored, contacts, members):
    before = contacts()
    assert upsert("contacts", {"email": "a", "name": "X"}, ["email"], **members).status_code == 400
    assert contacts() == before


@pytest.mark.parametrize("role", ["creator", "updater"])
def test_ignored_needs_no_permission_to_update(upsert, stored, role):
    assert upsert("contacts", ANN, ["email"], role=role, onConflict="ignore").json["operation"] == "ignored"


@pytest.mark.parametrize("match", [None, [], "email", ["nope"]])
def test_ignoring_any_conflict_leaves_the_match_fields_out(upsert, match):
    assert upsert("contacts", ANN, match, onConflict="ignore").status_code == 400


def test_a_batch_may_move_a_key_and_then_meet_it(upsert, stored):
    rows = [{"email": "a", "name": "X"}, {"email": "c", "name": "Y"}]
    answer = upsert("contacts", rows, ["email"], updateValues={"email": "c"}).json
    assert [each["operation"] for each in answer["records"]] == ["updated", "updated"]
