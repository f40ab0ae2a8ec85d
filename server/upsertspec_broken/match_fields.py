"""Match fields: empty, unknown, not a key, without a value; and records that match by too little or too much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_broken.bases import FindThenWrite, changes, compares, key_fields, matches_by
from upsertspec_server.errors import bad_field
from upsertspec_server.schema import PROTECTED, Role, Row, Table
from upsertspec_server.store import Store
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.validation import Validator


def takes(change: Callable[[Table, Any], Any]) -> type[Validator]:
    """A validator that takes other match fields than the given ones."""

    class Takes(Validator):
        def match_key(self, table: Table, match_fields: Any) -> tuple[str, ...]:
            return super().match_key(table, change(table, match_fields))

    return Takes


def renamed(change: Callable[[Table, str], str]) -> type[Validator]:
    """A validator that looks for each match field under another name."""

    return takes(lambda table, given: [change(table, name) for name in given] if is_texts(given) else given)


def renamed_all(change: Callable[[list[str]], list[str]]) -> type[Validator]:
    """A validator that looks for other match fields than those that were given."""
    return takes(lambda table, given: change(given) if is_texts(given) else given)


def is_texts(given: Any) -> bool:
    """Whether this is a list of texts."""
    return isinstance(given, list) and all(isinstance(name, str) for name in given)


def first_key(table: Table) -> list[str]:
    """The first unique key of a table."""
    return list(table.unique_keys[0])


def same_letters(table: Table, name: str) -> str:
    """The field that differs from the name in underscores only."""
    return next((field for field in table.fields if field.replace("_", "") == name.replace("_", "")), name)


for name, violates, part, says in (
    ("empty-match-is-the-first-key", "AC-007", takes(lambda table, given: given or first_key(table)),
     "Takes the table's first key where the match fields are empty, null or missing."),
    ("missing-match-is-the-first-key", "AC-053",
     takes(lambda table, given: first_key(table) if given is None else given),
     "Takes the table's first key where matchFields is missing, but refuses an empty list."),
    ("one-name-is-a-list", "AC-053", takes(lambda table, given: [given] if isinstance(given, str) else given),
     "Takes a text as a list of one name."),
    ("name-twice-is-once", "AC-053", renamed_all(lambda names: list(dict.fromkeys(names))),
     "Takes a match field that is named twice as if it was named once."),
    ("drops-protected-match-fields", "AC-053",
     renamed_all(lambda names: [name for name in names if name not in PROTECTED] or names),
     "Drops protected fields from the match fields, as it does from the fields."),
    ("empty-match-crashes", "AC-007", takes(lambda table, given: given if given[0] else []),
     "Takes the first match field without checking whether there is one, and answers 500."),
    ("any-case-of-a-name", "AC-008", renamed(lambda table, name: name.lower()),
     "Finds a match field in any case."),
    ("trims-names", "AC-008", renamed(lambda table, name: name.strip()),
     "Strips the names of match fields."),
    ("qualified-names", "AC-008", renamed(lambda table, name: name.rpartition(".")[2]),
     "Takes what follows the last dot as the name of a match field."),
    ("underscores-dont-count", "AC-008", renamed(same_letters),
     "Finds a match field with misplaced underscores, like code that converts between camelCase and snake_case."),
    ("names-by-position", "AC-008",
     renamed(lambda table, name: table.columns[int(name)]
             if name.isdecimal() and int(name) < len(table.columns) else name),
     "Takes a number as the position of a field, like ORDER BY."),
    ("unknown-names-are-skipped", "AC-008",
     takes(lambda table, given: [n for n in given if n in table.fields] or given if isinstance(given, list) else given),
     "Skips the match fields that it does not know."),
    ("only-the-first-name-is-checked", "AC-008",
     takes(lambda table, given: given[:1] if isinstance(given, list) else given),
     "Checks the first match field only, and matches by it."),
):  # fmt: skip
    add(name, says, violates, part)


class EmptyIsAccepted(Validator):
    """Accepts an empty list of match fields."""

    def match_key(self, table: Table, match_fields: Any) -> tuple[str, ...]:
        return () if match_fields == [] else super().match_key(table, match_fields)


class Anything(Store):
    """Every row matches where there is no key."""

    def equals(self, key: tuple[str, ...]) -> str:
        return super().equals(key) or "1"


@broken("AC-007", using=(EmptyIsAccepted, Anything))
class EmptyMatchIsTheFirstRow(FindThenWrite):
    """Overwrites the first record of the table where there are no match fields."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        return self.store.find(plan.table, plan.key, row)


@broken("AC-007", using=(EmptyIsAccepted,))
class EmptyMatchInserts(FindThenWrite):
    """Creates a record where there are no match fields, since nothing matches."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        return super().find_match(plan, row) if plan.key else None


@broken("AC-007", using=(EmptyIsAccepted, Anything))
class EmptyMatchIsEveryRow(FindThenWrite):
    """Overwrites all records of the table where there are no match fields."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        if plan.key:
            return super().upsert_one(plan, row, now)
        values = {name: value for name, value in row.items() if name not in key_fields(plan.table)}
        done = [self.save(plan.table, match, values, now) for match in self.store.rows(plan.table)]
        return Outcome(plan.table, "updated", done[0]["id"], done[0]) if done else self.create(plan, row, now)


@broken("AC-007", using=(EmptyIsAccepted,))
class NoMatchFieldsNothingDone(Upserts):
    """Answers 200 and "ignored" without match fields, and does nothing."""

    def run(self, plan: Plan, role: Role) -> list[Outcome]:
        return super().run(plan, role) if plan.key else [Outcome(plan.table, "ignored", None, None)]


class NullForNoValue(Validator):
    """Takes null for a match field that is not in `fields`."""

    def upsert_row(self, table: Table, key: tuple[str, ...], fields: Any) -> Row:
        row = self.row(table, fields)
        return {**dict.fromkeys(name for name in key if name not in row), **row}


class AnyNames(NullForNoValue):
    """Accepts any names as match fields."""

    def match_key(self, table: Table, match_fields: Any) -> tuple[str, ...]:
        names = isinstance(match_fields, list) and match_fields and all(isinstance(n, str) for n in match_fields)
        return tuple(match_fields) if names else super().match_key(table, match_fields)


class BareNames(Store):
    """Writes names into the SQL as they are."""

    def equals(self, key: tuple[str, ...]) -> str:
        return " AND ".join(f"{column} = ?" for column in key)


add("names-go-into-the-sql", "Puts the match fields into its SQL: an unknown one fails, or is an injection.",
    "AC-008 AC-108 AC-804", AnyNames, BareNames,
    changes(lambda plan, row, match, given: {n: v for n, v in given.items() if n in plan.table.fields}))  # fmt: skip


@broken("AC-008")
class RequestKnowsItsFields(Validator):
    """Checks only whether a match field is in `fields`, and drops the fields that the table does not have."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Plan:
        fields, names = body.get("fields"), body.get("matchFields")
        if isinstance(fields, dict) and isinstance(names, list) and names and all(name in fields for name in names):
            known = {name: value for name, value in fields.items() if name in table.fields}
            key = [name for name in names if name in table.fields] or first_key(table)
            return super().upsert(table, {**body, "fields": known, "matchFields": key})
        return super().upsert(table, body)


add("no-value-is-null", "Takes null for a match field that is not in `fields`, and creates a record.", "AC-109",
    NullForNoValue, FindThenWrite)  # fmt: skip


@broken("AC-007", "AC-008", "AC-109")
class NoValueNoMatchField(Validator):
    """Matches by the match fields that are in `fields`, and by any key where none is."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Plan:
        fields, names = body.get("fields"), body.get("matchFields")
        if isinstance(fields, dict) and isinstance(names, list) and all(isinstance(name, str) for name in names):
            given = [name for name in names if name in fields or name not in table.fields]
            keys = [list(key) for key in table.unique_keys if fields.keys() >= set(key)]
            body = {**body, "matchFields": given if frozenset(given) in table.keys_by_fields or not keys else keys[0]}
        return super().upsert(table, body)


@broken("AC-109")
class NoValueCrashes(Validator):
    """Takes the value of a match field without checking whether there is one, and answers 500."""

    def upsert_row(self, table: Table, key: tuple[str, ...], fields: Any) -> Row:
        return self.row(table, fields)


class AsListed(Validator):
    """Keeps the match fields in the order of the request."""

    def unique_key(self, table: Table, match_fields: list[str]) -> tuple[str, ...]:
        super().unique_key(table, match_fields)
        return tuple(match_fields)


add("first-match-field-only", "Matches by the first of the match fields.", "AC-101 AC-102 AC-107",
    AsListed, matches_by(lambda plan: plan.key[:1]))  # fmt: skip
add("last-match-field-only", "Matches by the last of the match fields, because each overwrites the filter before it.",
    "AC-101 AC-102 AC-107", AsListed, matches_by(lambda plan: plan.key[-1:]))  # fmt: skip
add("organization-left-out", "Matches an image by its key and its item, in any organization.", "AC-102 AC-101",
    matches_by(lambda plan: tuple(name for name in plan.key if name != "organization_id")))  # fmt: skip


@broken("AC-102", "AC-101")
class UpdatesTheWholeOrganization(FindThenWrite):
    """Finds the match by its whole key, but writes to all records that share its first field."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        first = next((key[0] for key in table.unique_keys if key[0] in changes), "id")
        values = {name: value for name, value in changes.items() if name not in key_fields(table)}
        for row in self.store.rows(table):
            if row[first] == match[first]:
                super().save(table, row, values, now)
        return super().save(table, match, changes, now)


@broken("AC-107", using=(AsListed,))
class ValuesInTheTablesOrder(FindThenWrite):
    """Takes the names in the order of the request, but their values in the order of the table."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        values = [row[name] for name in plan.table.columns if name in plan.key]
        if not values:
            return super().find_match(plan, row)
        return self.store.find(plan.table, plan.key, dict(zip(plan.key, values, strict=True)))


@broken("AC-107")
class KeysAreLists(Validator):
    """Knows a key only in the order in which the table declares it."""

    def unique_key(self, table: Table, match_fields: list[str]) -> tuple[str, ...]:
        key = super().unique_key(table, match_fields)
        if key != tuple(match_fields):
            raise bad_field("matchFields", "together are not a unique key of this table")
        return key


def accepts(accepted: Callable[[set[str], set[str]], bool]) -> type[Validator]:
    """A validator that accepts some fields that are not a key: those for which `accepted(fields, key)` holds."""

    class Accepts(Validator):
        def unique_key(self, table: Table, match_fields: list[str]) -> tuple[str, ...]:
            taken = any(accepted(set(match_fields), set(key)) for key in table.unique_keys)
            return tuple(match_fields) if taken else super().unique_key(table, match_fields)

    return Accepts


ANY_FIELDS = accepts(lambda fields, key: True)
add("any-field-will-match", "Matches by any fields, and updates the first record that it finds.", "AC-108",
    ANY_FIELDS, FindThenWrite)  # fmt: skip
add("no-index-for-the-key", "Puts any fields into ON CONFLICT, and answers 500 where no unique index has them.",
    "AC-108", ANY_FIELDS)  # fmt: skip
add("more-than-a-key", "Takes more fields than a key as a key, and matches by all of them.", "AC-108",
    accepts(lambda fields, key: fields > key), FindThenWrite)  # fmt: skip
add("part-of-a-key", "Takes a part of a key as a key.", "AC-108",
    accepts(lambda fields, key: fields < key), FindThenWrite)  # fmt: skip


@broken("AC-108", using=(ANY_FIELDS,))
class EveryRecordThatMatches(FindThenWrite):
    """Matches by any fields, and updates all records that it finds."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        values = {name: row[name] for name in row if name not in key_fields(plan.table)}
        for other in self.store.rows(plan.table):
            if other["id"] != match["id"] and all(other[name] == row[name] for name in plan.key):
                self.save(plan.table, other, values, now)
        return super().update(plan, row, match, now)


for name, violates, store, says in (
    ("any-match-field", "AC-101 AC-102", compares("{} = ?", " OR "),
     "Matches a record that has one of the values, because it writes OR instead of AND."),
    ("null-matches-null", "AC-110 AC-212", compares("{} IS ?"),
     "Matches the first record that has no value either, because it compares with IS."),
    ("null-matches-anything", "AC-110 AC-212", compares("{0} = coalesce(?, {0})"),
     "Skips a match field whose value is null, like an optional filter: the first record matches."),
    ("match-ignores-case", "AC-111", compares("{} = ? COLLATE NOCASE"),
     "Matches text in any case, like a database with such a collation."),
    ("match-trims", "AC-111", compares("trim({}) = trim(?)"),
     "Matches text whatever white space surrounds it."),
    ("match-pads", "AC-111", compares("{} = ? COLLATE RTRIM"),
     "Matches text whatever spaces follow it, like CHAR columns."),
    ("match-by-like", "AC-101 AC-111", compares("{} LIKE ?"),
     "Matches with LIKE: case is ignored, and _ and % stand for other characters."),
    ("match-by-a-beginning", "AC-101", compares("substr({}, 1, 191) = substr(?, 1, 191)"),
     "Matches by the first 191 characters of a text, because its index reaches no further."),
):  # fmt: skip
    add(name, says, violates, store, FindThenWrite)


class Joined(Store):
    """Compares the values of a key as one text."""

    def equals(self, key: tuple[str, ...]) -> str:
        return " || ".join(f'"{name}"' for name in key) + " = " + " || ".join("?" * len(key))


add("joined-key", "Joins the values of a key without a separator: \"ab\" and \"c\" match \"a\" and \"bc\".", "AC-101",
    Joined, FindThenWrite)  # fmt: skip


@broken("AC-110")
class NullMatchesEveryNull(FindThenWrite):
    """Updates all records that have no value either, and then creates the new one."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        if any(row[name] is None for name in plan.key):
            written = {name: row[name] for name in row if name not in key_fields(plan.table)}
            for other in self.store.rows(plan.table):
                if all(other[name] == row[name] for name in plan.key):
                    self.save(plan.table, other, written, self.store.now())
        return super().find_match(plan, row)


@broken("AC-102")
class EmptyKeysMatchNothing(Upserts):
    """Looks for a match only where each match field has a value that is not empty."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        return super().find_match(plan, row) if all(row[name] for name in plan.key) else None
