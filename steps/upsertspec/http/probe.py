"""The plain read that every target answers: to see whether it is there, and whether it accepts a credential."""

from __future__ import annotations

from upsertspec.dialects.operations import Find
from upsertspec.spec.schema import MEMBERS
from upsertspec.target.target import Target

NOBODY = "nobody@upsertspec.example"
"""The key of a record that does not exist."""


def search(target: Target, table: str) -> Find:
    """A search for a record that does not exist, by a key: a target may offer no list without a condition."""
    view = target.bindings.table(table)
    keys = [key for key in view.unique_keys if all(view.fields[name].type.is_free_text for name in key)]
    return Find(table, dict.fromkeys(keys[0], NOBODY) if keys else {}, limit=1)


def readable(role: str) -> str:
    """A table that a role may read; other tables are not those of an organization."""
    return "image_metadata" if role in MEMBERS else "contacts"
