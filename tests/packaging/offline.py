"""The environment in which `pip install` of the checkout needs no network: its dependencies are on the path already."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what upsertspec and GitHub put there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("UPSERTSPEC_", "GITHUB_"))}
    offline = {
        "PATH": f"{BIN}{os.pathsep}{kept['PATH']}",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path.endswith("site-packages")),
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "false",  # pip reads this as: no isolation
        "PIP_NO_CACHE_DIR": "1",
    }
    return {**kept, **offline, **more}
