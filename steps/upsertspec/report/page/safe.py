"""Text from a target, made safe to stand in a page: bounded, and with nothing in it that is not seen."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from upsertspec.http.evidence import printable

HERE = Path(__file__).parent
CUT = "… ({} characters in all; report.json has them)"


@dataclass(frozen=True)
class Limits:
    """How much of a document goes into its page: characters of a text, of a `curl` line, of a body.

    Of a history `drawn` operations are shown, of one without a contradiction `calm`. `tables` says whether the steps
    of what passed show their tables, `stored` whether what was stored before and after is told (the exchanges tell
    both), `passed` whether what passed keeps its exchanges, `others` whether the rest keeps exchanges and tables.
    """

    text: int = 2000
    curl: int = 4000
    body: int = 8300
    drawn: int = 300
    calm: int = 100
    stored: bool = True
    passed: bool = True
    others: bool = True
    tables: bool = True


def visible(text: str, limit: int) -> str:
    """The text with its control characters, bidi overrides and broken surrogates written out, cut where it is long."""
    if len(text) <= limit:
        return printable(text)
    return printable(text[:limit]) + CUT.format(len(text))


def content(text: str, limit: int) -> Markup:
    """The text as the content of an element, never of an attribute: quotes stay, which are many in JSON."""
    return Markup(html.escape(visible(text, limit), quote=False))  # noqa: S704 - it is escaped


class Finish:
    """What a template prints goes through this, all of it: only our own markup passes as it is."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def __call__(self, value: object) -> object:
        return value if isinstance(value, Markup) else visible(str(value), self._limit)


def asset(name: str) -> Markup:
    """One of the page's own files, as it stands beside this module."""
    return Markup((HERE / name).read_text("utf-8").strip())  # noqa: S704 - it is our own


def policy(style: str, script: str) -> str:
    """A Content-Security-Policy that lets our own style and script through, by their hashes, and nothing else."""
    rules = {
        "default-src": ["'none'"],
        "style-src": [_hash(style)],
        "script-src": [_hash(script)],
        "img-src": ["data:"],  # the page's icon
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(_rule(name, values) for name, values in rules.items())


def _rule(name: str, values: Iterable[str]) -> str:
    return f"{name} {' '.join(values)}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
