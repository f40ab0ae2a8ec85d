"""What a field type is, and the comparison of JSON values that most types share."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class FieldType(ABC):
    """A type of `schema.toml`. A subclass says everything that the harness knows of its type.

    Null is not a value of any type: whether a field may be null is a rule of the field.
    """

    name: str
    """The type's name in `schema.toml`, in descriptions of tables and in `provision`."""
    rules: frozenset[str] = frozenset()
    """The rules that a field of this type may have, besides `required`, `unique` and `default`."""
    references: str | None = None
    """The table that a reference points to."""

    is_free_text = False
    """Whether a value in a unique key may be changed, so that no two scenarios send the same."""
    cells_are_json = False
    """Whether a cell of a feature file is JSON; otherwise it is the text itself."""
    has_equal_texts = False
    """Whether two different texts can be the same value, such as "1.5" and "1.50"."""
    in_address: tuple[type, ...] = (str,)
    """What a value may be where a request has it in its path."""

    finding: Sequence[str] = ("", "gte", "lte")
    """The operators of a list that find a record by a value that it has; "" stands for the plain filter."""

    limits: range | None = None
    """The values that a target has to take; it may refuse others of the type."""
    json_schemas: Sequence[Mapping[str, Any]]
    """The JSON Schema of a value, then other schemas by which OpenAPI documents describe such a field."""

    good: Sequence[Any] = ()
    """Values of the type, the plainest first."""
    wrong: Sequence[Any] = ()
    """Values that are not of the type, or outside its range."""
    hostile: Sequence[Any] = ()
    """Values of the type that careless code changes or runs."""
    hostile_wrong: Sequence[Any] = ()
    """Values that are not of the type, though careless code takes them."""

    sqlite = "TEXT"
    """The type of a column in SQLite."""
    sqlite_checks: Sequence[str] = ()
    """The conditions on a column in SQLite, `{0}` for its name. They let null pass."""
    postgres: str
    """The type of a column in PostgreSQL."""
    postgres_checks: Sequence[str] = ()
    """The conditions on a column in PostgreSQL, in the same form."""

    def __repr__(self) -> str:
        return self.name

    def read(self, cell: str) -> Any:
        """The value that a cell of a feature file stands for. Raises ValueError where the cell has to be JSON."""
        return json.loads(cell) if self.cells_are_json else cell

    def parse(self, text: str) -> Any:
        """The value that a query parameter stands for. Raises ValueError where that is not of the type."""
        value = self.read(text)
        if not self.accepts(value):
            raise ValueError(f"{text!r} is not of the type {self.name}")
        return value

    @abstractmethod
    def accepts(self, value: Any) -> bool:
        """Whether a value that is not null is of this type."""

    def same(self, expected: Any, actual: Any) -> bool:
        """Whether the value that came back is the value that was sent (not null)."""
        return same_json(expected, actual)

    def order(self, value: Any) -> Any:
        """What values of the type are sorted by."""
        return value


class Untyped(FieldType):
    """A name that the table doesn't declare: a cell that looks like a number is one, everything else is text."""

    name = "untyped"
    json_schemas = ({},)

    def read(self, cell: str) -> Any:
        return json.loads(cell) if _NUMBER.fullmatch(cell) else cell

    def accepts(self, value: Any) -> bool:  # noqa: ARG002 - any value is one
        return True


def whole_number(value: Any) -> int | None:
    """A whole number of JSON, where 5.0 is 5; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if type(value) is int else None


def same_json(expected: Any, actual: Any) -> bool:
    """Equal as JSON: true is not 1, 1 is 1.0, objects have the same members, arrays the same order."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(same_json(v, actual[k]) for k, v in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same_json, expected, actual))
    return bool(expected == actual)
