"""Ids of other kinds. Clients treat an id as opaque."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from upsertspec_conforming.catalogue import variant
from upsertspec_server.answers import Answer, Answers
from upsertspec_server.api import Api
from upsertspec_server.errors import not_found
from upsertspec_server.filters import Filters
from upsertspec_server.plans import Outcome
from upsertspec_server.query import Grouping, Query
from upsertspec_server.reader import Reader
from upsertspec_server.schema import Field, Table
from upsertspec_server.statements import quote as quoted
from upsertspec_server.store import Store
from upsertspec_server.values import Values

OPAQUE = "`id` is an integer, except where the table says UUID; clients treat it as opaque (2)."
MASK = 0x5EED0FF1CEC0FFEE5EED0FF1CEC0FFEE


@variant(OPAQUE)
class IdsAreRandom(Store):
    """Draws the integer ids at random from 63 bits, so that they neither ascend nor fit into a double."""

    def new_id(self, table: Table) -> Any:
        return super().new_id(table) or secrets.randbelow(2**62) + 2**62


@variant(OPAQUE)
class IdsAreUsedAgain(Store):
    """Gives the highest integer id of a table again when its record was deleted, as SQLite does by itself."""

    def new_id(self, table: Table) -> Any:
        highest = f'SELECT coalesce(max("id"), 0) + 1 FROM {quoted(table.name)}'  # noqa: S608 - a name of the schema
        return super().new_id(table) or self.rows(highest, [])[0][0]


class Shown(Values):
    """Shows an integer id in another form, there and back."""

    kinds: tuple[str, ...] = ("id",)

    def __init__(self) -> None:
        super().__init__()
        for kind in self.kinds:
            self.checks[kind] = self.taking(self.checks[kind])

    def show(self, stored: Any) -> Any:
        """What clients see of an id."""
        return stored

    def take(self, shown: Any) -> Any:
        """The id that clients mean. Raises ValueError."""
        return shown

    def taking(self, check: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """The check of an id in its stored form, applied to what clients see of it."""
        return lambda value: check(self.take(value))

    def decode(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        record = super().decode(table, row)
        for name in record:
            if table.all_fields[name].type in self.kinds and record[name] is not None:
                record[name] = self.show(record[name])
        return record


class ShowsIds(Answers):
    """Answers with ids as they are shown."""

    def outcome(self, outcome: Outcome) -> dict[str, Any]:
        return {**super().outcome(outcome), "id": self.shown(outcome)}

    def created(self, outcome: Outcome) -> Answer:
        path = f"/api/tables/{outcome.table.name}/records/{quote(str(self.shown(outcome)), safe='')}"
        return super().created(outcome)._replace(headers={"Location": path})

    def shown(self, outcome: Outcome) -> Any:
        """The id as clients see it."""
        kind = outcome.table.all_fields["id"].type
        shows = isinstance(self.values, Shown) and kind in self.values.kinds
        return self.values.show(outcome.id) if isinstance(self.values, Shown) and shows else outcome.id


class TakesIds(Api):
    """Takes ids in a path as they are shown."""

    def record_id(self, table: Table, text: str) -> Any:
        try:
            return self.operations.values.encode(table.all_fields["id"], text)
        except ValueError:
            raise not_found("There is no such record.") from None


class FiltersIds(Filters):
    """Takes ids in a filter as they are shown."""

    def parse(self, field: Field, text: str) -> Any:
        return text if field.type == "id" else super().parse(field, text)


class NestsIds(Query):
    """Finds the children of records by ids as they are shown."""

    def children_sql(self, child: Table, field: str, ids: list[Any]) -> tuple[str, list[Any]]:
        return super().children_sql(child, field, [self.filters.values.encode(child.fields[field], i) for i in ids])


class GroupsIds(Reader):
    """Shows ids among groups as in records."""

    def group(self, grouping: Grouping, group: dict[str, Any]) -> dict[str, Any]:
        shown = super().group(grouping, group)
        for name in grouping.group_by:
            values, kind = self.values, grouping.table.all_fields[name].type
            if isinstance(values, Shown) and kind in values.kinds and shown[name] is not None:
                shown[name] = values.show(shown[name])
        return shown


SHOWN = (ShowsIds, TakesIds, FiltersIds, NestsIds, GroupsIds)


@variant(OPAQUE, using=SHOWN)
class IdsAreText(Shown):
    """Shows the integer ids as text with a colon and an equals sign, percent-encoded where they stand in a path."""

    def show(self, stored: Any) -> Any:
        return f"rec:{stored:x}="

    def take(self, shown: Any) -> Any:
        if not isinstance(shown, str) or not shown.startswith("rec:") or not shown.endswith("="):
            raise ValueError("must be an id")
        return int(shown[4:-1], 16)


@variant(OPAQUE, using=SHOWN)
class EveryIdIsAUuid(Shown):
    """Shows the integer ids as UUIDs."""

    def show(self, stored: Any) -> Any:
        return str(uuid.UUID(int=stored ^ MASK))

    def take(self, shown: Any) -> Any:
        if not isinstance(shown, str):
            raise ValueError("must be a UUID")
        return uuid.UUID(shown).int ^ MASK


@variant(
    "`id` … UUID; clients treat it as opaque (2): RFC 9562 reads both cases.", using=(ShowsIds, NestsIds, GroupsIds)
)
class UuidsInUpperCase(Shown):
    """Shows UUIDs in upper case, as SQL Server does."""

    kinds = ("uuid",)

    def show(self, stored: Any) -> Any:
        return str(stored).upper()
