"""`upsertspec docs`: the specification as a small site."""

from __future__ import annotations

import click

from upsertspec.cli.output import make_folder
from upsertspec.process import usual_jobs


@click.command()
@click.option("-o", "--output", "folder", metavar="DIR", required=True, help="Write the pages to this folder.")
@click.option("--report", metavar="REPORT", help="Show the results of this report.json with each criterion.")
@click.option("--recording", metavar="REPORT",
              help="Show the exchanges of this report.json of the reference server, and run nothing. It needs "
                   "--evidence full.")  # fmt: skip
def docs(folder: str, report: str | None, recording: str | None) -> None:
    """Write the specification as web pages: patterns, contract, criteria, scenarios with recorded exchanges, and more.

    It runs a case of each scenario against the reference server first. The pages need no server and no network: open
    index.html. Needs the extra `docs`: pip install 'upsertspec[docs]'.
    """
    from upsertspec.report.reading import load
    from upsertspec.site.build import build
    from upsertspec.site.recording import read, record

    into = make_folder(folder, "-o", "index.html")
    shown = load(report) if report else None
    recorded = read(load(recording)) if recording else record(usual_jobs())
    files = build(into, shown, recorded)
    click.echo(f"{len(files)} pages in {folder}; open {into / 'index.html'}", err=True)
