"""`upsertspec render`: convert a report to another format."""

from __future__ import annotations

import click

from upsertspec.cli.options import format_option, output_option
from upsertspec.cli.output import make_folder, write
from upsertspec.errors import ConfigError
from upsertspec.report.formats import ALLURE, FORMATS, renderer
from upsertspec.report.markdown import LARGEST, LEAST, SHORT


@click.command()
@click.argument("report", metavar="REPORT")
@format_option([*FORMATS, ALLURE], "html")
@output_option
@click.option("--limit", type=click.IntRange(LEAST, LARGEST), help=f"The most bytes of markdown. [default: {SHORT}]")
def render(report: str, kind: str, output: str | None, limit: int | None) -> None:
    """Convert a report.json (or the one in a folder) to a page, to Markdown, or to a format of other tools.

    The output is made from the report alone. `digest` lists the findings in under 4 kB, for whoever has to fix them.
    `badge-json` is what the endpoint badge of shields.io reads. `allure` writes many files: name a folder for them
    with -o.
    """
    if limit is not None and kind != "markdown":
        raise ConfigError([f"--limit is for --format markdown, not for {kind}; leave it out"])
    if kind == ALLURE:
        _write_folder(report, output)
    else:
        write(_text(report, kind, limit), output)


def _write_folder(report: str, output: str | None) -> None:
    if output is None:
        raise ConfigError(["--format allure writes a file for each scenario; name a folder: -o allure-results"])
    from upsertspec.report.allure import files
    from upsertspec.report.reading import load

    found = dict(files(load(report)))
    folder = make_folder(output, "-o", next(iter(found), ""))
    for name, text in found.items():
        write(text, str(folder / name))


def _text(report: str, kind: str, limit: int | None) -> str:
    from upsertspec.report.reading import load

    found = load(report)
    if limit is None:
        return renderer(kind)(found)
    from upsertspec.report import markdown

    return markdown.render(found, limit)
