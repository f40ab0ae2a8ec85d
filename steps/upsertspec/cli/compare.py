"""`upsertspec compare`: reports of several targets side by side."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upsertspec.cli.options import format_option, output_option
from upsertspec.cli.output import write
from upsertspec.errors import ConfigError

if TYPE_CHECKING:
    from upsertspec.report.compare.matrix import Matrix

BY_ENDING = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}


@click.command()
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...")
@format_option(
    ("terminal", "markdown", "html"), None, "[default: by the ending of the output file, or terminal without one]"
)
@output_option
def compare(reports: tuple[str, ...], kind: str | None, output: str | None) -> None:
    """Print one matrix of criteria by targets, from the report.json of each target (or its folder).

    A cell shows the worst status of the scenarios of a criterion, and how many of them have it. If the reports were
    made with different features or selections, the output says so. The exit code is 0 whatever the verdicts are, and 2
    for a file that is not a report.
    """
    from upsertspec.report.compare.matrix import read

    if output and any(_same_file(output, report) for report in reports):
        raise ConfigError([f"-o {output} is one of the reports; name another file"])
    kind = kind or BY_ENDING.get(Path(output or "").suffix.lower(), "terminal")
    write(_text(kind, read(reports), output), output, screen=kind == "terminal")


def _text(kind: str, matrix: Matrix, output: str | None) -> str:
    if kind == "html":
        from upsertspec.report.compare.page import page

        return page(matrix)
    if kind == "markdown":
        from upsertspec.report.compare.markdown import markdown

        return markdown(matrix)
    from upsertspec.report.compare.terminal import terminal
    from upsertspec.report.console import Console

    return terminal(matrix, Console(None if output else sys.stdout))


def _same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, os.path.join(other, "report.json") if os.path.isdir(other) else other)
    except (OSError, ValueError):
        return False
