"""The results of the checks before a run."""

from __future__ import annotations

from dataclasses import dataclass

OK, WARNING, FATAL = "ok", "warning", "fatal"


@dataclass(frozen=True)
class Finding:
    """The result of one check: `level` is ok, warning or fatal; `hint` says how to fix it."""

    level: str
    what: str
    hint: str = ""
