"""Text in a page: whatever it holds, it is shown as text."""

from __future__ import annotations

from html import escape

from upsertspec.http.evidence import printable


def html_text(text: str) -> str:
    """The text for an element or an attribute in quotes; what can't be seen in it is written out."""
    return escape(printable(text))
