"""`upsertspec prove`: show that every check can fail."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from upsertspec.errors import ConfigError


@click.command()
@click.option("--fault", "names", multiple=True, help="Only this broken server (repeatable).")
@click.option("--criterion", "criteria", multiple=True, help="Only this criterion, and what violates it (repeatable).")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, help="Processes. [default: one a core]"
)
@click.option("--quick", is_flag=True, help="Judge each only by the criteria that it violates: no spread is seen.")
@click.option("--json", "json_file", metavar="FILE", help="Write the matrix as JSON.")
@click.option("--html", "html_file", metavar="FILE", help="Write the matrix as a page.")
@click.option("--digest", "digest_file", metavar="FILE", help="Write so many of so many, by criterion, as JSON.")
@click.pass_context
def prove(
    context: click.Context,
    names: tuple[str, ...],
    criteria: tuple[str, ...],
    jobs: int,
    quick: bool,
    json_file: str | None,
    html_file: str | None,
    digest_file: str | None,
) -> None:
    """Run the suite against servers that are broken on purpose, and tell which were caught by which criteria.

    Exit code 0 where every one is caught and every criterion has one, else 1.
    """
    from upsertspec.prove.matrix import Proof
    from upsertspec.prove.output import tell
    from upsertspec.prove.page import page
    from upsertspec.prove.runner import prove as judge
    from upsertspec.prove.servers import faults

    wanted = tuple(name.upper() for name in criteria)
    chosen = [f for f in faults() if (not names or f.name in names) and (not wanted or set(wanted) & set(f.violates))]
    if unknown := sorted(set(names) - {fault.name for fault in faults()}):
        raise ConfigError([f"{', '.join(unknown)}: no such broken server; `upsertspec list --faults` names them all"])
    if not chosen:
        raise ConfigError(["nothing is selected: no broken server fits"])
    proof: Proof = judge(chosen, wanted, min(jobs, len(chosen)), quick)
    tell(proof, sys.stdout)
    for file, text in (
        (json_file, json.dumps(proof.as_dict(), indent=1)),
        (html_file, page(proof)),
        (digest_file, json.dumps(proof.digest(), indent=1)),
    ):
        if file:
            Path(file).write_text(text + "\n", "utf-8")
    complete = not names and not wanted
    context.exit(0 if (proof.holds if complete else not (proof.void or proof.missed or proof.harmed)) else 1)
