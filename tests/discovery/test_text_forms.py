"""The text form that is chosen for a key fits its JSON Schema; and no secret of a document is taken over."""

from __future__ import annotations

from typing import Any

import pytest

from upsertspec.discovery.document import Document
from upsertspec.discovery.samples import sample
from upsertspec.discovery.text_form import text_form
from upsertspec.discovery.toml import said

FORMS: dict[str, tuple[dict[str, Any], tuple[str | None, int | None]]] = {
    "any text": ({}, ("", None)),
    "a long text": ({"maxLength": 255}, ("", 255)),
    "a short text": ({"maxLength": 20}, ("{slug}", 20)),
    "a long text at least": ({"minLength": 8}, ("SKU-{n}", None)),
    "three letters at least": ({"minLength": 3}, ("", None)),
    "upper-case letters": ({"pattern": "^[A-Z0-9-]{3,40}$"}, ("SKU-{n}", None)),
    "a slug": ({"pattern": "^[a-z0-9-]+$"}, ("{slug}", None)),
    "digits": ({"pattern": r"^\d{13}$"}, ("{n:013}", 13)),
    "a beginning": ({"pattern": r"^PRD-\d{6}$"}, ("PRD-{n:06}", 10)),
    "an example": ({"pattern": r"^[A-Z]{2}/\d{8}/X$", "example": "AB/00012345/X"}, ("AB/{n:08}/X", 13)),
    "a UUID": ({"format": "uuid"}, ("00000000-0000-4000-8000-{n:012}", None)),
    "an address": ({"format": "email"}, ("user-{n}@example.com", None)),
    "a number, by its format": ({"format": "decimal"}, ("{n}", None)),
    "a number, by its default": ({"default": "0.0", "maxLength": 20}, ("{n}", 20)),
    "a number, by its example": ({"example": "9.99"}, ("{n}", None)),
    "what nothing fits": ({"pattern": "^(red|green)$"}, (None, None)),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_form_fits(name: str) -> None:
    rules, expected = FORMS[name]
    assert text_form(Document({}).schema({"type": "string", **rules})) == expected


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("api_token", "abc"),
        ("note", "eyJhbGciOiJIUzI1NiJ9.e30.x"),
        ("note", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
        ("note", "x" * 10_000),
    ],
)
def test_a_secret_is_not_taken_over(name: str, example: str) -> None:
    assert sample(name, Document({}).schema({"type": "string", "example": example})) == "text"


def test_a_secret_is_not_quoted() -> None:
    assert said("Use eyJhbGciOiJIUzI1NiJ9 to try it") == "Use … to try it"
    assert said("put_product_api_products_by_sku_put") == "put_product_api_products_by_sku_put"
