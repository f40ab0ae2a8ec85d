"""`upsertspec provision`: the tables and roles that a target needs."""

from __future__ import annotations

import click

from upsertspec.cli.options import force_option, format_option, output_option, profile_option
from upsertspec.cli.output import write


@click.command()
@format_option(("json", "sqlite", "postgres"), "json")
@profile_option(
    "Only the tables of this profile, of core, and those that they reference (repeatable). [default: all profiles]"
)
@output_option
@force_option
def provision(kind: str, profiles: tuple[str, ...], output: str | None, force: bool) -> None:
    """Write the tables and roles that the scenarios need: as JSON, or as SQL that creates them."""
    write(_text(kind, profiles), output, force=force)


def _text(kind: str, profiles: tuple[str, ...]) -> str:
    if kind == "json":
        from upsertspec.provision.document import json_text

        return json_text(profiles)
    if kind == "sqlite":
        from upsertspec.provision.sqlite import sqlite_text

        return sqlite_text(profiles)
    from upsertspec.provision.postgres import postgres_text

    return postgres_text(profiles)
