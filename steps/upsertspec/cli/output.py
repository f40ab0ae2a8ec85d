"""Writing to the place that the command line named."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from upsertspec.errors import ConfigError
from upsertspec.http.text import printable
from upsertspec.report.files import is_plain, write_whole


def write(text: str, output: str | None, option: str = "-o", force: bool = True, screen: bool = False) -> None:
    """Write the text to the file, or to standard output. Raises ConfigError if that is not possible.

    Without `force`, a file that exists is not replaced. On standard output, too, a document is UTF-8 whatever the
    locale; what is for the `screen` is in the locale's encoding.
    """
    if output is None:
        if screen or sys.stdout.isatty():
            sys.stdout.write(text)
        else:
            click.echo(text.encode("utf-8"), nl=False)
        return
    try:
        path = Path(output)
        write_whole(path, text.encode("utf-8"), replace=force)
    except FileExistsError as wrong:
        raise ConfigError([f"{output} exists and is not replaced; name another file, or add --force"]) from wrong
    except (OSError, ValueError) as wrong:
        raise unwritable(option, output, wrong) from wrong


def could_write(text: str, output: str | None, option: str) -> bool:
    """Write the text to the file, if one is named. A failure is reported, and gives False: the work itself is done."""
    try:
        if output:
            write(text, output, option)
    except ConfigError as wrong:
        click.echo(f"upsertspec: {printable(str(wrong))}", err=True)
        return False
    return True


def check_file(output: str | None, option: str) -> None:
    """Raise ConfigError if the file cannot be written, before any work is done. What is in the file stays there."""
    if not output:
        return
    try:
        path = Path(output)
        if not is_plain(path):
            return
        existed = path.exists()
        path.open("ab").close()
        if not existed:
            path.unlink()
    except (OSError, ValueError) as wrong:
        raise unwritable(option, output, wrong) from wrong


def make_folder(output: str, option: str, file: str) -> Path:
    """Make the folder, before any work is done. Raises ConfigError if the file in it cannot be written."""
    path = Path(output)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as wrong:
        why = getattr(wrong, "strerror", None) or wrong
        raise ConfigError([f"{option} {output}: the folder can't be made ({why}); name another"]) from wrong
    check_file(str(path / file), option)
    return path


def unwritable(option: str, output: str, wrong: Exception) -> ConfigError:
    """The error for a file that can't be written."""
    why = getattr(wrong, "strerror", None) or wrong
    return ConfigError([f"{option} {output} can't be written ({why}); name another file"])
