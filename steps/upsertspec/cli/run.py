"""`upsertspec run`: judge a target."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from upsertspec.cli.options import adjusted, named_target, target_options
from upsertspec.errors import ConfigError
from upsertspec.run.embedded import started
from upsertspec.target.target import MOST_CLIENTS, Target


@click.command()
@target_options
@click.option(
    "--criterion", "criteria", multiple=True, envvar="UPSERTSPEC_CRITERION", help="Only this one (repeatable)."
)
@click.option(
    "-k", "keyword", default="", envvar="UPSERTSPEC_KEYWORD", help="Only scenarios whose names match, as in pytest."
)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, envvar="UPSERTSPEC_JOBS", help="Workers. [default: 1]")
@click.option(
    "--clients",
    type=click.IntRange(2, MOST_CLIENTS),
    envvar="UPSERTSPEC_CLIENTS",
    help="How many clients are many, in the profile concurrency. [default: 20]",
)
@click.option(
    "--report", "folder", metavar="DIR", envvar="UPSERTSPEC_REPORT", help="Write report.json into this folder."
)
@click.option("--junit", metavar="FILE", envvar="UPSERTSPEC_JUNIT", help="Write JUnit XML to this file.")
@click.pass_context
def run(
    context: click.Context,
    url: str | None,
    target_file: str | None,
    profiles: tuple[str, ...],
    timeout: float | None,
    criteria: tuple[str, ...],
    keyword: str,
    jobs: int,
    clients: int | None,
    folder: str | None,
    junit: str | None,
) -> None:
    """Judge the target at URL, or of --target FILE; without one, the reference server that comes with the suite.

    A native target at a URL takes its tokens from UPSERTSPEC_TOKEN_EDITOR, UPSERTSPEC_TOKEN_CREATOR,
    UPSERTSPEC_TOKEN_UPDATER and UPSERTSPEC_TOKEN_VIEWER.
    """
    report = _folder(folder)
    junit_file = _file(junit)
    with _target(url, target_file) as target:
        from upsertspec.run.session import judge  # imports pytest, while the embedded server starts

        asked = tuple(name for text in criteria for name in text.replace(",", " ").upper().split())
        chosen = adjusted(target(), profiles, timeout, clients)
        context.exit(judge(chosen, asked, keyword, jobs, report, junit_file, sys.stdout))


@contextlib.contextmanager
def _target(url: str | None, target_file: str | None) -> Iterator[Callable[[], Target]]:
    named = named_target(url, target_file)
    if named is not None:
        yield lambda: named
        return
    with started() as server:
        yield server.target


def _folder(name: str | None) -> Path | None:
    """The folder of the report, made now: a run is not lost to a folder that can't be written."""
    if not name:
        return None
    path = Path(name)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise ConfigError([f"--report {name}: the folder can't be made ({wrong.strerror}); name another"]) from wrong
    _probe(path / "report.json", f"--report {name}")
    return path


def _file(name: str | None) -> Path | None:
    if not name:
        return None
    path = Path(name)
    _probe(path, f"--junit {name}")
    return path


def _probe(path: Path, option: str) -> None:
    """Whether the file can be written; what is in it stays there until there is something to put in its place."""
    there = path.exists()
    try:
        path.open("ab").close()
    except OSError as wrong:
        raise ConfigError([f"{option}: {path} can't be written ({wrong.strerror}); name another"]) from wrong
    if not there:
        path.unlink()
