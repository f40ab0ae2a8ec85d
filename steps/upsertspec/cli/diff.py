"""`upsertspec diff`: what changed from one report to the next."""

from __future__ import annotations

import sys

import click

from upsertspec.cli.options import format_option, output_option
from upsertspec.cli.output import write


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@format_option(("terminal", "markdown"), "terminal")
@output_option
@click.pass_context
def diff(context: click.Context, old: str, new: str, kind: str, output: str | None) -> None:
    """Show what was fixed, broken, newly tested and so on, from one report.json to the next (or their folders).

    A scenario is broken if it passed, deviated or was warned about before, and fails now, even if that is a known
    failure. A scenario that was not claimed or not applicable, or that only one report has, breaks nothing.

    \b
    Exit codes:
      0  nothing broke
      1  a scenario broke, or a MUST that passed or deviated can no longer be
         tested (not testable, or a harness error)
      2  a file is not a report, or the reports have no scenario in common
    """
    from upsertspec.report.compare.changes import read_two
    from upsertspec.report.compare.diff_markdown import diff_markdown
    from upsertspec.report.compare.diff_terminal import diff_terminal
    from upsertspec.report.console import Console

    found = read_two(old, new)
    console = Console(None if output else sys.stdout)
    if kind == "markdown":
        write(diff_markdown(found), output)
    else:
        write(diff_terminal(found, console), output, screen=True)
    context.exit(1 if found.broke else 0)
