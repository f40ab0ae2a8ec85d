"""How much of a report goes into its page."""

from __future__ import annotations

from dataclasses import dataclass

from upsertspec.report.html.kit import LONGEST


@dataclass(frozen=True)
class Limits:
    """The most characters of a text, of a `curl` line and of a body, and what is left out.

    `drawn` is the number of operations that a history shows, `calm` that of a history without a contradiction. `tables`
    says whether the steps of what passed show their tables, `stored` whether records are shown before and after,
    `passed` whether what passed keeps its exchanges, `others` whether the rest keeps exchanges and tables.
    """

    text: int = LONGEST
    curl: int = 4000
    body: int = 8300
    drawn: int = 300
    calm: int = 100
    stored: bool = True
    passed: bool = True
    others: bool = True
    tables: bool = True


BOUND = 6_000_000
"""Bytes that a page may have: a scenario with all its exchanges takes about 2,800, so that a whole run keeps them."""
STEPS = (
    Limits(),
    Limits(calm=0),
    Limits(calm=0, tables=False),
    Limits(drawn=40, calm=0, tables=False),
    Limits(drawn=0, calm=0, tables=False),
    Limits(drawn=0, calm=0, tables=False, stored=False),
    Limits(text=800, curl=1500, body=2000, drawn=0, calm=0, tables=False, stored=False),
    Limits(text=300, curl=800, body=800, drawn=0, calm=0, tables=False, stored=False),
    Limits(text=300, curl=400, body=600, drawn=0, calm=0, tables=False, stored=False, passed=False),
    Limits(text=200, curl=200, body=150, drawn=0, calm=0, tables=False, stored=False, passed=False),
    Limits(text=40, curl=0, body=0, drawn=0, calm=0, tables=False, stored=False, passed=False, others=False),
)
"""From the widest limits to the narrowest: a page has about the first with which it fits."""
