"""The page of a report."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from jinja2 import Environment
from markupsafe import Markup

from upsertspec.report import cast, status
from upsertspec.report.files import write_whole
from upsertspec.report.html.kit import HERE as KIT
from upsertspec.report.html.kit import content, environment, policy, scripts, styles
from upsertspec.report.page import contents, words
from upsertspec.report.page.contrast import contrast
from upsertspec.report.page.exchanges import packed
from upsertspec.report.page.lanes import contradicting, history
from upsertspec.report.page.limits import BOUND, STEPS, Limits
from upsertspec.report.page.response_times import at, response_times, width
from upsertspec.report.page.stored import records
from upsertspec.report.page.timeline import timeline
from upsertspec.report.verdict import VERDICTS, Verdict

HERE = Path(__file__).parent
SAMPLE, FEW = 16, 300
"""Every how many results one is in the sample, and how many results need no sample."""
TOLERANCE = 1.2
"""How far the sample may be over the bound: what is in it compresses less well than the whole."""


def page(document: Mapping[str, Any]) -> str:
    """The page of a report, made from the document of report.json alone: HTML in one file of under 6 MB.

    It holds all verdicts, scenarios and steps. If the target sent more than fits, the exchanges of what passed are left
    out first, and the page says so. Whatever comes from a target is plain text in it.
    """
    with SpooledTemporaryFile(BOUND) as made:
        _make(document, made)
        return made.read().decode("utf-8")


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write the page. Raises OSError."""
    with SpooledTemporaryFile(BOUND) as made:
        _make(document, made)
        write_whole(path, made)


def _make(document: Mapping[str, Any], made: IO[bytes]) -> None:
    """Write the page of the widest limits with which it fits into the file, and go back to its start."""
    for limits in STEPS[_guess(document) :]:
        made.seek(0)
        made.truncate()
        for piece in _rendered(document, limits):
            made.write(piece)
        if made.tell() <= BOUND:
            break
    made.seek(0)


def _guess(document: Mapping[str, Any]) -> int:
    """The place in STEPS of the first limits with which the page is likely to fit, from the pages of a sample.

    A page of many failures takes long to render, so that it is not tried with one limit after the other.
    """
    results = [each for each in document["results"] if each["status"] != status.Status.NOT_CLAIMED]
    roots = {each["root"] for each in document.get("findings", [])}
    sample = [each for number, each in enumerate(results) if number % SAMPLE == 0 or each["id"] in roots]

    def fits(place: int) -> bool:
        head = _size(_rendered({**document, "results": [], "findings": []}, STEPS[place]))
        of_sample = _size(_rendered({**document, "results": sample}, STEPS[place])) - head
        return head + of_sample * len(results) / len(sample) <= BOUND * TOLERANCE

    if len(results) < FEW or fits(0):
        return 0
    return bisect_left(range(len(STEPS) - 1), True, lo=1, key=fits)


def _size(pieces: Iterable[bytes]) -> int:
    return sum(map(len, pieces))


def _rendered(document: Mapping[str, Any], limits: Limits) -> Iterator[bytes]:
    style, script = styles(HERE / "page.css"), scripts(KIT / "copy.js", HERE / "page.js")
    shown = {"doc": document, "profiles": contents.profiles(document), "limits": limits}
    pieces = (
        _environment(limits)
        .get_template("page.html")
        .generate(
            **shown,
            style=style,
            script=script,
            policy=policy(style, script, images=True),
            look=VERDICTS[Verdict(document["verdict"]["verdict"])],
            exchanges=Markup(packed(document, limits)),  # noqa: S704 - it is base64
        )
    )
    return (piece.encode("utf-8") for piece in pieces)


def _environment(limits: Limits) -> Environment:
    made = environment(HERE, limits.text)
    made.globals |= {"words": words, "contents": contents, "row": status.row}
    made.globals |= {"contrast": contrast, "stored": records, "history": history, "contradicting": contradicting}
    made.globals |= {"timeline": timeline, "response_times": response_times, "at": at, "width": width}
    made.globals |= {"content": content, "cast": cast.lines}
    return made
