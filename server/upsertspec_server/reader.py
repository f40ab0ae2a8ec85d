"""Reads lists and statistics from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upsertspec_server.query import Grouping, Listing, Query
    from upsertspec_server.schema import Table
    from upsertspec_server.store import Store
    from upsertspec_server.values import Values

Record = dict[str, Any]


class Reader:
    """Runs what `Query` builds; the caller holds a snapshot."""

    def __init__(self, query: Query, store: Store, values: Values) -> None:
        self.query = query
        self.store = store
        self.values = values

    def page(self, listing: Listing) -> dict[str, Any]:
        """`{"records", "total", "limit", "offset"}`."""
        records = self.records(listing.table, *self.query.page_sql(listing))
        shown = [self.choose_fields(listing, record) for record in records]
        for child in listing.include:
            self.nest(listing.table, child, shown)
        total = self.store.rows(*self.query.total_sql(listing))[0][0]
        return {"records": shown, "total": total, "limit": listing.limit, "offset": listing.offset}

    def records(self, table: Table, statement: str, parameters: list[Any]) -> list[Record]:
        """The records that a statement over all columns gives."""
        rows = self.store.rows(statement, parameters)
        return [self.values.decode(table, dict(zip(table.columns, row, strict=True))) for row in rows]

    def choose_fields(self, listing: Listing, record: Record) -> Record:
        """The record with the fields that were asked for."""
        if listing.fields is None:
            return record
        return {name: record[name] for name in listing.fields}

    def nest(self, parent: Table, child: Table, records: list[Record]) -> None:
        """Put the children of each record into it, under the name of their table; one level deep."""
        field = child.parent_field(parent)
        if field is None or not records:
            return
        by_id: dict[Any, list[Record]] = {record["id"]: [] for record in records}
        for row in self.records(child, *self.query.children_sql(child, field, list(by_id))):
            by_id[row[field]].append(row)
        for record in records:
            record[child.name] = by_id[record["id"]]

    def groups(self, grouping: Grouping) -> dict[str, Any]:
        """`{"groups": [{field: value, "count": n, "avg_FIELD": x}]}`."""
        columns = [*grouping.group_by, "count", *(f"avg_{name}" for name in grouping.average)]
        rows = self.store.rows(*self.query.groups_sql(grouping))
        return {"groups": [self.group(grouping, dict(zip(columns, row, strict=True))) for row in rows]}

    def group(self, grouping: Grouping, group: Record) -> Record:
        """One group, its values as a record shows them."""
        for name in grouping.group_by:
            if name in grouping.table.converted and group[name] is not None:
                group[name] = self.values.decode_value(grouping.table.fields[name], group[name])
        return group
