"""What a run prints: progress, a line for each criterion, each failure with its evidence, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, TextIO

from upsertspec.errors import ENDED
from upsertspec.http.text import printable
from upsertspec.report.cast import Part, lines
from upsertspec.report.console import Console
from upsertspec.report.evidence import telling
from upsertspec.report.finding import OK, Finding
from upsertspec.report.mistakes import mistakes
from upsertspec.report.result import Result
from upsertspec.report.status import HAD_ENDED, Counts, Listed, Status, row
from upsertspec.report.verdict import VERDICTS, Tally, tally

BAR, BESIDE = 30, 32
"""Columns of the bar at most, and of what stands beside it."""
PLAIN_LINES = 10


class Progress:
    """A bar on a terminal; elsewhere a plain line for each tenth of the run."""

    def __init__(self, out: TextIO, planned: int) -> None:
        self._out = out
        self._planned = max(planned, 1)
        self._done = 0
        self._failed = 0
        self._bar = Console(out).interactive
        self._width = max(0, min(BAR, Console(out).width - BESIDE))

    def step(self, result: Result) -> None:
        """One more scenario is done."""
        self._done += 1
        self._failed += row(result.status).red
        if self._bar:
            filled = self._width * self._done // self._planned
            bar = "█" * filled + "·" * (self._width - filled)
            self._out.write(f"\r{bar} {self._text()}  {result.case.criterion}\x1b[K")
        elif self._done * PLAIN_LINES // self._planned > (self._done - 1) * PLAIN_LINES // self._planned:
            self._out.write(f"  {self._text()}\n")
        self._out.flush()

    def end(self) -> None:
        """Remove the bar."""
        if self._bar:
            self._out.write("\r\x1b[K")

    def _text(self) -> str:
        return f"{self._done}/{self._planned}" + (f", {self._failed} failed" if self._failed else "")


def findings(listed: Iterable[Finding], out: TextIO, everything: bool = False) -> None:
    """Print what was found before the run; by default only warnings and fatal findings."""
    for finding in listed:
        if everything or finding.level != OK:
            lines = [finding.what, *finding.hint.splitlines()]
            out.write(f"{finding.level:>8}  " + "\n          ".join(lines) + "\n")


def table(results: Sequence[Result], sentences: Mapping[str, str], out: TextIO) -> None:
    """Print the number of scenarios of each status, a line for each criterion."""
    ordered = sorted(results, key=lambda result: result.case.criterion)
    claimed = [r for r in ordered if r.status is not Status.NOT_CLAIMED]
    for criterion, group in groupby(claimed, key=lambda r: r.case.criterion):
        counts = tally(group).counts
        numbers = ", ".join(f"{counts[s]} {s.value}" for s in Status if counts[s])
        out.write(f"  {criterion}  {numbers:<24}  {sentences.get(criterion, '')}\n")
    left_out = [r.case for r in ordered if r.status is Status.NOT_CLAIMED]
    run = {r.case.profile for r in claimed}
    if unclaimed := list(dict.fromkeys(case.profile for case in left_out if case.profile not in run)):
        out.write(f"  not claimed, so not run: {', '.join(unclaimed)}\n")
    if lacking := sorted({(case.criterion, *case.needs) for case in left_out if case.profile in run}):
        lacked = [f"{criterion} with {' and '.join(needs)}" for criterion, *needs in lacking]
        out.write(f"  not run, since another profile is needed and not claimed: {', '.join(lacked)}\n")


def failures(results: Iterable[Result], out: TextIO, cast: Sequence[Part] = ()) -> None:
    """Print each finding by its plainest failure, with the `curl` lines that reproduce it, and count what follows."""
    listed = list(results)
    found = mistakes(listed, cast)
    shown = {result.case.id for mistake in found for result in mistake.all}
    for mistake in found:
        _failure(mistake.root, out, cast)
        if mistake.followers:
            out.write(f"  follows   {mistake.summary}\n")
    for result in listed:
        if row(result.status).listed is Listed.EACH and result.case.id not in shown:
            _failure(result, out, cast)


def retried(results: Iterable[Result], out: TextIO) -> None:
    """Print which scenarios passed only when they were run again."""
    again = [result for result in results if result.attempts > 1 and row(result.status).counts is Counts.PASS]
    if again:
        out.write(f"\npassed after a retry ({len(again)}):\n")
    for result in again:
        out.write(f"  {result.case.criterion} at attempt {result.attempts}: {result.case.title}  {result.case.id}\n")


def untested(results: Sequence[Result], out: TextIO) -> None:
    """Print why scenarios could not be tested or do not apply: each reason once, the most frequent first.

    Of those that are blocked by one criterion, the first stands for all.
    """
    for status in (Status.NOT_TESTABLE, Status.NOT_APPLICABLE):
        listed = [result for result in results if result.status is status]
        if listed:
            out.write(f"\n{status.value} ({len(listed)}):\n")
        for reason, group in sorted(by_reason(listed), key=lambda found: -len(found[1])):
            reason = HAD_ENDED if reason.startswith(ENDED) else reason
            out.write(f"  {len(group):>4}  {reason} ({_criteria(group)})\n")


def by_reason(results: Iterable[Result]) -> list[tuple[str, list[Result]]]:
    """The results grouped by what blocks them or by their reason; with the reason of the first of each group."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.blocked_by or result.reason, []).append(result)
    return [(group[0].reason, group) for group in groups.values()]


def deviations(counted: Tally, results: Sequence[Result], out: TextIO) -> None:
    """Print each declared deviation that occurred, with its criteria."""
    for declared in counted.deviations:
        group = [r for r in results if r.status is Status.DEVIATES and declared in r.deviations]
        out.write(f"\ndeviates, as declared ({len(group)} in {_criteria(group)}): {declared}\n")


def proof(last: Mapping[str, Any], features_digest: str, out: TextIO) -> None:
    """Print how many broken servers this suite catches, if the last proof was made with these features."""
    if last["features_digest"] == features_digest:
        caught = f"{last['caught']} of {last['faults']}"
        out.write(f"\n{caught} servers that are broken on purpose are caught by this suite\n")
    else:
        out.write("\nthe last proof is of other features: `upsertspec prove` shows what this suite catches\n")


def verdict(counted: Tally, out: TextIO, early: str = "") -> None:
    """Print the verdict with all counts, and why the run ended early, if it did."""
    if early:
        out.write(f"\nthe run ended early: {early}\n")
    out.write(f"\n{Console(out).paint(counted.headline, f'1;{VERDICTS[counted.verdict].ansi}')}\n")


def _criteria(results: Iterable[Result]) -> str:
    return ", ".join(sorted({result.case.criterion for result in results}))


def _failure(result: Result, out: TextIO, cast: Sequence[Part]) -> None:
    case = result.case
    out.write(f"\n{case.criterion} {case.level} {result.status.value}: {case.title}\n")
    out.write(f"  {case.file}:{case.line}  {case.id}\n")
    broken = next((step for step in result.steps if step.state == "failed"), None)
    if broken:
        out.write(f"  {broken.keyword} {printable(broken.text)}\n")
    for line in lines(cast, result.as_dict()["steps"]) if cast else ():
        out.write(f"  cast      {printable(line)}\n")
    if result.expected:
        out.write(f"  expected  {result.expected}\n  got       {result.actual}\n")
    if result.hint:
        out.write(f"  hint      {result.hint}\n")
    if result.reason and (not result.expected or result.status is Status.KNOWN_FAILURE):
        out.write(f"  {result.reason}\n")
    for exchange in telling(result.exchanges, result.history, result.actual):
        out.write(f"  {outcome(exchange):<9} {printable(exchange['curl'])}\n")


def outcome(exchange: Mapping[str, Any]) -> str:
    """The status of the answer, or that there was none."""
    return str(exchange["response"]["status"]) if "response" in exchange else "no answer"
