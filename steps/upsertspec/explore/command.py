"""`upsertspec explore`: check the target, search, print the result."""

from __future__ import annotations

from typing import TextIO

from upsertspec.errors import ConfigError
from upsertspec.explore.machine import PROFILES
from upsertspec.explore.search import Finding, Result, Search
from upsertspec.http.text import printable
from upsertspec.report import terminal
from upsertspec.run.preflight import fatal, preflight
from upsertspec.run.settings import new_run_id
from upsertspec.target.target import Target

SHOWN = 20


def explore(target: Target, seed: int, examples: int, must: bool, out: TextIO) -> int:
    """Search and print. Exit code 1 for a difference, 3 if the target, or too much of it, could not be judged.

    Raises ConfigError if the target claims no profile that can be explored.
    """
    if not set(target.profiles) & set(PROFILES):
        claimed, known = ", ".join(target.profiles), ", ".join(PROFILES)
        raise ConfigError([f"none of {claimed} can be explored; claim one of {known}"])
    profiles = ", ".join(profile for profile in target.profiles if profile in PROFILES)
    out.write(f"upsertspec explores {target.name or target.url}: {profiles}; seed {seed}\n")
    findings = preflight(target)
    terminal.findings(findings, out)
    if fatal(findings):
        return 3
    search = Search(target, new_run_id(), must)
    result = search.run(seed, examples, lambda tried: _progress(tried, examples, out))
    for line in result_lines(result, seed):
        out.write(f"{printable(search.text(line))}\n")
    return 1 if result.finding else 0 if result.is_enough else 3


def _progress(tried: int, examples: int, out: TextIO) -> None:
    out.write(f"{tried} of {examples} sequences\n")
    out.flush()


def result_lines(result: Result, seed: int) -> list[str]:
    """What is printed about a result."""
    lines = [""]
    if result.restrictions:
        lines += ["valid values that the target always refuses (its own validation; not counted as a difference):"]
        lines += [f"  {text}" for text in _some(result.restrictions)] + [""]
    if result.passing:
        lines += ["errors that did not come again when the same sequence was sent again (not counted as a difference):"]
        lines += [f"  {text}" for text in _some(result.passing)] + [""]
    if result.left_out:
        lines += ["left out, as the target has no way to do it or its file says that it does not apply:"]
        lines += [f"  {count} x {reason}" for reason, count in result.left_out.most_common(SHOWN)] + [""]
    judged = f"{result.judged} sequences" if result.judged == result.tried else (
        f"{result.judged} sequences that could be judged, of {result.tried}"
    )  # fmt: skip
    if result.finding:
        once = "" if result.repeated else "; it did not come again when the same sequence was sent again"
        lines += [f"a difference, found in {result.tried} sequences (seed {seed}){once}:", *_shown(result.finding)]
    elif not result.ended:
        empty = f"; {result.empty} more had nothing that applies" if result.empty else ""
        lines += [f"no difference in {judged}{empty} (seed {seed})"]
        lines += [] if result.is_enough else [_too_few(result)]
    if result.ended:
        lines += [f"the search ended early, after {judged} (seed {seed}): {result.ended}"]
        lines += ["the sequence before that:", *_shown(result.last)] if result.last else []
    return lines


def _too_few(result: Result) -> str:
    if result.empty >= result.tried:
        return "too few were judged to say anything: most of what was tried does not apply to the target"
    return "too few were judged to say anything: set rate_limit in the target file"


def _some(texts: list[str]) -> list[str]:
    more = len(texts) - SHOWN
    return [*texts[:SHOWN], *([f"and {more} more"] if more > 0 else [])]


def _shown(found: Finding) -> list[str]:
    scenario = [f"    {line}" for line in found.scenario.splitlines()]
    requests = [f"  {exchange.status or exchange.failure}  {exchange.curl}" for exchange in found.exchanges]
    return ["", *scenario, "", f"  expected  {found.expected}", f"  got       {found.actual}", "", *requests]
