"""What lists and single reads nest, and what they filter and count, other than it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_server.errors import Problem
from upsertspec_server.queries import Condition, Grouping, Include, Listing, Queries, Record
from upsertspec_server.records import Records
from upsertspec_server.schema import Field, Row, Table
from upsertspec_server.store import quote


def includes(change: Callable[[Include], Include]) -> type[Queries]:
    """Queries that nest something else than was asked for, on each level."""

    class Includes(Queries):
        def included(self, table: Table, *rest: Any) -> Include:
            return change(super().included(table, *rest))

    return Includes


change: Callable[[Include], Include]
for name, change, says in (
    ("nested-sort-is-skipped", lambda it: replace(it, sort=[]), "Nests children in the order of their ids."),
    ("nested-sort-by-the-first-field", lambda it: replace(it, sort=it.sort[:1]),
     "Sorts children by the first of several fields."),
    ("nested-sort-is-up-only", lambda it: replace(it, sort=[(name, False) for name, _ in it.sort]),
     "Ignores the minus in the _sort of children."),
    ("nested-limit-is-skipped", lambda it: replace(it, limit=None), "Nests all children, whatever their _limit says."),
    ("nested-fields-are-skipped", lambda it: replace(it, fields=None), "Nests children and parents with all fields."),
    ("one-level-is-nested", lambda it: replace(it, include=[]), "Nests the first level, and nothing in it."),
):  # fmt: skip
    add(name, says, "AC-614", includes(change))


class NestsOtherwise(Queries):
    """Changes the records after something was nested in them."""

    def nest(self, parent: Table, child: Include, records: list[Record]) -> None:
        super().nest(parent, child, records)
        for record in records:
            record[child.name] = self.changed(child, record, records)

    def changed(self, child: Include, record: Record, records: list[Record]) -> Any:
        """What is nested in a record."""
        raise NotImplementedError


@broken("AC-614")
class OneParentForAll(NestsOtherwise):
    """Nests the parent of the first record in all of them."""

    def changed(self, child: Include, record: Record, records: list[Record]) -> Any:
        return records[0][child.name] if child.is_parent else record[child.name]


@broken("AC-614")
class AParentIsAList(NestsOtherwise):
    """Nests a parent as a list of one."""

    def changed(self, child: Include, record: Record, records: list[Record]) -> Any:
        return [record[child.name]] if child.is_parent else record[child.name]


@broken("AC-614")
class LimitOfAllChildren(Queries):
    """Takes the _limit of children for all parents together: LIMIT in place of a window."""

    def nested(self, child: Include, name: str, values: list[Any]) -> list[Record]:
        return super().nested(replace(child, limit=None), name, values)[: child.limit]


@broken("AC-614")
class LimitBeforeTheOrder(NestsOtherwise):
    """Cuts children before it sorts them: the latest is the first of those that came first."""

    def nested(self, child: Include, name: str, values: list[Any]) -> list[Record]:
        kept = [record["id"] for record in super().nested(replace(child, sort=[]), name, values)]
        return [each for each in super().nested(replace(child, limit=None), name, values) if each["id"] in kept]

    def changed(self, child: Include, record: Record, records: list[Record]) -> Any:
        return record[child.name]


@broken("AC-614")
class ReadsNestNothing(Queries):
    """Nests in lists only; a single read takes _include and answers without."""

    def reading(self, table: Table, parameters: Any) -> list[Include]:
        super().reading(table, parameters)
        return []


@broken("AC-614")
class OptionsOfNothing(Queries):
    """Skips the options of what is not included, and what it can't include."""

    def include(self, table: Table, text: str | None, nested: list[tuple[str, str]]) -> list[Include]:
        found: list[Include] = []
        for path in text.split(",") if text else ():
            try:
                own = [pair for pair in nested if pair[0].startswith(f"{path.split('.')[0]}.")]
                found += super().include(table, path, own)
            except Problem:
                continue
        return found


def contains(_: Queries, field: Field, text: str) -> Condition:
    """A text anywhere in the field."""
    return f'instr("{field.name}", ?) > 0', [text]


def like(_: Queries, field: Field, text: str) -> Condition:
    """A text at the beginning, with the wildcards of GLOB."""
    return f'"{field.name}" GLOB ?', [text.replace("%", "*").replace("_", "?") + "*"]


def in_any_case(_: Queries, field: Field, text: str) -> Condition:
    """A text at the beginning, in any case."""
    return f'instr(lower("{field.name}"), lower(?)) = 1', [text]


for name, part, says in (
    ("starts-with-is-contains", contains, "Finds a text of starts_with anywhere."),
    ("starts-with-is-a-pattern", like, "Takes % and _ in the text of starts_with for wildcards."),
    ("starts-with-in-any-case", in_any_case, "Finds a text of starts_with in any case."),
):
    add(name, says, "AC-604", type("StartsWith", (Queries,), {"starts_with": part}))


@broken("AC-610")
class StatisticsOfAllRecords(Queries):
    """Takes filters of statistics, and counts all records."""

    def grouping(self, table: Table, parameters: Any) -> Grouping:
        return replace(super().grouping(table, parameters), conditions=[])


@broken("AC-610")
class CountsFilteredAveragesAll(Queries):
    """Counts the filtered records, and averages all of the group."""

    def groups(self, grouping: Grouping) -> Record:
        every = super().groups(replace(grouping, conditions=[]))["groups"]
        shown = super().groups(grouping)["groups"]
        for group in shown:
            [whole] = [each for each in every if all(each[name] == group[name] for name in grouping.group_by)]
            group |= {name: value for name, value in whole.items() if name.startswith("avg_")}
        return {"groups": shown}


@broken("AC-610")
class EmptyGroupsAreListed(Queries):
    """Lists each group of the table, with a count of 0 where no record passes the filters."""

    def groups(self, grouping: Grouping) -> Record:
        shown = super().groups(grouping)["groups"]
        for whole in super().groups(replace(grouping, conditions=[]))["groups"]:
            key = {name: whole[name] for name in grouping.group_by}
            if not any(key.items() <= group.items() for group in shown):
                shown.append({**dict.fromkeys(whole), **key, "count": 0})
        return {"groups": shown}


add("twenty-by-default", "Lists 20 records where no limit is given.", "AC-603", {"DEFAULT_LIMIT": 20})
add("all-by-default", "Lists up to 1,000 records where no limit is given.", "AC-603", {"DEFAULT_LIMIT": 1000})


@broken("AC-601")
class UpdatedAMomentAfterItWasCreated(Records):
    """Takes the time of updated_at a moment after that of created_at."""

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        new = super().new_row(table, row, now)
        return {**new, "updated_at": self.store.later(now, new["created_at"])}


@broken("AC-601")
class NeverUpdatedIsTheEpoch(Records):
    """Leaves updated_at of a new record at the epoch."""

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        return {**super().new_row(table, row, now), "updated_at": "1970-01-01T00:00:00.000000Z"}


@broken("AC-605")
class SortsTimesByTheDay(Queries):
    """Sorts times by their day only."""

    def order(self, listing: Any) -> str:
        ordered = super().order(listing)
        for name in ("created_at", "updated_at"):
            ordered = ordered.replace(f'"{name}" DESC', f'date("{name}") DESC')
        return ordered


@broken("AC-607")
class ChildrenAreAPage(Queries):
    """Nests as many children as a page of a list has records by default."""

    def nested(self, child: Include, name: str, values: list[Any]) -> list[Record]:
        is_whole = child.is_parent or child.limit is not None
        return super().nested(child if is_whole else replace(child, limit=self.default_limit), name, values)


@broken("AC-607")
class NestedTextIsEscaped(NestsOtherwise):
    """Escapes the text of what is nested for HTML."""

    def changed(self, child: Include, record: Record, records: list[Record]) -> Any:
        nested = record[child.name] if isinstance(record[child.name], list) else [record[child.name]]
        for each in filter(None, nested):
            each |= {name: escape(value) for name, value in each.items() if isinstance(value, str)}
        return record[child.name]


@broken("AC-614")
class NestedNumbersSortAsText(Queries):
    """Sorts children by their numbers as by text: 10 comes before 9."""

    def order(self, listing: Listing | Include) -> str:
        ordered = super().order(listing)
        for name, _ in listing.sort if isinstance(listing, Include) else ():
            field = listing.table.all_fields[name]
            if field.type.name in ("integer", "decimal"):
                ordered = ordered.replace(self.column(field), f"CAST({quote(field.name)} AS TEXT)")
        return ordered
