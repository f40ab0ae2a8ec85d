"""One move of a sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from upsertspec.explore.values import Pick


@dataclass(frozen=True)
class Move:
    """One request. Which members count is the matter of its kind."""

    kind: str
    who: str
    table: str
    rows: Sequence[Any] = ()
    match: Any = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    record: Pick | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    operations: Sequence[Mapping[str, Any]] = ()
    words: Sequence[Any] = ()
