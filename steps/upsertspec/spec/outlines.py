"""The scenarios of a feature file without their steps: enough to plan a run, and far faster than a whole parser.

pytest-bdd parses only the files that are run. A test compares both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_TITLE = re.compile(r"(Feature|Rule|Background|Scenario Outline|Scenario|Example|Examples):\s*(.*)")
_CELLS = re.compile(r"((?:[^|\\]|\\.)*)\|")
_ESCAPE = re.compile(r"\\([n|\\])")
_COMMENT = re.compile(r"\s#.*")
_PLACE = re.compile(r"<(.+?)>")
FENCES = ('"""', "```")


@dataclass
class Outline:
    """A scenario: its title, its line, all its tags, its rule, and a row of examples a dictionary (one empty row where
    it has no examples)."""

    title: str
    line: int
    tags: frozenset[str]
    rule: str = ""
    examples: list[dict[str, str]] = field(default_factory=list)

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of examples; an empty one for a scenario without any."""
        return self.examples or [{}]


def outlines(file: Path) -> list[Outline]:
    """The scenarios of a file, in its order. Of two with one title only the last counts, as in pytest-bdd."""
    return list({outline.title: outline for outline in _outlines(file.read_text("utf-8"))}.values())


def filled(text: str, row: dict[str, str]) -> str:
    """The text with each `<column>` replaced by its cell."""
    return _PLACE.sub(lambda found: row.get(found[1], found[0]), text) if row else text


def _outlines(text: str) -> Iterator[Outline]:
    rule, tags, of_feature, of_rule = "", set[str](), set[str](), set[str]()
    found: Outline | None = None
    header: list[str] | None = None
    in_examples, fence = False, ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if fence or line.startswith(FENCES):
            fence = "" if fence and line.startswith(fence) else fence or line[:3]
        elif line.startswith("@"):
            tags |= {tag[1:] for tag in _COMMENT.sub("", line).split()}
        elif line.startswith("|"):
            if in_examples and found:
                cells = _cells(line)
                if header is None:
                    header = cells
                else:
                    found.examples.append(dict(zip(header, cells, strict=True)))
        elif title := _TITLE.match(line):
            in_examples, header = title[1] == "Examples", None
            if title[1] == "Feature":
                of_feature = tags
            elif title[1] == "Rule":
                rule, of_rule = title[2], tags
            elif title[1].startswith(("Scenario", "Example")) and not in_examples:
                if found:
                    yield found
                found = Outline(title[2], number, frozenset(tags | of_feature | of_rule), rule)
            tags = set()
    if found:
        yield found


def _cells(line: str) -> list[str]:
    cells = (cell.strip(" \t") for cell in _CELLS.findall(line[1:]))
    return [_ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], cell) for cell in cells]
