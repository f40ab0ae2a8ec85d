"""`upsertspec merge`: one report of several."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from upsertspec.cli.output import check_file, make_folder
from upsertspec.errors import ConfigError


@click.command()
@click.argument("reports", metavar="REPORT...", nargs=-1, required=True)
@click.option("--report", "folder", metavar="DIR", help="Write report.json and report.html to this folder.")
@click.option("--junit", metavar="FILE", help="Write JUnit XML to this file.")
@click.pass_context
def merge(context: click.Context, reports: tuple[str, ...], folder: str | None, junit: str | None) -> None:
    """Make one report of those of several runs (--shard), and print its verdict.

    The verdict and the exit code are those of one run. The reports of plain pytest runs can be merged too.
    """
    from upsertspec.report import junit as junit_format
    from upsertspec.report import page, terminal
    from upsertspec.report.document import result_from, write
    from upsertspec.report.reading import load
    from upsertspec.run.merge import merge as merged_report
    from upsertspec.spec.criteria import criteria

    into = make_folder(folder, "--report", "report.json") if folder else None
    check_file(junit, "--junit")
    if twice := [name for name in reports if reports.count(name) > 1]:
        raise ConfigError([f"{twice[0]} is named twice; name each report once"])
    merged = merged_report({name: load(name) for name in reports})
    if into:
        write(into / "report.json", merged)
        page.write(into / "report.html", merged)
    if junit:
        junit_format.write(Path(junit), merged)
    results = [result_from(raw) for raw in merged["results"]]
    terminal.table(results, {criterion.id: criterion.sentence for criterion in criteria()}, sys.stdout)
    terminal.failures(results, sys.stdout)
    terminal.untested(results, sys.stdout)
    click.echo(f"\n{merged['verdict']['headline']}")
    context.exit(merged["verdict"]["exit_code"])
