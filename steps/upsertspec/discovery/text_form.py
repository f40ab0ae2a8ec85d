"""The form of a text that identifies a record, chosen so that it fits a JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upsertspec.discovery.json_schema import Schema, text
from upsertspec.discovery.samples import fits, looks_secret
from upsertspec.errors import NotApplicable
from upsertspec.target.text_forms import TextForm, fault_of

LONGEST = 60
"""Texts of the specification that identify a record are up to this long."""
SHORTEST = 3
"""Most of its names are this long, or longer."""
FORMATS = {
    "uuid": "00000000-0000-4000-8000-{n:012}",
    "guid": "00000000-0000-4000-8000-{n:012}",
    "uri": "https://example.com/{n}",
    "url": "https://example.com/{n}",
}
EMAIL = "user-{n}@example.com"
FORMS = ("{text}", "{slug}", "SKU-{n}", "sku-{n}", "AB-{n}", "ABC-{n}", "AB{n}", "ab{n}", "A{n}", "a{n}", "K{n}", "{n}")
DIGITS = (12, 13, 10, 9, 8, 7, 6)
TEXTS = ("Ada.x1y2z3a001@example.com", "+44 20 7946 001-x1y2z3a001", "Grace", "room 7/b", "Zoë", "org_1", "0")
"""Texts as the specification has them."""
LITERAL = re.compile(r"\^?([A-Za-z0-9_-]+)(?![A-Za-z0-9_*+?{-])")


def text_form(schema: Schema, is_email: bool = False) -> tuple[str | None, int | None]:
    """The form, like `SKU-{n:06}`, and the `maximum_length` that goes with it.

    The form is empty where any text will do, and None where none was found. `is_email` says whether the
    specification's own texts for the field are email addresses.
    """
    longest = schema.longest
    if schema.format == "email":
        return ("" if is_email and (longest is None or longest >= LONGEST) else EMAIL), longest
    if schema.format in FORMATS:
        return FORMATS[schema.format], None
    if schema.is_number_in_text and "pattern" not in schema.rules:
        return "{n}", longest
    is_short = longest is not None and longest < LONGEST
    if "pattern" not in schema.rules and schema.shortest <= SHORTEST and not is_short:
        return "", longest
    for form, length in _candidates(schema, longest):
        if not fault_of(form, length) and _fits(TextForm(form, length), schema):
            return ("" if form == "{text}" else form), length
    return None, longest


def _candidates(schema: Schema, longest: int | None) -> Iterator[tuple[str, int | None]]:
    """Forms with the lengths to try: like the documented example, beginning like the pattern, or usual ones."""
    free = longest is None or longest >= LONGEST
    for form in (*FORMS[:1] * free, *_like_example(schema), *_like_pattern(schema), *FORMS[1:]):
        yield form, longest
        if "{n}" in form:
            for digits in DIGITS:
                yield form.replace("{n}", "{n:0" + str(digits) + "}"), len(form) - len("{n}") + digits


def _like_example(schema: Schema) -> Iterator[str]:
    example = schema.example
    if not isinstance(example, str) or looks_secret(example) or re.search("[{}]", example):
        return
    if found := re.search(r"\d{3,}(?!.*\d)", example):
        yield f"{example[: found.start()]}{{n}}{example[found.end() :]}"


def _like_pattern(schema: Schema) -> Iterator[str]:
    if found := LITERAL.match(text(schema.rules.get("pattern"))):
        yield f"{found[1]}{{n}}"


def _fits(form: TextForm, schema: Schema) -> bool:
    try:
        return all(fits(form.write(each), schema) for each in TEXTS)
    except NotApplicable:
        return False
