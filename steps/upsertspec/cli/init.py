"""`upsertspec init`: write a target file to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from upsertspec.errors import ConfigError

TEMPLATE = Path(__file__).resolve().parents[1] / "target" / "template.toml"


@click.command()
@click.argument("file", default="target.toml")
def init(file: str) -> None:
    """Write a commented target file (target.toml). A file that is there is left alone."""
    path = Path(file)
    try:
        with path.open("x", encoding="utf-8") as new:
            new.write(TEMPLATE.read_text("utf-8"))
    except FileExistsError as wrong:
        raise ConfigError([f"{file} is there already and is left as it is; name another file"]) from wrong
    except OSError as wrong:
        raise ConfigError([f"{file} can't be written ({wrong.strerror}); name another file"]) from wrong
    click.echo(f"{file} written; edit it, then: upsertspec check --target {file}")
