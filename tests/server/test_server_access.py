"""Credentials, permissions, and the order of the checks (CONTRACT 2 and 3)."""

import pytest

ANN = {"email": "ann", "name": "Ann"}
UPSERT = "/api/tables/contacts/records/upsert"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer nope",
        "Basic ZWRpdG9yOnRva2Vu",
        "editor-token",
        "Bearer editor-token x",
        "Bearer editor-token, Bearer editor-token",
        "Bearer éditor-token",
        "Bearer editor-token\xa0",
        "Token editor-token",
    ],
)
def test_credentials_that_are_not_valid(client, contacts, header):
    body = {"fields": ANN, "matchFields": ["email"]}
    answer = client.post(UPSERT, json=body, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.content_type == "application/problem+json"
    assert contacts() == []


def test_scheme_in_any_case(client):
    assert client.get("/api/tables/contacts", headers={"Authorization": "bearer editor-token"}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "OPTIONS", "PUT"])
def test_anonymous_sees_the_same_everywhere(call, method):
    paths = ("/api/tables/contacts", UPSERT, "/api/tables/nope", "/api/tables/nope/records", "/api/nope", "/api")
    answers = [call(method, path, role=None) for path in paths]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1


def test_health_and_openapi_without_credentials(call):
    assert call("GET", "/api/health", role=None).status_code == 200
    assert call("GET", "/openapi.json", role=None).status_code == 200


def test_order_of_checks(client, call, upsert):
    bad = {"data": "not json", "content_type": "text/plain"}
    assert call("POST", "/api/tables/nope/records/upsert", role=None, **bad).status_code == 401
    assert call("POST", "/api/tables/nope/records/upsert", role="viewer", **bad).status_code == 404
    assert call("POST", UPSERT, role="viewer", **bad).status_code == 403
    assert call("POST", UPSERT, role="creator", **bad).status_code == 415
    assert upsert("contacts", {"email": "x"}, ["email"], role="updater").status_code == 400
    upsert("contacts", {**ANN, "phone": "1"}, ["email"])
    assert upsert("contacts", {"email": "x", "name": "X", "phone": "1"}, ["email"], role="updater").status_code == 409
    assert upsert("contacts", {"email": "x", "name": "X"}, ["email"], role="updater").status_code == 403


def test_creator_may_not_update(upsert, contacts):
    assert upsert("contacts", ANN, ["email"], role="creator").json["operation"] == "created"
    before = contacts()
    assert upsert("contacts", {**ANN, "name": "X"}, ["email"], role="creator").status_code == 403
    assert contacts() == before


def test_updater_may_not_create(upsert, contacts):
    assert upsert("contacts", ANN, ["email"], role="updater").status_code == 403
    assert contacts() == []
    upsert("contacts", ANN, ["email"])
    assert upsert("contacts", {**ANN, "name": "X"}, ["email"], role="updater").json["record"]["name"] == "X"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/tables/contacts/records/1", {"editor", "creator", "updater", "viewer"}),
        ("POST", "/api/tables/contacts/records", {"editor", "creator"}),
        ("PATCH", "/api/tables/contacts/records/1", {"editor", "updater"}),
        ("DELETE", "/api/tables/contacts/records/1", {"editor"}),
    ],
)
def test_roles(call, upsert, method, path, allowed):
    upsert("contacts", ANN, ["email"])
    body = None if method in ("GET", "DELETE") else {"fields": {"email": "b", "name": "B"}}
    for role in ("viewer", "updater", "creator", "editor"):
        assert (call(method, path, body, role).status_code == 403) == (role not in allowed)


def test_405_and_404_are_problems(call):
    answer = call("PUT", "/api/tables/contacts")
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]
    for path in ("/api/nope", "/nope", "/api/tables//records", "/api/tables/contacts/records/1/x"):
        answer = call("GET", path)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
