"""`upsertspec run`: judge a target."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from upsertspec.cli.options import TargetOptions, criterion_option, jobs_option, target_options
from upsertspec.cli.output import check_file, make_folder
from upsertspec.errors import ConfigError
from upsertspec.process import usual_jobs
from upsertspec.report.evidence import FAILURES, LEVELS
from upsertspec.spec.sets import scored
from upsertspec.target.baseline import read_baseline
from upsertspec.target.target import MOST_CLIENTS, Target


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which scenarios are run."""
    for add in (
        click.option("--shard", metavar="I/N", envvar="UPSERTSPEC_SHARD",
                     help="Only the I-th of N parts; `upsertspec merge` makes one report of theirs."),
        click.option("--last-failed", metavar="REPORT",
                     help="Only what failed or was not testable in this report."),
        click.option("--scenario", "scenarios", metavar="ID", multiple=True,
                     help="Only the scenarios with this id or title (repeatable)."),
        click.option("-k", "keyword", default="", envvar="UPSERTSPEC_KEYWORD",
                     help="Only scenarios whose names match, as in pytest."),
        criterion_option,
    ):  # fmt: skip
        command = add(command)
    return command


@click.command()
@target_options
@selection_options
@click.option("--list", "listed", is_flag=True, help="List the scenarios that would be run. Nothing is sent.")
@jobs_option("Number of workers. [default: one per core for the bundled reference server, else 1]")
@click.option(
    "--clients",
    type=click.IntRange(2, MOST_CLIENTS),
    envvar="UPSERTSPEC_CLIENTS",
    help="Number of concurrent clients, in the profile concurrency. [default: 20]",
)
@click.option("--fail-fast", is_flag=False, flag_value=1, default=0, type=click.IntRange(0), metavar="[N]",
              help="End the run after the first failure, or after N of them.")  # fmt: skip
@click.option("--retries", type=click.IntRange(0, 9), default=0, metavar="N", envvar="UPSERTSPEC_RETRIES",
              help="Run a scenario that met a 5xx again, N times at most. [default: 0]")  # fmt: skip
@click.option("--baseline", metavar="FILE", envvar="UPSERTSPEC_BASELINE",
              help="What the target does not pass yet; `upsertspec baseline` writes it.")  # fmt: skip
@click.option(
    "--report",
    "folder",
    metavar="DIR",
    envvar="UPSERTSPEC_REPORT",
    help="Write report.json and report.html to this folder.",
)
@click.option("--evidence", type=click.Choice(LEVELS), default=FAILURES, envvar="UPSERTSPEC_EVIDENCE",
              help="Whose exchanges a report keeps: of all that did not pass, of all scenarios, or of none. "
                   f"[default: {FAILURES}]")  # fmt: skip
@click.option("--junit", metavar="FILE", envvar="UPSERTSPEC_JUNIT", help="Write JUnit XML to this file.")
@click.option("--set", "requirement_set", metavar="NAME", default="", envvar="UPSERTSPEC_SET",
              help="The requirement set that the verdict is about. [default: the newest]")  # fmt: skip
@click.option("--keep", is_flag=True, envvar="UPSERTSPEC_KEEP", help="Leave the records of the run in the target.")
@click.option("-q", "--quiet", "style", flag_value="quiet", help="Print the verdict only.")
@click.option("-v", "--verbose", "style", flag_value="verbose", help="Print a line for each scenario.")
@click.option("--progress", type=click.Choice(["jsonl"]), help="Print a line of JSON for each scenario instead.")
@click.pass_context
def run(
    context: click.Context,
    target: TargetOptions,
    listed: bool,
    jobs: int,
    clients: int | None,
    fail_fast: int,
    retries: int,
    baseline: str | None,
    folder: str | None,
    evidence: str,
    junit: str | None,
    keep: bool,
    requirement_set: str,
    style: str | None,
    progress: str | None,
    criteria: tuple[str, ...],
    keyword: str,
    scenarios: tuple[str, ...],
    last_failed: str | None,
    shard: str | None,
) -> None:
    """Judge the target at URL, or the one in --target FILE. Without either, judge the bundled reference server.

    A native target at a URL takes its tokens from UPSERTSPEC_TOKEN_EDITOR, UPSERTSPEC_TOKEN_CREATOR,
    UPSERTSPEC_TOKEN_UPDATER and UPSERTSPEC_TOKEN_VIEWER.
    """
    if style and progress:
        raise ConfigError([f"--{style} and --progress are both given; choose one"])
    chosen = _asked(criteria, keyword, scenarios, last_failed, shard)
    if listed:
        context.exit(_list(target.named(), chosen))
    if requirement_set:
        scored(requirement_set)
    report = make_folder(folder, "--report", "report.json") if folder else None
    check_file(junit, "--junit")
    with target.open() as opened:
        from upsertspec.report.progress import Style
        from upsertspec.run.session import run_session  # it imports pytest, while the reference server starts
        from upsertspec.run.settings import Settings

        judged = _with_baseline(opened(), baseline)
        judged = replace(judged, clients=clients or judged.clients)
        judged = replace(judged, requirement_set=requirement_set or judged.requirement_set)
        own = target.place is None
        settings = Settings(
            judged, **chosen, fail_fast=fail_fast, retries=retries, keep=keep, temporary=own, evidence=evidence
        )
        jobs = jobs or (usual_jobs() if own else 1)
        junit_file = Path(junit) if junit else None
        shown = Style(progress or style or Style.NORMAL)
        context.exit(run_session(settings, jobs, report, junit_file, sys.stdout, shown))


def _asked(
    criteria: tuple[str, ...], keyword: str, scenarios: tuple[str, ...], last_failed: str | None, shard: str | None
) -> dict[str, Any]:
    """The selection, as settings. Raises ConfigError for a scenario or a shard that does not exist."""
    from upsertspec.run.selection import shard_of
    from upsertspec.spec.criteria import cases

    for name in scenarios:
        if not any(case.is_called(name) for case in cases()):
            raise ConfigError([f"--scenario {name}: no such scenario; `upsertspec list --scenarios` names them all"])
    names = frozenset(scenarios) | (_failed(last_failed) if last_failed else frozenset())
    return {
        "criteria": criteria,
        "keyword": keyword,
        "scenarios": names,
        "shard": shard_of(shard) if shard else None,
    }


def _failed(report: str) -> frozenset[str]:
    """The ids of what failed or was not testable. Raises ConfigError where nothing did."""
    from upsertspec.report.reading import load
    from upsertspec.report.status import Status, row

    results = load(report)["results"]
    found = {r["id"] for r in results if row(r["status"]).red or r["status"] == Status.NOT_TESTABLE}
    if not found:
        raise ConfigError([f"--last-failed {report}: nothing failed there, so there is nothing to run again"])
    return frozenset(found)


def _with_baseline(target: Target, file: str | None) -> Target:
    """The target with the baseline of the command line, in place of that of its file."""
    if not file:
        return target
    own = [known for known in target.known_failures if not known.baseline]
    return replace(target, known_failures=(*own, *read_baseline(Path(file))), baseline=os.fspath(file))


def _list(target: Target, chosen: dict[str, Any]) -> int:
    """Print what would be run."""
    from upsertspec.run.selection import Selection, scenarios_of

    selection = Selection(target.profiles, **chosen)
    selection.require_planned_cases()
    planned = selection.planned_cases()
    for case in planned:
        click.echo(f"{case.criterion}  {case.id:<11}  {case.title}")
    click.echo(f"\n{scenarios_of(len(planned), target.profiles)} would be run")
    return 0
