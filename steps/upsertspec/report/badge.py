"""A badge with the verdict, as SVG and as the JSON that shields.io's endpoint badge reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from upsertspec.report.html.kit import html_text
from upsertspec.report.status import Status
from upsertspec.report.verdict import VERDICTS, Look, Verdict, applicable

Raw = Mapping[str, Any]
WITH_DEVIATIONS = ("yellowgreen", "#566d12")
NAMED = 2
LETTER, PADDING = 6.8, 12


def render_json(report: Raw) -> str:
    """`{"schemaVersion": 1, "label", "message", "color"}`."""
    shown = {"schemaVersion": 1, "label": label(report), "message": message(report), "color": _colours(report)[0]}
    return json.dumps(shown, ensure_ascii=True) + "\n"


def label(report: Raw) -> str:
    """The requirement set, and what is claimed: all profiles, or the first two and the number of the others."""
    claimed = report["target"]["profiles"]
    name = " ".join(filter(None, ("upsert", report["suite"].get("set", ""))))
    if not report["target"]["not_claimed"]:
        return f"{name}: all profiles"
    more = f" + {len(claimed) - NAMED}" if len(claimed) > NAMED else ""
    return f"{name}: {', '.join(claimed[:NAMED])}{more}"


def message(report: Raw) -> str:
    """The verdict, and how many passed of all that apply; with deviations, a selection and what does not apply."""
    verdict, selection = report["verdict"], report["run"]["selection"]
    counts = verdict["counts"]
    by = " with deviations" if counts[Status.DEVIATES] else ""
    part = " in a selection" if selection["criteria"] or selection["keyword"] else ""
    applies, claimed = applicable(counts)
    rest = f", {claimed - applies} not applicable" if applies < claimed else ""
    return f"{verdict['verdict']}{by}{part}, {counts[Status.PASSED]} of {applies}{rest}"


def render(report: Raw) -> str:
    """The badge as SVG, with the headline as its title. It uses no font that has to be fetched."""
    left, right = label(report), message(report)
    first, second = _width(left), _width(right)
    wide = first + second
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="20" viewBox="0 0 {wide} 20" role="img" \
aria-label="{html_text(left)}: {html_text(right)}">
<title>{html_text(report["verdict"]["headline"])}</title>
<clipPath id="r"><rect width="{wide}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{first}" height="20" fill="#444"/>\
<rect x="{first}" width="{second}" height="20" fill="{_colours(report)[1]}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
{_label(left, 0, first)}
{_label(right, first, second)}
</g>
</svg>
"""


def _colours(report: Raw) -> tuple[str, str]:
    """The name of the colour for shields.io, and the colour of the SVG."""
    verdict = Verdict(report["verdict"]["verdict"])
    if verdict is Verdict.CONFORMANT and report["verdict"]["counts"][Status.DEVIATES]:
        return WITH_DEVIATIONS
    look: Look = VERDICTS[verdict]
    return look.badge, look.fill


def _label(text: str, start: int, width: int) -> str:
    """A text as wide as its half of the badge, whatever font the reader has."""
    wide = width - PADDING
    place = f'x="{start + width / 2:g}" y="14" textLength="{wide}" lengthAdjust="spacingAndGlyphs"'
    return f"<text {place}>{html_text(text)}</text>"


def _width(text: str) -> int:
    return round(len(text) * LETTER) + PADDING
