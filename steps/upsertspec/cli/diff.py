"""`upsertspec diff`: what changed from one report to the next."""

from __future__ import annotations

import os
import shutil
import sys

import click

FORMATS = ("terminal", "markdown")


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--format", "kind", type=click.Choice(FORMATS), default="terminal", help="[default: terminal]")
@click.pass_context
def diff(context: click.Context, old: str, new: str, kind: str) -> None:
    """What was fixed, broken, newly tested and so on, from one report.json to the next (or the folders of both).

    A scenario is broken where it passed, deviated or was warned of, and fails now; also where the new failure is a
    known one. One that was not claimed before, or that only one of the reports has, breaks nothing.

    \b
    Exit codes:
      0  nothing broke
      1  a scenario broke, or one of a MUST that passed or deviated can't be
         tested any more (not testable, or a harness error)
      2  a file is no report, or the reports have no scenario in common
    """
    from upsertspec.report.compare.changes import read_two
    from upsertspec.report.compare.diff_markdown import diff_markdown
    from upsertspec.report.compare.diff_terminal import diff_terminal

    found = read_two(old, new)
    width = shutil.get_terminal_size((100, 24)).columns
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    click.echo(diff_markdown(found) if kind == "markdown" else diff_terminal(found, width, colour), nl=False)
    context.exit(1 if found.broke else 0)
