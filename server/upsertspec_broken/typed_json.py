"""JSON fields: unchecked, half checked, or changed on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

from upsertspec_broken import add, broken
from upsertspec_broken.bases import without
from upsertspec_broken.records import ChecksChanges
from upsertspec_catalogue import parsed, shown
from upsertspec_server import jsontext
from upsertspec_server.fields import Json, Text
from upsertspec_server.records import Records
from upsertspec_server.schema import Field, Row, Table
from upsertspec_server.upsert import Outcome
from upsertspec_server.validation import Validator

Change = Callable[[Any], Any]


def unchanged(value: Any) -> Any:
    """The value itself."""
    return value


def rewritten(value: Any, single: Change = unchanged, members: Change = unchanged) -> Any:
    """The value with each object and each other value in it changed, from the inside out."""
    if isinstance(value, dict):
        return members({name: rewritten(member, single, members) for name, member in value.items()})
    return [rewritten(item, single, members) for item in value] if isinstance(value, list) else single(value)


def utc(value: Any) -> Any:
    """A text that looks like a date and time, in UTC with milliseconds."""
    if not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", value)):
        return value
    moment = datetime.fromisoformat(value).astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_again(value: Any) -> Any:
    """What a text means where it is JSON itself."""
    try:
        return jsontext.read(value.encode()) if isinstance(value, str) else value
    except ValueError:
        return value


def once(value: Any) -> Any:
    """A list of texts, each once."""
    is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return list(dict.fromkeys(value)) if is_list else value


def of_members(value: Any, change: Callable[[dict[str, Any]], Any]) -> Any:
    """An object changed, any other value as it is."""
    return change(value) if isinstance(value, dict) else value


for name, violates, change, says in (
    ("json-drops-nulls", "AC-611",
     lambda value: rewritten(value, members=lambda m: {k: v for k, v in m.items() if v is not None}),
     "Drops the members of a JSON value that are null, like a serializer that keeps answers short."),
    ("json-names-have-no-dots", "AC-611",
     lambda value: rewritten(value, members=lambda m: {k.replace(".", "\uff0e"): v for k, v in m.items()}),
     "Replaces the dots in the names of JSON members, which its database takes as a path."),
    ("json-moments-are-utc", "AC-611", lambda value: rewritten(value, utc),
     "Takes text in JSON that looks like a date and time as one, and rewrites it."),
    ("json-text-is-read-again", "AC-611 AC-805", lambda value: rewritten(value, read_again),
     "Decodes text in JSON once more where it is JSON itself."),
):  # fmt: skip
    add(name, says, violates, parsed(Json, change))

for name, change, says in (
    ("json-lists-are-sets", lambda value: of_members(value, lambda m: {k: once(v) for k, v in m.items()}),
     "Answers each item of a list of texts once."),
    ("json-in-snake-case",
     lambda value: of_members(
         value, lambda m: {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", k).lower(): v for k, v in m.items()}),
     "Answers with all names in snake case, including the members of JSON values."),
):  # fmt: skip
    add(name, says, "AC-611", shown(Json, change))


@broken("AC-611")
class JsonIsText(Json):
    """Answers with JSON as the text in which it is stored."""

    def show(self, stored: Any) -> Any:
        return stored


class SchemaOf(Field):
    """Checks something else than the value against the field's JSON Schema."""

    def check_rules(self, value: Any) -> None:
        super().check_rules(self.checked(value) if self.schema is not None else value)

    def checked(self, value: Any) -> Any:
        """What is checked."""
        return value


@broken("AC-611")
class JsonIsNotChecked(SchemaOf):
    """Stores any JSON, whatever the field's schema says."""

    def checked(self, value: Any) -> Any:
        return {}


@broken("AC-611")
class JsonIsCheckedAtTheTop(SchemaOf):
    """Checks the members of a JSON value, but not what is in them."""

    def checked(self, value: Any) -> Any:
        return of_members(value, lambda m: {k: [] if isinstance(v, list) else v for k, v in m.items()})


@broken("AC-611")
class JsonChecksFirstItems(SchemaOf):
    """Checks the first item of each list in a JSON value, and assumes that the others are like it."""

    def checked(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.checked(member) for name, member in value.items()}
        return [self.checked(item) for item in value[:1]] if isinstance(value, list) else value


def items(change: Change) -> Change:
    """A change of each object in the lists that are members of a JSON value."""
    return lambda value: of_members(
        value,
        lambda m: {k: [of_members(item, change) for item in v] if isinstance(v, list) else v for k, v in m.items()},
    )


for name, change, says in (
    ("json-items-need-no-name", items(lambda item: {"name": "", **item}),
     "Lets an actor and an entity in that have no name."),
    ("json-names-are-anything", items(lambda item: {**item, **({"name": ""} if "name" in item else {})}),
     "Checks that an actor and an entity have a name, and not what it is."),
    ("json-types-are-anything", items(lambda item: {**item, **({"type": ""} if "type" in item else {})}),
     "Checks that an actor has a type, and not what it is."),
    ("json-has-free-boundaries", lambda value: of_members(value, lambda m: without(m, ["boundaries"])),
     "Forgets one of the members in the schema of a JSON value."),
    ("json-objects-are-lists-of-one",
     lambda value: of_members(value, lambda m: {k: [v] if isinstance(v, dict) else v for k, v in m.items()}),
     "Takes an object for a list of it in a JSON value."),
    ("json-attributes-are-words",
     items(lambda item: {k: [v] if k == "attributes" and isinstance(v, str) else v for k, v in item.items()}),
     "Takes a text for a list of it within an entity."),
):  # fmt: skip
    add(name, says, "AC-611", type("Checks", (SchemaOf,), {"checked": lambda _, value, change=change: change(value)}))


@broken("AC-611")
class JsonIsCheckedOnCreate(ChecksChanges):
    """Checks JSON when a record is created, but not in a partial update."""

    def changes(self, table: Table, given: dict[str, Any]) -> Row:
        kinds = {name: field.type.name for name, field in table.fields.items()}
        loose = {name: given[name] for name in given if kinds.get(name) == "json"}
        return {**self.row(table, without(given, loose)), **{n: jsontext.write(v) for n, v in loose.items()}}


@broken("AC-611")
class JsonIsMerged(Records):
    """Merges the members of a JSON value into the stored ones instead of replacing them."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        stored = self.read(table, record_id)
        return super().update(table, record_id, {name: self.merged(stored[name], row[name]) for name in row}, where)

    def merged(self, old: Any, new: Any) -> Any:
        """Both, where both are objects."""
        if not (isinstance(old, str) and isinstance(new, str) and old[:1] == new[:1] == "{"):
            return new
        return jsontext.write({**jsontext.read(old.encode()), **jsontext.read(new.encode())})


@broken("AC-611")
class JsonKeepsWhatItKnows(Field):
    """Drops the members of a JSON value that its schema does not name."""

    def parse(self, value: Any) -> Any:
        known = (self.schema or {}).get("properties", {})
        return super().parse(
            of_members(value, lambda m: {k: v for k, v in m.items() if k in known}) if known else value
        )


@broken("AC-611")
class EmptyJsonIsNull(Validator):
    """Stores null for an empty object, because it tests `if value`."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, None if field.type.name == "json" and value == {} else value)


@broken("AC-611")
class NullIsAnEmptyObject(Validator):
    """Stores an empty object for a null in a JSON field."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, {} if field.type.name == "json" and value is None else value)


def written_again(text: str) -> str:
    """A text that is a JSON object, as this language would write it."""
    try:
        return str(jsontext.read(text.encode())).replace("'", '"') if text[:1] == "{" else text
    except ValueError:
        return text


add("json-in-text-is-written-again", "Reads text that is a JSON object, and writes it with other blanks.", "AC-804",
    parsed(Text, lambda value: written_again(value) if isinstance(value, str) else value))  # fmt: skip
add("json-nulls-at-the-top-are-dropped", "Drops what is null among the members of a JSON value.",
    "AC-601 AC-805",
    parsed(Json, lambda value: of_members(value, lambda m: {k: v for k, v in m.items() if v is not None})))  # fmt: skip
add("json-moments-at-the-top-are-utc", "Takes a member of a JSON value that looks like a moment for one.",
    "AC-601 AC-805",
    parsed(Json, lambda value: of_members(value, lambda m: {k: utc(v) for k, v in m.items()})))  # fmt: skip


@broken("AC-204")
class JsonConditionsKeepTheOrder(Json):
    """Compares JSON as text: the order of the members counts."""

    def equal(self, stored: Any, wanted: Any) -> bool:
        return bool(stored == wanted)


class ChangesJson(Validator):
    """Stores another value than the one that was sent for JSON without a schema."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, self.changed(value) if field.type.name == "json" else value)

    def changed(self, value: Any) -> Any:
        """The value that is stored, with what is in it."""
        if isinstance(value, dict):
            return {self.name(name): self.changed(each) for name, each in value.items()}
        return [self.changed(each) for each in value] if isinstance(value, list) else value

    def name(self, name: str) -> str:
        """The name of a member."""
        return name if name in ("useCases",) else name.lower()


@broken("AC-611", "AC-601")
class NamesInLowerCase(ChangesJson):
    """Stores the names of JSON members in lower case, but for those that its schema knows."""


@broken("AC-611")
class DollarsAreOperators(ChangesJson):
    """Refuses JSON with a name that begins with a dollar, which its database takes for an operator."""

    def name(self, name: str) -> str:
        if name.startswith("$"):
            raise ValueError("holds an operator")
        return name


@broken("AC-611")
class NothingInItIsAList(Validator):
    """Keeps an empty object in JSON as an empty list, as PHP does."""

    def value(self, field: Field, value: Any) -> Any:
        emptied = (
            rewritten(value, members=lambda members: members or []) if field.type.name == "json" and value else value
        )
        return super().value(field, emptied)


@broken("AC-611")
class JsonIsComposed(Validator):
    """Composes letters with their accents in JSON."""

    def value(self, field: Field, value: Any) -> Any:
        composed = rewritten(value, lambda each: normalize("NFC", each) if isinstance(each, str) else each)
        return super().value(field, composed if field.type.name == "json" else value)
