"""The shape of every error answer, and what it must not reveal."""

import sqlite3

import pytest

from upsertspec_server import Problem, Server, create_app
from upsertspec_server.errors import at_index
from upsertspec_server.store import Store


def test_the_shape_of_a_problem():
    problem = Problem(400, "Why.", [{"field": "a", "message": "is wrong"}])
    assert problem.body() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "Why.",
        "errors": [{"field": "a", "message": "is wrong"}],
    }
    problem.index = 3
    assert problem.body()["errors"] == [{"field": "a", "message": "is wrong", "index": 3}]
    with pytest.raises(Problem) as refused, at_index(2):
        raise Problem(403, "No.")
    assert refused.value.body()["errors"] == [{"message": "No.", "index": 2}]


@pytest.mark.parametrize(
    ("error", "name", "status"),
    [
        (sqlite3.OperationalError("database is locked"), "SQLITE_BUSY", 503),
        (sqlite3.OperationalError("database or disk is full"), "SQLITE_FULL", 507),
        (sqlite3.OperationalError("attempt to write a readonly database"), "SQLITE_READONLY", 503),
        (sqlite3.OperationalError("unable to open database file"), "SQLITE_CANTOPEN", 503),
        (sqlite3.DatabaseError("database disk image is malformed"), "SQLITE_CORRUPT", 500),
        (RuntimeError("secret inside"), None, 500),
    ],
)
def test_a_failing_store_reveals_nothing(error, name, status):
    if name:
        error.sqlite_errorname = name

    class FailingStore(Store):
        def transaction(self):
            raise error

    class Failing(Server):
        store_class = FailingStore

    app = create_app({"TOKENS": {"editor": "t"}}, Failing)
    body = {"fields": {"email": "e", "name": "N"}, "matchFields": ["email"]}
    headers = {"Authorization": "Bearer t"}
    answer = app.test_client().post("/api/tables/contacts/records/upsert", json=body, headers=headers)
    app.close()
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert str(error) not in answer.text
