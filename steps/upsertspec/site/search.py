"""The index of the search page: everything that can be found, with the address where it is."""

from __future__ import annotations

import json
from collections.abc import Iterable

from markupsafe import Markup

Entry = tuple[str, str, str, str]
"""What it is, its title, its address, and its other words."""


def index(entries: Iterable[Entry]) -> Markup:
    """The entries as JSON for a `<script type="application/json">`."""
    listed = json.dumps(list(entries), ensure_ascii=False, separators=(",", ":"))
    return Markup(listed.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704
