"""`upsertspec render`: give a report that is there in another format."""

from __future__ import annotations

from pathlib import Path

import click

from upsertspec.cli.output import write_text
from upsertspec.errors import ConfigError
from upsertspec.report.bounds import LARGEST, LEAST, SHORT
from upsertspec.report.formats import FORMATS, renderer
from upsertspec.report.reading import load


@click.command()
@click.argument("report", metavar="REPORT.JSON")
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), default="html", help="[default: html]")
@click.option("-o", "--output", metavar="FILE", help="Write this file. [default: standard output]")
@click.option(
    "--limit", type=click.IntRange(LEAST, LARGEST), help=f"Of markdown: the most bytes it may have. [default: {SHORT}]"
)
def render(report: str, kind: str, output: str | None, limit: int | None) -> None:
    """Give a report.json, or the one in a folder, as a page, as Markdown, or as other tools read it.

    All is made from the report alone, so that an old run can be shown anew. `badge-json` is what shields.io's endpoint
    badge reads.
    """
    text = _text(report, kind, limit)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_text(Path(output), text)


def _text(report: str, kind: str, limit: int | None) -> str:
    if limit is not None and kind != "markdown":
        raise ConfigError([f"--limit is for --format markdown, and not for {kind}; leave it out"])
    found = load(report)
    if limit is None:
        return renderer(kind)(found)
    from upsertspec.report import markdown

    return markdown.render(found, limit)
