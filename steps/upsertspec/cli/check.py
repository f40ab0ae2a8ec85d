"""`upsertspec check`: check a target before a run."""

from __future__ import annotations

import sys

import click

from upsertspec.cli.options import TargetOptions, target_options
from upsertspec.target.target import Target


@click.command()
@target_options
@click.pass_context
def check(context: click.Context, target: TargetOptions) -> None:
    """Check that the target is reachable, accepts the credentials and has the tables. Nothing is written to it."""
    with target.open() as opened:
        context.exit(_check(opened()))


def _check(target: Target) -> int:
    from upsertspec.report import terminal
    from upsertspec.report.finding import FATAL, OK
    from upsertspec.run.preflight import preflight

    found = preflight(target)
    terminal.findings(found, sys.stdout, everything=True)
    levels = {finding.level for finding in found}
    summary = (
        "nothing can be judged" if FATAL in levels else "all is there" if levels == {OK} else "not all can be judged"
    )
    click.echo(f"\n{summary}")
    return 3 if FATAL in levels else 0
