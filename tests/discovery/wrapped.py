"""The products API once more, with each record wrapped as well-known conventions do it, and described so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, jsonify, request

Json = dict[str, Any]


def of(**properties: Any) -> Json:
    """The schema of an object that has all of these members."""
    return {"type": "object", "required": list(properties), "properties": properties}


def plain(row: Json) -> Json:
    """The record as it is."""
    return row


def with_attributes(row: Json) -> Json:
    """The fields of a record apart from its id."""
    return {"id": row["id"], "attributes": {name: value for name, value in row.items() if name != "id"}}


def resource(row: Json) -> Json:
    """A record of JSON:API, whose id is a text."""
    return {"type": "products", **with_attributes(row), "id": str(row["id"])}


def divided(product: Json, ident: str, **more: Any) -> Json:
    """The schema of a record whose id stands apart."""
    fields = {name: schema for name, schema in product["properties"].items() if name != "id"}
    return of(**more, id={"type": ident}, attributes=of(**fields))


@dataclass(frozen=True)
class Style:
    """How records are wrapped: in a body below the members `sent`, in an answer below `one`, in lists below `many`.

    `shown` is a record in an answer, `schema` its schema; `constant` stands beside the fields in a body.
    """

    sent: tuple[str, ...]
    one: tuple[str, ...]
    many: tuple[str, ...]
    filter: str = "{}"
    media: str = "application/json"
    shown: Callable[[Json], Json] = plain
    schema: Callable[[Json], Json] = plain
    constant: Mapping[str, Any] | None = None
    refuses_id: bool = False


PRODUCTS = {"type": "string", "enum": ["products"]}
STYLES = {
    "JSON:API": Style(
        ("data", "attributes"),
        ("data",),
        ("data",),
        "filter[{}]",
        "application/vnd.api+json",
        resource,
        lambda product: divided(product, "string", type=PRODUCTS),
        {"type": PRODUCTS},
        refuses_id=True,
    ),
    "Strapi": Style(
        ("data",),
        ("data",),
        ("data",),
        "filters[{}][$eq]",
        shown=with_attributes,
        schema=lambda product: divided(product, "number"),
    ),
    "an envelope": Style(("product",), ("result",), ("_embedded", "products")),
}


def below(members: tuple[str, ...], value: Any, beside: Mapping[str, Any] | None = None) -> Any:
    """The value below these members, with others beside the last of them."""
    for place, name in enumerate(reversed(members)):
        value = {**(beside or {} if place == 0 else {}), name: value}
    return value


def described(members: tuple[str, ...], schema: Json, beside: Mapping[str, Any] | None = None) -> Json:
    """The schema of that."""
    for place, name in enumerate(reversed(members)):
        schema = of(**(beside or {} if place == 0 else {}), **{name: schema})
    return schema


def document(style: Style, inner: Json) -> Json:
    """The document of the products API with everything wrapped."""
    schemas, paths = inner["components"]["schemas"], inner["paths"]
    record = style.schema(schemas["Product"])
    one = {style.media: {"schema": described(style.one, record)}}
    many = {style.media: {"schema": described(style.many, {"type": "array", "items": record})}}
    for path, operations in paths.items():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if status[0] == "2" and "content" in answer:
                    answer["content"] = many if path == "/api/products" else one
            for each in operation["parameters"]:
                if each["in"] == "query" and each["name"] != "limit":
                    each["name"] = style.filter.format(each["name"])
            if "requestBody" in operation:
                schema = described(style.sent, schemas["ProductIn"], style.constant)
                operation["requestBody"]["content"] = {style.media: {"schema": schema}}
    return inner


def app(style: Style, products: Flask) -> Flask:
    """The API: each request is unwrapped for the products API, and its answer wrapped."""
    made, inner = Flask(__name__), products.test_client()

    @made.before_request
    def forward() -> Response:
        body: Any = None
        if request.method == "PUT":
            if request.mimetype != style.media:
                return problem(415, f"send {style.media}")
            body = request.get_json(force=True, silent=True)
            for name in style.sent:
                body = body.get(name) if isinstance(body, dict) else None
            if style.refuses_id and isinstance(body, dict) and "id" in body:
                return problem(422, "id is no attribute")
        query = {name: request.args.get(style.filter.format(name), request.args.get(name)) for name in NAMES}
        answer = inner.open(
            request.path,
            method=request.method,
            headers={name: value for name, value in request.headers.items() if name.lower() == "x-api-key"},
            query_string={name: value for name, value in query.items() if value is not None},
            json=body,
        )
        if answer.status_code >= 300 or not answer.data:
            return Response(answer.data, answer.status_code, content_type=answer.content_type)
        if request.path == "/openapi.json":
            return jsonify(document(style, answer.json))
        found = answer.json
        whole = isinstance(found, list)
        shown = [style.shown(each) for each in found] if whole else style.shown(found)
        response = jsonify(below(style.many if whole else style.one, shown))
        response.status_code, response.mimetype = answer.status_code, style.media
        return response

    return made


NAMES = ("sku", "barcode", "category", "title", "limit")


def problem(status: int, why: str) -> Response:
    """A refusal."""
    answer = jsonify(errors=[{"detail": why}])
    answer.status_code = status
    return answer
