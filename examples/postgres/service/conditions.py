"""Tags of records, and requests that are done only under a condition (If-Match, If-None-Match)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.problems import Problem

TAG = re.compile(r'(W/)?("[!#-~\x80-\xff]*")')
HEADERS = {"If-Match": "HTTP_IF_MATCH", "If-None-Match": "HTTP_IF_NONE_MATCH"}


@dataclass(frozen=True)
class Tags:
    """The tags of a header. A star stands for any."""

    strong: frozenset[str]
    weak: frozenset[str]
    any: bool = False


@dataclass(frozen=True)
class Condition:
    """What a request asks of the stored record; None where it asks nothing."""

    match: Tags | None
    none_match: Tags | None

    @property
    def asks(self) -> bool:
        """Whether there is a condition at all."""
        return self.match is not None or self.none_match is not None

    def require(self, tag: str | None) -> None:
        """Raise Problem (412) unless the record with this tag meets the condition. None stands for no record."""
        if self.match and (tag is None or not (self.match.any or tag in self.match.strong)):
            raise Problem(412, "The record is not in the state that If-Match asks for.")
        if self.knows(tag):
            raise Problem(412, "There is a record already that If-None-Match excludes.")

    def knows(self, tag: str | None) -> bool:
        """Whether If-None-Match names the record with this tag."""
        known = self.none_match
        return known is not None and tag is not None and (known.any or tag in known.strong | known.weak)


def read(environ: Mapping[str, Any]) -> Condition:
    """The condition of a request. Raises Problem (400) if it can't be read."""
    match, none_match = (_tags(name, environ.get(key)) for name, key in HEADERS.items())
    return Condition(match, none_match)


def tag_of(record: Mapping[str, Any]) -> str:
    """The tag of a record, from its answer: a write always moves updated_at."""
    return f'"{record["id"]}.{record["updated_at"]}"'


def _tags(name: str, text: str | None) -> Tags | None:
    if text is None:
        return None
    if text.strip() == "*":
        return Tags(frozenset(), frozenset(), any=True)
    parts = [TAG.fullmatch(part.strip()) for part in _parts(text) if part.strip()]
    if not parts or not all(parts):
        raise Problem(400, f"{name} has to be a star, or tags in double quotes.")
    found = [part.groups() for part in parts if part]
    return Tags(frozenset(tag for weak, tag in found if not weak), frozenset(tag for weak, tag in found if weak))


def _parts(text: str) -> list[str]:
    """The elements of the list; a comma in quotes is part of a tag."""
    return re.findall(r'(?:"[^"]*"|[^",]|"(?=[^"]*$))+', text)
