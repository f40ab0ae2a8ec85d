"""`upsertspec init`: write a target file to start with."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upsertspec.cli.options import connection_options, force_option, timeout_option
from upsertspec.cli.output import write
from upsertspec.discovery.connection import Connection
from upsertspec.errors import ConfigError
from upsertspec.report.files import is_plain
from upsertspec.target.address import is_url

if TYPE_CHECKING:
    from upsertspec.discovery.fit import Fit

TEMPLATE = Path(__file__).resolve().parents[1] / "target" / "template.toml"
DEFAULT = "target.toml"
TIMEOUT = 10.0


@click.command()
@click.argument("place", required=False, metavar="[URL | FILE]")
@timeout_option
@connection_options
@click.option("-o", "--output", metavar="FILE", help=f"Write to this file. [default: {DEFAULT}]")
@force_option
def init(place: str | None, timeout: float | None, output: str | None, force: bool, connection: Connection) -> None:
    """Write a target file (target.toml) for an API. A file that exists is not replaced.

    With a URL, the OpenAPI document of that API is read (/openapi.json, /api/openapi.json, /swagger.json or
    /v3/api-docs; a URL that ends in .json is tried first). The file then says how the API creates or updates a record,
    and which of its fields play those of the scenarios. What the document leaves open is a question in a comment.
    Without a document, an API that speaks a ready-made dialect is recognised by its host or by what it answers. Only
    GET requests are sent, to that host only. One that is answered with 401 or 403 is repeated with a token from
    UPSERTSPEC_TOKEN_VIEWER and so on, the one with the fewest rights.
    """
    url = place if place and is_url(place) else None
    if place and not url and output:
        raise ConfigError([f"two files are named, {place} and {output}; name one"])
    file = output or (None if url else place) or DEFAULT
    if os.path.lexists(file) and not force and is_plain(Path(file)):
        raise ConfigError([f"{file} exists and is not replaced; name another file, or add --force"])
    text, fits = _discovered(url, timeout, connection) if url else (TEMPLATE.read_text("utf-8"), None)
    write(text, file, force=force)
    if fits:
        click.echo(str(fits))
    click.echo(f"{file} written; edit it, then: upsertspec check --target {file}")


def _discovered(url: str, timeout: float | None, connection: Connection) -> tuple[str, Fit | None]:
    """The text of a target file, and what fits the API."""
    from upsertspec.discovery.fetch import LIMITS, SECONDS, fetch
    from upsertspec.discovery.fit import fit
    from upsertspec.discovery.write import target_file
    from upsertspec.target.address import fault_of
    from upsertspec.target.target_file import roles_from

    if wrong := fault_of(url):
        raise ConfigError([wrong])
    roles, limits = roles_from(os.environ), replace(LIMITS, seconds=timeout or TIMEOUT)
    found = fetch(url, roles, limits, SECONDS, connection.session(os.environ), connection.sent(os.environ))
    return target_file(found, set(roles), connection), fit(found)
