"""The keys and values that the users write. Every write has a stamp, and all its values follow from the stamp."""

from __future__ import annotations

import zlib
from typing import Any

from upsertspec.soak.plan import KEY

FILLER = "What one write sends is stored whole, or not at all. " * 4


def key(run_id: str, name: str) -> str:
    """A key that only this run uses."""
    return f"soak.{run_id}.{name}@example.com"


def shared_key(run_id: str, number: int) -> str:
    """A key that all users of the run write, on every machine."""
    return key(run_id, f"shared-{number}")


def values(of_key: str, stamp: str) -> dict[str, Any]:
    """The fields that the write with this stamp sends. A stored record is complete if it has all of them."""
    number = zlib.crc32(stamp.encode())
    return {KEY: of_key, "name": f"Soak {stamp}", "age": number % 120, "notes": f"{stamp}: {FILLER}"}
