"""The OpenAPI 3.1 description of the server. It names no table (CONTRACT 3.4)."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

from upsertspec_server.openapi_schemas import SCHEMAS, TEXT, Json, array, ref

_STORE = (500, 503)
_WRITE = (400, 409, 413, 415, 507)
_PROBLEMS = (400, 401, 403, 404, 405, 409, 413, 415, 500, 503, 507)
_PATH = "/api/tables/{table}"
_RECORD = f"{_PATH}/records/{{record_id}}"


@cache
def document() -> Json:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "upsertspec reference server",
            "version": "1",
            "description": "Create or update over HTTP. Every error is application/problem+json (RFC 9457).",
        },
        "paths": paths(),
        "components": {
            "schemas": SCHEMAS,
            "parameters": {name: path_parameter(name) for name in ("table", "record_id")},
            "responses": {str(status): problem_response(status) for status in _PROBLEMS},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}],
    }


def paths() -> Json:
    """Every path, and its calls."""
    table, record = [component("table")], [component("table"), component("record_id")]
    return {
        "/": {
            "get": call("This server, for people with a browser", 200, TEXT, (405, 500), public=True, kind="text/html")
        },
        "/api/health": {"get": call("Health", 200, ref("Health"), (405, 500), public=True)},
        "/openapi.json": {"get": call("This document", 200, {"type": "object"}, (405, 500), public=True)},
        _PATH: {
            "parameters": table,
            "get": call("Describe a table", 200, ref("Table"), (400, 401, 403, 404, 405, *_STORE)),
        },
        f"{_PATH}/stats": {
            "parameters": table,
            "get": call("Counts and averages by group", 200, ref("Groups"), (400, 401, 403, 404, 405, *_STORE))
            | {
                "parameters": [
                    parameter("group_by", "string", "the fields to group by, with commas between", required=True),
                    parameter("avg", "string", "the fields to average, with commas between"),
                ]
            },
        },
        f"{_PATH}/records": {
            "parameters": table,
            "get": call("List records", 200, ref("Page"), (400, 401, 403, 404, 405, *_STORE))
            | {"parameters": list_parameters()},
            "post": call("Create a record", 201, ref("Record"), (401, 403, 404, 405, *_WRITE, *_STORE), ref("Fields")),
        },
        f"{_PATH}/records/upsert": {
            "parameters": table,
            "post": call(
                "Create or update a record, or a batch of records",
                200,
                {"oneOf": [ref("Upserted"), ref("UpsertedBatch")]},
                (401, 403, 404, 405, *_WRITE, *_STORE),
                {"oneOf": [ref("Upsert"), ref("UpsertBatch")]},
            ),
        },
        _RECORD: {
            "parameters": record,
            "get": call("Read a record", 200, ref("Record"), (400, 401, 403, 404, 405, *_STORE)),
            "patch": call("Update a record", 200, ref("Record"), (401, 403, 404, 405, *_WRITE, *_STORE), ref("Fields")),
            "delete": call("Delete a record and its children", 204, None, (401, 403, 404, 405, 507, *_STORE)),
        },
        "/api/transactions": {
            "post": call(
                "Several operations, all or nothing",
                200,
                ref("Results"),
                (401, 403, 404, 405, *_WRITE, *_STORE),
                ref("Transaction"),
            ),
        },
    }


def call(
    summary: str,
    status: int,
    answer: Json | None,
    problems: tuple[int, ...],
    body: Json | None = None,
    public: bool = False,
    kind: str = "application/json",
) -> Json:
    """One call: what it takes, and all that it may answer."""
    success: Json = {"description": HTTPStatus(status).phrase}
    if answer is not None:
        success["content"] = {kind: {"schema": answer}}
    if status == HTTPStatus.CREATED:
        success["headers"] = {"Location": {"schema": {"type": "string"}}}
    described: Json = {
        "summary": summary,
        "responses": {
            str(status): success,
            **{str(problem): {"$ref": f"#/components/responses/{problem}"} for problem in sorted(problems)},
        },
    }
    if body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if public:
        described["security"] = []
    return described


def problem_response(status: int) -> Json:
    """One error answer."""
    described: Json = {
        "description": HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": ref("Problem")}},
    }
    headers = {401: "WWW-Authenticate", 405: "Allow", 503: "Retry-After"}
    if status in headers:
        described["headers"] = {headers[status]: {"schema": {"type": "string"}}}
    return described


def component(name: str) -> Json:
    """A reference to a path parameter."""
    return {"$ref": f"#/components/parameters/{name}"}


def path_parameter(name: str) -> Json:
    """A parameter in the path."""
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def parameter(name: str, kind: str, says: str, required: bool = False, **rules: Any) -> Json:
    """A parameter in the query."""
    schema = {"type": kind, **rules}
    return {"name": name, "in": "query", "required": required, "description": says, "schema": schema}


def list_parameters() -> list[Json]:
    """The options of a list, and the filters, whose names are those of the fields."""
    filters = {
        "name": "filters",
        "in": "query",
        "description": "field=value, or field__operator=value; operators: eq ne gt gte lt lte contains in isnull",
        "schema": {
            "type": "object",
            "additionalProperties": {"anyOf": [{"type": "string"}, array({"type": "string"})]},
        },
    }
    return [
        parameter("_limit", "integer", "how many records", minimum=1, maximum=1000, default=50),
        parameter("_offset", "integer", "how many to leave out before them", minimum=0, default=0),
        parameter("_sort", "string", "fields, with commas between; - in front of one for descending"),
        parameter("_fields", "string", "the fields to show, with commas between"),
        parameter("_include", "string", "the child tables to nest, with commas between"),
        filters,
    ]
