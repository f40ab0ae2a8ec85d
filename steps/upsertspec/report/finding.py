"""What the checks before a run found."""

from __future__ import annotations

from dataclasses import dataclass

OK, WARNING, FATAL = "ok", "warning", "fatal"


@dataclass(frozen=True)
class Finding:
    """One thing that was checked before the run: `level` is ok, warning or fatal; `hint` says how to fix it."""

    level: str
    what: str
    hint: str = ""
