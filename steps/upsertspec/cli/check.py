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
    """Check that the target can be judged, and by which criteria.

    One record of each table is created, updated, read back and deleted. A request that goes wrong is printed with its
    answer. Then every criterion is listed with the number of scenarios that will be judged, and why others will not.
    If nothing can be judged, the API is asked what it is, and the dialect or shape that fits is named.
    """
    with target.open() as opened:
        context.exit(_check(opened()))


def _check(target: Target) -> int:
    from upsertspec.discovery import fit
    from upsertspec.report import terminal
    from upsertspec.report.finding import FATAL, OK
    from upsertspec.run.coverage import coverage
    from upsertspec.run.preflight import preflight
    from upsertspec.run.rehearsal import rehearse
    from upsertspec.run.trial import trial

    found = preflight(target)
    terminal.findings(found, sys.stdout, everything=True)
    if not any(finding.level == FATAL for finding in found):
        tried = trial(target)
        terminal.findings(tried, sys.stdout, everything=True)
        found += tried
    if any(finding.level == FATAL for finding in found):
        terminal.findings(fit.findings(target), sys.stdout)
        click.echo("\nnothing can be judged")
        return 3
    expected = coverage(rehearse(target))
    click.echo()
    click.echo("\n".join(expected.lines()))
    click.echo()
    if expected.unjudged:
        click.echo(f"no verdict is possible: nothing of {', '.join(expected.unjudged)} can be judged")
        return 3
    everything = expected.judged == expected.planned and all(finding.level == OK for finding in found)
    click.echo(
        "all can be judged" if everything else f"{expected.judged} of {expected.planned} scenarios can be judged"
    )
    return 0
