"""Values on their way in and out: JSON here, PostgreSQL there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from service.catalog import PROTECTED, Column, Table
from service.problems import Problem

DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DATETIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6}0*)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
# As many digits as PostgreSQL's numeric keeps.
DECIMAL = re.compile(r"-?\d{1,131072}(\.\d{1,16383})?", re.ASCII)
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
INTEGER = re.compile(r"-?\d{1,19}", re.ASCII)
COMPARISONS = ("lt", "lte", "gt", "gte", "ne", "in")
SMALLEST, LARGEST = -(2**63), 2**63 - 1

Record = dict[str, Any]


def typed(column: Column, value: Any) -> Any:
    """A JSON value in PostgreSQL's form. Raises ValueError with what was expected."""
    return None if value is None else _READERS[column.kind](value)


def typed_fields(table: Table, fields: Any) -> Record:
    """The given fields without the protected ones. Raises Problem with everything that is wrong with them."""
    if not isinstance(fields, dict):
        raise Problem(400, "fields has to be an object.")
    read: Record = {}
    faults = []
    for name, value in fields.items():
        if name in PROTECTED:
            continue
        try:
            read[name] = typed(_column(table, name), value)
        except ValueError as wrong:
            faults.append({"field": name, "message": str(wrong)})
    if faults:
        raise Problem(400, "Some fields can't be read.", faults)
    return read


def typed_guard(table: Table, guard: Any, member: str) -> Record:
    """The values that a stored record must have; protected fields are allowed."""
    conditions = typed_conditions(table, guard, member)
    if any(operator != "eq" for operator, _ in conditions.values()):
        raise Problem(400, f"{member} takes values only.")
    return {name: value for name, (_, value) in conditions.items()}


def typed_conditions(table: Table, guard: Any, member: str) -> dict[str, tuple[str, Any]]:
    """What each field of a stored record is compared with: an operator and a value. A value alone is `eq`."""
    if not isinstance(guard, dict):
        raise Problem(400, f"{member} has to be an object.")
    try:
        return {name: _condition(_known(table, name), value) for name, value in guard.items()}
    except ValueError as wrong:
        raise Problem(400, f"{member}: {wrong}") from wrong


def require(table: Table, fields: Mapping[str, Any], *, creating: bool) -> None:
    """Raise Problem if a required field is null, or missing on a create."""
    missing = [
        column.name
        for column in table.writable
        if column.required and fields.get(column.name) is None and (creating or column.name in fields)
    ]
    if missing:
        raise Problem(400, "Required fields are missing.", [{"field": f, "message": "is required"} for f in missing])


def shown(table: Table, row: Mapping[str, Any]) -> Record:
    """A row as the JSON that a client gets."""
    return {name: _shown(table.columns[name], value) for name, value in row.items()}


def from_query(column: Column, text: str) -> Any:
    """A value in a query string. Raises ValueError if it does not have the field's type."""
    if column.kind == "integer":
        if not INTEGER.fullmatch(text):
            raise ValueError("is not a whole number")
        return typed(column, int(text))
    if column.kind == "boolean":
        if text not in ("true", "false"):
            raise ValueError("is neither true nor false")
        return text == "true"
    return typed(column, text)


def _condition(column: Column, value: Any) -> tuple[str, Any]:
    if not isinstance(value, dict):
        return "eq", typed(column, value)
    operator = next(iter(value), "")
    is_comparison = len(value) == 1 and operator in COMPARISONS
    if column.kind == "json" and not is_comparison:
        return "eq", typed(column, value)
    if column.kind == "json" or not is_comparison:
        raise ValueError(f"{column.name} has no such operator")
    operand = value[operator]
    if operator == "in":
        if not isinstance(operand, list) or not operand or None in operand:
            raise ValueError("in needs a list of one or more values")
        values = [typed(column, each) for each in operand]
        return operator, [Decimal(each) for each in values] if column.kind == "decimal" else values
    if operand is None and operator != "ne":
        raise ValueError(f"{operator} needs a value")
    return operator, typed(column, operand)


def _column(table: Table, name: str) -> Column:
    if name not in table.columns:
        raise ValueError("is no field of this table")
    return table.columns[name]


def _known(table: Table, name: str) -> Column:
    if name not in table.columns:
        raise ValueError(f"{name} is no field of this table")
    return table.columns[name]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("has to be text")
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("has to be a whole number")
    if not SMALLEST <= value <= LARGEST:
        raise ValueError("has more than 64 bits")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("has to be true or false")
    return value


def _date(value: Any) -> date:
    if not isinstance(value, str) or not DATE.fullmatch(value):
        raise ValueError("has to be a date, YYYY-MM-DD")
    return date.fromisoformat(value)


def _datetime(value: Any) -> datetime:
    if not isinstance(value, str) or not (shape := DATETIME.fullmatch(value)):
        raise ValueError("has to be a date and time with an offset, with microseconds at the finest")
    fraction = shape[1]
    text = value.upper().replace(fraction, fraction[:7]) if fraction else value.upper()
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as wrong:
        raise ValueError("is out of range") from wrong


def _decimal(value: Any) -> str:
    if not isinstance(value, str) or not DECIMAL.fullmatch(value):
        raise ValueError("has to be a decimal number, written as text")
    return value


def _uuid(value: Any) -> UUID:
    if not isinstance(value, str) or not UUID_TEXT.fullmatch(value):
        raise ValueError("has to be a UUID")
    return UUID(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "decimal": _decimal,
    "uuid": _uuid,
    "json": _json,
}


def _shown(column: Column, value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case UUID():
            return str(value)
        case str() if column.kind == "json":
            return json.loads(value)
        case _:
            return value
