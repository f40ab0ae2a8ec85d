"""Which tables are written, in which order, and their references."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from upsertspec.errors import ConfigError
from upsertspec.spec.criteria import PROFILES
from upsertspec.spec.schema import Table, tables
from upsertspec.target.target import Target

CORE = "core"


def profiles_of(asked: Sequence[str]) -> tuple[str, ...]:
    """The profiles that were asked for, in the order of the specification, always with core; all if none were.

    Raises ConfigError for a profile that does not exist.
    """
    names = [name for text in asked for name in text.replace(",", " ").split()]
    if unknown := sorted(set(names) - {*PROFILES, "all"}):
        known = ", ".join((*PROFILES, "all"))
        raise ConfigError([f"{', '.join(unknown)}: no such profile; known are {known}"])
    if not names or "all" in names:
        return PROFILES
    return tuple(profile for profile in PROFILES if profile == CORE or profile in names)


def own_tables(target: Target) -> dict[str, str]:
    """The tables that need no provisioning on a target, each with the reason: it has its own, or has none."""
    absent = {name: f"the target has no {name}" for name in target.bindings.absent}
    bound = {each.table: f"{each.name} of the target plays {each.table}" for each in target.bindings}
    return absent | bound


def tables_for(profiles: Sequence[str], own: Collection[str] = ()) -> list[Table]:
    """The tables of these profiles and the tables that these reference, each after those that it references.

    Those of `own` are left out. Raises ConfigError if another one references one of them.
    """
    every = tables()
    chosen: dict[str, Table] = {}

    def add(table: Table) -> None:
        for parent in references(table).values():
            if parent not in chosen and parent != table.name:
                add(every[parent])
        chosen.setdefault(table.name, table)

    for table in every.values():
        if set(profiles) & set(table.profiles):
            add(table)
    kept = [table for table in chosen.values() if table.name not in own]
    for table in kept:
        if needed := sorted(set(references(table).values()) & set(own)):
            fix = f"state in [tables] how the target has {table.name}, or {table.name} = false"
            raise ConfigError([f"{table.name} references {needed[0]}, which is the target's own; {fix}"])
    return kept


def references(table: Table) -> dict[str, str]:
    """The table's references: field to table."""
    return {field.name: field.references for field in table.fields.values() if field.references}


def indexed(table: Table) -> list[str]:
    """The references that need an index of their own: those that no unique key begins with."""
    led = {key[0] for key in table.unique_keys}
    return [name for name in references(table) if name not in led]
