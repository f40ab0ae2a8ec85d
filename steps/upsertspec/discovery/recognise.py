"""Which ready-made dialect an API speaks: by the name of its host, or by an answer that gives it away."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from urllib.parse import urlsplit

from upsertspec.dialects.ready_made import file_of
from upsertspec.target.ready import ready_made


@dataclass(frozen=True)
class Recognised:
    """The name of a dialect, and what gave it away."""

    dialect: str
    why: str


def by_host(url: str) -> Recognised | None:
    """The dialect of an API whose host is known."""
    host = urlsplit(url).hostname or ""
    for name in ready_made():
        if any(fnmatch(host, known) for known in file_of(name).get("recognise", {}).get("hosts", ())):
            return Recognised(name, f"its host is {host}")
    return None


def telling() -> list[tuple[str, str, str]]:
    """Each path whose answer gives a dialect away: the dialect, the path, and the pattern of the answer."""
    known = {name: file_of(name).get("recognise", {}).get("answers", {}) for name in ready_made()}
    return [(name, path, pattern) for name, answers in known.items() for path, pattern in answers.items()]


def by_answer(url: str, text_of: Callable[[str], str]) -> Recognised | None:
    """The dialect that an answer of the API tells. `text_of` gets an address, and gives an empty text for no answer."""
    text_once = cache(text_of)
    for name, path, pattern in telling():
        if re.search(pattern, text_once(url + path)):
            return Recognised(name, f"GET {path} says so")
    return None
