"""What a run prints: progress, a table by criterion, each failure with what shows it, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, TextIO

from upsertspec.http.evidence import printable
from upsertspec.report.finding import OK, Finding
from upsertspec.report.result import Result, Status
from upsertspec.report.verdict import Tally, Verdict, tally

BAR = 30
PLAIN_LINES = 10
CONTRADICTING = 4
COLOURS = {Verdict.CONFORMANT: "32", Verdict.NOT_CONFORMANT: "31", Verdict.INCOMPLETE: "33"}
TOLD = (Status.FAILED, Status.STALE, Status.ERROR, Status.WARNED, Status.KNOWN_FAILURE)


class Progress:
    """A bar on a terminal; elsewhere a plain line for each tenth of the way."""

    def __init__(self, out: TextIO, planned: int) -> None:
        self._out = out
        self._planned = max(planned, 1)
        self._done = 0
        self._failed = 0
        self._bar = out.isatty()

    def step(self, result: Result) -> None:
        """One more case is done."""
        self._done += 1
        self._failed += result.status in (Status.FAILED, Status.STALE, Status.ERROR)
        if self._bar:
            filled = BAR * self._done // self._planned
            bar = "█" * filled + "·" * (BAR - filled)
            self._out.write(f"\r{bar} {self._text()}  {result.case.criterion}\x1b[K")
        elif self._done * PLAIN_LINES // self._planned > (self._done - 1) * PLAIN_LINES // self._planned:
            self._out.write(f"  {self._text()}\n")
        self._out.flush()

    def end(self) -> None:
        """Take the bar away."""
        if self._bar:
            self._out.write("\r\x1b[K")

    def _text(self) -> str:
        return f"{self._done}/{self._planned}" + (f", {self._failed} failed" if self._failed else "")


def findings(listed: Iterable[Finding], out: TextIO, everything: bool = False) -> None:
    """Print what the preflight found; by default only what is not as it should be."""
    for finding in listed:
        if everything or finding.level != OK:
            mend = f"\n          {finding.hint}" if finding.hint else ""
            out.write(f"{finding.level:>8}  {finding.what}{mend}\n")


def table(results: Sequence[Result], sentences: Mapping[str, str], out: TextIO) -> None:
    """Print a line for each criterion: what became of its scenarios."""
    claimed = [r for r in _by_criterion(results) if r.status is not Status.NOT_CLAIMED]
    for criterion, group in groupby(claimed, key=lambda r: r.case.criterion):
        own = tally(group)
        said = ", ".join(f"{own.counts[s]} {s.value}" for s in Status if own.counts[s])
        out.write(f"  {criterion}  {said:<24}  {sentences.get(criterion, '')}\n")
    left_out = [r.case for r in _by_criterion(results) if r.status is Status.NOT_CLAIMED]
    run = {r.case.profile for r in claimed}
    if unclaimed := list(dict.fromkeys(case.profile for case in left_out if case.profile not in run)):
        out.write(f"  not claimed, so not run: {', '.join(unclaimed)}\n")
    if lacking := sorted({(case.criterion, *case.needs) for case in left_out if case.profile in run}):
        lacked = [f"{criterion} with {' and '.join(needs)}" for criterion, *needs in lacking]
        out.write(f"  not run, since another profile is needed and not claimed: {', '.join(lacked)}\n")


def failures(results: Iterable[Result], out: TextIO) -> None:
    """Print each failure: what was expected, what came back, and the `curl` lines that show it."""
    for result in results:
        if result.status in TOLD:
            _failure(result, out)


def untested(results: Iterable[Result], out: TextIO) -> None:
    """Print why cases could not be tested: each reason once, and of those blocked by a criterion the first."""
    reasons: dict[str, list[Result]] = {}
    for result in results:
        if result.status is Status.NOT_TESTABLE:
            blocked = result.reason.startswith("blocked by ")
            reasons.setdefault(result.reason.partition(":")[0] if blocked else result.reason, []).append(result)
    for alike in reasons.values():
        names = ", ".join(sorted({result.case.criterion for result in alike}))
        out.write(f"\nnot testable ({len(alike)} in {names}): {alike[0].reason}\n")


def deviations(counted: Tally, results: Sequence[Result], out: TextIO) -> None:
    """Print each declared deviation that came, with the criteria that it came in."""
    for declared in counted.deviations:
        alike = [r for r in results if r.status is Status.DEVIATES and declared in r.deviations]
        names = ", ".join(sorted({result.case.criterion for result in alike}))
        out.write(f"\ndeviates, as declared ({len(alike)} in {names}): {declared}\n")


def proof(last: Mapping[str, Any], features_digest: str, out: TextIO) -> None:
    """Print what the last proof says of this suite; a proof of other features says nothing of it."""
    if last["features_digest"] == features_digest:
        out.write(
            f"\n{last['caught']} of {last['faults']} servers that are broken on purpose are caught by this suite\n"
        )
    else:
        out.write("\nthe last proof is of other features: `upsertspec prove` shows what this suite catches\n")


def verdict(counted: Tally, out: TextIO) -> None:
    """Print the verdict with its whole denominator."""
    colour = f"\x1b[1;{COLOURS[counted.verdict]}m" if out.isatty() else ""
    out.write(f"\n{colour}{counted.headline}{chr(27) + '[0m' if colour else ''}\n")


def _by_criterion(results: Sequence[Result]) -> list[Result]:
    return sorted(results, key=lambda result: result.case.criterion)


def _failure(result: Result, out: TextIO) -> None:
    case = result.case
    out.write(f"\n{case.criterion} {case.level} {result.status.value}: {case.title}\n  {case.file}:{case.line}\n")
    broken = next((step for step in result.steps if step.state == "failed"), None)
    if broken:
        out.write(f"  {broken.keyword} {printable(broken.text)}\n")
    if result.expected:
        out.write(f"  expected  {result.expected}\n  got       {result.actual}\n")
    if result.reason and (not result.expected or result.status is Status.KNOWN_FAILURE):
        out.write(f"  {result.reason}\n")
    for exchange in telling(result.exchanges, result.history):
        out.write(f"  {_outcome(exchange):<9} {printable(exchange['curl'])}\n")


def telling(exchanges: Sequence[Mapping[str, Any]], history: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The exchanges that show a failure: the last that changes something, and the last of all.

    Where many clients contradict each other, they are the exchanges that do, or the first of them.
    """
    places = [each["exchange"] for each in history["operations"] if each["contradicts"]] if history else []
    if contradicting := [exchanges[place] for place in places if place in range(len(exchanges))]:
        return contradicting[:CONTRADICTING]
    writes = [exchange for exchange in exchanges if exchange["method"] != "GET"]
    chosen = [*writes[-1:], *exchanges[-1:]]
    return [exchange for number, exchange in enumerate(chosen) if exchange not in chosen[:number]]


def _outcome(exchange: Mapping[str, Any]) -> str:
    return str(exchange["response"]["status"]) if "response" in exchange else "no answer"
