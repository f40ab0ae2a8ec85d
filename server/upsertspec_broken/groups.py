"""Statistics: groups that are missing or too many, and averages of something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_server.queries import Grouping, Queries
from upsertspec_server.schema import Table
from upsertspec_server.store import quote


def averages(sql: str) -> type[Queries]:
    """Queries that compute an average in another way; {} is the column."""
    return type("Averages", (Queries,), {"average": lambda self, name: sql.format(quote(name))})


for name, sql, says in (
    ("mean-counts-null-as-zero", "avg(coalesce({}, 0))", "Counts null as 0 in an average."),
    ("mean-is-whole", "CAST(avg({}) AS INTEGER)", "Cuts off the fraction of an average."),
    ("mean-of-different-values", "avg(DISTINCT {})", "Counts each value once in an average."),
    ("mean-of-whole-amounts", "avg(CAST({} AS INTEGER))", "Cuts off the cents of amounts before it averages them."),
    ("mean-of-zero-is-nothing", "nullif(avg({}), 0)", "Answers null as an average of 0."),
    ("mean-of-nothing-is-zero", "coalesce(avg({}), 0)", "Answers 0 as the average of no values."),
):  # fmt: skip
    add(name, says, "AC-610", averages(sql))


def groups(change: Callable[[Grouping, str], str]) -> type[Queries]:
    """Queries with another statement for statistics."""

    class Groups(Queries):
        def groups_sql(self, grouping: Grouping) -> str:
            return change(grouping, super().groups_sql(grouping))

    return Groups


def not_null(grouping: Grouping) -> str:
    """The condition that a record has values to group by."""
    return " AND ".join(f"{quote(name)} IS NOT NULL" for name in grouping.group_by)


for name, change, says in (
    ("counts-what-has-a-value",
     lambda grouping, sql: sql.replace("count(*)", f"count({quote([*grouping.average, 'id'][0])})"),
     "Counts only the records that go into the average."),
    ("groups-without-null",
     lambda grouping, sql: sql.replace(" GROUP BY", f" AND {not_null(grouping)} GROUP BY"),
     "Leaves out the group of the records without a value to group by."),
    ("twenty-groups", lambda grouping, sql: f"{sql} LIMIT 20", "Answers with 20 groups at most."),
    ("groups-are-trimmed",
     lambda grouping, sql: sql.replace(" GROUP BY ", " GROUP BY rtrim(").replace(" ORDER BY ", ") ORDER BY ")
     if all(grouping.table.all_fields[name].type.name == "text" for name in grouping.group_by) else sql,
     "Groups texts without the blanks at their ends."),
    ("groups-name-null",
     lambda grouping, sql: sql.replace(" GROUP BY ", " GROUP BY coalesce(").replace(" ORDER BY ", ", 'null') ORDER BY ")
     if len(grouping.group_by) == 1 else sql,
     "Groups the records without a value with those that have the text \"null\"."),
    ("groups-name-none",
     lambda grouping, sql: sql.replace(" GROUP BY ", " GROUP BY coalesce(").replace(" ORDER BY ", ", 'None') ORDER BY ")
     if len(grouping.group_by) == 1 else sql,
     "Groups the records without a value with those that have the text \"None\"."),
    ("groups-are-rows", lambda grouping, sql: sql.replace(" ORDER BY", ', "id" ORDER BY'),
     "Answers with a group for each record, because the id is in GROUP BY."),
):  # fmt: skip
    add(name, says, "AC-610", groups(change))


@broken("AC-610")
class NoIsNothing(Queries):
    """Counts the records with `false` and those without a value in one group."""

    def groups_sql(self, grouping: Grouping) -> str:
        names = [name for name in grouping.group_by if grouping.table.all_fields[name].type.name == "boolean"]
        sql = super().groups_sql(grouping)
        for name in names:
            sql = sql.replace(f"GROUP BY {quote(name)}", f"GROUP BY nullif({quote(name)}, 0)")
        return sql


@broken("AC-610")
class GroupsAreText(Queries):
    """Answers the value of each group as text, like the keys of an object."""

    def groups(self, grouping: Grouping) -> Any:
        body = super().groups(grouping)
        for group in body["groups"]:
            group |= {name: str(group[name]) for name in grouping.group_by if isinstance(group[name], int)}
        return body


@broken("AC-610")
class EmptyTextIsNoGroup(Queries):
    """Tests `if value`, so that the records with an empty text are in the group of those without a value."""

    def groups(self, grouping: Grouping) -> Any:
        body = super().groups(grouping)
        by, found = grouping.group_by[0], body["groups"]
        if empty := next((group for group in found if group[by] == ""), None):
            none = next((group for group in found if group[by] is None), None)
            found.remove(empty)
            if none:
                none["count"] += empty["count"]
            else:
                found.append({**empty, by: None})
        return body


@broken("AC-610")
class AveragesWhatItCan(Queries):
    """Leaves out the average of a field that does not exist."""

    def grouping(self, table: Table, parameters: Any) -> Grouping:
        return super().grouping(table, [pair for pair in parameters if pair[0] != "avg" or pair[1] in table.all_fields])


@broken("AC-610")
class AveragesOfTextsAreOfNothing(Queries):
    """Lists no groups with the average of a field that has no numbers."""

    def grouping(self, table: Table, parameters: Any) -> Grouping:
        given = list(parameters)
        texts = [name for name, field in table.all_fields.items() if field.type.name not in ("integer", "decimal")]
        known = [pair for pair in given if pair[0] != "avg" or pair[1] not in texts]
        grouping = super().grouping(table, known)
        return grouping if known == given else replace(grouping, conditions=[("false", [])])


@broken("AC-610")
class GroupsNeedAField(Queries):
    """Answers 500 where no field to group by is named."""

    def grouping(self, table: Table, parameters: Any) -> Grouping:
        given = list(parameters)
        if "group_by" not in dict(given):
            raise RuntimeError("A query without a column.")
        return super().grouping(table, given)
