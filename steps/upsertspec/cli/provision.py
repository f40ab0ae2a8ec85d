"""`upsertspec provision`: what a target must have."""

from __future__ import annotations

from pathlib import Path

import click

from upsertspec.errors import ConfigError

FORMATS = ("json", "sqlite", "postgres")


@click.command()
@click.option("--format", "kind", type=click.Choice(FORMATS), default="json", help="[default: json]")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    help="Only this profile's tables and those that they reference (repeatable). Core's always are. [default: all]",
)
@click.option("--output", metavar="FILE", help="Write into this file. [default: standard output]")
@click.option("--force", is_flag=True, help="Replace the file of --output where it is there already.")
def provision(kind: str, profiles: tuple[str, ...], output: str | None, force: bool) -> None:
    """Write the tables and roles that the scenarios assume: as JSON, or as SQL that creates them."""
    text = _text(kind, profiles)
    if output is None:
        click.echo(text, nl=False)
        return
    _write(Path(output), text, force)
    click.echo(f"{output} written", err=True)


def _text(kind: str, profiles: tuple[str, ...]) -> str:
    if kind == "json":
        from upsertspec.provision.document import json_text

        return json_text(profiles)
    if kind == "sqlite":
        from upsertspec.provision.sqlite import sqlite_text

        return sqlite_text(profiles)
    from upsertspec.provision.postgres import postgres_text

    return postgres_text(profiles)


def _write(path: Path, text: str, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as wrong:
        raise ConfigError([f"{path} is there already and is left alone; name another file, or say --force"]) from wrong
    except OSError as wrong:
        raise ConfigError([f"{path} can't be written ({wrong.strerror}); name another file"]) from wrong
