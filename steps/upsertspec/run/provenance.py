"""Who was judged, with what, and by which command line: what somebody needs to make a report again."""

from __future__ import annotations

import platform
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from upsertspec.http.masking import Masker
from upsertspec.http.text import printable
from upsertspec.report.result import Result
from upsertspec.target.target import Target

SECONDS = 20
"""How long the command for a version may take."""
LONGEST = 200
PACKAGES = ("pytest", "pytest-bdd", "requests", "urllib3")
"""What the verdict may depend on, besides Python."""


def environment() -> dict[str, Any]:
    """`{"python", "system", "packages"}`: the versions that judge."""
    packages = {name: metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), "system": platform.system(), "packages": packages}


def command_line(arguments: Sequence[str], masker: Masker) -> str:
    """The command that made the report, for a shell; without secrets."""
    return printable(masker.text(shlex.join(["upsertspec", *arguments])))


def implementation(target: Target, results: Iterable[Result], masker: Masker) -> dict[str, str]:
    """What the target file says of the implementation. Its version may come from a command or from an answer.

    Where neither gives one, `version` says why in brackets.
    """
    stated = dict(target.implementation)
    if "version" in stated:
        asked = stated["version"]
        stated["version"] = asked if isinstance(asked, str) else _version(target, asked, results)
    return {name: printable(masker.text(str(value)))[:LONGEST] for name, value in stated.items()}


def _version(target: Target, asked: dict[str, Any], results: Iterable[Result]) -> str:
    if name := asked.get("header"):
        answers = (each["response"]["headers"] for r in results for each in r.exchanges if "response" in each)
        values = (value for headers in answers for given, value in headers.items() if given.lower() == name.lower())
        return next(values, f"(no answer has the header {name})")
    words = asked["command"]
    folder = Path(target.source).parent
    try:
        done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
    except (OSError, ValueError, subprocess.TimeoutExpired) as wrong:
        return f"({words[0]} gives none: {getattr(wrong, 'strerror', None) or wrong})"
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    if done.returncode or not lines:
        return f"({words[0]} gives none: exit code {done.returncode})"
    return lines[0].strip()
