"""The values to try: few, so that operations meet on them, and each for a reason. The plainest come first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from upsertspec.explore import hostile_values
from upsertspec.spec.schema import Field

LEFT_OUT = "(left out)"
GONE, MISSING, STRANGE = -1, -2, -3
"""Places of records that do not exist: a deleted one, an id nobody has, and an id of a strange form."""
TEXTS = (
    "Ada", "Bob", "", "null", "O'Brien \\ \"q\"", "two  spaces", "<b>&amp;</b>", "Zoë 🚀", "0",
    "line\nline", " padded ", "NaN", "$1 %s {x}", "true",
)  # fmt: skip
JSONS: tuple[Any, ...] = (
    {"useCases": ["a", "b", "a"]}, {}, {"notes": {"deep": [1, 2.5, True, None, "x"], "é": ""}},
    {"actors": [{"name": "A", "type": "t", "ageInYears": 3}]}, {"useCases": []},
    {"entities": [{"name": "P", "attributes": ["w"]}], "boundaries": []},
)  # fmt: skip
BAD_JSONS: tuple[Any, ...] = (
    "text", [], {"useCases": "deliver"}, {"useCases": [1]}, {"actors": [{"name": "C"}]}, {"actors": ["C"]}, 5,
    {"actors": [{"name": "A", "type": "t"}, {"name": "B"}]}, {"entities": [{"name": "P"}]}, {"useCases": ["a", 1]},
    {"entities": [{"name": "P", "attributes": [1]}]}, {"boundaries": {}},
)  # fmt: skip
GOOD: dict[str, tuple[Any, ...]] = {
    "integer": (41, 5, 100, 0, 1, 2**53 + 1, 2**63 - 1, 2**31),
    "boolean": (True, False),
    "date": ("2024-02-29", "1999-12-31", "2000-02-29"),
    "datetime": ("2024-01-15T10:00:00Z", "2024-06-30T23:59:59.123+05:30"),
    "decimal": ("12.50", "0", "-3.1", "4500.00", "12345678901234567.89", "0.1234"),
    "json": (
        {"a": [1, 2.5, True, None]}, [], {}, "text", 0, False, {"snakeCase": "camelCase"},
        {"a.b": "[1, 2]", "c": "true", "d": "12", "e": None, "f": "2024-01-15T10:00:00+02:00"},
    ),
}  # fmt: skip
BAD: dict[str, tuple[Any, ...]] = {
    "text": (5, True, {"a": 1}, ["x"], 0, 1.5),
    "integer": ("5", 1.5, True, "abc", [], "", {}, [36]),
    "boolean": ("true", 1, 0, "false", "", "yes", []),
    "date": ("2023-02-29", "2024-1-5", "15/01/2024", "2024-01-15T00:00:00Z", 20240115, "", "2024-13-01", "20240115",
             "2024-04-31", "01/02/2024", 0, "soon", 1700000000),
    "datetime": ("2024-01-15T10:00:00", "yesterday", 0, "2024-01-15"),
    "decimal": (12.5, "abc", "", 3, "12,50", True),
    "json": (),
    "reference": ("nonsense", {"$gt": 0}, [], True),
}  # fmt: skip
NO_TABLES = (
    "no_such_table", "contact", "Contacts", "999999999", "sqlite_master", "pg_catalog", "sqlite_sequence", "contacts2",
)  # fmt: skip
WRONG_FIELDS: tuple[dict[str, Any], ...] = (
    {"nickname": "x"}, {"id": 1}, {"created_at": "2001-02-03T04:05:06.789Z"},
    {"updated_at": "2001-02-03T04:05:06.789Z"}, {"id": None}, {"id": "nonsense"}, {"updated_at": "never"},
    {"created_at": "2999-02-03T04:05:06.789Z", "updated_at": 5}, {"created_at": None},
)  # fmt: skip
WRONG_MEMBERS: tuple[dict[str, Any], ...] = (
    {"onConflict": "replace"}, {"onConflict": None}, {"updateFields": ["nickname"]}, {"updateFields": "name"},
    {"updateWhere": {"nickname": "x"}}, {"updateWhere": []}, {"returning": "minimal"}, {"onConflict": "IGNORE"},
)  # fmt: skip
OPERATORS = {
    "text": ("", "__eq", "__ne", "__contains", "__in", "__isnull", "__gte", "__lt"),
    "integer": ("", "__eq", "__ne", "__gt", "__gte", "__lt", "__lte", "__in", "__isnull"),
}
WRONG_FILTERS = (("nickname", "x"), ("status__like", "dr"), ("_unknown", "1"))
PARAMETERS: dict[str, tuple[str, ...]] = {
    "_sort": ("name", "-name", "validation_score", "-validation_score", "status", "user_id", "nickname"),
    "_limit": ("2", "1", "3", "1000", "1001", "-1"),
    "_offset": ("0", "1", "2", "9", "-1"),
    "_fields": ("name,status", "name", "id", "name,nickname"),
    "_include": ("conversations", "artifacts", "conversations,artifacts", "messages"),
}
GROUPS: tuple[dict[str, str], ...] = (
    {"group_by": "user_id", "avg": "validation_score"}, {"group_by": "user_id"}, {"group_by": "description"},
    {"group_by": "nickname"}, {"group_by": "user_id", "avg": "nickname"},
)  # fmt: skip


@dataclass(frozen=True)
class Pick:
    """A record by its place in its table, counted round and round. A negative place is a record that does not exist."""

    table: str
    place: int


def good(field: Field, profiles: Collection[str] = ()) -> list[Any]:
    """Values that the field accepts, the plainest first. The profile `hostile` adds more."""
    if field.type == "reference":
        return [Pick(field.rules["references"], place) for place in (0, 1)]
    if field.options:
        return list(field.options)
    if field.type == "json" and "schema" in field.rules:
        return list(JSONS)
    more = hostile_values.GOOD.get(field.type, ()) if "hostile" in profiles else ()
    if field.type == "text":
        return _texts(field, more)
    return [v for v in (*GOOD[field.type], *more) if "minimum" not in field.rules or v >= field.rules["minimum"]]


def bad(field: Field, profiles: Collection[str] = ()) -> list[Any]:
    """Values that the field does not accept."""
    listed: list[Any] = list(BAD[field.type])
    if field.options:
        listed += ["archived", "", field.options[0].upper(), f" {field.options[0]}", field.options[0][:3]]
    if "minimum" in field.rules:
        listed += [field.rules["minimum"] - 1]
    if field.type == "integer":
        listed += [2**63]
    if "pattern" in field.rules:
        listed += ["EURO", "E1R", "EU"]
    if "schema" in field.rules:
        listed += BAD_JSONS
    if field.type == "reference":
        listed += [Pick(field.rules["references"], place) for place in (GONE, MISSING)]
    if "hostile" in profiles:
        listed += hostile_values.BAD.get(field.type, ())
    return [*listed, None] if field.required else listed


def keys_of(field: Field) -> list[Any]:
    """A few values for a field of a unique key."""
    if field.type != "text" or field.options:
        return good(field)
    if field.name == "email":
        return ["ada@example.com", "bob@example.com"]
    return [f"{field.name}-1", f"{field.name}-2"]


def nearly(value: str) -> list[str]:
    """Texts that look like this one, but differ."""
    return [
        value.title(), value.upper(), f" {value}", f"{value} ", value.replace("a", "á", 1), f"{value[0]}%{value[2:]}",
        f"{value[0]}_{value[2:]}", f"{value}-",
    ]  # fmt: skip


def like_code(value: str) -> list[str]:
    """This text, followed by something that an unsafe server would run."""
    return [f"{value}{end}" for end in hostile_values.ENDS]


def _texts(field: Field, more: Collection[str]) -> list[Any]:
    return ["EUR", "usd"] if "pattern" in field.rules else [*TEXTS, *more]
