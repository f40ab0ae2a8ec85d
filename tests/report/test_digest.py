"""The digest: under 4 kB whatever came, the root finding first, with the request that shows it and where to look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.report.compare import kit as handmade
from tests.report.kit import Done
from tests.report.render_kit import hostile
from upsertspec.report.digest import MOST, render
from upsertspec.report.mistakes import in_document

Runs = Callable[[str], Done]
READER = MarkdownIt("commonmark")
MARKUP = ("html_block", "html_inline", "link_open", "image")


def test_it_tells_the_root_with_its_sentence_its_request_and_a_place(done: Runs) -> None:
    report = done("failing").report
    root = in_document(report)[0][0]
    text = render(report)
    for said in (root["rule"], root["title"], root["expected"], root["actual"], root["exchanges"][-1]["curl"][:200]):
        assert said in text
    assert "look at: what `POST " in text


def test_the_request_before_is_the_one_that_made_the_match() -> None:
    failed = handmade.result("failed")
    report = handmade.shaped(failed)
    bodies = [f'{{"email": "{name}.{report["run"]["id"]}01@example.com"}}' for name in ("ada", "grace", "ada")]
    plain = failed["exchanges"][0]
    failed["exchanges"] = [
        {**plain, "curl": f"curl {number}", "request": {**plain["request"], "body": body}}
        for number, body in enumerate(bodies)
    ]
    assert "curl 0\ncurl 2\n" in render(report)


def test_it_is_small_whatever_came(each: Done) -> None:
    for report in (each.report, hostile(each.report)):
        text = render(report)
        assert len(text.encode("utf-8", "backslashreplace")) <= MOST
        tokens = [inner for token in READER.parse(text) for inner in (token, *(token.children or ()))]
        assert not [token for token in tokens if token.type in MARKUP]
    assert each.report["verdict"]["verdict"] in text


@pytest.mark.parametrize(
    ("status", "expected", "said"),
    [
        (500, "an answer of 200", "the log of the target"),
        (200, "an answer of 400", "is accepted and has to be refused"),
        (400, "an answer of 200", "is refused and has to be accepted"),
    ],
)
def test_the_answer_says_where_to_look(done: Runs, status: int, expected: str, said: str) -> None:
    report: dict[str, Any] = done("failing").report | {"findings": []}
    failed = next(r for r in report["results"] if r["status"] == "failed")
    write = next(e for e in failed["exchanges"] if e["method"] == "POST")
    answered = {**write, "response": {**write["response"], "status": status}}
    step = {"keyword": "Then", "text": f"the answer is {expected[-3:]}", "state": "failed", "table": []}
    report["results"] = [{**failed, "expected": expected, "exchanges": [answered], "steps": [step]}]
    assert said in render(report)


def test_what_does_not_fit_is_counted(done: Runs) -> None:
    report: dict[str, Any] = done("failing").report | {"findings": []}
    failed = next(r for r in report["results"] if r["status"] == "failed")
    report["results"] = [{**failed, "id": f"S-{n:04}"} for n in range(100)]
    text = render(report)
    told = text.count("\n## ")
    assert 3 < told < 100
    assert f"{100 - told} more findings" in text
