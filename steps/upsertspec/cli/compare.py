"""`upsertspec compare`: reports of several targets side by side."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upsertspec.errors import ConfigError

if TYPE_CHECKING:
    from upsertspec.report.compare.matrix import Matrix

FORMATS = ("terminal", "markdown", "html")
BY_ENDING = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}


@click.command()
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...")
@click.option(
    "--format", "kind", type=click.Choice(FORMATS), help="[default: by the ending of -o FILE; terminal without one]"
)
@click.option("-o", "--output", metavar="FILE", help="Write into this file. [default: standard output]")
def compare(reports: tuple[str, ...], kind: str | None, output: str | None) -> None:
    """One matrix of criteria by targets, from the report.json of each (or the folder that holds it).

    A cell says the worst that a scenario of the criterion met, and how many did. Reports of other versions of the
    suite are read, and in what they differ is told. The exit code is 0 whatever the verdicts are, and 2 for a file
    that is no report.
    """
    from upsertspec.report.compare.matrix import read

    if output and any(_same_file(output, report) for report in reports):
        raise ConfigError([f"-o {output} is one of the reports; name another file"])
    kind = kind or BY_ENDING.get(Path(output or "").suffix.lower(), "terminal")
    text = _text(kind, read(reports), output is None and sys.stdout.isatty())
    if output is None:
        click.echo(text, nl=False)
        return
    _write(Path(output), text)
    click.echo(f"{output} written", err=True)


def _text(kind: str, matrix: Matrix, colour: bool) -> str:
    if kind == "html":
        from upsertspec.report.compare.page import page

        return page(matrix)
    if kind == "markdown":
        from upsertspec.report.compare.markdown import markdown

        return markdown(matrix)
    from upsertspec.report.compare.terminal import terminal

    return terminal(matrix, shutil.get_terminal_size((100, 24)).columns, colour and "NO_COLOR" not in os.environ)


def _same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, os.path.join(other, "report.json") if os.path.isdir(other) else other)
    except (OSError, ValueError):
        return False


def _write(path: Path, text: str) -> None:
    """Write the file in one piece: a reader never sees half of it."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, "utf-8", newline="\n")
        os.replace(part, path)
    except OSError as wrong:
        raise ConfigError([f"-o {path} can't be written ({wrong.strerror}); name another file"]) from wrong
