"""The value types: what a request may give, what is stored, and what is answered (CONTRACT 2)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from upsertspec_server import jsontext

if TYPE_CHECKING:
    from collections.abc import Callable

    from upsertspec_server.schema import Field, Table

MAX_DEPTH = 100
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Values:
    """Checks and converts values, one method a type. A check returns the value to store and raises ValueError."""

    def __init__(self) -> None:
        self.checks: dict[str, Callable[[Any], Any]] = {
            "text": self.check_text,
            "integer": self.check_integer,
            "boolean": self.check_boolean,
            "date": self.check_date,
            "datetime": self.check_datetime,
            "decimal": self.check_decimal,
            "json": self.check_json,
            "id": self.check_integer,
            "uuid": self.check_uuid,
        }
        self.validators: dict[int, Any] = {}

    def encode(self, field: Field, value: Any) -> Any:
        """The value to store for a value that is not null. Raises ValueError with a message for the client."""
        stored = self.checks[field.type](value)
        if field.has_rules:
            self.check_rules(field, value)
        return stored

    def check_rules(self, field: Field, value: Any) -> None:
        """The value, of the right type, keeps the field's rules."""
        if field.options is not None:
            self.check_options(field, value)
        if field.minimum is not None:
            self.check_minimum(field, value)
        if field.pattern is not None:
            self.check_pattern(field, value)
        if field.schema is not None:
            self.check_schema(field, value)

    def check_text(self, value: Any) -> Any:
        """Any Unicode text, as it is."""
        if not isinstance(value, str):
            raise ValueError("must be text")
        return value

    def check_integer(self, value: Any) -> Any:
        """A whole number of 64 bits; 3.0 and true are none."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("must be an integer")
        if not -(2**63) <= value < 2**63:
            raise ValueError("must fit into 64 bits")
        return value

    def check_boolean(self, value: Any) -> Any:
        """True or false, stored as 1 or 0."""
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return int(value)

    def check_date(self, value: Any) -> Any:
        """A day of the calendar, YYYY-MM-DD."""
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise ValueError("must be a date, YYYY-MM-DD")
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError("must be a day that exists") from None
        return value

    def check_datetime(self, value: Any) -> Any:
        """An RFC 3339 instant; stored in UTC with microseconds, so that the order of the text is that of time."""
        found = _DATETIME.fullmatch(value.upper()) if isinstance(value, str) else None
        if not found:
            raise ValueError("must be an RFC 3339 date and time with an offset")
        fraction = (found[2] or ".").rstrip("0")
        if len(fraction) > 7:
            raise ValueError("must not be finer than a microsecond")
        try:
            instant = dt.datetime.fromisoformat(f"{found[1]}{fraction.ljust(7, '0')}{found[3]}")
            return instant.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        except (ValueError, OverflowError):
            raise ValueError("must be an instant that exists") from None

    def check_decimal(self, value: Any) -> Any:
        """A plain decimal number as text; its digits are kept as given."""
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            raise ValueError('must be a decimal number as text, such as "4500.00"')
        return value

    def check_json(self, value: Any) -> Any:
        """Any JSON value of at most 100 levels, stored as JSON text."""
        if jsontext.depth(value, MAX_DEPTH) > MAX_DEPTH:
            raise ValueError(f"must not nest deeper than {MAX_DEPTH} levels")
        return jsontext.write(value)

    def check_uuid(self, value: Any) -> Any:
        """A UUID as text; stored in lower case."""
        if not isinstance(value, str) or not _UUID.fullmatch(value.lower()):
            raise ValueError("must be a UUID")
        return value.lower()

    def check_options(self, field: Field, value: Any) -> None:
        """The value is one of the field's options."""
        if field.options is not None and value not in field.options:
            raise ValueError(f"must be one of {', '.join(field.options)}")

    def check_minimum(self, field: Field, value: Any) -> None:
        """The value is not below the field's minimum."""
        if field.minimum is not None and value < field.minimum:
            raise ValueError(f"must be at least {field.minimum}")

    def check_pattern(self, field: Field, value: Any) -> None:
        """The whole text matches the field's pattern."""
        if field.pattern is not None and not re.fullmatch(field.pattern, value):
            raise ValueError(f"must match {field.pattern}")

    def check_schema(self, field: Field, value: Any) -> None:
        """The value fits the field's JSON Schema. The library is slow to import, so it is imported at first use."""
        validator = self.validators.get(id(field))
        if validator is None:
            from jsonschema import Draft202012Validator

            validator = self.validators[id(field)] = Draft202012Validator(field.schema or {})
        error = next(validator.iter_errors(value), None)
        if error is not None:
            raise ValueError(f"does not fit the field's JSON Schema at {error.json_path}")

    def same(self, field: Field, stored: Any, wanted: Any) -> bool:
        """Whether a stored value is the wanted one (both as stored, either may be null)."""
        if stored is None or wanted is None:
            return stored is wanted
        if field.type == "decimal":
            return Decimal(stored) == Decimal(wanted)
        if field.type == "json":
            return jsontext.canonical(jsontext.read(stored.encode())) == jsontext.canonical(
                jsontext.read(wanted.encode())
            )
        return bool(stored == wanted)

    def decode(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        """The record, as an answer shows it, of a row, as it is stored."""
        record = dict(row)
        for name in table.converted:
            if record[name] is not None:
                record[name] = self.decode_value(table.fields[name], record[name])
        return record

    def decode_value(self, field: Field, stored: Any) -> Any:
        """The answered form of one stored value that is not null."""
        return bool(stored) if field.type == "boolean" else jsontext.read(stored.encode())
