"""The OpenAPI 3.1 document of the server. It names no table (CONTRACT 3.4)."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

from upsertspec_server import conditions, config
from upsertspec_server.idempotency import HEADER, LONGEST
from upsertspec_server.queries import OPERATORS as FILTERS
from upsertspec_server.transactions import MEMBERS
from upsertspec_server.upsert import ON_CONFLICT, ON_MISSING, OPERATORS

Json = dict[str, Any]

PUBLIC = (405, 500)
READ = (400, 401, 403, 404, 405, 500, 503)
WRITE = (400, 401, 403, 404, 405, 409, 413, 415, 500, 503, 507)
KEYED = (400, 401, 403, 404, 405, 409, 413, 415, 422, 500, 503, 507)
DELETE = (400, 401, 403, 404, 405, 500, 503, 507)
HEADERS = {201: "Location", 401: "WWW-Authenticate", 405: "Allow", 503: "Retry-After"}


def ref(name: str, kind: str = "schemas") -> Json:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def array(items: Json, **rules: Any) -> Json:
    """A list."""
    return {"type": "array", "items": items, **rules}


def closed(needed: str, /, **properties: Json) -> Json:
    """An object without other members. The names of the needed ones are separated by spaces."""
    return {"type": "object", "required": needed.split(), "properties": properties, "additionalProperties": False}


def described(schema: Json, description: str) -> Json:
    """The schema with a description."""
    return {**schema, "description": description}


TEXT: Json = {"type": "string"}
TIME: Json = {"type": "string", "format": "date-time"}
COUNT: Json = {"type": "integer", "minimum": 0}
OBJECT: Json = {"type": "object"}
ID: Json = {"type": ["integer", "string"]}
FLAG: Json = {"type": "boolean"}
NAMES = array(TEXT)
JOHN: Json = {"email": "john@example.com", "name": "John Doe"}
JANE: Json = {"email": "jane@example.com", "name": "Jane Roe"}
BY_EMAIL: Json = {"matchFields": ["email"]}
CONFLICT: dict[str, Json] = {
    "matchFields": array(TEXT, minItems=1, uniqueItems=True),
    "onConflict": {"enum": list(ON_CONFLICT), "default": "update"},
    "onMissing": {"enum": list(ON_MISSING), "default": "create"},
    "updateFields": NAMES,
    "updateValues": OBJECT,
    "updateWhere": described(OBJECT, f"field to value, or to an object with one operator: {' '.join(OPERATORS)}"),
}
BY_A_KEY: Json = {
    "anyOf": [
        {"required": ["matchFields"]},
        {"required": ["onConflict"], "properties": {"onConflict": {"const": "ignore"}}},
    ],
    "not": {"required": ["updateFields", "updateValues"]},
}
"""Match fields are named, unless any conflict is ignored."""
OPERATION_MEMBERS: dict[str, Json] = {
    "table": TEXT, "as": TEXT, "id": {}, "fields": OBJECT, "where": OBJECT, **CONFLICT
}  # fmt: skip


def operation(op: str) -> Json:
    """One kind of operation of a transaction."""
    needed = [name for name in ("table", "id", "fields") if name in MEMBERS[op]]
    members = {name: OPERATION_MEMBERS[name] for name in OPERATION_MEMBERS if name in MEMBERS[op]}
    rules = BY_A_KEY if op == "upsert" else {}
    return closed(" ".join(["op", *needed]), op={"const": op}, **members) | rules


def examples(schema: Json, *given: Json) -> Json:
    """The schema with examples. `{table}` stands for the name of a table."""
    return {**schema, "examples": list(given)}


LIST_OF = {"minItems": 1, "maxItems": config.MAX_RECORDS}
SCHEMAS: Json = {
    "Health": closed("status", status={"const": "ok"}),
    "Record": {
        "type": "object",
        "required": ["id", "created_at", "updated_at"],
        "properties": {"id": ID, "created_at": TIME, "updated_at": TIME},
    },
    "Fields": examples(closed("fields", fields=OBJECT), {"fields": JOHN}),
    "Upsert": examples(closed("fields", fields=OBJECT, **CONFLICT) | BY_A_KEY, {"fields": JOHN, **BY_EMAIL}),
    "UpsertBatch": examples(
        closed("records", records=array(OBJECT, **LIST_OF), **CONFLICT) | BY_A_KEY,
        {"records": [JOHN, JANE], **BY_EMAIL},
    ),
    "Upserted": closed(
        "id operation record", id=ID, operation={"enum": ["created", "updated", "ignored"]}, record=ref("Record")
    ),
    "UpsertedBatch": closed(
        "created updated ignored records", created=COUNT, updated=COUNT, ignored=COUNT, records=array(ref("Upserted"))
    ),
    "Page": closed(
        "records total limit offset",
        records=array({"type": "object", "required": ["id"]}),
        total=COUNT,
        limit=COUNT,
        offset=COUNT,
    ),
    "Groups": closed("groups", groups=array({"type": "object", "required": ["count"]})),
    "Table": closed(
        "id name fields unique_keys",
        id={"type": "integer", "minimum": 1},
        name=TEXT,
        fields={"type": "object", "additionalProperties": ref("Field")},
        unique_keys=array(NAMES),
    ),
    "Field": closed(
        "",
        type={"enum": ["text", "integer", "boolean", "date", "datetime", "decimal", "json"]},
        references=TEXT,
        required=FLAG,
        unique=FLAG,
        options=NAMES,
        default={},
        minimum={"type": "integer"},
        pattern=TEXT,
        schema=OBJECT,
    )
    | {"oneOf": [{"required": ["type"]}, {"required": ["references"]}]},
    "Transaction": examples(
        closed("operations", operations=array({"oneOf": [operation(op) for op in MEMBERS]}, **LIST_OF)),
        {"operations": [{"op": "upsert", "table": "{table}", "fields": JOHN, **BY_EMAIL}]},
    ),
    "Results": closed(
        "results",
        results=array(
            closed(
                "op operation id record",
                op={"enum": list(MEMBERS)},
                operation={"enum": ["created", "updated", "ignored", "deleted"]},
                id=ID,
                record={"anyOf": [ref("Record"), {"type": "null"}]},
            )
        ),
    ),
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "index": COUNT,
            "errors": array(closed("message", field=TEXT, message=TEXT, index=COUNT)),
        },
    },
}


def call(
    summary: str,
    status: int,
    answer: Json | None,
    problems: tuple[int, ...],
    body: Json | None = None,
    tagged: bool = False,
    **more: Any,
) -> Json:
    """One call: what it takes, and everything that it may answer, `tagged` with an ETag. `more` are other members."""
    kind = "text/html" if answer is TEXT else "application/json"
    responses = {str(status): response(status, kind, answer)}
    if tagged:
        responses[str(status)].setdefault("headers", {})["ETag"] = {"schema": TEXT}
    responses |= {str(problem): ref(str(problem), "responses") for problem in problems}
    described: Json = {"summary": summary, "responses": responses, **more}
    if body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return described if problems is not PUBLIC else described | {"security": []}


def conditional(described: Json) -> Json:
    """A call about one record, with the conditions that it may be done under; its answer, if it has one, has a tag."""
    described["parameters"] = [*described.get("parameters", []), *CONDITIONS]
    described["responses"]["412"] = ref("412", "responses")
    if "200" in described["responses"]:
        described["responses"]["200"]["headers"] = {"ETag": {"schema": TEXT}}
    return described


def unless_known(described: Json) -> Json:
    """A read, which may also be answered with 304."""
    described["responses"]["304"] = {"description": HTTPStatus(304).phrase, "headers": {"ETag": {"schema": TEXT}}}
    return described


def response(status: int, kind: str, schema: Json | None) -> Json:
    """One answer."""
    described: Json = {"description": HTTPStatus(status).phrase}
    if schema is not None:
        described["content"] = {kind: {"schema": schema}}
    if status in HEADERS:
        described["headers"] = {HEADERS[status]: {"schema": TEXT}}
    return described


def parameter(name: str, schema: Json, description: str = "", place: str = "query", required: bool = False) -> Json:
    """A parameter."""
    described = {"name": name, "in": place, "required": required, "schema": schema}
    return described | ({"description": description} if description else {})


INCLUDE = parameter(
    "_include", TEXT, "the children and parents to nest, separated by commas; a second level after a dot"
)
READ_PARAMETERS = [
    INCLUDE,
    parameter(
        "nested",
        {"type": "object", "additionalProperties": TEXT},
        "child._sort, child._limit and child._fields, for each child that is included",
    ),
]
LIST_PARAMETERS = [
    parameter(
        "_limit",
        {"type": "integer", "minimum": 1, "maximum": config.MAX_LIMIT, "default": config.DEFAULT_LIMIT},
        "how many records",
    ),
    parameter("_offset", {**COUNT, "default": 0}, "how many records to skip"),
    parameter("_sort", TEXT, "the fields to sort by, separated by commas; - in front of one for descending"),
    parameter("_fields", TEXT, "the fields to show, separated by commas"),
    INCLUDE,
    parameter(
        "filters",
        {"type": "object", "additionalProperties": {"anyOf": [TEXT, NAMES]}},
        f"field=value, or field__operator=value; operators: {' '.join(FILTERS)}. Also child._sort, child._limit and "
        "child._fields, for each child that is included",
    ),
]
CONDITIONS = [
    parameter(
        name,
        {"type": "string", "pattern": f"^({conditions.READABLE.pattern})$"},
        f"done only if the stored record {meets}",
        "header",
    )
    for name, meets in (("If-Match", "has one of these tags"), ("If-None-Match", "has none of these tags"))
]
STATS_PARAMETERS = [
    parameter("group_by", TEXT, "the fields to group by, separated by commas", required=True),
    parameter("avg", TEXT, "the fields to average, separated by commas"),
    parameter("filters", {"type": "object", "additionalProperties": {"anyOf": [TEXT, NAMES]}}, "as in a list"),
]


def keyed(summary: str, status: int, answer: Json, body: Json, tagged: bool = False) -> Json:
    """A write that is done once for each Idempotency-Key."""
    return call(summary, status, answer, KEYED, body, tagged, parameters=[ref("idempotency_key", "parameters")])


def paths() -> Json:
    """Every path, and its calls."""
    table = {"parameters": [ref("table", "parameters")]}
    record = {"parameters": [ref("table", "parameters"), ref("record_id", "parameters")]}
    upserted, upsert = [
        [ref(one), ref(many)] for one, many in (("Upserted", "UpsertedBatch"), ("Upsert", "UpsertBatch"))
    ]
    return {
        "/": {"get": call("This server, for people with a browser", 200, TEXT, PUBLIC)},
        "/api/health": {"get": call("Health", 200, ref("Health"), PUBLIC)},
        "/openapi.json": {"get": call("This document", 200, OBJECT, PUBLIC)},
        "/api/tables/{table}": table | {"get": call("Describe a table", 200, ref("Table"), READ)},
        "/api/tables/{table}/stats": table
        | {"get": call("Counts and averages by group", 200, ref("Groups"), READ, parameters=STATS_PARAMETERS)},
        "/api/tables/{table}/records": table
        | {
            "get": call("List records", 200, ref("Page"), READ, parameters=LIST_PARAMETERS),
            "post": keyed("Create a record", 201, ref("Record"), ref("Fields"), tagged=True),
        },
        "/api/tables/{table}/records/upsert": table
        | {
            "post": conditional(
                keyed("Create or update a record, or a batch", 200, {"oneOf": upserted}, {"oneOf": upsert})
            )
        },
        "/api/tables/{table}/records/{record_id}": record
        | {
            "get": unless_known(
                conditional(call("Read a record", 200, ref("Record"), READ, parameters=READ_PARAMETERS))
            ),
            "patch": conditional(call("Update a record", 200, ref("Record"), WRITE, ref("Fields"))),
            "delete": conditional(call("Delete a record and its children", 204, None, DELETE)),
        },
        "/api/transactions": {
            "post": keyed("Several operations, all or nothing", 200, ref("Results"), ref("Transaction"))
        },
    }


@cache
def document() -> Json:
    """The whole document."""
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
            "parameters": {
                **{name: parameter(name, TEXT, place="path", required=True) for name in ("table", "record_id")},
                "idempotency_key": parameter(
                    HEADER,
                    {"type": "string", "minLength": 1, "maxLength": LONGEST},
                    "a text for this one write; a request that is sent again with it is answered as before",
                    place="header",
                ),
            },
            "responses": {
                str(status): response(status, "application/problem+json", ref("Problem"))
                for status in sorted({*READ, *KEYED, 412})
            },
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}],
    }
