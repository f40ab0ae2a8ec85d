"""What a run prints while it goes on, and how much it prints in all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any, Protocol, TextIO

from upsertspec.http.text import printable
from upsertspec.report.result import Result
from upsertspec.report.terminal import Progress as Bar


class Style(Enum):
    """How much a run prints: the verdict alone, as usual, each scenario too, or JSON for programs."""

    QUIET = "quiet"
    NORMAL = "normal"
    VERBOSE = "verbose"
    JSONL = "jsonl"

    @property
    def talks(self) -> bool:
        """Whether people read more than the verdict."""
        return self in (Style.NORMAL, Style.VERBOSE)


class Progress(Protocol):
    """Hears of each scenario that is done, and of the end."""

    def step(self, result: Result, /) -> None:
        """One more scenario is done."""

    def end(self) -> None:
        """No more scenarios come."""


def progress(style: Style, out: TextIO, planned: int) -> Progress:
    """What prints the progress of a run."""
    made: dict[Style, type[_Quiet]] = {Style.QUIET: _Quiet, Style.VERBOSE: _Lines, Style.JSONL: _Jsonl}
    return made[style](out, planned) if style in made else Bar(out, planned)


def json_line(out: TextIO, event: str, **members: Any) -> None:
    """Print one line of JSON."""
    out.write(json.dumps({"event": event, **members}) + "\n")
    out.flush()


class _Quiet:
    def __init__(self, out: TextIO, planned: int) -> None:
        self.out = out
        self.planned = planned
        self.done = 0

    def step(self, _: Result, /) -> None:
        self.done += 1

    def end(self) -> None:
        """Nothing is left to print."""


class _Lines(_Quiet):
    """A line for each scenario."""

    def step(self, result: Result, /) -> None:
        case = result.case
        self.out.write(f"  {result.status:<19} {case.criterion} {case.id:<11} {printable(case.title)}\n")
        self.out.flush()


class _Jsonl(_Quiet):
    """A line of JSON for each scenario. Its status may still change when all others are known."""

    def step(self, result: Result, /) -> None:
        super().step(result)
        counted: Mapping[str, int] = {"done": self.done, "planned": self.planned}
        named = {"id": result.case.id, "criterion": result.case.criterion, "title": result.case.title}
        json_line(self.out, "scenario", **named, status=result.status.value, seconds=result.seconds, **counted)
