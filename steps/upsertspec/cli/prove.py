"""`upsertspec prove`: show that every check can fail."""

from __future__ import annotations

import json
import os
import sys

import click

from upsertspec.cli.options import criterion_option, jobs_option, names
from upsertspec.cli.output import check_file, write
from upsertspec.errors import ConfigError


@click.command()
@click.option("--fault", "wanted", multiple=True, callback=names, help="Only these broken servers (repeatable).")
@criterion_option
@jobs_option(os.cpu_count() or 1, "Number of processes. [default: one per core]")
@click.option("--quick", is_flag=True, help="Judge each server only by the criteria that it violates.")
@click.option("--json", "json_file", metavar="FILE", help="Write the matrix as JSON.")
@click.option("--html", "html_file", metavar="FILE", help="Write the matrix as a web page.")
@click.option("--digest", "digest_file", metavar="FILE", help="Write caught / total for each criterion, as JSON.")
@click.pass_context
def prove(
    context: click.Context,
    wanted: tuple[str, ...],
    criteria: tuple[str, ...],
    jobs: int,
    quick: bool,
    json_file: str | None,
    html_file: str | None,
    digest_file: str | None,
) -> None:
    """Run the suite against servers that are broken on purpose, and show which criteria catch each.

    The exit code is 0 if every server is caught and every criterion catches one, else 1.
    """
    from upsertspec.prove.matrix import Proof
    from upsertspec.prove.output import output
    from upsertspec.prove.page import page
    from upsertspec.prove.runner import prove as judge
    from upsertspec.prove.servers import broken_servers as catalogue

    files = (("--json", json_file), ("--html", html_file), ("--digest", digest_file))
    for option, file in files:
        check_file(file, option)
    known = catalogue()
    if unknown := sorted(set(wanted) - {server.name for server in known}):
        raise ConfigError([f"{', '.join(unknown)}: no such broken server; `upsertspec list --faults` names them all"])
    chosen = [
        f for f in known if (not wanted or f.name in wanted) and (not criteria or set(criteria) & set(f.violates))
    ]
    if not chosen:
        raise ConfigError(["nothing is selected: none of these broken servers violates one of these criteria"])
    proof: Proof = judge(chosen, criteria, min(jobs, len(chosen)), quick)
    output(proof, sys.stdout)
    texts = (json.dumps(proof.as_dict(), indent=1), page(proof), json.dumps(proof.digest(), indent=1))
    for (option, file), text in zip(files, texts, strict=True):
        if file:
            write(f"{text.strip()}\n", file, option)
    complete = not wanted and not criteria
    context.exit(0 if (proof.holds if complete else not (proof.void or proof.missed or proof.harmed)) else 1)
