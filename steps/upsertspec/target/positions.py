"""The line of a TOML file on which a key stands; the standard library's reader does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_TRIPLE = re.compile("\"{3}|'{3}")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")

KeyPath = tuple[str | int, ...]
Fault = tuple[KeyPath, str]
"""The place of a mistake in a target file, and what is wrong."""


def positions(text: str) -> dict[KeyPath, int]:
    """Line numbers, from 1, by the path of each table header and key; arrays of tables count from 0."""
    found: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    prefix: KeyPath = ()
    for number, line in _code_lines(text):
        if header := _HEADER.match(line):
            prefix = _prefix(header[1] == "[[", _parts(header[2]), counts)
            for length in range(1, len(prefix) + 1):  # [a.b] begins a as well
                found.setdefault(prefix[:length], number)
        elif key := _KEY.match(line):
            found.setdefault(prefix + _parts(key[1]), number)
    return found


def _code_lines(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines, without those that begin inside a text of several lines."""
    inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not inside:
            yield number, line
        for quotes in _TRIPLE.findall(line):
            if inside in ("", quotes):
                inside = "" if inside else quotes


def line_of(path: KeyPath, found: dict[KeyPath, int]) -> int:
    """The line of the path, or of the nearest table around it; 1 where nothing is nearer."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


def _parts(dotted: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _prefix(repeated: bool, parts: KeyPath, counts: dict[KeyPath, int]) -> KeyPath:
    if not repeated:
        return parts
    counts[parts] = counts.get(parts, -1) + 1
    return (*parts, counts[parts])
