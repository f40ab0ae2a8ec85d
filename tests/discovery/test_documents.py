"""`init` reads the OpenAPI documents that common frameworks write: resource, key, binding, shape and credentials."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from upsertspec.discovery.fetch import Found
from upsertspec.discovery.write import target_file
from upsertspec.target.target_file import from_file

DOCUMENTS = Path(__file__).parent / "documents"
ENV = {"UPSERTSPEC_TOKEN_EDITOR": "the-editors-token"}


@dataclass(frozen=True)
class Expected:
    """What has to be in the file. `fields` and `credential` may be a part of what is there."""

    name: str
    fields: dict[str, Any]
    upsert: dict[str, Any]
    find: dict[str, Any]
    delete: dict[str, Any] | None
    credential: dict[str, str]
    more: dict[str, Any] = field(default_factory=dict)
    deviations: dict[str, int] = field(default_factory=dict)


EXPECTED = {
    "fastapi": Expected(
        "products",
        {
            "email": {"name": "sku", "text": "SKU-{n}"},
            "name": {"name": "title", "minimum_length": 1, "maximum_length": 200},
            "age": {"name": "stock", "default": 0, "null": False},
            "phone": {"name": "barcode", "text": "{n:013}", "maximum_length": 13},
            "vip": False,
            "birthday": "available_from",
            "notes": "description",
        },
        {"method": "PUT", "path": "/api/v1/{table}/{key.sku}", "body": "{otherFields}"},
        {"path": "/api/v1/{table}/{key.sku}", "answer": {"record": "."}},
        {"path": "/api/v1/{table}/{key.sku}"},
        {"Authorization": "Bearer the-editors-token"},
        {"always": {"price": 1}},
        {"created": 201, "invalid": 422},
    ),
    "fastapi_books": Expected(
        "books",
        {
            "email": {"name": "isbn", "text": "{n:013}", "maximum_length": 13},
            "name": {"name": "title", "minimum_length": 1, "maximum_length": 200},
            "status": {
                "name": "binding",
                "values": {"active": "paperback", "inactive": "hardcover", "pending": "ebook"},
                "default": "paperback",
                "null": False,
            },
            "age": {"name": "pages", "minimum": 1},
            "vip": {"name": "in_print", "default": True, "null": False},
            "birthday": "published",
        },
        {"method": "PUT", "path": "/v1/{table}/{key.isbn}", "body": "{fields}"},
        {"path": "/v1/{table}/{key.isbn}", "answer": {"record": "."}},
        {"path": "/v1/{table}/{key.isbn}"},
        {"Authorization": "Bearer the-editors-token"},
        {"always": {"author": "text", "price": 1}},
        {"created": 201, "invalid": 422},
    ),
    "express": Expected(
        "customers",
        {
            "email": "email",
            "status": {
                "name": "tier",
                "values": {"active": "free", "inactive": "pro"},
                "default": "free",
                "null": False,
            },
            "age": "visits",
            "phone": "phone",
        },
        {"method": "PUT", "path": "/{table}/{key.email}", "body": "{fields}"},
        {"path": "/{table}", "query": {"{field}": "{value}", "limit": "{limit}"}, "answer": {"records": "data"}},
        {"path": "/{table}/{key.email}"},
        {"x-api-key": "the-editors-token"},
        {"protected": {"id": "_id", "created_at": "createdAt", "updated_at": "updatedAt"}},
        {"created": 201, "deleted": 200},
    ),
    "envelope": Expected(
        "articles",
        {"email": "articleCode", "name": "displayName", "age": {"name": "quantityOnHand", "default": 0, "null": False}},
        {
            "method": "PUT",
            "path": "/v2/{table}/{key.articleCode}",
            "body": "{otherFields}",
            "answer": {"record": "data", "operation": {"status": {"201": "created", "200": "updated"}}},
        },
        {"path": "/v2/{table}/{key.articleCode}", "answer": {"record": "data"}},
        {"path": "/v2/{table}/{key.articleCode}"},
        {"X-Api-Key": "the-editors-token"},
        {"protected": {"id": "articleId", "created_at": "createdAt", "updated_at": "updatedAt"}},
        {"created": 201},
    ),
    "springdoc": Expected(
        "devices",
        {
            "email": {"name": "serialNumber", "text": "DEV-{n:08}", "maximum_length": 12},
            "age": {"name": "slots", "minimum": 1, "maximum": 2147483647},
            "phone": False,
        },
        {"method": "PUT", "path": "/api/{table}/{key.serialNumber}", "body": "{otherFields}"},
        {"path": "/api/{table}/{key.serialNumber}", "answer": {"record": "."}},
        {"path": "/api/{table}/{key.serialNumber}"},
        {"Authorization": "Bearer the-editors-token"},
        {"protected": {"id": "id", "created_at": "createdDate", "updated_at": "lastModifiedDate"}},
        {"deleted": 200},
    ),
    "drf_spectacular": Expected(
        "articles",
        {
            "email": {"name": "slug", "text": "{slug}", "maximum_length": 50},
            "name": {"name": "title", "maximum_length": 200},
            "age": {"name": "priority", "maximum": 2147483647},
            "vip": {"name": "is_featured", "null": False},
        },
        {"method": "PUT", "path": "/api/{table}/{key.slug}/", "body": "{fields}"},
        {"path": "/api/{table}/{key.slug}/", "answer": {"record": "."}},
        {"path": "/api/{table}/{key.slug}/"},
        {"Authorization": "Token the-editors-token"},
    ),
    "rswag": Expected(
        "locations",
        {"email": {"name": "code", "text": "{slug}"}, "name": "name", "age": "capacity", "notes": "notes"},
        {
            "method": "PUT",
            "path": "/api/v1/organizations/{key.organization_id}/{table}/{key.code}",
            "body": {"location": "{otherFields}"},
        },
        {
            "path": "/api/v1/organizations/{key.organization_id}/{table}/{key.code}",
            "answer": {"record": "location"},
        },
        {"path": "/api/v1/organizations/{key.organization_id}/{table}/{key.code}"},
        {"Authorization": "Basic ZWRpdG9yOnRoZS1lZGl0b3JzLXRva2Vu"},
        {"always": {"kind": "depot"}, "fixed": {"organization_id": "text"}},
        {"created": 201, "invalid": 422},
    ),
    "jsonapi": Expected(
        "products",
        {
            "email": {"name": "sku", "text": "AB-{n}"},
            "name": {"name": "name", "minimum_length": 1, "maximum_length": 120},
            "age": {"name": "stock", "default": 0, "null": False},
            "notes": "note",
        },
        {
            "method": "PUT",
            "path": "/{table}/by-sku/{key.sku}",
            "headers": {"Content-Type": "application/vnd.api+json"},
            "body": {"data": {"type": "products", "attributes": "{otherFields}"}},
            "answer": {
                "record": "data.attributes",
                "beside": {"id": "data.id"},
                "operation": {"status": {"201": "created", "200": "updated"}},
            },
        },
        {
            "path": "/{table}",
            "query": {"filter[{field}]": "{value}", "page[size]": "{limit}"},
            "answer": {"records": "data", "record": "attributes", "beside": {"id": "id"}},
        },
        {"path": "/{table}/{id}"},
        {"Authorization": "Bearer the-editors-token"},
        {"protected": {"id": "id", "created_at": "created", "updated_at": "modified"}},
        {"created": 201, "invalid": 422},
    ),
    "strapi": Expected(
        "articles",
        {"email": "slug", "name": "title", "vip": "featured", "birthday": "releaseDate", "notes": "summary"},
        {
            "method": "PUT",
            "path": "/{table}/by-slug/{key.slug}",
            "body": {"data": "{fields}"},
            "answer": {
                "record": "data.attributes",
                "beside": {"id": "data.id"},
                "operation": {"status": {"201": "created", "200": "updated"}},
            },
        },
        {
            "path": "/{table}",
            "query": {
                "filters[{field}][$eq]": "{value}",
                "pagination[limit]": "{limit}",
                "pagination[start]": "{offset}",
            },
            "answer": {"records": "data", "record": "attributes", "beside": {"id": "id"}},
        },
        {"path": "/{table}/{id}"},
        {"Authorization": "Bearer the-editors-token"},
        {"protected": {"id": "id", "created_at": "createdAt", "updated_at": "updatedAt"}},
        {"created": 201, "deleted": 200, "record_created": 200},
    ),
    "aip": Expected(
        "contacts",
        {"email": "email", "age": {"name": "employee_count", "as_text": True}, "notes": "memo"},
        {"path": "/v1/{table}:upsert", "body": {"update_mask": "{otherNames:backslash}", "contact": "{fields}"}},
        {
            "path": "/v1/{table}",
            "query": {"filter": "{conditions}", "page_size": "{limit}"},
            "condition": "{field}={value:json}",
            "join": " AND ",
            "answer": {"records": "contacts"},
        },
        None,
        {"Authorization": "Bearer the-editors-token"},
        {
            "protected": {"id": "name", "created_at": "create_time", "updated_at": "update_time"},
            "volatile": ["etag"],
        },
    ),
    "odata": Expected(
        "Products",
        {"email": {"name": "Sku", "maximum_length": 100}, "name": {"name": "Title", "maximum_length": 80}},
        {
            "method": "PATCH",
            "path": "/{table}(Sku='{key.Sku}')",
            "headers": {"Content-Type": "application/merge-patch+json"},
        },
        {"path": "/{table}(Sku='{key.Sku}')", "answer": {"record": "."}},
        {"path": "/{table}(Sku='{key.Sku}')"},
        {"Authorization": "Basic ZWRpdG9yOnRoZS1lZGl0b3JzLXRva2Vu"},
        {"protected": {"id": "Id", "created_at": "CreatedOn", "updated_at": "ModifiedOn"}},
        {"created": 201},
    ),
    "prefer": Expected(
        "orders",
        {"email": "orderNumber", "name": "customerName"},
        {
            "path": "/{table}/{key.orderNumber}",
            "headers": {"Prefer": "return=representation"},
            "answer": {"record": ".", "operation": {"status": {"201": "created", "200": "updated", "204": "updated"}}},
        },
        {"path": "/{table}/{key.orderNumber}", "answer": {"record": "."}},
        {"path": "/{table}/{key.orderNumber}"},
        {"Authorization": "Bearer the-editors-token"},
        {},
        {"created": 201},
    ),
    "postgrest": Expected(
        "contacts",
        {"email": "email", "name": "full_name", "age": "age", "vip": "active", "birthday": "born", "notes": "note"},
        {
            "method": "POST",
            "path": "/{table}",
            "query": {"on_conflict": "{matchFields}"},
            "headers": {"Prefer": "resolution=merge-duplicates,return=representation"},
            "body": "{fields}",
        },
        {"path": "/{table}", "query": {"{field}": "eq.{value}", "limit": "{limit}", "offset": "{offset}"}},
        {"path": "/{table}", "query": {"email": "eq.{key.email}"}},
        {"Authorization": "Bearer the-editors-token"},
        {"protected": {"id": "id", "created_at": False, "updated_at": False}},
        {"created": 201, "updated": 201},
    ),
}


def test_every_document_has_its_expectation() -> None:
    assert {file.stem for file in DOCUMENTS.glob("*.json")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_the_file_binds_the_resource(name: str, tmp_path: Path) -> None:
    expected, (text, raw) = EXPECTED[name], written(name, tmp_path)
    target = from_file(tmp_path / "target.toml", ENV)
    contacts, shape = raw["tables"]["contacts"], raw["shape"]
    assert contacts["name"] == expected.name
    assert {ours: contacts["fields"][ours] for ours in expected.fields} == expected.fields
    assert {ours: contacts[ours] for ours in expected.more} == expected.more
    assert {key: shape["upsert"][key] for key in expected.upsert} == expected.upsert
    assert shape["find"] == expected.find
    assert (shape.get("delete") or None) == expected.delete
    assert raw.get("deviations", {}) == expected.deviations
    assert target.roles["editor"].headers() == expected.credential
    assert target.without == {"creator", "updater", "viewer"}
    assert "sk_live" not in text


@pytest.mark.parametrize("name", EXPECTED)
def test_the_composite_keys_are_played_too(name: str, tmp_path: Path) -> None:
    _, raw = written(name, tmp_path)
    fields = raw["tables"]["image_metadata"]["fields"]
    if name == "rswag":
        assert fields["organization_id"] == "organization_id"
        assert fields["key"] == {"name": "code", "text": "{slug}", "with": ["image_item_id"]}
    else:
        assert fields["organization_id"]["with"] == ["key", "image_item_id"]


def test_each_call_wraps_the_record_as_the_document_says(tmp_path: Path) -> None:
    _, raw = written("jsonapi", tmp_path)
    assert raw["shape"]["create"]["body"] == {"data": {"type": "products", "attributes": "{fields}"}}
    assert raw["shape"]["change"]["body"] == {"data": {"type": "products", "id": "{id}", "attributes": "{fields}"}}
    assert raw["shape"]["read"]["answer"] == {"record": "data.attributes", "beside": {"id": "data.id"}}


def test_a_key_in_the_query(tmp_path: Path) -> None:
    document = json.loads((DOCUMENTS / "express.json").read_text("utf-8"))
    scheme = {"type": "apiKey", "in": "query", "name": "api_key"}
    document["components"]["securitySchemes"] = {"ApiKeyAuth": scheme}
    file = tmp_path / "target.toml"
    file.write_text(target_file(Found("http://127.0.0.1:1", document), {"editor"}), "utf-8")
    editor = from_file(file, ENV).roles["editor"]
    assert (editor.headers(), editor.parameters()) == ({}, [("api_key", "the-editors-token")])


NAMES: dict[str, tuple[dict[str, Any], Any]] = {
    "any text": ({}, "name"),
    "no empty text": ({"minLength": 1}, {"name": "name", "minimum_length": 1}),
    "no blank text": ({"pattern": r"\S"}, {"name": "name", "blank": False}),
    "short texts": ({"minLength": 8}, {"name": "name", "text": "SKU-{n}", "minimum_length": 8}),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_texts_of_a_name(name: str, tmp_path: Path) -> None:
    rules, expected = NAMES[name]
    document = json.loads((DOCUMENTS / "jsonapi.json").read_text("utf-8"))
    stated = json.dumps(document).replace('"maxLength": 120, "minLength": 1', json.dumps(rules)[1:-1] or '"title": ""')
    file = tmp_path / "target.toml"
    file.write_text(target_file(Found("http://127.0.0.1:1", json.loads(stated)), {"editor"}), "utf-8")
    assert tomllib.loads(file.read_text("utf-8"))["tables"]["contacts"]["fields"]["name"] == expected


def test_a_method_that_can_create_what_is_missing(tmp_path: Path) -> None:
    def changed(document: dict[str, Any]) -> None:
        paths = document["paths"]
        contact = paths.pop("/v1/contacts:upsert")["post"]["requestBody"]["content"]["application/json"]["schema"]
        contact["$ref"] = "#/components/schemas/Contact"
        names = ("allow_missing", "updateMask")
        parameters = [{"name": "contact", "in": "path", "required": True, "schema": {"type": "string"}}]
        parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]
        body = {"content": {"application/json": {"schema": contact}}}
        responses = paths["/v1/contacts/{contact}"]["get"]["responses"]
        patch = {"parameters": parameters, "requestBody": body, "responses": responses}
        paths["/v1/contacts/{contact}"]["patch"] = patch

    _, raw = written("aip", tmp_path, changed)
    upsert = raw["shape"]["upsert"]
    assert upsert["query"] == {"allow_missing": "true", "updateMask": "{otherNames}"}
    assert (upsert["method"], upsert["path"]) == ("PATCH", "/v1/{table}/{key.contact}")


def test_answers_without_a_body_are_empty(tmp_path: Path) -> None:
    def changed(document: dict[str, Any]) -> None:
        document["paths"]["/orders/{orderNumber}"]["put"].pop("parameters")

    _, raw = written("prefer", tmp_path, changed)
    assert raw["shape"]["upsert"]["answer"]["empty"] == [201, 204]


def test_a_filter_of_odata(tmp_path: Path) -> None:
    def changed(document: dict[str, Any]) -> None:
        document["paths"]["/Products(Sku='{Sku}')"].pop("get")

    _, raw = written("odata", tmp_path, changed)
    find = raw["shape"]["find"]
    assert find["query"] == {"$filter": "{conditions}", "$top": "{limit}", "$skip": "{offset}"}
    assert (find["condition"], find["join"]) == ("{field} eq {value:odata}", " and ")
    assert find["answer"] == {"records": "value"}


def test_whether_a_create_needs_it_is_asked_where_the_document_does_not_say_so(tmp_path: Path) -> None:
    text, raw = written("odata", tmp_path)
    assert "# Does a create need it? The document does not say so. If not: required = false." in text
    assert "required" not in raw["tables"]["contacts"]["fields"]["name"]

    def changed(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["Catalog.Product"]["properties"]["Title"]["nullable"] = True

    text, raw = written("odata", tmp_path, changed)
    assert "If so, take out required = false." in text
    assert raw["tables"]["contacts"]["fields"]["name"]["required"] is False


def test_what_is_not_known_is_asked(tmp_path: Path) -> None:
    text, _ = written("springdoc", tmp_path)
    assert "# The document does not say how an answer tells a create from an update." in text
    assert "# Is there another field that no two records may share?" in text


def written(
    name: str, folder: Path, change: Callable[[dict[str, Any]], None] | None = None
) -> tuple[str, dict[str, Any]]:
    """The target file for a document, as text and as TOML. It is in the folder too."""
    document = json.loads((DOCUMENTS / f"{name}.json").read_text("utf-8"))
    if change:
        change(document)
    text = target_file(Found("http://127.0.0.1:1", document), {"editor"})
    (folder / "target.toml").write_text(text, "utf-8")
    return text, tomllib.loads(text)
