"""The CSRF token of a login by cookie: from a page (HTML or JSON) or from a cookie."""

from __future__ import annotations

from html.parser import HTMLParser

from upsertspec.dialects.base import Response
from upsertspec.http.session import Session
from upsertspec.target.target import Csrf

VARIABLE = "UPSERTSPEC_CSRF_TOKEN"
"""Stands for the token in a `curl` line."""


def csrf_token(csrf: Csrf, session: Session, page: Response | None = None) -> str:
    """The token: from the cookie, or from the page; empty if it is not there."""
    if csrf.cookie:
        return session.cookie(csrf.cookie)
    return _on_page(page, csrf.name) if page else session.csrf


def _on_page(page: Response, name: str) -> str:
    try:
        body = page.parsed()
        return str(body.get(name) or "") if isinstance(body, dict) else ""
    except (ValueError, RecursionError):
        reader = _Reader(name)
        reader.feed(page.body.decode("utf-8", "replace"))
        return reader.found


class _Reader(HTMLParser):
    """Looks for `<meta name=NAME content=…>` and `<input name=NAME value=…>`; the first counts."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("name") == self._name and tag in ("meta", "input"):
            self.found = self.found or given.get("content" if tag == "meta" else "value") or ""
