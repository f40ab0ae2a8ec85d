"""The names of the ready-made dialects: each is a file in `dialects/ready`, which `dialects.ready_made` reads."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "dialects" / "ready"


def ready_made() -> list[str]:
    """The names, in alphabetical order."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))
