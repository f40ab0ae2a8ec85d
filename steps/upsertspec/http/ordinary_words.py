"""Tells a secret from ordinary text: one that is a word, such as `editor`, counts only where a credential stands."""

from __future__ import annotations

import re
from functools import cache

from upsertspec.spec.criteria import feature_files

WORD = re.compile(r"[A-Za-z]+")
_OTHERS = """
    accept action admin agent allow application authorization basic bearer body cache cannot charset client code
    command connection content control cookie criteria date default demo deviates encoding error etag evidence
    exchange failed false form header headers host html http https index info json keep key known length limit list
    local localhost location login method name none normal null origin passed password path planned plain pragma
    problem profile public query rate reason report request requests response result role root route scenario schema
    secret server service session shape skipped soak spec start status target tested text that this time timeout
    title token true type undefined unknown upsertspec user username utf value values version warned warning with
"""
_PLAIN = re.compile(r"[A-Za-z]+(?:[\s,.'_-]{1,2}[A-Za-z]+)*")
_PLACE = re.compile(
    r"""(?:(?:auth\w*|\w*(?:token|secret|key|cookie|session|credential)|pass\w*|pwd|pin)
        ["'\\]*\s*[:=]\s*["'\\]*(?:\w+\s+)?["'\\(]*
    | \b(?:bearer|basic|token)[\w-]*\s+["'\\(]*)$""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before a credential: a name such as `password` with `:` or `=`, or a scheme."""
_BEFORE = 100


@cache
def words() -> frozenset[str]:
    """The words of the specification and of the reports, in lower case."""
    texts = [file.read_text("utf-8") for file in feature_files()]
    return frozenset(word.lower() for text in (*texts, _OTHERS) for word in WORD.findall(text) if len(word) > 1)


def is_ordinary(text: str, start: int, end: int, before: str) -> bool:
    """Whether this part of a text consists of ordinary words, and does not stand where a credential does.

    `before` is what stands before the text: the name of a header.
    """
    if not _PLAIN.fullmatch(text, start, end):
        return False
    while start and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    if not all(word.lower() in words() for word in WORD.findall(text[start:end])):
        return False
    return not _PLACE.search(before + text[max(0, start - _BEFORE) : start])
