"""A record is found in its wrappers, in a body and in an answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discovery.wrapped import of
from upsertspec.discovery.document import Document
from upsertspec.discovery.json_schema import Schema
from upsertspec.discovery.places import list_in, place_in, unwrapped

TEXT = {"type": "string"}
PRODUCT = of(sku=TEXT, title=TEXT)
STORED = of(id={"type": "integer"}, createdAt=TEXT, **PRODUCT["properties"])
ONE_TYPE = {"type": "string", "enum": ["products"]}
WANTED = ("sku", "title")


def schema(node: dict[str, Any]) -> Schema:
    return Document({}).schema(node)


BODIES: dict[str, tuple[dict[str, Any], Any]] = {
    "none": (PRODUCT, "{fields}"),
    "one of a list": ({"type": "array", "items": PRODUCT}, ["{fields}"]),
    "a root": (of(product=PRODUCT), {"product": "{fields}"}),
    "a list of roots": (of(items={"type": "array", "items": of(fields=PRODUCT)}), {"items": [{"fields": "{fields}"}]}),
    "a type that is always the same": (
        of(data=of(type=ONE_TYPE, attributes=PRODUCT)),
        {"data": {"type": "products", "attributes": "{fields}"}},
    ),
    "a type that is not said": (
        of(data=of(type=TEXT, attributes=PRODUCT)),
        {"data": {"type": "{table}", "attributes": "{fields}"}},
    ),
    "an id": (
        of(data=of(type=ONE_TYPE, id=TEXT, attributes=PRODUCT)),
        {"data": {"type": "products", "id": "{id}", "attributes": "{fields}"}},
    ),
    "an id that may be left out": (
        of(data={**of(attributes=PRODUCT), "properties": {"id": TEXT, "attributes": PRODUCT}}),
        {"data": {"attributes": "{fields}"}},
    ),
    "a name with braces": (of(**{"{x}": PRODUCT}), {"{{x}}": "{fields}"}),
    "a field that is an object": (of(sku=TEXT, attributes=of(colour=TEXT)), "{fields}"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_unwrapped(name: str) -> None:
    body, expected = BODIES[name]
    record, template = unwrapped(schema(body), "{id}")
    assert template == expected
    assert "sku" in record.properties


ANSWERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "none": (STORED, {"record": "."}),
    "one of a list": ({"type": "array", "items": STORED}, {"record": "0"}),
    "an envelope": (of(success={"type": "boolean"}, result=STORED), {"record": "result"}),
    "two envelopes": (of(response=of(data=STORED)), {"record": "response.data"}),
    "an id outside": (
        of(data=of(type=ONE_TYPE, id=TEXT, attributes=PRODUCT)),
        {"record": "data.attributes", "beside": {"id": "data.id"}},
    ),
    "an id and a time outside": (
        of(records={"type": "array", "items": of(id=TEXT, createdTime=TEXT, fields=PRODUCT)}),
        {"record": "records.0.fields", "beside": {"id": "records.0.id", "createdTime": "records.0.createdTime"}},
    ),
    "an id inside and outside": (of(id=TEXT, data=STORED), {"record": "data"}),
    "an object among the fields": (of(sku=TEXT, title=TEXT, brand=of(id=TEXT, title=TEXT)), {"record": "."}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_unwrapped(name: str) -> None:
    answer, expected = ANSWERS[name]
    place = place_in(schema(answer), WANTED)
    assert place.said() == expected
    assert {*WANTED, *expected.get("beside", ())} <= place.members.keys()


LISTS: dict[str, tuple[dict[str, Any], tuple[str, str] | None]] = {
    "the whole answer": ({"type": "array", "items": STORED}, (".", ".")),
    "a member": (of(products={"type": "array", "items": STORED}), ("products", ".")),
    "a member of a member": (
        of(_embedded=of(products={"type": "array", "items": STORED})),
        ("_embedded.products", "."),
    ),
    "wrapped records": (of(data={"type": "array", "items": of(id=TEXT, attributes=PRODUCT)}), ("data", "attributes")),
    "what is included comes first": (
        of(included={"type": "array", "items": of(id=TEXT)}, data={"type": "array", "items": STORED}),
        ("data", "."),
    ),
    "no list": (of(data=STORED), None),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_found(name: str) -> None:
    answer, expected = LISTS[name]
    found = list_in(schema(answer), WANTED)
    assert (found and (found[0], found[1].path)) == expected
