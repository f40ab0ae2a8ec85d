"""The kinds of outcome whose status a target may declare, and the status that the contract has for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from upsertspec.target.positions import Fault

REFUSALS = {400: "invalid", 401: "unauthenticated", 403: "forbidden", 409: "conflict", 413: "too_large"}
"""By the contract's status; what is missing, 404, is `no_table` or `missing_record`."""

DONE = {
    ("Upsert", 200): ("created", "updated", "ignored"),
    ("UpsertBatch", 200): ("batch",),
    ("Transaction", 200): ("transaction",),
    ("Create", 201): ("record_created",),
    ("Change", 200): ("record_changed",),
    ("Delete", 204): ("deleted",),
}
"""By the operation and the contract's status."""

KINDS = {
    **{kind: status for (_, status), kinds in DONE.items() for kind in kinds},
    **{kind: status for status, kind in REFUSALS.items()},
    "no_table": 404,
    "missing_record": 404,
}


def deviations(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Every declared status that is the contract's own."""
    declared = raw.get("deviations")
    for kind, given in (declared if isinstance(declared, dict) else {}).items():
        if KINDS.get(kind) in (given if isinstance(given, list) else [given]):
            yield ("deviations", kind), f"{KINDS[kind]} is what the contract has itself; take it out"
