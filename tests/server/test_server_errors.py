"""The shape of every error answer, and what it must not tell."""

import sqlite3

import pytest

from upsertspec_server import Parts, Problem, create_app, load_schema
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
    assert problem.at(3).body()["errors"] == [{"field": "a", "message": "is wrong", "index": 3}]
    assert Problem(403, "No.").at(2).body()["errors"] == [{"message": "No.", "index": 2}]


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
def test_a_failing_store_tells_nothing(error, name, status):
    if name:
        error.sqlite_errorname = name

    class Failing(Store):
        def begin(self):
            raise error

    app = create_app(load_schema(), {"editor": "t"}, parts=Parts(store=Failing))
    body = {"fields": {"email": "e", "name": "N"}, "matchFields": ["email"]}
    headers = {"Authorization": "Bearer t"}
    answer = app.test_client().post("/api/tables/contacts/records/upsert", json=body, headers=headers)
    app.close()
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert str(error) not in answer.text
