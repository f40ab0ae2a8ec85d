"""The values to try: few, so that operations meet on them, and each for a reason. The plainest come first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from upsertspec.explore import hostile_values
from upsertspec.spec.schema import Field, organizations

LEFT_OUT = "(left out)"
GONE, MISSING, STRANGE = -1, -2, -3
"""Places of records that do not exist: a deleted one, an id nobody has, and an id of a strange form."""
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
NO_TABLES = (
    "no_such_table", "contact", "Contacts", "999999999", "sqlite_master", "pg_catalog", "sqlite_sequence", "contacts2",
)  # fmt: skip
WRONG_FIELDS: tuple[dict[str, Any], ...] = (
    {"nickname": "x"}, {"id": 1}, {"created_at": "2001-02-03T04:05:06.789Z"},
    {"updated_at": "2001-02-03T04:05:06.789Z"}, {"id": None}, {"id": "nonsense"}, {"updated_at": "never"},
    {"created_at": "2999-02-03T04:05:06.789Z", "updated_at": 5}, {"created_at": None},
)  # fmt: skip
WRONG_MEMBERS: tuple[dict[str, Any], ...] = (
    {"onConflict": "upsert"}, {"onConflict": None}, {"updateFields": ["nickname"]}, {"updateFields": "name"},
    {"onMissing": "ignore"}, {"updateValues": ["name"]}, {"updateValues": {"nickname": "x"}},
    {"updateWhere": {"nickname": "x"}}, {"updateWhere": []}, {"returning": "minimal"}, {"onConflict": "IGNORE"},
)  # fmt: skip
TEXT_OPERATORS = ("", "__eq", "__ne", "__contains", "__starts_with", "__in", "__isnull", "__gte", "__lt")
NUMBER_OPERATORS = ("", "__eq", "__ne", "__gt", "__gte", "__lt", "__lte", "__in", "__isnull")
WRONG_FILTERS = (("nickname", "x"), ("status__like", "dr"), ("_unknown", "1"))
PARAMETERS: dict[str, tuple[str, ...]] = {
    "_sort": ("name", "-name", "validation_score", "-validation_score", "status", "user_id", "nickname"),
    "_limit": ("2", "1", "3", "1000", "1001", "-1"),
    "_offset": ("0", "1", "2", "9", "many"),
    "_fields": ("name,status", "name", "id", "name,nickname"),
    "_include": (
        "conversations", "user", "conversations.messages", "conversations", "user,conversations", "conversations",
        "conversations,artifacts", "user,conversations.messages", "messages", "conversations.messages.conversation",
    ),
}  # fmt: skip
NESTED_OPTIONS: tuple[tuple[str, str], ...] = (
    ("conversations._sort", "-title"), ("conversations._sort", "title"), ("conversations._sort", "-created_at"),
    ("conversations._limit", "1"), ("conversations._limit", "2"), ("conversations._fields", "title"),
    ("user._fields", "email"), ("conversations.messages._sort", "-content"), ("conversations.messages._limit", "1"),
    ("conversations._limit", "1001"), ("conversations._sort", "nickname"), ("user._limit", "1"),
    ("artifacts._limit", "1"),
)  # fmt: skip
"""Some are wrong, and most are wrong where something else is included."""
GROUPS: tuple[dict[str, str], ...] = (
    {"group_by": "user_id", "avg": "validation_score"}, {"group_by": "user_id"}, {"group_by": "description"},
    {"group_by": "status", "avg": "validation_score"},
    {"group_by": "nickname"}, {"group_by": "user_id", "avg": "nickname"},
)  # fmt: skip


@dataclass(frozen=True)
class Pick:
    """A record by its place in its table, counted round and round. A negative place is a record that does not exist."""

    table: str
    place: int


def good(field: Field, profiles: Collection[str] = ()) -> list[Any]:
    """Values that the field accepts, the plainest first. The profile `hostile` adds more."""
    if field.references:
        return [Pick(field.references, place) for place in (0, 1)]
    if field.options:
        return list(field.options)
    if "schema" in field.rules:
        return list(JSONS)
    if "pattern" in field.rules:
        return ["EUR", "usd"]
    listed = [*field.type.good, *(field.type.hostile if "hostile" in profiles else ())]
    return [value for value in listed if not field.is_below(value) and not field.is_above(value)]


def bad(field: Field, profiles: Collection[str] = ()) -> list[Any]:
    """Values that the field does not accept."""
    listed: list[Any] = list(field.type.wrong)
    if field.options:
        listed += ["archived", "", field.options[0].upper(), f" {field.options[0]}", field.options[0][:3]]
    if "minimum" in field.rules:
        listed += [field.rules["minimum"] - 1]
    if "maximum" in field.rules:
        listed += [field.rules["maximum"] + 1]
    if "pattern" in field.rules:
        listed += ["EURO", "E1R", "EU"]
    if "schema" in field.rules:
        listed += BAD_JSONS
    if field.references:
        listed += [Pick(field.references, place) for place in (GONE, MISSING)]
    if "hostile" in profiles:
        listed += field.type.hostile_wrong
    return [*listed, None] if field.required else listed


def keys_of(field: Field) -> list[Any]:
    """A few values for a field of a unique key."""
    if not field.is_free_text:
        return good(field)
    if field.name == "email":
        return ["ada@example.com", "bob@example.com"]
    return [f"{field.name}-1", f"{field.name}-2"]


class Organization(str):
    """The organization of a member: on the wire, the one that the target file names."""

    member: str

    @classmethod
    def of(cls, member: str) -> Organization:
        """The organization of `north` or `south`."""
        made = cls(organizations()[member])
        made.member = member
        return made


def nearly(value: str) -> list[str]:
    """Texts that look like this one, but differ."""
    return [
        value.title(), value.upper(), f" {value}", f"{value} ", value.replace("a", "á", 1), f"{value[0]}%{value[2:]}",
        f"{value[0]}_{value[2:]}", f"{value}-",
    ]  # fmt: skip


def like_code(value: str) -> list[str]:
    """This text, followed by something that an unsafe server would run."""
    return [f"{value}{end}" for end in hostile_values.ENDS]
