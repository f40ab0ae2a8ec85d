"""One search from the first look at the target to what is printed."""

from __future__ import annotations

from typing import TextIO

from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import ConfigError
from upsertspec.explore.moves.sequences import WEIGHTS
from upsertspec.explore.search import Finding, Search
from upsertspec.http.client import Client
from upsertspec.http.text import printable
from upsertspec.report import terminal
from upsertspec.run.preflight import fatal, preflight
from upsertspec.run.settings import new_run_id
from upsertspec.target.target import Target


def explore(target: Target, seed: int, examples: int, must: bool, out: TextIO) -> int:
    """Search, print what was found, give the exit code: 1 for a difference, 3 where the target can't be judged.

    Raises ConfigError where the target claims no profile that can be explored, TargetUnusable where it goes away.
    """
    profiles = [profile for profile in target.profiles if profile in WEIGHTS]
    if not profiles:
        raise ConfigError([f"none of {', '.join(target.profiles)} can be explored; name one of {', '.join(WEIGHTS)}"])
    out.write(f"upsertspec explores {target.name or target.url}: {', '.join(profiles)}; seed {seed}\n")
    findings = preflight(target)
    terminal.findings(findings, out)
    if fatal(findings):
        return 3
    client = Client(target, dialect_for(target))
    try:
        search = Search(target, client, new_run_id(), must)
        found = search.run(seed, examples)
    finally:
        client.close()
    _tell(found, search.tried, seed, client, out)
    return 1 if found else 0


def _tell(found: Finding | None, tried: int, seed: int, client: Client, out: TextIO) -> None:
    if found is None:
        out.write(f"\nno difference in {tried} sequences (seed {seed})\n")
        return

    def said(text: str) -> str:
        return printable(client.masker.text(text))

    out.write(f"\na difference, found in {tried} sequences (seed {seed}):\n\n")
    out.writelines(f"    {said(line)}\n" for line in found.scenario.splitlines())
    out.write(f"\n  expected  {said(found.expected)}\n  got       {said(found.actual)}\n\n")
    for exchange in found.exchanges:
        out.write(f"  {exchange.status or exchange.failure}  {exchange.curl}\n")
