"""The history as one offline page. It sends no requests, and what the reports hold is plain text in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from upsertspec.report import badge
from upsertspec.report.compare.cell import Share
from upsertspec.report.compare.changes import Change, Diff, Kind
from upsertspec.report.history.lines import Entry, Line
from upsertspec.report.html.kit import environment, policy, styles
from upsertspec.report.status import Status, rank

HERE = Path(__file__).parent
WIDTH, HEIGHT, EDGE, LEFT = 640, 120, 8, 52
MOST = 40
"""Scenarios that are named of a change."""


def page(lines: Sequence[Line]) -> str:
    """The page as HTML: who passes which profile, then each implementation in time."""
    style = styles(HERE / "page.css")
    made = environment(HERE)
    made.globals |= {"points": points, "by_kind": by_kind, "badge": _badge, "statuses": statuses, "MOST": MOST}
    profiles = list(dict.fromkeys(name for line in lines for name in line.latest.report["target"]["profiles"]))
    return made.get_template("page.html").render(style=style, policy=policy(style), lines=lines, profiles=profiles)


def points(entries: Sequence[Entry], name: str) -> list[tuple[str, str]]:
    """The places of a share in the plot of a line, one for each report."""
    step = (WIDTH - LEFT - EDGE) / max(1, len(entries) - 1)
    shares: list[Share] = [entry.whole for entry in entries]
    return [
        (f"{LEFT + number * step:.1f}", f"{HEIGHT - EDGE - getattr(share, name) * (HEIGHT - 2 * EDGE):.1f}")
        for number, share in enumerate(shares)
    ]


def by_kind(change: Diff) -> list[tuple[Kind, list[Change]]]:
    """What was fixed and what broke, by its kind."""
    kinds = (Kind.BROKEN, Kind.UNTESTED, Kind.FIXED)
    found = [(kind, [each for each in change.changes if each.kind is kind]) for kind in kinds]
    return [(kind, members) for kind, members in found if members]


def statuses(line: Line) -> list[str]:
    """What the signs in the strips of a line mean, the worst first."""
    return sorted({entry.cell(name).state for entry in line.entries for name in line.telling} & set(Status), key=rank)


def _badge(entry: Entry) -> Markup:
    text = badge.render(entry.report).replace('id="r"', "").replace(' clip-path="url(#r)"', "")
    return Markup(text)  # noqa: S704 - it is escaped
