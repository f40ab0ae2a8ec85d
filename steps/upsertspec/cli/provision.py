"""`upsertspec provision`: the tables and roles that a target needs."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import click

from upsertspec.cli.options import force_option, format_option, output_option, profile_option
from upsertspec.cli.output import write
from upsertspec.provision.selection import own_tables, profiles_of, tables_for
from upsertspec.target.target_file import from_file


@click.command()
@format_option(("json", "sqlite", "postgres"), "json")
@profile_option(
    "Only the tables of this profile, of core, and those that they reference (repeatable). [default: all profiles]"
)
@click.option("--target", metavar="FILE", help="Leave out the tables that this target file binds to the target's own.")
@output_option
@force_option
def provision(kind: str, profiles: tuple[str, ...], target: str | None, output: str | None, force: bool) -> None:
    """Write the tables and roles that the scenarios need: as JSON, or as SQL that creates them."""
    own: dict[str, str] = {}
    if target:
        judged = from_file(Path(target), os.environ)
        own, profiles = own_tables(judged), profiles or judged.profiles
        for why in own.values():
            click.echo(f"{why}: nothing to provision", err=True)
        if not tables_for(profiles_of(profiles), own):
            return
    write(_text(kind, profiles, own), output, force=force)


def _text(kind: str, profiles: tuple[str, ...], own: Collection[str]) -> str:
    if kind == "json":
        from upsertspec.provision.document import json_text

        return json_text(profiles, own)
    if kind == "sqlite":
        from upsertspec.provision.sqlite import sqlite_text

        return sqlite_text(profiles, own)
    from upsertspec.provision.postgres import postgres_text

    return postgres_text(profiles, own)
