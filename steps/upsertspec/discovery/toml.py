"""Values and comments of a TOML file, from text that anybody may have written."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from upsertspec.discovery.samples import without_secrets
from upsertspec.http.text import printable

WIDTH = 110
SAID = 90
BARE = re.compile(r"[A-Za-z0-9_-]+")
DEEPEST = 5


def toml_text(value: str) -> str:
    """The text as a basic string of TOML; a lone surrogate, which TOML cannot hold, is replaced."""
    return '"' + "".join(map(_letter, value)) + '"'


def toml_key(name: str) -> str:
    """The name as a key of TOML."""
    return name if BARE.fullmatch(name) else toml_text(name)


def toml_value(value: Any, depth: int = 0) -> str:
    """A JSON value as TOML on one line. TOML has no null: null becomes an empty text, a member that is null goes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < 2**63:
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, list) and depth < DEEPEST:
        return f"[{', '.join(toml_value(each, depth + 1) for each in value if each is not None)}]"
    if isinstance(value, Mapping) and depth < DEEPEST:
        pairs = [f"{toml_key(str(k))} = {toml_value(v, depth + 1)}" for k, v in value.items() if v is not None]
        return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    return toml_text(value if isinstance(value, str) else "")


def comment(words: str) -> Iterator[str]:
    """Words of ours as a comment, folded."""
    return (f"# {line}" for line in textwrap.wrap(words, WIDTH, break_on_hyphens=False))


def said(words: str, most: int = SAID) -> str:
    """Words of the target for a comment: one line without invisible characters, its end cut off."""
    shown = without_secrets(words[: 2 * most])[:most]
    return printable(shown) if len(words) <= most else f"{printable(shown)}…"


def _letter(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if "\ud800" <= letter <= "\udfff":
        return "\\uFFFD"
    return letter if letter.isprintable() else f"\\U{ord(letter):08X}"
