"""How a cell of a feature file becomes a value.

| cell | value |
| --- | --- |
| empty | the field is not mentioned |
| null | null |
| `…` in backticks | JSON, for values that the field's type would read otherwise |
| {name.field} | the value that the named stored record has in that field |
| {number} in a cell | a number that no other request of the many clients has |
| {client} in a cell | the number of one of the many clients |
| anything else | as the field's type reads it: text as it stands, numbers, booleans and json as JSON |

Text for a field of a unique key gets the scenario's mark, so that no two scenarios, runs or workers meet; a long number
in its place (a telephone number that is no text) gets another one each time.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from upsertspec.spec.schema import Field, Table

_REFERENCE = re.compile(r"\{(\w+)\.(\w+)\}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_JSON_TYPES = ("integer", "boolean", "json")
LONG = 10**9

Lookup = Callable[[str, str], Any]


def rows(
    table: Table, spec: Table, datatable: Sequence[Sequence[str]], mark: str, lookup: Lookup
) -> list[dict[str, Any]]:
    """The rows below a table's header, as field name to value; the column `as` is left out (see `names`).

    A column that the target's `table` lacks is read as the specification's has it.
    """
    header, *body = datatable
    return [
        {
            name: value(table if name in table.fields else spec, name, cell, mark, lookup)
            for name, cell in zip(header, row, strict=True)
            if _given(name, cell)
        }
        for row in body
    ]


def names(datatable: Sequence[Sequence[str]]) -> list[str]:
    """The names in the column `as`, or an empty text for each row without one."""
    header, *body = datatable
    return [row[header.index("as")] if "as" in header else "" for row in body]


def value(table: Table, name: str, cell: str, mark: str, lookup: Lookup) -> Any:
    """The value of one cell. Raises ValueError where it is none for its field's type."""
    read = _read(table.fields.get(name), cell, lookup)
    if name not in table.marked:
        return read
    if isinstance(read, int) and read >= LONG:
        return read + zlib.crc32(mark.encode())
    return marked(read, mark) if isinstance(read, str) else read


def resolved(table: Table, name: str, given: Any, mark: str, lookup: Lookup) -> Any:
    """A value that is JSON or a query parameter already: `{name.field}` is looked up, text of a key is marked."""
    if not isinstance(given, str):
        return given
    if reference := _REFERENCE.fullmatch(given):
        return lookup(reference[1], reference[2])
    return marked(given, mark) if name.partition("__")[0] in table.marked else given


def marked(text: str, mark: str) -> str:
    """The text with the mark in it: before an @, else behind its last letter or digit; an empty text stays empty."""
    local, at, domain = text.rpartition("@")
    if at:
        return f"{local}.{mark}@{domain}"
    return re.sub(r"(\w)(\W*)$", rf"\g<1>-{mark}\g<2>", text)


def _given(name: str, cell: str) -> bool:
    return name != "as" and cell != ""


def _read(field: Field | None, cell: str, lookup: Lookup) -> Any:
    if cell == "null":
        return None
    if len(cell) > 1 and cell.startswith("`") and cell.endswith("`"):
        return json.loads(cell[1:-1])
    if reference := _REFERENCE.fullmatch(cell):
        return lookup(reference[1], reference[2])
    if field is None and _NUMBER.fullmatch(cell):
        return json.loads(cell)
    if field is not None and field.type in _JSON_TYPES:
        return json.loads(cell)
    return cell
