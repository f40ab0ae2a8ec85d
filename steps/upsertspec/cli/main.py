"""The command line `upsertspec`: its commands, and how their errors end."""

from __future__ import annotations

import click

from upsertspec import __version__, process
from upsertspec.cli.baseline import baseline
from upsertspec.cli.check import check
from upsertspec.cli.compare import compare
from upsertspec.cli.diff import diff
from upsertspec.cli.docs import docs
from upsertspec.cli.explore import explore
from upsertspec.cli.history import history
from upsertspec.cli.init import init
from upsertspec.cli.list_command import list_command
from upsertspec.cli.merge import merge
from upsertspec.cli.prove import prove
from upsertspec.cli.provision import provision
from upsertspec.cli.render import render
from upsertspec.cli.replay import replay
from upsertspec.cli.run import run
from upsertspec.cli.serve import serve
from upsertspec.cli.soak import soak
from upsertspec.errors import UpsertspecError
from upsertspec.http.text import printable
from upsertspec.report.console import ended_with, open_standard_streams


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def commands() -> None:
    """The executable specification of upsert: create or update, over HTTP.

    \b
    Exit codes of run and check:
      0  conformant (or no failures except known ones)
      1  not conformant
      2  a wrong command line, target file or environment
      3  incomplete: something could not be tested, the run was stopped,
         a file or the output could not be written, or the harness failed
    """


_COMMANDS = (
    run,
    check,
    baseline,
    compare,
    diff,
    history,
    merge,
    explore,
    render,
    replay,
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
    """Run the command line. Whatever happens ends here: with one plain message, and an exit code."""
    open_standard_streams()
    with process.guarded():
        code = ended_with(_ended())
    process.leave(code)


def _ended() -> int:
    """The exit code of the command. What ends it without one is told, and is never 0."""
    try:
        with process.held(False):
            code = commands.main(standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("upsertspec: stopped before the end", err=True)
        return process.INCOMPLETE
    except UpsertspecError as wrong:
        for line in str(wrong).splitlines():
            click.echo(f"upsertspec: {printable(line)}", err=True)
        return wrong.exit_code
    except SystemExit as ended:
        click.echo(f"upsertspec: something ended the command from inside ({ended}); is it the dialect?", err=True)
        return process.INCOMPLETE
    except Exception as wrong:
        what = printable(f"{type(wrong).__name__}: {wrong}")
        click.echo(f"upsertspec: internal error: {what}; please report it", err=True)
        return process.INCOMPLETE
    return code if isinstance(code, int) else 0
