"""`upsertspec init`: write a target file to begin with."""

from __future__ import annotations

import os
from pathlib import Path

import click

from upsertspec.errors import ConfigError

TEMPLATE = Path(__file__).resolve().parents[1] / "target" / "template.toml"
DEFAULT = "target.toml"


@click.command()
@click.argument("place", required=False, metavar="[URL | FILE]")
@click.option("-o", "--output", metavar="FILE", help=f"Write into this file. [default: {DEFAULT}]")
def init(place: str | None, output: str | None) -> None:
    """Write a commented target file (target.toml). A file that is there is left alone.

    With a URL, the OpenAPI document of the API there is looked at (/openapi.json, /api/openapi.json, /swagger.json or
    /v3/api-docs), and what it tells is written into the file; what it leaves open is a question in a comment. Only a
    few GET requests are sent, to that host only; where one is answered with 401 or 403, it is sent again with a token
    of UPSERTSPEC_TOKEN_VIEWER and its like, the one that may do the least.
    """
    url = place if place and "://" in place else None
    if place and not url and output:
        raise ConfigError([f"two files are named, {place} and {output}; name one"])
    file = output or (None if url else place) or DEFAULT
    path = Path(file)
    if os.path.lexists(file):
        raise _there(file)
    text = _looked_at(url) if url else TEMPLATE.read_text("utf-8")
    try:
        with path.open("x", encoding="utf-8", newline="\n") as new:
            new.write(text)
    except FileExistsError as wrong:
        raise _there(file) from wrong
    except (OSError, ValueError) as wrong:
        why = getattr(wrong, "strerror", None) or wrong
        raise ConfigError([f"{file} can't be written ({why}); name another file"]) from wrong
    click.echo(f"{file} written; edit it, then: upsertspec check --target {file}")


def _looked_at(url: str) -> str:
    from upsertspec.discovery.fetch import fetch
    from upsertspec.discovery.write import target_file
    from upsertspec.target.address import fault_of
    from upsertspec.target.target_file import roles_from

    if wrong := fault_of(url):
        raise ConfigError([wrong])
    roles = roles_from(os.environ)
    return target_file(fetch(url, roles), set(roles))


def _there(file: str) -> ConfigError:
    return ConfigError([f"{file} is there already and is left as it is; name another file"])
