"""JSON as highlighted HTML."""

from __future__ import annotations

import json
import re

from markupsafe import Markup

from upsertspec.report.html.kit import content

_PARTS = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d[\d.eE+-]*)')


def highlighted(text: str) -> Markup:
    """The text with names, texts, numbers and literals marked, and in lines if it is JSON. It is escaped."""
    changed: list[bool] = []

    def number(raw: str) -> float:
        changed.append(repr(float(raw)) != raw)
        return float(raw)

    try:
        lines = json.dumps(json.loads(text, parse_float=number), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return _plain(text)
    shown = text if any(changed) else lines  # 0.10 has to stay 0.10
    at, parts = 0, []
    for found in _PARTS.finditer(shown):
        kind = "k" if found[2] else "s" if found[1] else "l" if found[3] else "n"
        end = found.end(1) if found[1] else found.end()
        parts += [_plain(shown[at : found.start()]), _marked(kind, shown[found.start() : end])]
        at = end
    return Markup("").join([*parts, _plain(shown[at:])])


def _plain(text: str) -> Markup:
    return Markup("\n").join(content(line, len(line)) for line in text.split("\n"))


def _marked(kind: str, text: str) -> Markup:
    return Markup('<span class="{}">{}</span>').format(kind, content(text, len(text)))
