"""Lists and figures: filters, pages, order, chosen fields, nested children."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from service.catalog import Column, Table
from service.database import Connection, columns
from service.problems import Problem, invalid
from service.values import Record, from_query, shown

LIMIT, MOST = 50, 1000
COMPARISONS = {"eq": "=", "ne": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
NUMBER = re.compile(r"\d{1,18}", re.ASCII)

Parameters = Sequence[tuple[str, str]]
Tables = Mapping[str, Table]


@dataclass
class Filters:
    """Conditions that must all hold, and their values."""

    conditions: list[sql.Composable] = field(default_factory=lambda: [sql.SQL("true")])
    values: list[Any] = field(default_factory=list)

    def add(self, condition: sql.Composable, *values: Any) -> None:
        """One more."""
        self.conditions.append(condition)
        self.values += values

    @property
    def where(self) -> sql.Composed:
        """The conditions as SQL."""
        return sql.SQL(" AND ").join(self.conditions)


def listed(tables: Tables, table: Table, parameters: Parameters) -> Callable[[Connection], Record]:
    """The query for a list. Raises Problem if a parameter is wrong."""
    asked, filters = _split(table, parameters, {"_limit", "_offset", "_sort", "_fields", "_include"})
    limit = _number("_limit", asked.get("_limit", str(LIMIT)), 1, MOST)
    offset = _number("_offset", asked.get("_offset", "0"), 0, 10**18)
    names = (
        ["id", *(n for n in _names(table, "_fields", asked["_fields"]) if n != "id")] if "_fields" in asked else None
    )
    children = _children(tables, table, asked["_include"]) if "_include" in asked else {}
    query = sql.SQL("SELECT {all} FROM {table} WHERE {where} ORDER BY {order} LIMIT {limit} OFFSET {offset}").format(
        all=columns(dict.fromkeys([*(names or table.columns), "id"])),
        table=sql.Identifier(table.name),
        where=filters.where,
        order=_order(table, asked.get("_sort", "")),
        limit=limit,
        offset=offset,
    )

    def work(conn: Connection) -> Record:
        rows = conn.execute(query, filters.values).fetchall()
        nested = {child.name: _nested(conn, child, column, rows) for child, column in children.values()}
        records = [shown(table, row) | {name: of.get(row["id"], []) for name, of in nested.items()} for row in rows]
        return {"total": _total(conn, table, filters), "offset": offset, "limit": limit, "records": records}

    return work


def figures(table: Table, parameters: Parameters) -> Callable[[Connection], Record]:
    """The query that counts the records by group. Raises Problem if a parameter is wrong."""
    asked = dict(parameters)
    if set(asked) - {"group_by", "avg"} or len(asked) != len(parameters):
        raise Problem(400, "The figures take group_by and avg, once each.")
    group = _one(table, "group_by", asked.get("group_by", ""))
    averages = [_numeric(table, name) for name in _names(table, "avg", asked["avg"])] if "avg" in asked else []
    figure = [sql.SQL("avg({}) AS {}").format(sql.Identifier(n), sql.Identifier(f"avg_{n}")) for n in averages]
    query = sql.SQL("SELECT {all} FROM {table} GROUP BY {group} ORDER BY {group} NULLS FIRST").format(
        all=sql.SQL(", ").join([sql.Identifier(group), sql.SQL("count(*) AS count"), *figure]),
        table=sql.Identifier(table.name),
        group=sql.Identifier(group),
    )

    def work(conn: Connection) -> Record:
        return {"groups": [_group(table, group, row) for row in conn.execute(query)]}

    return work


def _group(table: Table, group: str, row: Record) -> Record:
    selected = {
        name: value if value is None or name == "count" else float(value)
        for name, value in row.items()
        if name != group
    }
    return shown(table, {group: row[group]}) | selected


def _split(table: Table, parameters: Parameters, special: set[str]) -> tuple[dict[str, str], Filters]:
    """Split the query parameters into options and filters."""
    asked: dict[str, str] = {}
    filters = Filters()
    for name, text in parameters:
        if name in asked:
            raise Problem(400, f"{name} comes twice.")
        if name in special:
            asked[name] = text
        else:
            _filter(table, filters, name, text)
    return asked, filters


def _filter(table: Table, filters: Filters, parameter: str, text: str) -> None:
    name, _, operator = parameter.partition("__") if parameter not in table.columns else (parameter, "", "")
    if name not in table.columns:
        raise Problem(400, "There is no field to filter by of one of these names.")
    column = table.columns[name]
    try:
        _condition(filters, column, operator or "eq", text)
    except ValueError as wrong:
        raise invalid(name, str(wrong)) from wrong


def _condition(filters: Filters, column: Column, operator: str, text: str) -> None:
    name = sql.Identifier(column.name)
    if operator == "isnull":
        if text not in ("true", "false"):
            raise ValueError("isnull takes true or false")
        filters.add(sql.SQL("{} IS NULL" if text == "true" else "{} IS NOT NULL").format(name))
    elif column.kind == "json":
        raise ValueError("can be filtered by isnull only")
    elif operator == "in":
        values = [from_query(column, part) for part in text.split(",")]
        places = sql.SQL(", ").join([sql.Placeholder()] * len(values))
        filters.add(sql.SQL("{} IN ({})").format(name, places), *values)
    elif operator == "contains" and column.kind == "text":
        filters.add(sql.SQL("position(%s IN {}) > 0").format(name), text)
    elif operator in COMPARISONS:
        value = from_query(column, text)
        filters.add(sql.SQL("{} {} %s").format(name, sql.SQL(COMPARISONS[operator])), value)
    else:
        raise ValueError("can't be filtered like this")


def _order(table: Table, text: str) -> sql.Composed:
    """Nulls come first, and the id breaks ties, in either direction."""
    parts: list[sql.Composable] = []
    for part in text.split(",") if text else []:
        name = _one(table, "_sort", part.removeprefix("-"))
        way = sql.SQL("DESC NULLS FIRST" if part.startswith("-") else "ASC NULLS FIRST")
        parts.append(sql.SQL("{} {}").format(sql.Identifier(name), way))
    return sql.SQL(", ").join([*parts, sql.Identifier("id")])


def _names(table: Table, parameter: str, text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in table.columns:
            raise Problem(400, f"{parameter}: there is no field of one of these names.")
    return list(dict.fromkeys(names))


def _one(table: Table, parameter: str, name: str) -> str:
    """A field that has an order."""
    if name not in table.columns or table.columns[name].kind == "json":
        raise Problem(400, f"{parameter}: this needs the name of a field that has an order.")
    return name


def _numeric(table: Table, name: str) -> str:
    column = table.columns[name]
    if column.kind not in ("integer", "decimal") or column.references or name == "id":
        raise Problem(400, f"avg: {name} is no number.")
    return name


def _number(parameter: str, text: str, least: int, most: int) -> int:
    if not NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise Problem(400, f"{parameter} has to be a whole number from {least} to {most}.")
    return int(text)


def _children(tables: Tables, table: Table, text: str) -> dict[str, tuple[Table, str]]:
    names = text.split(",")
    if unknown := [name for name in names if name not in table.children]:
        raise Problem(400, f"_include: {len(unknown)} of these tables don't refer to {table.name}.")
    return {name: (tables[name], table.children[name]) for name in names}


def _nested(conn: Connection, child: Table, column: str, parents: Sequence[Record]) -> dict[Any, list[Record]]:
    query = sql.SQL("SELECT {all} FROM {table} WHERE {column} = ANY (%s) ORDER BY id").format(
        all=columns(child.columns), table=sql.Identifier(child.name), column=sql.Identifier(column)
    )
    found: dict[Any, list[Record]] = {}
    for row in conn.execute(query, [[parent["id"] for parent in parents]]) if parents else ():
        found.setdefault(row[column], []).append(shown(child, row))
    return found


def _total(conn: Connection, table: Table, filters: Filters) -> int:
    query = sql.SQL("SELECT count(*) AS total FROM {table} WHERE {where}").format(
        table=sql.Identifier(table.name), where=filters.where
    )
    row = conn.execute(query, filters.values).fetchone()
    return int(row["total"]) if row else 0
