"""A badge: the verdict in a few words, as SVG and as the JSON that shields.io's endpoint badge reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

Raw = Mapping[str, Any]
COLOURS = {"conformant": "brightgreen", "not conformant": "red", "incomplete": "yellow"}
DEVIATES, YELLOWGREEN = "deviates", "yellowgreen"
FILLS = {
    "brightgreen": "#22752a",
    YELLOWGREEN: "#566d12",
    "red": "#b3261e",
    "yellow": "#856000",
    "lightgrey": "#5f6368",
}
NAMED = 2
LETTER, PADDING = 6.8, 12


def render_json(report: Raw) -> str:
    """`{"schemaVersion": 1, "label", "message", "color"}`."""
    shown = {"schemaVersion": 1, "label": label(report), "message": message(report), "color": _colour(report)}
    return json.dumps(shown, ensure_ascii=True) + "\n"


def label(report: Raw) -> str:
    """What is claimed: all profiles, or the first two and how many more."""
    claimed = report["target"]["profiles"]
    if not report["target"]["not_claimed"]:
        return "upsert: all profiles"
    more = f" + {len(claimed) - NAMED}" if len(claimed) > NAMED else ""
    return f"upsert: {', '.join(claimed[:NAMED])}{more}"


def message(report: Raw) -> str:
    """The verdict, and how many passed of all that were claimed; it says where some deviate, or a part was selected."""
    verdict, selection = report["verdict"], report["run"]["selection"]
    claimed = verdict["planned"] - verdict["counts"].get("not claimed", 0)
    by = " with deviations" if verdict["counts"].get(DEVIATES) else ""
    part = " in a selection" if selection["criteria"] or selection["keyword"] else ""
    return f"{verdict['verdict']}{by}{part}, {verdict['counts'].get('passed', 0)} of {claimed}"


def render(report: Raw) -> str:
    """The badge as SVG, with the headline as its title. It names no font that has to be fetched."""
    left, right = label(report), message(report)
    first, second = _width(left), _width(right)
    fill = FILLS[_colour(report)]
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{first + second}" height="20" role="img" \
aria-label="{_text(left)}: {_text(right)}">
<title>{_text(report["verdict"]["headline"])}</title>
<clipPath id="r"><rect width="{first + second}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{first}" height="20" fill="#444"/>\
<rect x="{first}" width="{second}" height="20" fill="{fill}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
{_label(left, 0, first)}
{_label(right, first, second)}
</g>
</svg>
"""


def _colour(report: Raw) -> str:
    verdict = report["verdict"]
    colour = COLOURS.get(verdict["verdict"], "lightgrey")
    return YELLOWGREEN if colour == "brightgreen" and verdict["counts"].get(DEVIATES) else colour


def _label(text: str, start: int, width: int) -> str:
    """A text that is as wide as its half of the badge, whatever font the reader has."""
    wide = width - PADDING
    place = f'x="{start + width / 2:g}" y="14" textLength="{wide}" lengthAdjust="spacingAndGlyphs"'
    return f"<text {place}>{_text(text)}</text>"


def _width(text: str) -> int:
    return round(len(text) * LETTER) + PADDING


def _text(text: str) -> str:
    return escape("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text))
