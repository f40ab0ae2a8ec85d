"""URLs, and text from outside, made safe to print."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from upsertspec.spec.text import printable as printable


def without_userinfo(url: str) -> str:
    """The URL without the user name and password in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
