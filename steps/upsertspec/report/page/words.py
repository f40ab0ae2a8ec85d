"""What the page says in words: the verdict in a sentence, numbers, times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from upsertspec.errors import LAST_ANSWERED
from upsertspec.report.status import Status
from upsertspec.report.verdict import VERDICTS, Look, Verdict, share

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='8' "
    "fill='%23{colour}'/%3E%3Cpath d='{path}' fill='none' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E"
)


def icon(look: Look) -> str:
    """The icon of the page: without one, a browser would ask the server for it."""
    return ICON.format(colour=look.fill.removeprefix("#"), path=look.path)


def sentence(document: Mapping[str, Any]) -> str:
    """The verdict in plain words, and what it is based on."""
    verdict, counts = Verdict(document["verdict"]["verdict"]), document["verdict"]["counts"]
    said = VERDICTS[verdict].sentence
    if counts[Status.FAILED]:
        broken = {r["criterion"] for r in document["results"] if r["status"] == Status.FAILED}
        said = f"{many(counts[Status.FAILED], 'scenario')} of {criteria(len(broken))} show that a MUST is broken."
    elif verdict is Verdict.NOT_CONFORMANT:
        said += " Each failure is listed in the target file as known."
    if counts[Status.STALE]:
        said += f" Remove {many(counts[Status.STALE], 'entry', 'entries')} from the target file that no longer apply."
    if applies := share(counts):
        said += f" {applies} scenarios apply to this target."
    return said


def claimed(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts without what is not claimed: that says nothing of the target, and would be most of a bar."""
    return {status: number for status, number in counts.items() if status != Status.NOT_CLAIMED}


def ended_early(document: Mapping[str, Any]) -> tuple[str, str]:
    """Why the run ended early, and the `curl` line of the last request that was answered, if it is known."""
    why, _, last = document["run"]["ended_early"].partition(f"; {LAST_ANSWERED}")
    return f"{why[:1].upper()}{why[1:]}.", last


def implementation(stated: Mapping[str, str]) -> str:
    """Who was judged, in a line: `Records API 2.4.1 by Example Ltd (https://example.com, api@example.com)`."""
    named = " ".join(stated[name] for name in ("project", "version") if name in stated) or "an implementation"
    maker = f" by {stated['organization']}" if "organization" in stated else ""
    where = ", ".join(stated[name] for name in ("url", "contact") if name in stated)
    return f"{named}{maker} ({where})" if where else f"{named}{maker}"


def many(number: int, noun: str, plural: str = "") -> str:
    """`1 scenario`, `2 scenarios`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def criteria(number: int) -> str:
    """`one criterion`, `2 criteria`."""
    return "one criterion" if number == 1 else f"{number} criteria"


def duration(seconds: float | None) -> str:
    """A time in three figures, in the unit that fits."""
    if seconds is None:
        return "no answer"
    if seconds < 1:
        return f"{_figures(seconds * 1000)} ms"
    return f"{_figures(seconds)} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _figures(value: float) -> str:
    return "0" if value == 0 else f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def moment(stamp: str) -> str:
    """An RFC 3339 time in words; unchanged if it is not one."""
    try:
        when = datetime.fromisoformat(stamp).astimezone(UTC)
    except ValueError:
        return stamp
    return f"{when.day} {when:%B %Y, %H:%M:%S} UTC"
