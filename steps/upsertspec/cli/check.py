"""`upsertspec check`: look at a target before a run."""

from __future__ import annotations

import contextlib
import sys

import click

from upsertspec.cli.options import adjusted, named_target, target_options
from upsertspec.run.embedded import started
from upsertspec.target.target import Target


@click.command()
@target_options
@click.pass_context
def check(
    context: click.Context, url: str | None, target_file: str | None, profiles: tuple[str, ...], timeout: float | None
) -> None:
    """Look whether the target can be judged: reached, credentials accepted, tables there. Nothing is written."""
    with contextlib.ExitStack() as stack:
        named = named_target(url, target_file)
        target = named or stack.enter_context(started()).target()
        context.exit(_check(adjusted(target, profiles, timeout)))


def _check(target: Target) -> int:
    from upsertspec.report import terminal
    from upsertspec.report.finding import FATAL, OK
    from upsertspec.run.preflight import preflight

    found = preflight(target)
    terminal.findings(found, sys.stdout, everything=True)
    worst = {finding.level for finding in found}
    words = "nothing can be judged" if FATAL in worst else "all is there" if worst == {OK} else "some can't be judged"
    click.echo(f"\n{words}")
    return 3 if FATAL in worst else 0
