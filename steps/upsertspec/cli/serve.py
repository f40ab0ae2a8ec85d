"""`upsertspec serve`: run the reference server."""

from __future__ import annotations

import os
import subprocess
import sys

import click

from upsertspec.run.embedded import BROKEN, SERVER, command


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, help="The port; 0 takes a free one. [default: 8080]"
)
@click.option(
    "--database", metavar="FILE", help="Keep the records in this file. [default: a temporary one, removed at the end]"
)
@click.option("--host", default="127.0.0.1", help="The address to listen on. [default: 127.0.0.1]")
@click.option("--fault", metavar="NAME", help="Run this broken server instead; `upsertspec list --faults` names them.")
@click.pass_context
def serve(context: click.Context, port: int, database: str | None, host: str, fault: str | None) -> None:
    """Run the reference server. It prints its tokens once, or takes them from UPSERTSPEC_TOKEN_EDITOR and so on."""
    options = ["--host", host, "--port", str(port), *(["--database", database] if database else [])]
    line = command(BROKEN, fault, *options) if fault else command(SERVER, *options)
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(line[0], line)
    context.exit(subprocess.call(line))
