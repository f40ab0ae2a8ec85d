"""Reports for the tests of the other formats: one for each status, and one with hostile text everywhere."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.report.kit import CLI
from upsertspec.report.status import Status

PRESSED = (
    "</title><script>alert(1)</script> <img src=x onerror=alert(1)> ![i](http://evil.example/i.png) "
    "[click](javascript:alert(1)) https://evil.example www.evil.example @octocat #12 GH-3 | a | b |\n"
    "# heading\n```\n~~~~\n</code></pre>`````` ]]> --> *bold* _it_ $x$ &amp; \x1b[31m \x00 \u202e \u2028 \ud800 \ufffe"
)
TEXTS = {
    "name",
    "headline",
    "what",
    "hint",
    "sentence",
    "title",
    "reason",
    "expected",
    "actual",
    "text",
    "curl",
    "rule",
    "why",
}


def render(report: Path, kind: str, *options: str) -> subprocess.CompletedProcess[bytes]:
    """`upsertspec render`, as a process whose locale is not UTF-8."""
    line = [*CLI, "render", str(report), "--format", kind, *options]
    return subprocess.run(line, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "cp1252"})


def hostile(report: dict[str, Any]) -> dict[str, Any]:
    """The report with hostile text in every text, after a round trip through JSON."""
    return pressed(json.loads(json.dumps(report)))


def pressed(raw: Any, member: str = "") -> Any:
    """The same, with every text replaced."""
    if isinstance(raw, dict):
        return {name: pressed(inner, name) for name, inner in raw.items()}
    if isinstance(raw, list):
        return [pressed(inner, member) for inner in raw]
    return PRESSED if member in TEXTS and isinstance(raw, str) else raw


def with_statuses(report: dict[str, Any], statuses: list[str]) -> dict[str, Any]:
    """A report with one result for each of these statuses, in this order, and the matching counts."""
    changed = copy.deepcopy(report)
    first = changed["results"][0]
    changed["results"] = [
        {**first, "id": f"S-{n:04}", "status": status, "reason": "" if status == "passed" else f"why {n}"}
        for n, status in enumerate(statuses)
    ]
    counts = {status: statuses.count(status) for status in statuses}
    changed["verdict"] |= {"planned": len(statuses), "counts": {**dict.fromkeys(map(str, Status), 0), **counts}}
    for criterion in changed["criteria"]:
        own = criterion["id"] == first["criterion"]
        criterion |= {"planned": len(statuses) if own else 0, "counts": counts if own else {}}
    return changed
