"""`upsertspec prove`: show that every check can fail."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upsertspec.cli.options import criterion_option, jobs_option, names
from upsertspec.cli.output import check_file, could_write
from upsertspec.errors import ConfigError
from upsertspec.process import INCOMPLETE, cores

if TYPE_CHECKING:
    from upsertspec.prove.servers import BrokenServer


@click.command()
@click.option("--fault", "wanted", multiple=True, callback=names, help="Only these broken servers (repeatable).")
@criterion_option
@jobs_option("Number of processes. [default: one per core]")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Only so many of them, the same ones each time.")
@click.option(
    "--quick",
    is_flag=True,
    help="Judge each server only by the criteria that it violates, and each until a scenario fails.",
)
@click.option("--own-table", is_flag=True, help="Judge them behind an API with a table of its own; always quick.")
@click.option("--json", "json_file", metavar="FILE", help="Write the matrix as JSON.")
@click.option("--html", "html_file", metavar="FILE", help="Write the matrix as a web page.")
@click.option("--digest", "digest_file", metavar="FILE", help="Write the figures, as JSON; a sample those of findings.")
@click.pass_context
def prove(
    context: click.Context,
    wanted: tuple[str, ...],
    criteria: tuple[str, ...],
    jobs: int,
    sample: int | None,
    quick: bool,
    own_table: bool,
    json_file: str | None,
    html_file: str | None,
    digest_file: str | None,
) -> None:
    """Run the suite against servers that are broken on purpose, and show which criteria catch each.

    The exit code is 0 if every server is caught and every criterion catches one, else 1. With --own-table a server need
    not be caught if the API can't express any request that shows its mistake.
    """
    from upsertspec.prove.output import output
    from upsertspec.prove.own_table import judged_by, prove_own_table
    from upsertspec.prove.own_table_output import output as output_own_table
    from upsertspec.prove.page import page
    from upsertspec.prove.runner import prove as judge
    from upsertspec.report.proof import FINDINGS, with_other

    if own_table and html_file:
        raise ConfigError(["--html doesn't go with --own-table; use --json instead"])
    for option, file in (("--json", json_file), ("--html", html_file), ("--digest", digest_file)):
        check_file(file, option)
    chosen, jobs = _chosen(wanted, criteria), jobs or cores()
    written = True
    if sample is not None and sample < len(chosen):
        chosen = sorted(chosen, key=lambda server: sha256(server.name.encode()).digest())[:sample]
    digest: dict[str, Any]
    if own_table:
        chosen = [server for server in chosen if judged_by(server, criteria)]
        if not chosen:
            raise ConfigError(["nothing is selected: the own table is for the profiles of the target file only"])
        own = prove_own_table(chosen, criteria, min(jobs, len(chosen)))
        output_own_table(own, sys.stdout)
        whole, holds, digest = own.as_dict(), own.holds, own.digest()
    else:
        proof = judge(chosen, criteria, min(jobs, len(chosen)), quick)
        output(proof, sys.stdout)
        selected = not (proof.void or proof.missed or proof.harmed)
        holds = selected if wanted or criteria or sample else proof.holds
        whole, digest = proof.as_dict(), {FINDINGS: proof.figures()} if sample and proof.whole else proof.digest()
        if html_file:
            written = could_write(f"{page(proof).strip()}\n", html_file, "--html")
    written &= could_write(f"{json.dumps(whole, indent=1)}\n", json_file, "--json")
    if digest_file:
        both = with_other(Path(digest_file), digest, own_table)
        written &= could_write(f"{json.dumps(both, indent=1)}\n", digest_file, "--digest")
    context.exit(1 if not holds else 0 if written else INCOMPLETE)


def _chosen(wanted: Sequence[str], criteria: Sequence[str]) -> list[BrokenServer]:
    """The broken servers that are selected. Raises ConfigError for one that there is not, and where there are none."""
    from upsertspec.prove.servers import broken_servers

    known = broken_servers()
    if unknown := sorted(set(wanted) - {server.name for server in known}):
        raise ConfigError([f"{', '.join(unknown)}: no such broken server; `upsertspec list --faults` names them all"])
    chosen = [
        f for f in known if (not wanted or f.name in wanted) and (not criteria or set(criteria) & set(f.violates))
    ]
    if not chosen:
        raise ConfigError(["nothing is selected: none of these broken servers violates one of these criteria"])
    return chosen
