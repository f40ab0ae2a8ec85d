"""Reports for the page tests: real runs against a good, a broken and a hostile server, and handmade ones."""

from __future__ import annotations

import itertools
import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.report.kit import BROKEN, Done, Reply, answering, run, started
from upsertspec.report.page import page

REFRESH = "<meta http-equiv=refresh content='0;url=https://example.invalid'>"
MARKUP = (
    "<script>window.owned = 1; alert(1)</script></script></pre></details><!-- ]]> -->"
    "<img src=https://example.invalid/x onerror='window.owned = 2'><svg onload=\"window.owned = 3\"></svg>"
    '<a href="javascript:window.owned = 4">click</a><style>* { display: none }</style>'
    f"<base href=https://example.invalid/>{REFRESH}{{{{ 7 * 7 }}}}"
)
UNSEEN = "\x1b[31m \x07 \x00 \x08 \u202e \u2066 \u200b \u2028 \ufffe"
LARGE = 12345678901234567890123


def passing(folder: Path) -> Done:
    """The reference server, on two workers."""
    return run(folder, "--criterion", "AC-001,AC-012", "--jobs", "2")


def failing(folder: Path) -> Done:
    """A broken server, judged by some criteria of two profiles, one of them a SHOULD."""
    with started(BROKEN, "insert-or-replace") as url:
        return run(folder, url, "--profile", "identity", "--criterion", "AC-001,AC-002,AC-012,AC-103,AC-107,AC-111")


def whole(folder: Path) -> Done:
    """The same broken server, judged by every profile."""
    with started(BROKEN, "insert-or-replace") as url:
        return run(folder, url, "--profile", "all", "--jobs", "2")


def hostile(folder: Path) -> Done:
    """A server whose answers take turns: JSON and HTML with markup, script, control characters, long and deep."""
    turns = itertools.count()

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> Reply:
        said = {"operation": MARKUP + UNSEEN, "large": LARGE, MARKUP: [UNSEEN], "__proto__": {"x": 1}}
        record = {"id": MARKUP, "record": {"id": MARKUP, "name": UNSEEN}}
        headers = {"Content-Type": "text/html", "X-Sent": MARKUP, "Location": "javascript:window.owned = 5"}
        turn = next(turns) % 4
        if turn == 0:
            return 200, json.dumps({**said, **record}).encode(), headers
        if turn == 1:
            broken = (MARKUP + UNSEEN + "\ud800").encode("utf-8", "surrogatepass") + b"\xff"
            return 500, broken + b"A" * 1_000_000, headers
        if turn == 2:
            raw = json.dumps({"id": 1, "operation": "created", **said}, ensure_ascii=False)
            return 200, raw.encode(), headers
        return 200, b"[" * 5000 + b"]" * 5000, headers

    with answering(answer) as url:
        return run(folder, url, "--criterion", "AC-001,AC-004,AC-012")


def written(folder: Path, document: dict[str, Any]) -> Path:
    """The page of a document, as a file."""
    file = folder / "report.html"
    file.write_text(page(document), "utf-8")
    return file
