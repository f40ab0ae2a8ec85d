"""The times of a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from upsertspec.errors import ConfigError


def seconds_since_1970(run: Mapping[str, Any], name: str) -> float:
    """A time of the run, like `started`. Raises ConfigError if it is none, like a 31st of February."""
    try:
        return datetime.fromisoformat(run[name]).timestamp()
    except (ValueError, OverflowError) as wrong:
        raise ConfigError([f"run.{name} is not a time; run again with `upsertspec run --report DIR`"]) from wrong
