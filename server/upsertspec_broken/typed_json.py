"""JSON fields: unchecked, half checked, or changed on their way."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from upsertspec_broken.catalogue import fault
from upsertspec_server import jsontext
from upsertspec_server.answers import Answer
from upsertspec_server.api import Api
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row
from upsertspec_server.schema import Field, Table
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values


@fault("AC-611")
class JsonIsText(Values):
    """Answers with JSON as the text in which it is stored."""

    def decode_value(self, field: Field, stored: Any) -> Any:
        return stored if field.type == "json" else super().decode_value(field, stored)


@fault("AC-611")
class JsonIsNotChecked(Values):
    """Stores any JSON, whatever the field's schema says."""

    def check_schema(self, field: Field, value: Any) -> None:
        pass


@fault("AC-611")
class JsonIsCheckedAtTheTop(Values):
    """Checks the members of a JSON value, and not what is in them."""

    def check_schema(self, field: Field, value: Any) -> None:
        shallow = {name: [] if isinstance(member, list) else member for name, member in value.items()}
        super().check_schema(field, shallow)

    def check_json(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("must be an object")
        return super().check_json(value)


@fault("AC-611")
class JsonIsCheckedOnCreate(Api):
    """Checks JSON when a record is created, and never again: a partial update writes what it is given."""

    def update(self, table: str, record_id: str) -> Answer:
        _, found = self.enter(table, "update")
        given = self.read_body().get("fields", {})
        loose = {name: given[name] for name in given if name in found.fields and found.fields[name].type == "json"}
        row = self.validator.row(found, {name: given[name] for name in given if name not in loose})
        row |= {name: jsontext.write(value) for name, value in loose.items()}
        with self.store.transaction():
            outcome = self.operations.update(found, self.record_id(found, record_id), row)
        return self.answers.updated(outcome)


@fault("AC-611")
class JsonChecksFirstItems(Values):
    """Checks the first item of each list in a JSON value, and takes the others to be like it."""

    def check_schema(self, field: Field, value: Any) -> None:
        super().check_schema(field, self.cut(value))

    def cut(self, value: Any) -> Any:
        """The value, its lists cut short."""
        if isinstance(value, dict):
            return {name: self.cut(member) for name, member in value.items()}
        return [self.cut(item) for item in value[:1]] if isinstance(value, list) else value


@fault("AC-611")
class JsonIsMerged(Operations):
    """Merges the members of a JSON value into those that are stored, where it should replace them."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        stored = self.read(table, record_id)
        return super().update(table, record_id, {name: self.merged(stored[name], row[name]) for name in row}, where)

    def merged(self, old: Any, new: Any) -> Any:
        """Both, where both are objects."""
        if not (isinstance(old, str) and isinstance(new, str) and old[:1] == new[:1] == "{"):
            return new
        return jsontext.write({**jsontext.read(old.encode()), **jsontext.read(new.encode())})


@fault("AC-611")
class JsonKeepsWhatItKnows(Values):
    """Drops the members of a JSON value that its schema doesn't name."""

    def encode(self, field: Field, value: Any) -> Any:
        known = (field.schema or {}).get("properties", {})
        kept = {name: value[name] for name in value if name in known} if known and isinstance(value, dict) else value
        return super().encode(field, kept)


@fault("AC-611")
class JsonListsAreSets(Values):
    """Keeps each item of a list of texts once."""

    def decode_value(self, field: Field, stored: Any) -> Any:
        value = super().decode_value(field, stored)
        if field.type != "json" or not isinstance(value, dict):
            return value
        return {name: self.once(member) for name, member in value.items()}

    def once(self, value: Any) -> Any:
        """A list of texts without those that come again."""
        is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return list(dict.fromkeys(value)) if is_list else value


@fault("AC-611")
class EmptyJsonIsNull(Validator):
    """Stores null for an empty object: it asks `if value`."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, None if field.type == "json" and value == {} else value)


@fault("AC-611")
class NullIsAnEmptyObject(Validator):
    """Stores an empty object for null."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, {} if field.type == "json" and value is None else value)


@fault("AC-611")
class JsonInSnakeCase(Values):
    """Answers in snake case throughout, down to the members of JSON values."""

    def decode_value(self, field: Field, stored: Any) -> Any:
        value = super().decode_value(field, stored)
        if field.type != "json" or not isinstance(value, dict):
            return value
        return {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower(): member for name, member in value.items()}


class JsonRewritten(Values):
    """Changes each value in a JSON value, from the inside out."""

    def check_json(self, value: Any) -> Any:
        return super().check_json(self.rewritten(value))

    def rewritten(self, value: Any) -> Any:
        """The value, rewritten."""
        if isinstance(value, dict):
            return self.members({name: self.rewritten(member) for name, member in value.items()})
        return [self.rewritten(item) for item in value] if isinstance(value, list) else self.single(value)

    def members(self, value: dict[str, Any]) -> dict[str, Any]:
        """What becomes of an object."""
        return value

    def single(self, value: Any) -> Any:
        """What becomes of a value that is neither an object nor a list."""
        return value


@fault("AC-611")
class JsonDropsNulls(JsonRewritten):
    """Drops the members of a JSON value that are null, as a serializer does that was told to keep answers short."""

    def members(self, value: dict[str, Any]) -> dict[str, Any]:
        return {name: member for name, member in value.items() if member is not None}


@fault("AC-611")
class JsonNamesHaveNoDots(JsonRewritten):
    """Puts something else in the place of the dots in names of JSON members, which mean a path to its database."""

    def members(self, value: dict[str, Any]) -> dict[str, Any]:
        return {name.replace(".", "\uff0e"): member for name, member in value.items()}


@fault("AC-611")
class JsonMomentsAreUtc(JsonRewritten):
    """Takes text in JSON that looks like a moment for one, and writes it in its own way."""

    def single(self, value: Any) -> Any:
        if not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", value)):
            return value
        moment = datetime.fromisoformat(value).astimezone(UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@fault("AC-611", "AC-805")
class JsonTextIsReadAgain(JsonRewritten):
    """Reads text in JSON once more, and stores what it means where it is JSON itself."""

    def single(self, value: Any) -> Any:
        try:
            return jsontext.read(value.encode()) if isinstance(value, str) else value
        except ValueError:
            return value
