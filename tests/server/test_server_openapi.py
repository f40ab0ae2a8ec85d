"""The OpenAPI description is valid, neutral, and true of the server (CONTRACT 3.4)."""

import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from upsertspec_server import load_schema


@pytest.fixture
def document(call):
    return call("GET", "/openapi.json", role=None).get_json()


def test_valid(document):
    validate(document)


def test_names_no_table(document):
    for name in load_schema().tables:
        assert f"/tables/{name}" not in str(document)


def test_paths_and_methods_are_those_of_the_server(app, document):
    described = {
        (method.upper(), path)
        for path, calls in document["paths"].items()
        for method in calls
        if method != "parameters"
    }
    routed = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD"}
    }
    assert described == routed


def test_answers_fit_their_schemas(document, call, upsert):
    def check(answer, name):
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        Draft202012Validator(schema).validate(answer.get_json())

    ann = {"email": "a", "name": "A"}
    check(upsert("contacts", ann, ["email"]), "Upserted")
    check(upsert("contacts", [ann], ["email"]), "UpsertedBatch")
    check(upsert("contacts", [{}], ["email"]), "Problem")
    check(upsert("contacts", [ann], ["email"], role="creator"), "Problem")
    check(call("GET", "/api/tables/contacts/records"), "Page")
    check(call("GET", "/api/tables/contacts/records/1"), "Record")
    check(call("GET", "/api/tables/contacts/stats?group_by=status"), "Groups")
    check(call("GET", "/api/health"), "Health")
    for name in load_schema().tables:
        check(call("GET", f"/api/tables/{name}"), "Table")
    delete = {"op": "delete", "table": "contacts", "id": 1}
    check(call("POST", "/api/transactions", {"operations": [delete]}), "Results")
