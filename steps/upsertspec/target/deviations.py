"""Checks the statuses that a target file declares in place of the contract's (`[deviations]`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from upsertspec.spec.outcomes import KINDS
from upsertspec.target.positions import Fault


def deviations(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Every declared status that is the contract's own."""
    declared = raw.get("deviations")
    for kind, given in (declared if isinstance(declared, dict) else {}).items():
        if KINDS.get(kind) in (given if isinstance(given, list) else [given]):
            yield ("deviations", kind), f"{KINDS[kind]} is what the contract has itself; take it out"
