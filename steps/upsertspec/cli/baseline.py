"""`upsertspec baseline`: write down what a target does not pass yet."""

from __future__ import annotations

from pathlib import Path

import click

from upsertspec.cli.options import force_option, output_option
from upsertspec.cli.output import write


@click.command()
@click.argument("report", metavar="REPORT")
@output_option
@force_option
def baseline(report: str, output: str | None, force: bool) -> None:
    """Write what failed, was not testable or did not apply in REPORT to a file, each with a reason to fill in.

    A run that reads it (`baseline = "FILE"` in a target file, or --baseline FILE) is red only for what is new, and for
    what is in the file and no longer true. With --force, the reasons in a file that exists are kept.
    """
    from upsertspec.report.baseline import render
    from upsertspec.report.reading import load
    from upsertspec.target.baseline import read_baseline

    before = read_baseline(Path(output)) if output and force and Path(output).is_file() else ()
    write(render(load(report), before), output, force=force)
