"""The command line `upsertspec`: its commands, and how their errors end."""

from __future__ import annotations

import gc
from importlib import import_module

import click

from upsertspec import __version__, process
from upsertspec.errors import UpsertspecError
from upsertspec.http.text import printable
from upsertspec.report.console import ended_with, open_standard_streams

NAMES = (
    *("run", "check", "baseline", "compare", "diff", "merge", "explore", "render", "docs", "list", "init", "provision"),
    *("prove", "serve", "soak", "history", "replay"),
)

NEW_OBJECTS = 20_000
"""How many objects Python makes before it looks for cycles among them; by itself it does after 700, which takes a
twelfth of a run, where hardly anything forms a cycle."""


class Commands(click.Group):
    """The commands, each imported when it is needed."""

    def list_commands(self, _: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted(NAMES)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """The command of this name, from the module of its name."""
        if name not in NAMES:
            return None
        member = "list_command" if name == "list" else name
        found: click.Command = getattr(import_module(f"upsertspec.cli.{member}"), member)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
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


def main() -> None:
    """Run the command line. Whatever happens ends here: with one plain message, and an exit code."""
    gc.set_threshold(NEW_OBJECTS)
    open_standard_streams()
    with process.guarded():
        code = ended_with(_ended())
    process.leave(code)


def _ended() -> int:
    """The exit code of the command. What ends it without one is reported, and is never 0."""
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
