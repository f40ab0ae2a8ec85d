"""The ids of scenarios: `S-k3x9`, from the scenario's tag, or `S-k3x9.7ab2` for a row of an outline."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from itertools import count

PREFIX = "S-"
"""How the tag begins that holds the id of a scenario."""
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 4


def new_id(file: str, title: str, taken: Collection[str] = ()) -> str:
    """An id for a scenario that has none: letters made from its file and title, others if they are taken."""
    found = (f"{PREFIX}{_letters(file, title, *['again'] * number)}" for number in count())
    return next(ident for ident in found if ident not in taken)


def id_among(tags: Iterable[str]) -> str:
    """The id among the tags of a scenario, or an empty string."""
    return next((tag for tag in sorted(tags) if tag.startswith(PREFIX)), "")


def row_id(scenario: str, example: Mapping[str, str]) -> str:
    """The id of a row of an outline: that of the outline, and letters made from the row's cells.

    It stays the same where rows are inserted or moved. Without a row it is the scenario's own.
    """
    return f"{scenario}.{_letters(*example.values())}" if example else scenario


def _letters(*words: str) -> str:
    number = int.from_bytes(hashlib.sha256("\0".join(words).encode("utf-8", "backslashreplace")).digest())
    return "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(LENGTH))
