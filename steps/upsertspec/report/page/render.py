"""The page of a report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from upsertspec.report.files import write_whole
from upsertspec.report.page import contents as model
from upsertspec.report.page import words
from upsertspec.report.page.contrast import contrast
from upsertspec.report.page.exchanges import packed
from upsertspec.report.page.lanes import contradicting, history
from upsertspec.report.page.response_times import at, response_times, width
from upsertspec.report.page.safe import HERE, Finish, Limits, asset, content, policy
from upsertspec.report.page.stored import records
from upsertspec.report.page.timeline import timeline

BOUND = 2_000_000
LIMITS = (
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
    Limits(text=60, curl=0, body=0, drawn=0, calm=0, tables=False, stored=False, passed=False, others=False),
)


def page(document: Mapping[str, Any]) -> str:
    """The page of a report, from the document of report.json alone: HTML in one file of under 2 MB.

    It holds all verdicts, scenarios and steps, whatever the run; where a target sent more than fits, what passed loses
    its exchanges first, and the page says so. It is plain text as far as a target has a say in it.
    """
    for limits in LIMITS:
        text = _rendered(document, limits)
        if len(text.encode("utf-8")) <= BOUND:
            break
    return text


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write the page in one piece. Raises OSError."""
    write_whole(path, page(document).encode("utf-8"))


def _rendered(document: Mapping[str, Any], limits: Limits) -> str:
    style, script = asset("page.css"), asset("page.js")
    given = {"style": style, "script": script, "policy": policy(style, script)}
    block = Markup(packed(document, limits))  # noqa: S704 - it is base64
    shown = {"doc": document, "profiles": model.profiles(document), "limits": limits, "exchanges": block}
    return _environment(limits).get_template("page.html").render(**given, **shown)


def _environment(limits: Limits) -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=Finish(limits.text),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"words": words, "model": model, "contrast": contrast, "stored": records, "history": history}
    made.globals |= {"contradicting": contradicting, "timeline": timeline, "response_times": response_times}
    made.globals |= {"at": at, "width": width, "content": content}
    return made
