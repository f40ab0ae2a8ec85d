"""Values and text forms that fit a JSON Schema."""

from __future__ import annotations

import re
from typing import Any

from upsertspec.discovery.document import Schema

DIGITS = 6
SHORTEST_FREE = 60
"""Texts of the specification that identify a record are up to this long."""
PATTERN_LENGTH = 200
BY_FORMAT = {
    "date": "2024-01-15",
    "date-time": "2024-01-15T10:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "email": "someone@example.com",
    "uri": "https://example.com/a",
    "url": "https://example.com/a",
    "decimal": "9.99",
}
FORMS = (
    "{text}",
    "{slug}",
    "{n}",
    "{n:06}",
    "{n:08}",
    "{n:010}",
    "{n:012}",
    "{n:013}",
    "A{n:06}",
    "a{n:06}",
    "AB{n:06}",
    "SKU-{n:06}",
    "id-{n:06}",
    "K{n:010}",
)
FORM_OF_UUID = "00000000-0000-4000-8000-{n:012}"
FORM_OF_URI = "https://example.com/{n:06}"


def sample(schema: Schema) -> Any:
    """A value that the schema accepts, as far as it says: its default, an example, an option, or a plain value."""
    for name in ("default", "example", "const"):
        if schema.rules.get(name) is not None:
            return schema.rules[name]
    examples = schema.rules.get("examples")
    if isinstance(examples, list) and examples and examples[0] is not None:
        return examples[0]
    if schema.options:
        return schema.options[0]
    if schema.type in ("integer", "number"):
        return _number(schema)
    if schema.type == "boolean":
        return False
    if schema.type == "array":
        return []
    if schema.type == "object":
        return {name: sample(schema.properties[name]) for name in sorted(schema.required & schema.properties.keys())}
    return _text(schema)


def _number(schema: Schema) -> int | float:
    low, high = schema.rules.get("minimum"), schema.rules.get("maximum")
    above = schema.rules.get("exclusiveMinimum")
    lowest = low if isinstance(low, int | float) else above + 1 if _plain(above) else 1
    number = max(lowest, 1) if not _plain(high) or high >= 1 else lowest
    return int(number) if schema.type == "integer" else number


def _plain(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(schema: Schema) -> str:
    if schema.format in BY_FORMAT:
        return BY_FORMAT[schema.format]
    choices = ("text", "9.99", "1", "ABC", "2024-01-15", "AB-1", "EUR", "000000000001")
    fitting = next((choice for choice in choices if fits(choice, schema)), choices[0])
    return fitting.ljust(_length(schema, "minLength", 0), "x")


def fits(value: str, schema: Schema) -> bool:
    """Whether the schema's pattern and lengths let a text through. A pattern that cannot be read lets all through."""
    if not _length(schema, "minLength", 0) <= len(value) <= _length(schema, "maxLength", len(value)):
        return False
    pattern = schema.rules.get("pattern")
    if not isinstance(pattern, str) or len(pattern) > PATTERN_LENGTH or _is_nested(pattern):
        return True
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True


def form(schema: Schema, is_email: bool) -> str:
    """The form of a text that identifies a record, like `SKU-{n:06}`; empty where any text will do.

    `is_email` says whether the specification's own texts for the field are email addresses.
    """
    if schema.format in ("uuid", "guid"):
        return FORM_OF_UUID
    if schema.format in ("uri", "url"):
        return FORM_OF_URI
    if schema.format == "email" and is_email and _length(schema, "maxLength", SHORTEST_FREE) >= SHORTEST_FREE:
        return ""
    if schema.format == "email":
        return "user{n:06}@example.com"
    free = _length(schema, "maxLength", SHORTEST_FREE) >= SHORTEST_FREE and "pattern" not in schema.rules
    return "" if free else next((each for each in _forms(schema) if _form_fits(each, schema)), "")


def _forms(schema: Schema) -> list[str]:
    """The forms to try: first one that looks like the documented example."""
    example = schema.rules.get("example") or next(iter(schema.rules.get("examples") or []), "")
    found = re.search(r"\d{3,}(?!.*\d)", example) if isinstance(example, str) else None
    like = [f"{example[: found.start()]}{{n:0{max(DIGITS, len(found[0]))}}}{example[found.end() :]}"] if found else []
    return [*like, *FORMS]


def _form_fits(form: str, schema: Schema) -> bool:
    texts = ("Ada.x1y2z3a001@example.com", "+44 20 7946 001-x1y2z3a001", "Grace", "room 7/b")
    numbers = ("000000", "483920", "918273645546", "999999999999")
    if "{n" in form:
        width = int(found[1]) if (found := re.search(r":0?(\d+)", form)) else DIGITS
        return all(
            fits(re.sub(r"\{n[^}]*\}", number[:width].rjust(width, "0"), form), schema) for number in numbers
        ) and (fits(re.sub(r"\{n[^}]*\}", "7" * max(width, 12), form), schema) or "maxLength" in schema.rules or True)
    if form == "{slug}":
        return all(fits(value, schema) for value in ("ada-x1y2z3a001-example-com", "a-1", "x1y2z3"))
    return all(fits(value, schema) for value in texts)


def _is_nested(pattern: str) -> bool:
    """Whether a pattern repeats what repeats, such as `(a+)+`: matching it may take for ever."""
    return re.search(r"\([^)]*[+*{][^)]*\)[+*{]", pattern) is not None


def _length(schema: Schema, name: str, otherwise: int) -> int:
    value = schema.rules.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
