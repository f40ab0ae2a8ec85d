"""The tables that the scenarios assume, each with what refers to it and which criteria use it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from upsertspec.site.contents import Profile
from upsertspec.spec import schema


@dataclass(frozen=True)
class TablePage:
    """A table, the fields that refer to it as (table, field), and how many scenarios of each criterion use it."""

    table: schema.Table
    referrers: tuple[tuple[str, str], ...]
    used: dict[str, int]

    @property
    def name(self) -> str:
        """Its name."""
        return self.table.name

    @property
    def file(self) -> str:
        """Its page."""
        return f"table-{self.table.name}.html"


def table_pages(profiles: Sequence[Profile]) -> list[TablePage]:
    """Every table, in the order of schema.toml."""
    tables = schema.tables()
    return [
        TablePage(
            table,
            tuple((o.name, f.name) for o in tables.values() for f in o.fields.values() if f.references == name),
            _used(name, profiles),
        )
        for name, table in tables.items()
    ]


def rules(field: schema.Field) -> str:
    """The rules of a field in words."""
    said = [word for word in ("required", "unique") if getattr(field, word)]
    said += [f"one of {', '.join(field.options)}"] if field.options else []
    named = {"default": "default", "minimum": "at least", "pattern": "matches"}
    said += [f"{words_} {field.rules[rule]}" for rule, words_ in named.items() if rule in field.rules]
    return "; ".join([*said, *(["has a JSON Schema"] if "schema" in field.rules else [])])


def _used(name: str, profiles: Sequence[Profile]) -> dict[str, int]:
    """How many scenarios of each criterion name the table, in their steps or before them."""
    word = re.compile(rf"\b{name}\b")
    found = {}
    for criterion in (c for profile in profiles for c in profile.criteria):
        before = any(word.search(step.text) for step in criterion.background)
        number = sum(before or bool(word.search(scenario.words)) for scenario in criterion.scenarios)
        found.update({criterion.own.id: number} if number else {})
    return found
