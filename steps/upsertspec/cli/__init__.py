"""The command line."""

from upsertspec.cli.main import main

__all__ = ["main"]
