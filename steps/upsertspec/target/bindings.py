"""Which of the target's tables plays which table of the specification, field by field.

A binding is data. `upsertspec.dialects.bound` applies it to every request and answer; the steps ask `Bindings.table`
which fields, options, defaults and keys a table has on the target.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from upsertspec.spec.schema import PROTECTED, Field, Table, tables

LIKE = "contacts"
"""A table that the specification does not have is treated like this one."""

OTHERS = "others"
"""Under this name a target file says that there are no tables but contacts and those that it names."""

LITERAL = re.compile(r"true|false|-?[0-9]+")
RULES = (
    *("default", "required", "unique", "null"),
    *("minimum", "maximum", "minimum_length", "maximum_length", "blank"),
)
"""The rules of a field that a target file may change."""


@dataclass(frozen=True)
class FieldBinding:
    """One field of the target.

    `name` is a path in its records (`profile.email`). `text` is the form of its texts (`SKU-{n:06}`), `format` that of
    its days and times. `values` are our options (as JSON text where they are no text) and its own. `parts` are the
    fields that this one holds together with others. `rules` are those of `RULES` that differ; a default is in the
    target's own words.
    """

    name: str
    text: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    format: str = ""
    as_text: bool = False
    in_list: bool = False
    parts: tuple[str, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    is_bound: bool = True

    @property
    def path(self) -> list[str]:
        """The members that lead to the value in a record. A name that nothing binds is one, dots and all."""
        return self.name.split(".") if self.is_bound else [self.name]


@dataclass(frozen=True)
class TableBinding:
    """One table of the target.

    `name` is the table's name in bodies, `place` the one in paths. `fields` has what is bound; what is in `absent` the
    target does not have; all other fields keep their names. `always` is added to a create, `fixed` to every request.
    `volatile` members change by themselves. A record that has what is in `gone` is deleted, although it can be read.
    """

    table: str
    name: str
    place: str
    fields: Mapping[str, FieldBinding] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    always: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    volatile: frozenset[str] = frozenset()
    gone: Mapping[str, Any] = field(default_factory=dict)

    def field(self, name: str) -> FieldBinding:
        """The binding of one field; a field that holds several is that of each of its parts.

        A name that is no field of ours, and that the target has by chance, is made one that it does not have.
        """
        if name not in self._by_part:
            self._by_part[name] = FieldBinding(f"no_{name}" if name in self._theirs else name, is_bound=False)
        return self._by_part[name]

    @cached_property
    def _theirs(self) -> frozenset[str]:
        """The target's names of fields, without those that are ours too."""
        return frozenset(bound.name for bound in self.fields.values()) - {*self.spec.fields, *PROTECTED}

    @cached_property
    def _by_part(self) -> dict[str, FieldBinding]:
        return {part: bound for name, bound in self.fields.items() for part in bound.parts or (name,)}

    @cached_property
    def spec(self) -> Table:
        """The table as the specification has it."""
        return tables().get(self.table) or tables()[LIKE]

    @cached_property
    def view(self) -> Table:
        """The table as the target has it, in the specification's words."""
        if not self.fields and not self.absent:
            return self.spec
        fields = {name: self._viewed(f) for name, f in self.spec.fields.items() if name not in self.absent}
        whole = [key for key in self.spec.unique_keys if all(name in fields for name in key)]
        kept = [key for key in whole if len(key) > 1 or fields[key[0]].unique]
        single = ((name,) for name, field in fields.items() if field.unique)
        keys = tuple(dict.fromkeys([*kept, *single]))
        return replace(self.spec, fields=fields, unique_keys=keys)

    @property
    def is_own(self) -> bool:
        """Whether the table is the target's own, and not the specification's under other names.

        Only an own table can have members that no scenario knows and that an upsert must leave alone. What else an
        implementation of the contract adds to a record is its own matter.
        """
        stated = (self.absent, self.always, self.fixed, self.volatile)
        return any(stated) or any(replace(bound, name="") != FieldBinding("") for bound in self.fields.values())

    @cached_property
    def has_rules(self) -> bool:
        """Whether a field of the target has rules that differ from the specification's."""
        return any(bound.rules for bound in self.fields.values())

    @property
    def protected(self) -> tuple[str, ...]:
        """The fields that the target's server writes."""
        return tuple(name for name in PROTECTED if name not in self.absent)

    def _viewed(self, spec: Field) -> Field:
        bound = self.field(spec.name)
        stated = {k: v for k, v in bound.rules.items() if k not in ("default", "null", "blank")}
        rules: dict[str, Any] = {**spec.rules, **stated}
        if rules.get("minimum") is False:
            del rules["minimum"]
        options = tuple(o for o in spec.options if not bound.values or o in bound.values)
        if "options" in rules:
            rules["options"] = list(options)
        if "default" in bound.rules:
            rules["default"] = ours_of(bound, bound.rules["default"])
        required, unique = bool(rules.get("required")), bool(rules.get("unique"))
        return replace(spec, required=required, unique=unique, options=options, rules=rules)


def ours_of(bound: FieldBinding, value: Any) -> Any:
    """What a plain value of the target is in the specification's words: text forms are left alone."""
    for ours, theirs in bound.values.items():
        if theirs == value and type(theirs) is type(value):
            return json.loads(ours) if LITERAL.fullmatch(ours) else ours
    return value


class Bindings:
    """The bindings of a target, by the specification's table names. A table that is not bound is as in schema.toml."""

    def __init__(self, bound: Mapping[str, TableBinding] | None = None, absent: frozenset[str] = frozenset()) -> None:
        self._bound = dict(bound or {})
        self._others: dict[str, TableBinding] = {}
        self.absent = absent

    def __iter__(self) -> Iterator[TableBinding]:
        return iter(self._bound.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bindings) and (self._bound, self.absent) == (other._bound, other.absent)

    def __hash__(self) -> int:
        return hash((tuple(self._bound), self.absent))

    def of(self, table: str) -> TableBinding:
        """The binding of a table. One that the specification does not have has the fields of contacts.

        The singular of contacts, which is no table, becomes the singular of the target's name.
        """
        if table in self._bound:
            return self._bound[table]
        if table not in self._others:
            self._others[table] = self._unbound(table)
        return self._others[table]

    def _unbound(self, table: str) -> TableBinding:
        if table in tables() or LIKE not in self._bound:
            return TableBinding(table, table, table)
        like = self._bound[LIKE]
        name = like.place[:-1] if table == LIKE[:-1] and like.place.endswith("s") else table
        return replace(like, table=table, name=name, place=name)

    def table(self, table: str) -> Table:
        """The table as the target has it, in the specification's words."""
        return self.of(table).view

    @property
    def places(self) -> frozenset[str]:
        """The names in paths of all tables that the target has."""
        return frozenset(self.of(name).place for name in tables() if name not in self.absent)


def renamed(names: Mapping[str, str], fields: Mapping[str, Mapping[str, str]] | None = None) -> Bindings:
    """Bindings of nothing but other names: of tables, and of the fields of tables."""
    fields = fields or {}
    return Bindings(
        {
            table: TableBinding(
                table,
                *_named(table, names.get(table, table)),
                {ours: FieldBinding(theirs) for ours, theirs in fields.get(table, {}).items()},
            )
            for table in {**names, **fields}
        }
    )


def _named(table: str, ident: str) -> tuple[str, str]:
    """The name in bodies and the one in paths: a number stands in paths only."""
    return (table if ident.isdecimal() else ident), ident


def bindings_from(raw: Mapping[str, Any]) -> Bindings:
    """The bindings of a checked `[tables]`."""
    there = {name: stated for name, stated in raw.items() if stated is not False}
    absent = (raw.keys() | (tables().keys() - {LIKE} if OTHERS in raw else set())) - {OTHERS} - there.keys()
    return Bindings({name: _table(name, stated) for name, stated in there.items()}, frozenset(absent))


def _table(table: str, stated: Mapping[str, Any]) -> TableBinding:
    name, place = _named(table, str(stated.get("id", stated.get("name", table))))
    fields = {**stated.get("protected", {}), **stated.get("fields", {})}
    return TableBinding(
        table,
        stated.get("name", name),
        place,
        {ours: _field(ours, theirs) for ours, theirs in fields.items() if theirs is not False},
        frozenset(ours for ours, theirs in fields.items() if theirs is False),
        stated.get("always", {}),
        stated.get("fixed", {}),
        frozenset(stated.get("volatile", ())),
        stated.get("gone", {}),
    )


def _field(ours: str, stated: Any) -> FieldBinding:
    if isinstance(stated, str):
        return FieldBinding(stated)
    together = stated.get("with", ())
    return FieldBinding(
        stated.get("name", ours),
        stated.get("text", ""),
        stated.get("values", {}),
        stated.get("format", ""),
        stated.get("as_text", False),
        stated.get("in_list", False),
        (ours, *together) if together else (),
        {rule: stated[rule] for rule in RULES if rule in stated},
    )
