"""A JSON Schema, and the parts of a JSON document that may be anything: what has the wrong type counts as absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PARTS = 50
LONGEST = 500
INT32 = 2**31 - 1
NUMBER = re.compile(r"-?\d+\.\d+")


@dataclass(frozen=True)
class Schema:
    """A JSON Schema, with references followed and `allOf`, `anyOf` and `oneOf` merged.

    `type` is the JSON type apart from null, or an empty text. `properties` is there for objects, `items` for arrays.
    """

    type: str = ""
    format: str = ""
    nullable: bool = False
    read_only: bool = False
    rules: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Schema] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: Schema | None = None

    @property
    def options(self) -> list[Any]:
        """The values of `enum`, null left out."""
        return [value for value in items(self.rules.get("enum")) if value is not None]

    @property
    def example(self) -> Any:
        """The first documented example, or None."""
        return next(iter([*items(self.rules.get("examples")), self.rules.get("example")]), None)

    @property
    def is_number_in_text(self) -> bool:
        """Whether its texts are numbers, as its format, default or example shows: "9.99"."""
        shown = [self.rules.get("default"), self.example]
        return self.format == "decimal" or any(isinstance(one, str) and NUMBER.fullmatch(one) for one in shown)

    @property
    def longest(self) -> int | None:
        """The most characters of a text, or None."""
        longest = number(self.rules.get("maxLength"))
        return int(longest) if longest is not None and longest >= 1 else None

    @property
    def shortest(self) -> int:
        """The fewest characters of a text."""
        return max(0, int(number(self.rules.get("minLength")) or 0))

    @property
    def lowest(self) -> int | float | None:
        """The lowest number; of one above it (`exclusiveMinimum`) the next."""
        return self._bound("minimum", "exclusiveMinimum", 1)

    @property
    def highest(self) -> int | float | None:
        """The highest number; of one below it (`exclusiveMaximum`) the one before. The format `int32` has one, too."""
        stated = self._bound("maximum", "exclusiveMaximum", -1)
        return INT32 if stated is None and self.format == "int32" else stated

    def _bound(self, name: str, exclusive: str, step: int) -> int | float | None:
        limit, beyond = number(self.rules.get(name)), number(self.rules.get(exclusive))
        if limit is None and beyond is not None:
            limit = beyond + step
        return int(limit) if limit is not None and self.type == "integer" else limit

    @property
    def description(self) -> str:
        """The description, or an empty text."""
        return text(self.rules.get("description"))[:LONGEST]


def number(value: Any) -> int | float | None:
    """The number, or None where it is something else or without bounds."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and abs(value) < 2**53 else None


def table(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one where it is something else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The first fifty parts of a list, or none where it is something else."""
    return value[:PARTS] if isinstance(value, list) else []


def text(value: Any) -> str:
    """The text, or an empty one where it is something else."""
    return value if isinstance(value, str) else ""


def letters(name: str) -> str:
    """A name without case and punctuation: `createdAt` and `created_at` are alike."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
