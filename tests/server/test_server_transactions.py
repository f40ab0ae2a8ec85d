"""Several operations, all or nothing (CONTRACT 3.3)."""

import pytest

USER = {"op": "create", "table": "users", "fields": {"email": "u"}, "as": "user"}
PROJECT = {"op": "create", "table": "projects", "fields": {"name": "P", "user_id": {"$ref": "user.id"}}, "as": "p"}


@pytest.fixture
def transact(call):
    return lambda *operations, role="editor": call("POST", "/api/transactions", {"operations": [*operations]}, role)


@pytest.fixture
def total(call):
    return lambda table: call("GET", f"/api/tables/{table}/records").json["total"]


def test_parent_and_children_together(transact):
    where = {"status": "draft"}
    update = {
        "op": "update",
        "table": "projects",
        "id": {"$ref": "p.id"},
        "where": where,
        "fields": {"status": "active"},
    }
    child = {"op": "create", "table": "conversations", "fields": {"project_id": {"$ref": "p.id"}, "title": "T"}}
    answer = transact(USER, PROJECT, child, update, {"op": "delete", "table": "users", "id": {"$ref": "user.id"}})
    assert answer.status_code == 200
    results = answer.json["results"]
    assert [each["operation"] for each in results] == ["created", "created", "created", "updated", "deleted"]
    assert results[2]["record"]["project_id"] == results[1]["id"]
    assert results[3]["record"]["status"] == "active"
    assert results[4] == {"op": "delete", "operation": "deleted", "id": results[0]["id"], "record": None}


def test_upsert_within(transact, total):
    upsert = {"op": "upsert", "table": "contacts", "fields": {"email": "e", "name": "N"}, "matchFields": ["email"]}
    answer = transact(upsert, upsert, {**upsert, "onConflict": "ignore"}).json
    assert [each["operation"] for each in answer["results"]] == ["created", "updated", "ignored"]
    assert total("contacts") == 1
    assert transact({**upsert, "matchFields": ["name"]}).status_code == 400
    assert transact({**upsert, "fields": {"email": "x"}}).status_code == 400


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        ({"op": "create", "table": "users", "fields": {"email": "u"}}, 409),
        ({"op": "create", "table": "users", "fields": {}}, 400),
        ({"op": "create", "table": "users", "fields": {"email": {"$ref": "nope.id"}}}, 400),
        ({"op": "create", "table": "users", "fields": {"email": {"$ref": "user.nope"}}}, 400),
        ({"op": "create", "table": "users", "fields": {"email": {"$ref": 1}}}, 400),
        ({"op": "create", "table": "users", "fields": {"email": "v"}, "as": "user"}, 400),
        ({"op": "create", "table": "users", "fields": {"email": "v"}, "id": 1}, 400),
        ({"op": "create", "table": "users"}, 400),
        ({"op": "create", "table": "nope", "fields": {}}, 404),
        ({"op": "create", "table": 7, "fields": {}}, 400),
        ({"op": "update", "table": "users", "id": "nope", "fields": {}}, 404),
        ({"op": "update", "table": "users", "id": {"$ref": "user.id"}, "fields": {}, "where": {"email": "x"}}, 409),
        ({"op": "update", "table": "users", "id": {"$ref": "user.id"}, "fields": {}, "where": {"nope": "x"}}, 400),
        ({"op": "delete", "table": "users", "id": {"$ref": "user.id"}, "where": {"name": "x"}}, 409),
        ({"op": "delete", "table": "users"}, 400),
        ({"op": "replace", "table": "users"}, 400),
        ("x", 400),
    ],
)
def test_a_failure_leaves_nothing(transact, total, bad, status):
    answer = transact(USER, PROJECT, bad)
    assert (answer.status_code, answer.json["index"]) == (status, 2)
    assert (total("users"), total("projects")) == (0, 0)


def test_permissions_of_every_operation(transact, total):
    assert transact(USER, PROJECT, role="creator").status_code == 200
    delete = {"op": "delete", "table": "users", "id": "x"}
    answer = transact({**USER, "fields": {"email": "v"}}, delete, role="creator")
    assert (answer.status_code, answer.json["index"]) == (403, 1)
    assert transact(USER, role="viewer").status_code == 403
    assert transact(USER, role="updater").status_code == 403
    assert total("users") == 1


def test_permission_by_the_match(transact, total):
    upsert = {"op": "upsert", "table": "contacts", "fields": {"email": "e", "name": "N"}, "matchFields": ["email"]}
    assert transact(upsert, role="updater").status_code == 403
    assert transact(upsert, upsert, role="creator").status_code == 403
    assert total("contacts") == 0


@pytest.mark.parametrize("body", [{}, {"operations": []}, {"operations": {}}, {"operations": [USER], "x": 1}])
def test_refused(call, body):
    assert call("POST", "/api/transactions", body).status_code == 400
