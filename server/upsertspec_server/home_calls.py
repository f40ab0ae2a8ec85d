"""The OpenAPI document as a reader wants it: each call with its parameters, bodies, answers and a line for `curl`."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from upsertspec_server.home_shapes import Member, members, words

if TYPE_CHECKING:
    from upsertspec_server.openapi_schemas import Json

BEARER = '-H "Authorization: Bearer $TOKEN"'
UPSERT = "/api/tables/{table}/records/upsert"
PROBLEM = "Problem"
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Parameter:
    """A parameter: where it is (path or query), what it holds, and whether it must be there."""

    name: str
    place: str
    holds: str
    required: bool


@dataclass(frozen=True)
class Reply:
    """An answer: its status, what it is called, and the shapes that it may have."""

    status: str
    says: str
    shapes: list[str]


@dataclass(frozen=True)
class Call:
    """One call. `bodies` and `answers` name the shapes that they link to; `curl` is a line for a shell."""

    method: str
    path: str
    anchor: str
    summary: str
    public: bool
    parameters: list[Parameter]
    bodies: list[str]
    answers: list[Reply]
    problems: list[Reply]
    example: str
    curl: str


@dataclass(frozen=True)
class Shape:
    """A named shape: its members, or what it is in words."""

    name: str
    members: list[Member]
    holds: str


def calls(document: Json, url: str, table: str) -> list[Call]:
    """Every call of the document, in its order."""
    return [
        _call(document, path, method, described, url, table)
        for path, item in document["paths"].items()
        for method, described in item.items()
        if method in METHODS
    ]


def shapes(document: Json) -> list[Shape]:
    """Every named shape of the document."""
    named = document["components"]["schemas"]
    return [Shape(name, members(schema), words(schema)) for name, schema in named.items()]


def upsert_line(document: Json, url: str, table: str) -> str:
    """The line for `curl` that upserts a record."""
    return _curl(document, "post", UPSERT, document["paths"][UPSERT]["post"], url, table)


def _call(document: Json, path: str, method: str, described: Json, url: str, table: str) -> Call:
    listed = [*document["paths"][path].get("parameters", []), *described.get("parameters", [])]
    example = _example(document, described, table)
    replies = [_reply(document, status, answer) for status, answer in described["responses"].items()]
    return Call(
        method=method.upper(),
        path=path,
        anchor=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}".rstrip("-"),
        summary=described["summary"],
        public=described.get("security") == [],
        parameters=[_parameter(_resolved(document, each)) for each in listed],
        bodies=_named(_schema(described.get("requestBody", {}))),
        answers=[reply for reply in replies if reply.shapes != [PROBLEM]],
        problems=[reply for reply in replies if reply.shapes == [PROBLEM]],
        example="" if example is None else json.dumps(example, indent=2),
        curl=_curl(document, method, path, described, url, table),
    )


def _resolved(document: Json, node: Json) -> Json:
    """The node, or what it refers to within the document."""
    found: Any = document
    for step in node.get("$ref", "").split("/")[1:]:
        found = found[step]
    return found if "$ref" in node else node


def _parameter(described: Json) -> Parameter:
    holds = ": ".join(filter(None, [words(described["schema"]), described.get("description")]))
    return Parameter(described["name"], described["in"], holds, bool(described.get("required")))


def _reply(document: Json, status: str, answer: Json) -> Reply:
    whole = _resolved(document, answer)
    return Reply(status, whole["description"], _named(_schema(whole)))


def _schema(described: Json) -> Json:
    """The schema of a body, whatever its media type."""
    return next((media.get("schema", {}) for media in described.get("content", {}).values()), {})


def _named(schema: Json) -> list[str]:
    """The shapes that a schema refers to, by name."""
    return [each["$ref"].rpartition("/")[2] for each in schema.get("oneOf", [schema]) if "$ref" in each]


def _example(document: Json, described: Json, table: str) -> Any:
    """The example of a body, with a table in place of `{table}`; None where the call has no body."""
    schema = _schema(described.get("requestBody", {}))
    first = _resolved(document, schema.get("oneOf", [schema])[0])
    found = next(iter(first.get("examples", [])), None)
    return json.loads(json.dumps(found).replace("{table}", table))


def _curl(document: Json, method: str, path: str, described: Json, url: str, table: str) -> str:
    body = _example(document, described, table)
    place = url.rstrip("/") + path.replace("{table}", table).replace("{record_id}", "1")
    query = "&".join(f"{p['name']}=status" for p in described.get("parameters", []) if p.get("required"))
    parts = ["curl", *([] if method == "get" else ["-X", method.upper()]), shlex.quote(place + (query and f"?{query}"))]
    parts += [] if described.get("security") == [] else [BEARER]
    if body is not None:
        parts += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(json.dumps(body))}"]
    return " ".join(parts)
