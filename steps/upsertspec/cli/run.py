"""`upsertspec run`: judge a target."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from upsertspec.cli.options import TargetOptions, criterion_option, jobs_option, target_options
from upsertspec.cli.output import check_file, make_folder
from upsertspec.target.target import MOST_CLIENTS


@click.command()
@target_options
@criterion_option
@click.option(
    "-k", "keyword", default="", envvar="UPSERTSPEC_KEYWORD", help="Only scenarios whose names match, as in pytest."
)
@jobs_option(1, "Number of workers. [default: 1]")
@click.option(
    "--clients",
    type=click.IntRange(2, MOST_CLIENTS),
    envvar="UPSERTSPEC_CLIENTS",
    help="Number of concurrent clients, in the profile concurrency. [default: 20]",
)
@click.option(
    "--report",
    "folder",
    metavar="DIR",
    envvar="UPSERTSPEC_REPORT",
    help="Write report.json and report.html to this folder.",
)
@click.option("--junit", metavar="FILE", envvar="UPSERTSPEC_JUNIT", help="Write JUnit XML to this file.")
@click.pass_context
def run(
    context: click.Context,
    target: TargetOptions,
    criteria: tuple[str, ...],
    keyword: str,
    jobs: int,
    clients: int | None,
    folder: str | None,
    junit: str | None,
) -> None:
    """Judge the target at URL, or the one in --target FILE. Without either, judge the bundled reference server.

    A native target at a URL takes its tokens from UPSERTSPEC_TOKEN_EDITOR, UPSERTSPEC_TOKEN_CREATOR,
    UPSERTSPEC_TOKEN_UPDATER and UPSERTSPEC_TOKEN_VIEWER.
    """
    report = make_folder(folder, "--report", "report.json") if folder else None
    check_file(junit, "--junit")
    with target.open() as opened:
        from upsertspec.run.session import run_session  # it imports pytest, while the reference server starts

        chosen = opened()
        chosen = replace(chosen, clients=clients or chosen.clients)
        junit_file = Path(junit) if junit else None
        context.exit(run_session(chosen, criteria, keyword, jobs, report, junit_file, sys.stdout))
