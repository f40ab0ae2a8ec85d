"""The command line `upsertspec`: its commands, and how their errors end."""

from __future__ import annotations

import sys

import click

from upsertspec import __version__
from upsertspec.cli.baseline import baseline
from upsertspec.cli.check import check
from upsertspec.cli.compare import compare
from upsertspec.cli.diff import diff
from upsertspec.cli.docs import docs
from upsertspec.cli.explore import explore
from upsertspec.cli.init import init
from upsertspec.cli.list_command import list_command
from upsertspec.cli.merge import merge
from upsertspec.cli.prove import prove
from upsertspec.cli.provision import provision
from upsertspec.cli.render import render
from upsertspec.cli.run import run
from upsertspec.cli.serve import serve
from upsertspec.cli.soak import soak
from upsertspec.errors import UpsertspecError
from upsertspec.report.console import write_anything

HARNESS_ERROR = 3
READER_GONE = 141
"""The exit code that a shell reports for a process that SIGPIPE ended: `upsertspec run | head` is not a verdict."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def commands() -> None:
    """The executable specification of upsert: create or update, over HTTP.

    \b
    Exit codes of run and check:
      0  conformant (or no failures except known ones)
      1  not conformant
      2  a wrong command line, target file or environment
      3  incomplete: something could not be tested, or the harness failed
    """


_COMMANDS = (
    run,
    check,
    baseline,
    compare,
    diff,
    merge,
    explore,
    render,
    docs,
    list_command,
    init,
    provision,
    prove,
    serve,
    soak,
)
for _command in _COMMANDS:
    commands.add_command(_command)


def main() -> None:
    """Run the command line; an error is one plain message and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        write_anything(stream)
    stdout = sys.stdout
    try:
        code = commands.main(standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        code = wrong.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        code = 130
    except UpsertspecError as wrong:
        for line in str(wrong).splitlines():
            click.echo(f"upsertspec: {line}", err=True)
        code = wrong.exit_code
    except (
        SystemExit
    ) as ended:  # click ends so if the reader of the output is gone, and replaces the stream by a quiet one
        code = ended.code if sys.stdout is stdout else READER_GONE
    except Exception as wrong:
        click.echo(f"upsertspec: internal error: {type(wrong).__name__}: {wrong}; please report it", err=True)
        code = HARNESS_ERROR
    sys.exit(code if isinstance(code, int) else 0)
