"""The digest of the last proof, which is part of the suite: broken servers caught / total, for each criterion."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "proof.json"


@cache
def last_proof() -> dict[str, Any]:
    """`{"features_digest", "faults", "caught", "criteria": {"AC-001": {"caught", "of"}, …}}`."""
    proof: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return proof
