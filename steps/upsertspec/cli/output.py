"""Writing a file that the command line named."""

from __future__ import annotations

from pathlib import Path

from upsertspec.errors import ConfigError


def write_text(path: Path, text: str) -> None:
    """Write the text, in place of what is there. Raises ConfigError where the file can't be written."""
    try:
        path.write_text(text, "utf-8", newline="\n")
    except OSError as wrong:
        raise ConfigError([f"{path} can't be written ({wrong.strerror}); name another file"]) from wrong
