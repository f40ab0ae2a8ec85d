"""`upsertspec history`: many reports in time, and many implementations side by side."""

from __future__ import annotations

import click

from upsertspec.cli.options import output_option
from upsertspec.cli.output import write


@click.command()
@click.argument("places", nargs=-1, required=True, metavar="FOLDER|REPORT...")
@output_option
def history(places: tuple[str, ...], output: str | None) -> None:
    """Make one page of many reports: who passes which profile, and how each implementation changed.

    Every report.json below a FOLDER is read. Reports belong together if they name the same project of [implementation],
    or else the same target. The page shows the latest report of each, its badge, the share that passed and that
    applies over time, a strip for each criterion, and what was fixed and broken between two reports.
    """
    from upsertspec.report.history.lines import read
    from upsertspec.report.history.page import page

    write(page(read(places)), output)
