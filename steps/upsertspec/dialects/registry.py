"""The dialect of a target, by its name."""

from __future__ import annotations

from upsertspec.dialects.base import Dialect
from upsertspec.dialects.native import Native
from upsertspec.target.model import Target


def dialect_for(target: Target) -> Dialect:
    """The dialect that the target speaks, with the target's own names in it."""
    return Native(target.table_ids, target.field_names)
