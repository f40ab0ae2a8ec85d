"""`upsertspec docs`: the specification as a small site."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("-o", "--output", "folder", metavar="DIR", required=True, help="Write the pages to this folder.")
@click.option("--report", metavar="REPORT", help="Show the results of this report.json with each criterion.")
def docs(folder: str, report: str | None) -> None:
    """Write the specification as web pages: contract, criteria, scenarios, tables, vocabulary and broken servers.

    The pages need no server and no network: open index.html. Needs the extra `docs`: pip install 'upsertspec[docs]'.
    """
    from upsertspec.report.reading import load
    from upsertspec.site.build import build

    files = build(Path(folder), load(report) if report else None)
    click.echo(f"{len(files)} pages in {folder}; open {Path(folder) / 'index.html'}", err=True)
