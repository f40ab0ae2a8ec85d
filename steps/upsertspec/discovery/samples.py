"""Values that fit a JSON Schema."""

from __future__ import annotations

import re
from typing import Any

from upsertspec.discovery.json_schema import Schema, number

PATTERN_LENGTH = 200
LONGEST = 200
SECRET_NAME = re.compile(r"passw|secret|token|api.?key|credential|authorization", re.IGNORECASE)
SECRET = re.compile(r"eyJ[\w-]{8,}|\b(sk|pk|ghp|xox\w)[-_]\w{8,}|(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{24,}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
BY_FORMAT = {
    "date": "2024-01-15",
    "date-time": "2024-01-15T10:00:00Z",
    "time": "10:00:00",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "email": "someone@example.com",
    "uri": "https://example.com/a",
    "url": "https://example.com/a",
    "decimal": "9.99",
    "ipv4": "192.0.2.1",
    "password": "not-a-secret-1",
}
TEXTS = ("text", "9.99", "1", "ABC", "2024-01-15", "AB-1", "EUR", "000000000001")


def sample(name: str, schema: Schema) -> Any:
    """A value that the schema accepts, as far as it says: its default, an example, an option, or a plain value.

    What looks like a secret is not taken over from the document.
    """
    for value in (schema.rules.get("default"), schema.example, schema.rules.get("const")):
        if value is not None and _is_usable(name, value):
            return value
    if schema.options:
        return option(schema)
    if schema.type in ("integer", "number"):
        return _number(schema)
    if schema.type == "boolean":
        return False
    if schema.type == "array":
        return []
    if schema.type == "object":
        needed = sorted(schema.required & schema.properties.keys())
        return {inner: sample(inner, schema.properties[inner]) for inner in needed}
    return _text(schema)


def option(schema: Schema) -> Any:
    """The default option, or the first one."""
    default = schema.rules.get("default")
    return default if default in schema.options else schema.options[0]


def fits(value: str, schema: Schema) -> bool:
    """Whether the schema's pattern and lengths let a text through. A pattern that cannot be read lets all through."""
    least, most = number(schema.rules.get("minLength")) or 0, number(schema.rules.get("maxLength"))
    if len(value) < least or (most is not None and len(value) > most):
        return False
    pattern = schema.rules.get("pattern")
    if not isinstance(pattern, str) or len(pattern) > PATTERN_LENGTH or _is_nested(pattern):
        return True
    try:
        return re.search(pattern, value) is not None
    except (re.error, OverflowError):
        return True


def looks_secret(text: str) -> bool:
    """Whether a text looks like a token."""
    return SECRET.search(UUID.sub("", text[:LONGEST])) is not None


def without_secrets(text: str) -> str:
    """The text, with an ellipsis for each word that looks like a token."""
    return SECRET.sub("…", text) if looks_secret(text) else text


def _is_usable(name: str, value: Any) -> bool:
    """Whether a documented value can be taken over: it is short, and no secret by its field's name or by its look."""
    text = str(value)
    return len(text) <= LONGEST and SECRET_NAME.search(name) is None and not looks_secret(text)


def _number(schema: Schema) -> int | float:
    lowest, highest = schema.lowest, schema.highest
    found = 1 if lowest is None else max(lowest, 1)
    return found if highest is None else min(found, highest)


def _text(schema: Schema) -> str:
    if schema.format in BY_FORMAT:
        return BY_FORMAT[schema.format]
    fitting = next((choice for choice in TEXTS if fits(choice, schema)), TEXTS[0])
    return fitting.ljust(min(int(number(schema.rules.get("minLength")) or 0), 1000), "x")


def _is_nested(pattern: str) -> bool:
    """Whether a pattern repeats what repeats, such as `(a+)+`: matching it may take for ever."""
    return re.search(r"\([^)]*[+*{][^)]*\)[+*{]", pattern) is not None
