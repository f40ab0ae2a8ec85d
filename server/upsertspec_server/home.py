"""The page at `/`: the calls of the OpenAPI document and the tables of the schema, for people with a browser.

It is the same for every caller. It shows what is published anyway, and nothing that is stored: no record, no count, no
token.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from pathlib import Path
from typing import Any

from flask import Response, render_template

from upsertspec_server.openapi import Json, document
from upsertspec_server.schema import Schema

STYLE = (Path(__file__).parent / "templates" / "home.css").read_text("utf-8")
BEARER = '-H "Authorization: Bearer $TOKEN"'
UPSERT = "/api/tables/{table}/records/upsert"
RULES = {"minimum": "at least {}", "maximum": "at most {}", "minItems": "{} or more", "maxItems": "{} or fewer"}


def page(schema: Schema, url: str) -> Response:
    """The page, for a server at this URL. It runs no script and loads nothing: its own policy forbids both."""
    table = next(iter(schema.tables))
    calls = [
        call(path, method, url, table) for path, item in paths().items() for method in item if method != "parameters"
    ]
    try_it = next(each["curl"] for each in calls if each["path"] == UPSERT)
    shapes = document()["components"]["schemas"]
    html = render_template(
        "home.html", info=document()["info"], calls=calls, try_it=try_it, shapes=shapes, words=words, schema=schema,
        style=STYLE
    )  # fmt: skip
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    nothing = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    headers = {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; {nothing}",
        "Referrer-Policy": "no-referrer",
    }
    return Response(html, headers=headers, content_type="text/html; charset=utf-8")


def paths() -> Json:
    """The paths of the document."""
    found: Json = document()["paths"]
    return found


def call(path: str, method: str, url: str, table: str) -> Json:
    """One call as the page shows it: its parameters, bodies, answers, problems, an example and a line for curl."""
    described: Json = paths()[path][method]
    parameters = [resolved(each) for each in (*paths()[path].get("parameters", []), *described.get("parameters", []))]
    answers = {status: resolved(answer) for status, answer in described["responses"].items()}
    body = schema_of(described.get("requestBody", {}))
    example = json.dumps(next(iter(resolved(first_of(body)).get("examples", [])), None)).replace("{table}", table)
    return {
        "method": method.upper(),
        "path": path,
        "anchor": f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}".rstrip("-"),
        "summary": described["summary"],
        "public": described.get("security") == [],
        "parameters": parameters,
        "bodies": named(body),
        "answers": {
            status: (each["description"], named(schema_of(each)))
            for status, each in answers.items()
            if int(status) < 400
        },
        "problems": {status: each["description"] for status, each in answers.items() if int(status) >= 400},
        "example": json.dumps(json.loads(example), indent=2) if body else "",
        "curl": curl(path, method, described, url.rstrip("/"), table, example if body else ""),
    }


def curl(path: str, method: str, described: Json, url: str, table: str, body: str) -> str:
    """The line for a shell that makes the call."""
    query = "&".join(f"{each['name']}=status" for each in described.get("parameters", []) if each.get("required"))
    place = url + path.replace("{table}", table).replace("{record_id}", "1") + (query and f"?{query}")
    parts = ["curl", *([] if method == "get" else ["-X", method.upper()]), shlex.quote(place)]
    parts += [] if described.get("security") == [] else [BEARER]
    parts += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(body)}"] if body else []
    return " ".join(parts)


def resolved(node: Json) -> Json:
    """The node, or what it refers to in the document."""
    found: Any = document() if "$ref" in node else node
    for step in node.get("$ref", "").split("/")[1:]:
        found = found[step]
    return dict(found)


def schema_of(described: Json) -> Json:
    """The schema of a body, whatever its media type."""
    return next((media["schema"] for media in described.get("content", {}).values()), {})


def first_of(schema: Json) -> Json:
    """The first of several schemas."""
    return dict(schema.get("oneOf", [schema])[0])


def named(schema: Json) -> list[str]:
    """The names of the shapes that a schema refers to."""
    return [each["$ref"].rpartition("/")[2] for each in schema.get("oneOf", [schema]) if "$ref" in each]


def words(schema: Json) -> str:
    """What a schema allows, in words: `integer, at least 0, default 50`."""
    rules = [text.format(schema[rule]) for rule, text in RULES.items() if rule in schema]
    rules += [f"default {json.dumps(schema['default'])}"] if "default" in schema else []
    return ", ".join([kind(schema), *rules])


def kind(schema: Json) -> str:
    """What a schema allows, in words, without its rules."""
    for several in ("oneOf", "anyOf"):
        if several in schema and "type" not in schema:
            return " or ".join(kind(each) for each in schema[several])
    match schema:
        case {"$ref": name}:
            return str(name.rpartition("/")[2])
        case {"const": value}:
            return json.dumps(value)
        case {"enum": values}:
            return " or ".join(map(json.dumps, values))
        case {"type": "array", "items": items}:
            return f"a list of {kind(items)}"
        case {"type": "object", "properties": _}:
            return "{" + ", ".join(f"{name}: {kind(inner)}" for name, inner in schema["properties"].items()) + "}"
        case {"type": [*types]}:
            return " or ".join(types)
    return str(schema.get("type", "any value"))
