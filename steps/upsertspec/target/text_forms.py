"""Texts that identify, as the target writes them: `SKU-{n:06}`, `{slug}`, `{text}`.

A form maps different texts to different ones, the same way in every process, and back.
"""

from __future__ import annotations

import hashlib
import re
from threading import Lock

from upsertspec.errors import NotApplicable

MARK = re.compile(r"\{(n|text|slug)(?::0?(\d{1,2}))?\}")
DIGITS = 12
"""This many digits keep the texts of many runs apart."""
FEWEST_DIGITS = 6
HASH = 8


def fault_of(form: str, longest: int | None = None) -> str:
    """What is wrong with a form; empty if nothing is."""
    found = MARK.findall(form)
    if len(found) != 1 or re.search(r"[{}]", MARK.sub("", form)):
        return "needs exactly one of {n}, {n:06}, {text} and {slug}, and no other braces"
    [(kind, width)] = found
    if width and kind != "n":
        return f"has a width after {kind}; only {{n}} takes one, like {{n:06}}"
    if longest is not None and kind == "n" and longest - len(MARK.sub("", form)) < max(FEWEST_DIGITS, int(width or 0)):
        return f"has no room for {max(FEWEST_DIGITS, int(width or 0))} digits within maximum_length {longest}"
    return ""


class TextForm:
    """One form, and the texts that were written in it. Safe to use from several threads."""

    def __init__(self, form: str, longest: int | None = None) -> None:
        found = MARK.search(form)
        if found is None:
            raise ValueError(f"no text form: {form!r}")
        self.form = form
        self._kind = found[1]
        self._before, self._after = form[: found.start()], form[found.end() :]
        self._room = None if longest is None else longest - len(self._before) - len(self._after)
        digits = max(int(found[2] or 0), DIGITS)
        self._digits = digits if self._room is None else min(digits, self._room)
        self._written: dict[str, str] = {}
        self._meant: dict[str, str] = {}
        self._first: dict[str, str] = {}
        self._lock = Lock()

    def write(self, text: str) -> str:
        """The text in this form. An empty text stays empty.

        A text that differs from an earlier one in case only, or in white space around it, is written as the earlier one
        with another case or white space. Raises NotApplicable where the form leaves no room for the difference.
        """
        if not text:
            return text
        with self._lock:
            if text not in self._written:
                made = self._variant(text) or self._new(text)
                self._written[text], self._meant[made] = made, text
            return self._written[text]

    def read(self, theirs: str) -> str:
        """The text that was written in this form; a text that was not written here stays as it is."""
        return self._meant.get(theirs, theirs)

    def written(self) -> dict[str, str]:
        """Every text that was written, and how."""
        return dict(self._written)

    def _variant(self, text: str) -> str:
        """The form of a text that differs from an earlier one only in case or in white space around it, or nothing."""
        first = self._first.setdefault(text.strip().casefold(), text)
        if first == text or self._kind == "text":
            return ""
        base = self._written[first]
        if text.casefold() != first.casefold():
            before, after = (text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :])
            made = f"{before}{base}{after}" if before or after else f" {base}"
        else:
            made = base.swapcase() if base.swapcase() not in self._meant else base.capitalize()
        if made in self._meant:
            raise NotApplicable(f"texts like {self.form} have no letters whose case could differ")
        return made

    def _new(self, text: str) -> str:
        for salt in range(1000):
            made = f"{self._before}{self._inner(text, salt)}{self._after}"
            if made not in self._meant:
                return made
        raise NotApplicable(f"texts like {self.form} are used up")

    def _inner(self, text: str, salt: int) -> str:
        if self._kind == "text":
            return text
        digest = hashlib.blake2b(f"{salt}:{text}".encode("utf-8", "surrogatepass")).hexdigest()
        if self._kind == "n":
            return f"{int(digest, 16) % 10**self._digits:0{self._digits}d}"
        slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        if slug == text and not salt and (self._room is None or len(slug) <= self._room):
            return slug
        room = None if self._room is None else max(0, self._room - HASH - 1)
        return f"{slug[:room].strip('-')}-{digest[:HASH]}".lstrip("-")
