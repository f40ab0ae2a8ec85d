"""Hides secrets in everything that is shown: headers, bodies, URLs, `curl` commands and messages."""

from __future__ import annotations

import html
import re
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from upsertspec.http.decoding import MASK, Span, words_of
from upsertspec.http.ordinary_words import is_ordinary
from upsertspec.http.secret_pieces import PIECE, SecretPieces
from upsertspec.http.text import printable
from upsertspec.target.target import SHORTEST_SECRET

BODY_CAP = 8192
HEADER_CAP = 1024
HEADERS_KEPT = 40
LONGEST_FORM = 8
"""The most characters that one character of a secret becomes when it is escaped."""
COOKIES = ("cookie", "set-cookie")
CUT = "…"
REST = 40
"""The rest of a word is masked with the piece of a secret in it, if it is no longer than this."""
REMEMBERED = 1024
LONGEST_REMEMBERED = 4096
"""Texts up to this length are remembered with what they became: most headers come again and again."""


class Masker:
    """Replaces secrets by `•••`, and every six characters of one in a row, however they are written.

    A secret is found in any case, reversed or rotated, with characters put in, and in percent, JSON and HTML escapes,
    look-alike letters, base64 and hex. One that is an ordinary word is masked only where a credential stands.
    Threads may share a masker. Mask a text before making it printable.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._pieces = SecretPieces()
        self._short: re.Pattern[str] | None = None
        self._known: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Mask these from now on. Secrets under four letters are skipped: they would match ordinary text."""
        new = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET} - self._secrets
        if not new:
            return
        with self._lock:
            self._secrets = self._secrets | new
            for secret in new:
                if len(secret) >= PIECE:
                    self._pieces.add(secret)
            short = sorted((secret for secret in self._secrets if len(secret) < PIECE), key=len, reverse=True)
            self._short = re.compile("|".join(map(_forms, short))) if short else None
            self._known = {}

    def text(self, text: str, before: str = "") -> str:
        """The text without secrets. The start of a secret before `…`, where a value was cut, is masked as well.

        `before` is what stands before the text, such as the name of its header: it may show that a word is a secret.
        """
        if not self._secrets:
            return text
        known = self._known
        masked = known.get((text, before))
        if masked is None:
            masked = self._masked(text, before)
            if len(known) >= REMEMBERED:
                known.clear()
            if len(text) <= LONGEST_REMEMBERED:
                known[text, before] = masked
        return masked

    def json(self, value: Any) -> Any:
        """A JSON value without secrets in its texts and names. Raises RecursionError where it is nested too deeply."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.json(item) for item in value]
        if isinstance(value, dict):
            return {self.text(name): self.json(item) for name, item in value.items()}
        return value

    def body(self, body: bytes, cap: int = BODY_CAP, size: int = 0) -> str:
        """A body as text of at most `cap` characters, with its size in bytes added where it was cut.

        It is masked before it is cut, so that no part of a secret is left at the edge. `size` is that of the whole body
        where this is only its start.
        """
        if not body:
            return ""
        start, size = self.start(body, cap), max(size, len(body))
        text = self.text(start.decode("utf-8", "backslashreplace"))
        text = text[: len(text) - self._edge()] if len(start) < size else text
        return text if len(text) <= cap and size <= cap * 2 else f"{text[:cap]}… ({size} bytes in all)"

    def start(self, body: bytes, cap: int = BODY_CAP) -> bytes:
        """The start of a body, as far as it is needed to show `cap` characters of it."""
        return body[: 2 * cap + self._edge()]

    def _edge(self) -> int:
        """The most characters that may be a part of a secret where a body was cut."""
        return LONGEST_FORM * max(map(len, self._secrets), default=0)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The first 40 headers without secrets, each name and value cut to 1,024 characters."""
        kept = list(headers.items())[:HEADERS_KEPT]
        shown = [(name, MASK if name.lower() in COOKIES else self.text(value, f"{name}: ")) for name, value in kept]
        return {printable(self.text(name))[:HEADER_CAP]: printable(value)[:HEADER_CAP] for name, value in shown}

    def _masked(self, text: str, before: str) -> str:
        text = self._without_starts(text) if CUT in text else text
        parts: list[str] = []
        at = 0
        for start, end in self._secret_spans(text, before):
            parts += [text[at:start], MASK]
            at = end
        return "".join([*parts, text[at:]]) if parts else text

    def _secret_spans(self, text: str, before: str) -> Sequence[Span]:
        """The parts of a text to be masked, in order."""
        hits = self._pieces.hits(text)
        if self._short:
            hits = sorted([*hits, *(found.span() for found in self._short.finditer(text))])
        found = [(start, end) for start, end in _joined(hits) if not is_ordinary(text, start, end, before)]
        return list(_joined(_whole_words(text, found))) if found else []

    def _without_starts(self, text: str) -> str:
        """The text without each start of a secret before a `…`."""
        *cut, last = text.split(CUT)
        return CUT.join([*map(self._without_start, cut), last])

    def _without_start(self, text: str) -> str:
        """The text without the longest start of a secret that it ends with."""
        kept = max((len(part) for part in self._starts(len(text)) if text.endswith(part)), default=0)
        return text[:-kept] + MASK if kept else text

    def _starts(self, longest: int) -> Iterator[str]:
        for secret in self._secrets:
            for length in range(SHORTEST_SECRET, min(len(secret), longest + 1)):
                yield secret[:length]


def _whole_words(text: str, found: Iterable[Span]) -> Iterator[Span]:
    """The spans, each with the rest of the word that it is in, up to forty characters on either side."""
    plain = words_of(text)
    spans, shown = plain.spans(), str(plain.text)
    for start, end in found:
        first = bisect_right(spans, start, key=itemgetter(0)) - 1
        last = bisect_left(spans, end, key=itemgetter(1)) + 1
        left, right = _word(shown[max(0, first - REST - 1) : first][::-1]), _word(shown[last : last + REST + 1])
        yield min(start, spans[first - left][0]), max(end, spans[last + right - 1][1])


def _word(text: str) -> int:
    """How many letters a text begins with; none where they are more than the rest of a word may have."""
    length = next((at for at, char in enumerate(text) if not char.isalnum()), len(text))
    return length if length <= REST else 0


def _forms(secret: str) -> str:
    """A pattern for a short secret, plain or escaped, with or without its last letter."""
    *most, last = map(_letter, secret)
    return "".join(most) + (f"(?:{last})?" if len(secret) > SHORTEST_SECRET else last)


def _letter(letter: str) -> str:
    if letter.isalnum():
        return letter
    code = ord(letter)
    escaped = rf"(?i:%{code:02x}|\\u{code:04x}|&#x0*{code:x};|&#0*{code};)"
    return rf"(?:{re.escape(html.escape(letter))}|\\?{re.escape(letter)}|{escaped}{'|[+]' if letter == ' ' else ''})"


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Sorted spans, those joined that touch or overlap."""
    last: Span | None = None
    for start, end in spans:
        if last and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last
