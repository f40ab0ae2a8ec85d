"""The keys and values that the users write. Every write has a stamp, and all its values follow from the stamp."""

from __future__ import annotations

import zlib
from typing import Any

from upsertspec.dialects.words import Words
from upsertspec.soak.plan import KEY
from upsertspec.spec.schema import Field

FIELDS = (KEY, "name", "age", "notes")
FILLER = "What one write sends is stored whole, or not at all. " * 4


def key(run_id: str, name: str) -> str:
    """A key that only this run uses."""
    return f"soak.{run_id}.{name}@example.com"


def shared_key(run_id: str, number: int) -> str:
    """A key that all users of the run write, on every machine."""
    return key(run_id, f"shared-{number}")


def values(of_key: str, stamp: str, words: Words) -> dict[str, Any]:
    """The fields that the write with this stamp sends. A stored record is complete if it has all of them.

    What the target lacks is left out. Texts and numbers keep to the bounds that its binding states.
    """
    number, fields = zlib.crc32(stamp.encode()), words.binding.view.fields
    sent = (of_key, f"Soak {stamp}", number % 120, f"{stamp}: {FILLER}")
    return {name: _fit(value, fields[name]) for name, value in zip(FIELDS, sent, strict=True) if name in fields}


def _fit(value: Any, field: Field) -> Any:
    if isinstance(value, str):
        return value[: field.rules.get("maximum_length")]
    if field.is_below(value):
        return field.rules["minimum"]
    return field.rules["maximum"] if field.is_above(value) else value
