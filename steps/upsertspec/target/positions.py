"""On which line of a TOML file a key stands; the standard library's reader does not tell."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")

Path = tuple[str | int, ...]


def positions(text: str) -> dict[Path, int]:
    """Line numbers, from 1, by the path of each table header and key; arrays of tables count from 0."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    prefix: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            prefix = _prefix(header[1] == "[[", _parts(header[2]), counts)
            found.setdefault(prefix, number)
        elif key := _KEY.match(line):
            found.setdefault(prefix + _parts(key[1]), number)
    return found


def line_of(path: Path, found: dict[Path, int]) -> int:
    """The line of the path, or of the nearest table around it; 1 where nothing is nearer."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _prefix(repeated: bool, parts: Path, counts: dict[Path, int]) -> Path:
    if not repeated:
        return parts
    counts[parts] = counts.get(parts, -1) + 1
    return (*parts, counts[parts])
