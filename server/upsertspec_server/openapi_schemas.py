"""The shapes of requests and answers, as JSON Schema."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def ref(name: str) -> Json:
    """A reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Json, **rules: Any) -> Json:
    """A list."""
    return {"type": "array", "items": items, **rules}


def closed(required: list[str], **properties: Json) -> Json:
    """An object without other members."""
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def like(schema: Json, *examples: Json) -> Json:
    """The schema with examples of what it lets through. `{table}` stands for a table's name: none is named here."""
    return {**schema, "examples": list(examples)}


JOHN: Json = {"email": "john@example.com", "name": "John Doe"}
JANE: Json = {"email": "jane@example.com", "name": "Jane Roe"}
BY_EMAIL: Json = {"matchFields": ["email"]}
TEXT: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 0}
ANY_OBJECT: Json = {"type": "object"}
ID: Json = {"type": ["integer", "string"]}
NAMES = array(TEXT)
CONFLICT: dict[str, Json] = {
    "matchFields": array(TEXT, minItems=1, uniqueItems=True),
    "onConflict": {"enum": ["update", "ignore"], "default": "update"},
    "updateFields": NAMES,
    "updateWhere": ANY_OBJECT,
}
OPERATION: Json = {
    "oneOf": [
        closed(["op", "table", "fields"], op={"const": "create"}, table=TEXT, fields=ANY_OBJECT, **{"as": TEXT}),
        closed(
            ["op", "table", "fields", "matchFields"],
            op={"const": "upsert"},
            table=TEXT,
            fields=ANY_OBJECT,
            **CONFLICT,
            **{"as": TEXT},
        ),
        closed(
            ["op", "table", "id", "fields"],
            op={"const": "update"},
            table=TEXT,
            id={},
            fields=ANY_OBJECT,
            where=ANY_OBJECT,
            **{"as": TEXT},
        ),
        closed(["op", "table", "id"], op={"const": "delete"}, table=TEXT, id={}, where=ANY_OBJECT, **{"as": TEXT}),
    ]
}
SCHEMAS: Json = {
    "Health": closed(["status"], status={"const": "ok"}),
    "Record": {
        "type": "object",
        "required": ["id", "created_at", "updated_at"],
        "properties": {
            "id": ID,
            "created_at": {"type": "string", "format": "date-time"},
            "updated_at": {"type": "string", "format": "date-time"},
        },
    },
    "Fields": like(closed(["fields"], fields=ANY_OBJECT), {"fields": JOHN}),
    "Upsert": like(closed(["fields", "matchFields"], fields=ANY_OBJECT, **CONFLICT), {"fields": JOHN, **BY_EMAIL}),
    "UpsertBatch": like(
        closed(["records", "matchFields"], records=array(ANY_OBJECT, minItems=1, maxItems=1000), **CONFLICT),
        {"records": [JOHN, JANE], **BY_EMAIL},
    ),
    "Upserted": closed(
        ["id", "operation", "record"],
        id=ID,
        operation={"enum": ["created", "updated", "ignored"]},
        record=ref("Record"),
    ),
    "UpsertedBatch": closed(
        ["created", "updated", "ignored", "records"],
        created=COUNT,
        updated=COUNT,
        ignored=COUNT,
        records=array(ref("Upserted")),
    ),
    "Page": closed(
        ["records", "total", "limit", "offset"],
        records=array({"type": "object", "required": ["id"]}),
        total=COUNT,
        limit=COUNT,
        offset=COUNT,
    ),
    "Groups": closed(["groups"], groups=array({"type": "object", "required": ["count"]})),
    "Table": closed(
        ["name", "fields", "unique_keys"],
        name=TEXT,
        fields={"type": "object", "additionalProperties": ref("Field")},
        unique_keys=array(NAMES),
    ),
    "Field": {
        "oneOf": [{"required": ["type"]}, {"required": ["references"]}],
        "type": "object",
        "properties": {
            "type": {"enum": ["text", "integer", "boolean", "date", "datetime", "decimal", "json"]},
            "references": TEXT,
            "required": {"type": "boolean"},
            "unique": {"type": "boolean"},
            "options": NAMES,
            "default": {},
            "minimum": {"type": "integer"},
            "pattern": TEXT,
            "schema": ANY_OBJECT,
        },
        "additionalProperties": False,
    },
    "Transaction": like(
        closed(["operations"], operations=array(OPERATION, minItems=1, maxItems=1000)),
        {"operations": [{"op": "upsert", "table": "{table}", "fields": JOHN, **BY_EMAIL}]},
    ),
    "Results": closed(
        ["results"],
        results=array(
            closed(
                ["op", "operation", "id", "record"],
                op={"enum": ["create", "upsert", "update", "delete"]},
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
            "errors": array(closed(["message"], field=TEXT, message=TEXT, index=COUNT)),
        },
    },
}
