"""The page as text: made from the document alone, small, reproducible, and safe."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import random
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.report.compare import kit as handmade
from tests.report.kit import PACKED, Done
from tests.report.page.kit import MARKUP, written
from upsertspec.errors import ENDED
from upsertspec.report.html.kit import visible
from upsertspec.report.page import page
from upsertspec.report.page.contrast import contrast
from upsertspec.report.page.limits import BOUND
from upsertspec.report.page.stored import records
from upsertspec.report.page.words import sentence
from upsertspec.report.status import Status

Runs = Callable[[str], Done]


@pytest.fixture
def failing(ran: Runs) -> dict[str, Any]:
    """The document of a run with failures, as a copy that a test may change."""
    return copy.deepcopy(ran("failing").report)


def block(text: str) -> dict[str, Any]:
    """The exchanges in the page."""
    found = PACKED.search(text)
    assert found
    unpacked: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(found[1])))
    return unpacked


def test_it_is_written_next_to_the_report_and_made_from_it_alone(ran: Runs) -> None:
    done = ran("failing")
    assert (done.folder / "report.html").read_text("utf-8") == page(json.loads(done.text))
    assert "report.html" in done.out


def test_a_run_that_ended_early_has_a_banner_and_its_reason_once() -> None:
    why = "the target was gone; the last that was answered: curl http://h"
    report = handmade.shaped(
        *(handmade.result("not testable", name, reason=f"{ENDED}{why}") for name in ("AC-001", "AC-002"))
    )
    report["run"]["ended_early"] = why
    top, rest = page(report).split("</header>")
    assert "<p>The target was gone.</p>" in top
    assert "<pre>curl http://h</pre>" in top
    assert "<li>2 scenarios of AC-001, AC-002: the run had ended<" in rest


@pytest.mark.slow
def test_a_whole_run_fits_with_all_its_exchanges(ran: Runs) -> None:
    text = page(ran("whole").report)
    assert len(text.encode("utf-8")) <= BOUND
    held = [len(rows) for rows in block(text)["results"]]
    assert held == [len(result["exchanges"]) for result in ran("whole").results]
    assert sum(held) > 3000


@pytest.mark.slow
def test_it_stays_within_the_bound_whatever_a_target_sends(ran: Runs) -> None:
    rng, whole = random.Random(7), copy.deepcopy(ran("whole").report)
    for result in whole["results"]:
        noise = rng.randbytes(6000).hex()
        result |= {"status": "failed", "reason": noise, "expected": noise, "actual": noise[::-1]}
        result["exchanges"] = result["exchanges"][:1]
        for exchange in result["exchanges"]:
            exchange["curl"] += noise
            exchange["response"]["body"] = rng.randbytes(4000).hex()
            exchange["response"]["headers"] = {f"X-{n}": rng.randbytes(50).hex() for n in range(40)}
    text = page(whole)
    assert len(text.encode("utf-8")) <= BOUND
    assert text.count('class="sc bad"') == len(whole["results"])
    assert "are left out; report.json has them." in text


def test_a_text_is_not_cut_where_the_note_would_be_longer() -> None:
    assert visible("x" * 60, 40) == "x" * 60
    assert visible("x" * 100, 40) == "x" * 40 + "… (100 characters in all; report.json has them)"


def test_long_texts_are_cut_and_say_so(failing: dict[str, Any]) -> None:
    result = next(r for r in failing["results"] if r["status"] == "failed")
    result["actual"] = "x" * 50_000
    result["exchanges"][-1]["response"]["body"] = "y" * 50_000
    text = page(failing)
    assert "x" * 1_000 in text
    assert "x" * 10_000 not in text
    assert "(50000 characters in all; report.json has them)" in text
    assert not any("y" * 10_000 in each for each in block(text)["texts"])


def test_rendered_twice_it_is_the_same(ran: Runs) -> None:
    assert page(ran("failing").report) == page(json.loads(ran("failing").text))


def test_only_its_own_style_and_script_are_let_through(ran: Runs) -> None:
    text = page(ran("hostile").report)
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        [own] = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{rule} &#39;sha256-{digest}&#39;" in policy
    assert policy.startswith("default-src &#39;none&#39;;")
    assert "unsafe" not in policy


def test_nothing_of_a_target_is_markup_in_it(ran: Runs) -> None:
    text = page(ran("hostile").report)
    assert "&lt;script&gt;window.owned" in text
    assert "<script>window" not in text
    assert text.count("<script") == 2
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u202a-\u202e\u2028\u2066-\u2069\ufffe]", text)
    assert MARKUP not in text


@pytest.mark.parametrize("place", ["reason", "expected", "actual", "title", "file", "id", "worker"])
def test_markup_anywhere_in_a_result_is_text(failing: dict[str, Any], place: str) -> None:
    plain = page(failing)
    result = next(r for r in failing["results"] if r["status"] == "failed")
    result |= {"expected": "", place: f"{MARKUP}\x00\u202e\ud800"}
    text = page(failing)
    assert text.count("<script") == plain.count("<script") == 2
    assert text.count("<img") == text.count("<base") == 0
    text.encode("utf-8")


def test_what_does_not_apply_is_grouped_by_its_reason(failing: dict[str, Any]) -> None:
    owner = next(c for c in failing["criteria"] if c["planned"])
    mine = [result for result in failing["results"] if result["criterion"] == owner["id"]]
    for result in mine:
        result |= {"status": "not applicable", "reason": "products has no birthday", "expected": "", "actual": ""}
    owner["counts"] = {"not applicable": len(mine)}
    text = page(failing)
    assert f"<li>{len(mine)} scenarios of {owner['id']}: products has no birthday" in text
    assert f'id="{owner["id"]}">\n<summary><span class="st not-applicable">not applicable</span>' in text


def test_the_verdict_is_in_words(failing: dict[str, Any]) -> None:
    broken = [result["criterion"] for result in failing["results"] if result["status"] == "failed"]
    assert sentence(failing) == f"{len(broken)} scenarios of {len(set(broken))} criteria show that a MUST is broken."
    none = dict.fromkeys(Status, 0)
    failing["verdict"] |= {"verdict": "incomplete", "counts": none | {"not testable": 3}}
    assert sentence(failing).startswith("No MUST was seen broken, but not everything could be tested")
    failing["verdict"] |= {"verdict": "not conformant", "counts": none | {"known failure": 3, "stale": 1}}
    assert "listed in the target file as known" in sentence(failing)
    assert "Remove 1 entry from the target file" in sentence(failing)
    failing["verdict"] |= {"verdict": "conformant", "counts": none | {"passed": 3, "not applicable": 1}}
    assert sentence(failing).endswith("3 of 4 scenarios apply to this target.")


def test_the_proof_is_shown_if_there_is_one(failing: dict[str, Any], tmp_path: Path) -> None:
    failing.pop("proof", None)
    assert "broken on purpose" not in page(failing)
    digest = failing["suite"]["features_digest"]
    failing["proof"] = {
        "features_digest": digest, "faults": 397, "caught": 396, "criteria": {"AC-001": {"caught": 13, "of": 14}}
    }  # fmt: skip
    text = written(tmp_path, failing).read_text("utf-8")
    assert "This suite catches 396 of 397 servers that are broken on purpose." in text
    assert "It catches 13 of 14 broken servers." in text
    failing["proof"]["features_digest"] = "0" * 64
    assert "proven with other feature files" in page(failing)


def test_findings_that_are_not_ok_are_shown(failing: dict[str, Any]) -> None:
    failing["preflight"] = [
        {"level": "ok", "what": "it answers", "hint": ""},
        {"level": "warning", "what": "no <b>viewer</b>", "hint": "set its token"},
    ]
    text = page(failing)
    assert "no &lt;b&gt;viewer&lt;/b&gt;" in text
    assert "set its token" in text
    assert "it answers" not in text


def test_values_that_differ_are_marked() -> None:
    assert [t for t, differs in contrast('id to stay "a", not 7', '"b" and 7') if differs] == ['"a"']
    assert [t for t, differs in contrast('200 with {"id":1}', "an answer of 400") if differs] == ["200"]
    assert "".join(t for t, _ in contrast('200 with {"id":1}', "400")) == '200 with {"id":1}'


def test_what_was_stored_before_and_after_is_shown() -> None:
    def exchange(method: str, step: str, sent: object, came: object) -> dict[str, Any]:
        body = None if sent is None else json.dumps(sent)
        return {
            "method": method, "step": step, "url": "http://x/r?email=a", "request": {"body": body},
            "response": {"body": json.dumps(came)},
        }  # fmt: skip

    before = exchange("GET", "Given it is there", None, {"records": [{"id": 1, "email": "a", "phone": "5", "age": 3}]})
    write = exchange("POST", "When it is upserted", {"fields": {"email": "a", "age": 4}}, {"id": 2})
    after = exchange("GET", "Then", None, {"records": [{"id": 2, "email": "a", "phone": None, "age": 4}]})
    [found] = records([before, write, after])
    said = {row.field: (row.sent, row.before, row.after, row.changed) for row in found.rows}
    assert said == {
        "id": ("(none)", "1", "2", True),
        "email": ('"a"', '"a"', '"a"', False),
        "phone": ("(none)", '"5"', "null", True),
        "age": ("4", "3", "4", True),
    }
    assert records([before, write, before]) == []
    assert records([before, after]) == []
    assert records([before, write, {**after, "response": {"body": '{"records": [{"id": 2, … (9 bytes in all)'}}]) == []
