"""How a cell of a feature file becomes a value.

| cell | value |
| --- | --- |
| empty | the field is not mentioned |
| null | null |
| `…` in backticks | JSON, whatever the field's type |
| `"x" 3,000 times` in backticks | the text "x" so many times; also `lists, N deep` and `9, N digits` |
| {name.field} | the value of that field in the named stored record; in a longer text, its text |
| `"{name.field}"` in backticks | its text; not applicable where the value itself is a text |
| {number} in a cell | a number that no other request of the concurrent clients has |
| {client} in a cell | the number of one of the concurrent clients |
| anything else | what the field's type reads: JSON for integers, booleans and json, else the text as it stands |

Text in a field of a unique key gets the scenario's mark, unless it is looked up, so that scenarios, runs and workers
never share a key. A long number there (a telephone number of nothing but digits, as a text or not) is changed by the
mark too.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from upsertspec.dialects.altered import nested, number
from upsertspec.errors import NotApplicable
from upsertspec.spec.schema import Table
from upsertspec.spec.types import FieldType

_REFERENCE = re.compile(r"\{(\w+)\.(\w+)\}")
LONG = 10**9

Lookup = Callable[[str, str], Any]


def rows(
    table: Table, spec: Table, datatable: Sequence[Sequence[str]], mark: str, lookup: Lookup
) -> list[dict[str, Any]]:
    """The rows below the header, each as field name to value, without the column `as` (see `names`).

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
    """The value of one cell. Raises ValueError where the field's type can't read it."""
    read = _read(table.type_of(name), cell, lookup)
    if name not in table.marked or _REFERENCE.search(cell):
        return read
    if isinstance(read, int) and read >= LONG:
        return read + zlib.crc32(mark.encode())
    return marked(read, mark) if isinstance(read, str) else read


def resolved(table: Table, name: str, given: Any, mark: str, lookup: Lookup) -> Any:
    """A value from JSON or a query parameter: `{name.field}` is looked up, and text of a unique key is marked.

    So is each value of a list with commas, in a parameter like `reference__in`.
    """
    if not isinstance(given, str):
        return given
    if name.endswith("__in"):
        field = name.removesuffix("__in")
        return ",".join(str(resolved(table, field, each, mark, lookup)) for each in given.split(","))
    if reference := _REFERENCE.fullmatch(given):
        return lookup(reference[1], reference[2])
    return marked(given, mark) if name.partition("__")[0] in table.marked else given


def marked(text: str, mark: str) -> str:
    """The text with the mark before its last @, or else after its last letter or digit, or at its end.

    An empty text stays empty. Digits stay digits: the mark changes their number.
    """
    if len(text) >= len(str(LONG)) and text.isdecimal():
        return str(int(text) + zlib.crc32(mark.encode()))
    local, at, domain = text.rpartition("@")
    if at:
        return f"{local}.{mark}@{domain}"
    if text.strip() and not re.search(r"\w", text):
        return f"{text}-{mark}"
    return re.sub(r"(\w)(\W*)$", rf"\g<1>-{mark}\g<2>", text)


def _given(name: str, cell: str) -> bool:
    return name != "as" and cell != ""


def _read(kind: FieldType, cell: str, lookup: Lookup) -> Any:
    if cell == "null":
        return None
    if reference := _REFERENCE.fullmatch(cell.removeprefix('`"').removesuffix('"`')):
        found = lookup(reference[1], reference[2])
        return found if cell.startswith("{") else _as_text(found)
    if is_json(cell):
        return in_backticks(cell)
    return kind.read(_REFERENCE.sub(lambda found: str(lookup(found[1], found[2])), cell))


def is_json(cell: str) -> bool:
    """Whether a cell is JSON in backticks."""
    return len(cell) > 1 and cell.startswith("`") and cell.endswith("`")


def in_backticks(cell: str) -> Any:
    """The value of a cell that is JSON in backticks."""
    return json.loads(as_written(cell[1:-1]))


def _as_text(found: Any) -> str:
    if isinstance(found, str):
        raise NotApplicable("the value is a text itself, so that its text is no value of another type")
    return str(found)


def as_written(text: str) -> str:
    """JSON as it stands; `"x" 9 times` is one text, `lists, 9 deep` are lists in lists, `9, 9 digits` is a number."""
    if found := re.fullmatch(r'"(.+)" ([\d,]+) times', text):
        return json.dumps(json.loads(f'"{found[1]}"') * number(found[2]), ensure_ascii=False)
    if found := re.fullmatch(r"(lists|objects), ([\d,]+) deep", text):
        return nested(found[1], number(found[2]))
    if found := re.fullmatch(r"(\d), ([\d,]+) digits", text):
        return found[1] * number(found[2])
    return text
