"""Hides secrets in everything that is shown: headers, bodies, URLs, `curl` commands and messages."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterable, Iterator, Mapping

from upsertspec.http.text import printable
from upsertspec.target.target import SHORTEST_SECRET

BODY_CAP = 8192
HEADER_CAP = 1024
HEADERS_KEPT = 40
LONGEST_FORM = 8
"""The most characters that one character of a secret becomes when it is escaped."""
COOKIES = ("cookie", "set-cookie")
MASK = "•••"
CUT = "…"


class Masker:
    """Replaces secrets by `•••`, as they are or as URLs, JSON and HTML escape them. Threads may share it.

    A secret without its last letter is masked too, because the suite sends such a token to see it refused.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Mask these from now on. Secrets under four letters are skipped: they would match ordinary text."""
        with self._lock:
            new = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET} - self._secrets
            if new:
                self._secrets = self._secrets | new
                self._pattern = re.compile("|".join(map(_forms, sorted(self._secrets, key=len, reverse=True))))

    def text(self, text: str) -> str:
        """The text without secrets. The start of a secret before `…`, where a value was cut, is masked as well."""
        if not self._pattern:
            return text
        hidden = self._pattern.sub(MASK, text)
        return self._without_starts(hidden) if CUT in hidden else hidden

    def body(self, body: bytes | None, cap: int = BODY_CAP) -> str:
        """A body as text of at most `cap` characters, with its size in bytes added where it was cut.

        It is masked before it is cut, so that no part of a secret is left at the edge.
        """
        if not body:
            return ""
        text = self.start(body, cap)
        return text if len(text) <= cap and len(body) <= cap * 2 else f"{text[:cap]}… ({len(body)} bytes in all)"

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The first 40 headers without secrets, each name and value cut to 1,024 characters."""
        kept = list(headers.items())[:HEADERS_KEPT]
        shown = [(name, MASK if name.lower() in COOKIES else self.text(value)) for name, value in kept]
        return {printable(self.text(name))[:HEADER_CAP]: printable(value)[:HEADER_CAP] for name, value in shown}

    def _without_starts(self, text: str) -> str:
        """The text without each start of a secret before a `…`."""
        *cut, last = text.split(CUT)
        return CUT.join([*map(self._without_start, cut), last])

    def start(self, body: bytes, cap: int) -> str:
        """The start of a body, at least `cap` characters where it has as many; a secret at the edge is dropped."""
        edge = LONGEST_FORM * max(map(len, self._secrets), default=0)
        window = 2 * cap + edge
        text = self.text(body[:window].decode("utf-8", "backslashreplace"))
        return text[: len(text) - edge] if len(body) > window else text

    def _without_start(self, text: str) -> str:
        """The text without the longest start of a secret that it ends with."""
        kept = max((len(part) for part in self._starts(len(text)) if text.endswith(part)), default=0)
        return text[:-kept] + MASK if kept else text

    def _starts(self, longest: int) -> Iterator[str]:
        for secret in self._secrets:
            for length in range(SHORTEST_SECRET, min(len(secret), longest + 1)):
                yield secret[:length]


def _forms(secret: str) -> str:
    """A pattern for a secret, plain or escaped, with or without its last letter."""
    *most, last = map(_letter, secret)
    return "".join(most) + (f"(?:{last})?" if len(secret) > SHORTEST_SECRET else last)


def _letter(letter: str) -> str:
    if letter.isalnum():
        return letter
    code = ord(letter)
    escaped = rf"(?i:%{code:02x}|\\u{code:04x}|&#x0*{code:x};|&#0*{code};)"
    return rf"(?:{re.escape(html.escape(letter))}|\\?{re.escape(letter)}|{escaped}{'|[+]' if letter == ' ' else ''})"
