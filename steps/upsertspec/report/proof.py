"""The digest of the last proof, which is part of the suite: broken servers caught / total, for each criterion.

The file has the digest of `upsertspec prove`, and as its member `own_table` that of `upsertspec prove --own-table`,
which has `not_applicable` and `missed` beside each `caught`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "proof.json"
OWN_TABLE, FINDINGS = "own_table", "findings"


@cache
def last_proof() -> dict[str, Any]:
    """`{"features_digest", "faults", "caught", "criteria": {"AC-001": {"caught", "of"}, …}}`."""
    return {name: value for name, value in _both(FILE).items() if name not in (OWN_TABLE, FINDINGS)}


@cache
def last_findings() -> dict[str, Any]:
    """`{"servers", "spread", "rooted"}` of the last proof by the whole suite; empty if there was none."""
    found: dict[str, Any] = _both(FILE).get(FINDINGS, {})
    return found


def with_other(file: Path, digest: Mapping[str, Any], own_table: bool) -> dict[str, Any]:
    """This digest beside what the file has: that of the other proof, and the figures of `findings` from a proof by the
    whole suite. Of what is no such file nothing is kept."""
    try:
        before = _both(file) if file.is_file() else {}
    except ValueError:
        before = {}
    return {**before, **({OWN_TABLE: digest} if own_table else digest)}


def caught_in_words(digest: Mapping[str, Any]) -> str:
    """How many broken servers a proof caught, on one line."""
    return f"{digest['caught']} of {digest['faults']} broken servers caught by a criterion that they violate"


def findings_in_words(figures: Mapping[str, Any]) -> list[str]:
    """The figures of `findings`, a line each."""
    servers, rooted, spread = figures["servers"], figures["rooted"], figures["spread"]
    return [
        f"root: the first finding is about a criterion that the server violates for {rooted:.1%} of {servers} servers",
        f"spread: {spread:g} findings about other criteria at the median",
    ]


def _both(file: Path) -> dict[str, Any]:
    both: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return both
