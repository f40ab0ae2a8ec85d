"""The filters of a list: one method an operator, each gives an SQL condition and its parameters (CONTRACT 3.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from upsertspec_server.errors import bad_field
from upsertspec_server.statements import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from upsertspec_server.schema import Field, Table
    from upsertspec_server.values import Values

MAX_VALUES = 1000
Condition = tuple[str, list[Any]]
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_BOOLEANS = {"true": True, "false": False}


class Filters:
    """Reads filters. Every method that refuses raises a Problem with status 400."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.operators: dict[str, Callable[[Field, str], Condition]] = {
            "eq": self.op_eq,
            "ne": self.op_ne,
            "gt": self.op_gt,
            "gte": self.op_gte,
            "lt": self.op_lt,
            "lte": self.op_lte,
            "contains": self.op_contains,
            "in": self.op_in,
            "isnull": self.op_isnull,
        }

    def condition(self, table: Table, parameter: str, text: str) -> Condition:
        """The condition of one parameter, `field` or `field__operator`."""
        name, separator, operator = parameter.partition("__")
        field = table.all_fields.get(name)
        if field is None or (separator and operator not in self.operators):
            raise bad_field(parameter, "is not a parameter of this list")
        try:
            return self.operators[operator or "eq"](field, text)
        except ValueError as error:
            raise bad_field(parameter, str(error)) from None

    def op_eq(self, field: Field, text: str) -> Condition:
        """Equal."""
        return self.compare(field, "=", text)

    def op_ne(self, field: Field, text: str) -> Condition:
        """Not equal, and not null."""
        return self.compare(field, "<>", text)

    def op_gt(self, field: Field, text: str) -> Condition:
        """Greater."""
        return self.compare(field, ">", text)

    def op_gte(self, field: Field, text: str) -> Condition:
        """Greater or equal."""
        return self.compare(field, ">=", text)

    def op_lt(self, field: Field, text: str) -> Condition:
        """Less."""
        return self.compare(field, "<", text)

    def op_lte(self, field: Field, text: str) -> Condition:
        """Less or equal."""
        return self.compare(field, "<=", text)

    def op_contains(self, field: Field, text: str) -> Condition:
        """The text is somewhere in it; case counts."""
        if field.type != "text":
            raise ValueError("contains asks for a text field")
        return f"instr({quote(field.name)}, ?) > 0", [text]

    def op_in(self, field: Field, text: str) -> Condition:
        """Equal to one of the values, which commas separate."""
        parts = text.split(",")
        if len(parts) > MAX_VALUES:
            raise ValueError(f"must not hold more than {MAX_VALUES} values")
        wanted = [self.value(field, part) for part in parts]
        return f"{self.column(field)} IN ({', '.join('?' * len(wanted))})", wanted

    def op_isnull(self, field: Field, text: str) -> Condition:
        """Null, or with `false` not null."""
        if text not in _BOOLEANS:
            raise ValueError("must be true or false")
        return f"{quote(field.name)} IS {'' if _BOOLEANS[text] else 'NOT '}NULL", []

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        """The field against one value. A null passes no comparison."""
        return f"{self.column(field)} {operator} ?", [self.value(field, text)]

    def column(self, field: Field) -> str:
        """The column, in the order of its type: decimals by number, all else as it is stored."""
        return quote(field.name) + (' COLLATE "decimal"' if field.type == "decimal" else "")

    def value(self, field: Field, text: str) -> Any:
        """The stored form of a value in a parameter. Raises ValueError."""
        if field.type == "json":
            raise ValueError("a json field can only be filtered by isnull")
        return self.values.checks[field.type](self.parse(field, text))

    def parse(self, field: Field, text: str) -> Any:
        """The JSON value that a parameter's text stands for."""
        if field.type in ("integer", "id") and _INTEGER.fullmatch(text):
            return int(text)
        if field.type == "boolean":
            return _BOOLEANS.get(text, text)
        return text
