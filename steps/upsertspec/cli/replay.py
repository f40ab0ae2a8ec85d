"""`upsertspec replay`: run one scenario of a report again, and show what differs."""

from __future__ import annotations

from dataclasses import replace

import click

from upsertspec.cli.options import TargetOptions, target_options
from upsertspec.errors import ConfigError

EMBEDDED = "the reference server"


@click.command()
@click.argument("report", metavar="REPORT")
@click.argument("scenario", metavar="SCENARIO")
@target_options
@click.pass_context
def replay(context: click.Context, report: str, scenario: str, target: TargetOptions) -> None:
    """Run the SCENARIO of a report.json again (an id such as S-ab12), and show what differs from then.

    Each request is shown with its answer, or with what is not as recorded. Ids and times of the server, and the names
    that a run makes unique, may differ. Without URL or --target, the scenario goes to the URL of the report.

    \b
    Exit codes:
      0  all is as recorded
      1  an answer or the status of the scenario differs
      2  the report has no such scenario, or the target can't be named
    """
    from upsertspec.report.reading import load
    from upsertspec.run.replay import recorded
    from upsertspec.run.replay import replay as run_again
    from upsertspec.run.settings import Settings

    document = load(report)
    before = recorded(document, scenario)
    with _as_recorded(target, document["target"]).open() as opened:
        judged = replace(opened(), profiles=tuple(document["target"]["profiles"]))
        found = run_again(document, scenario, Settings(judged, scenarios=frozenset([scenario])))
    click.echo("\n".join([f"{scenario} {before['title']}", *found.lines]))
    click.echo(f"then: {before['status']}; now: {found.result.status}")
    if found.result.reason:
        click.echo(f"now: {found.result.reason}")
    context.exit(0 if found.same else 1)


def _as_recorded(target: TargetOptions, recorded: dict[str, str]) -> TargetOptions:
    """The target of the command line, or else that of the report. Raises ConfigError if only its file can tell it."""
    if target.place is not None or recorded["name"] == EMBEDDED:
        return target
    if recorded["dialect"] != "native":
        raise ConfigError([f"the report is about the dialect {recorded['dialect']}; name its target file: --target"])
    return replace(target, url=recorded["url"])
