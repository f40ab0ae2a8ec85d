"""Lists and figures: filters, pages, order, chosen fields, nested children."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from service import nests
from service.catalog import Column, Table
from service.database import Connection, columns
from service.problems import Problem, invalid
from service.values import Record, from_query, shown

LIMIT, MOST = 50, 1000
LEVELS = 2
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
    names = _chosen(table, asked["_fields"]) if "_fields" in asked else None
    nested = _nests(tables, table, asked)
    query = sql.SQL("SELECT {all} FROM {table} WHERE {where} ORDER BY {order} LIMIT {limit} OFFSET {offset}").format(
        all=columns(table.columns),
        table=sql.Identifier(table.name),
        where=filters.where,
        order=_order(table, asked.get("_sort", "")),
        limit=limit,
        offset=offset,
    )

    def work(conn: Connection) -> Record:
        rows = conn.execute(query, filters.values).fetchall()
        records = nests.complete(conn, table, rows, names, nested)
        return {"total": _total(conn, table, filters), "offset": offset, "limit": limit, "records": records}

    return work


def included(
    tables: Tables, table: Table, parameters: Parameters
) -> Callable[[Connection, Record], tuple[Record, bool]]:
    """What a read of one record nests, and whether that is anything. Raises Problem if a parameter is wrong."""
    asked, filters = _split(table, parameters, {"_include"})
    if filters.values or len(filters.conditions) > 1:
        raise Problem(400, "A read takes _include and the options of what is nested.")
    nested = _nests(tables, table, asked)
    return lambda conn, row: (nests.complete(conn, table, [row], None, nested)[0], bool(nested))


def figures(table: Table, parameters: Parameters) -> Callable[[Connection], Record]:
    """The query that counts the records by group. Raises Problem if a parameter is wrong."""
    asked, filters = _split(table, parameters, {"group_by", "avg"})
    group = _one(table, "group_by", asked.get("group_by", ""))
    averages = [_numeric(table, name) for name in _names(table, "avg", asked["avg"])] if "avg" in asked else []
    figure = [sql.SQL("avg({}) AS {}").format(sql.Identifier(n), sql.Identifier(f"avg_{n}")) for n in averages]
    query = sql.SQL("SELECT {all} FROM {table} WHERE {where} GROUP BY {group} ORDER BY {group} NULLS FIRST").format(
        all=sql.SQL(", ").join([sql.Identifier(group), sql.SQL("count(*) AS count"), *figure]),
        table=sql.Identifier(table.name),
        where=filters.where,
        group=sql.Identifier(group),
    )

    def work(conn: Connection) -> Record:
        return {"groups": [_group(table, group, row) for row in conn.execute(query, filters.values)]}

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
        if name in special or ("._" in name and "_include" in special):
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
    elif operator == "starts_with" and column.kind == "text":
        filters.add(sql.SQL("starts_with({}, %s)").format(name), text)
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


def _nests(tables: Tables, table: Table, asked: Mapping[str, str]) -> list[nests.Nest]:
    """What is nested, with its options. Raises Problem for what is not a child or a parent, or not included."""
    options: dict[str, dict[str, str]] = {}
    for name, text in asked.items():
        path, dot, option = name.rpartition(".")
        if dot:
            options.setdefault(path, {})[option] = text
    tree: dict[str, dict[str, Any]] = {}
    for path in asked["_include"].split(",") if "_include" in asked else ():
        below = tree
        if path.count(".") >= LEVELS:
            raise Problem(400, f"_include: there are {LEVELS} levels at most.")
        for name in path.split("."):
            below = below.setdefault(name, {})
    found = [_nest(tables, table, name, below, name, options) for name, below in tree.items()]
    if options:
        raise Problem(400, "An option is about something that is not included.")
    return found


def _nest(
    tables: Tables, table: Table, name: str, below: Mapping[str, Any], path: str, options: dict[str, dict[str, str]]
) -> nests.Nest:
    reference = table.columns.get(f"{name}_id")
    is_parent = name not in table.children
    if is_parent and (reference is None or reference.references is None):
        raise Problem(400, "_include takes tables that refer to this one, and what it refers to.")
    other = tables[str(reference.references) if is_parent and reference else name]
    own = options.pop(path, {})
    if own.keys() - ({"_fields"} if is_parent else {"_sort", "_limit", "_fields"}):
        raise Problem(400, f"{path} has no such option.")
    return nests.Nest(
        name=name,
        table=other,
        column=f"{name}_id" if is_parent else table.children[name],
        is_parent=is_parent,
        order=_order(other, own.get("_sort", "")),
        limit=_number("_limit", own["_limit"], 1, MOST) if "_limit" in own else None,
        fields=_chosen(other, own["_fields"]) if "_fields" in own else None,
        nested=[_nest(tables, other, each, rest, f"{path}.{each}", options) for each, rest in below.items()],
    )


def _chosen(table: Table, text: str) -> list[str]:
    """The fields to show; the id is always one."""
    return ["id", *(name for name in _names(table, "_fields", text) if name != "id")]


def _total(conn: Connection, table: Table, filters: Filters) -> int:
    query = sql.SQL("SELECT count(*) AS total FROM {table} WHERE {where}").format(
        table=sql.Identifier(table.name), where=filters.where
    )
    row = conn.execute(query, filters.values).fetchone()
    return int(row["total"]) if row else 0
