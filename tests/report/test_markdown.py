"""A run as Markdown: what GitHub would show, whatever the target or the report contains."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.report.kit import Done
from tests.report.render_kit import PRESSED, hostile, render, with_statuses
from upsertspec.report import markdown
from upsertspec.report.markdown import LARGEST, LEAST, SHORT
from upsertspec.report.markdown_text import block, code, prose
from upsertspec.report.mistakes import in_document

Runs = Callable[[str], Done]
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = {
    "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "fence", "text", "code_inline",
    "strong_open", "strong_close", "em_open", "em_close", "bullet_list_open", "bullet_list_close", "list_item_open",
    "list_item_close", "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open",
    "tr_close", "th_open", "th_close", "td_open", "td_close", "text_special", "entity", "softbreak",
}  # fmt: skip


def tokens(text: str) -> list[Token]:
    """The tokens that a Markdown parser finds."""
    return [each for token in READER.parse(text) for each in (token, *(token.children or []))]


def headings(text: str) -> list[str]:
    parsed = READER.parse(text)
    return [parsed[n + 1].content for n, token in enumerate(parsed) if token.type == "heading_open"]


def rows(text: str) -> list[list[str]]:
    """The rows of the table of criteria, their cells as text."""
    found: list[list[str]] = []
    for token in READER.parse(text):
        if token.type == "tr_open":
            found.append([])
        elif token.type == "inline" and found and token.level == 4:
            found[-1].append("".join(child.content for child in token.children or []))
    return found


def test_the_verdict_comes_first_with_every_count(each: Done) -> None:
    text = markdown.render(each.report)
    parsed = READER.parse(text)
    assert headings(text)[0].endswith(f" {each.report['verdict']['verdict']}")
    shown = "".join(child.content for child in parsed[4].children or [])
    assert shown == each.report["verdict"]["headline"]


def test_each_failure_has_what_was_expected_and_its_requests(done: Runs) -> None:
    report = done("failing").report
    failed = [root for root, _, _ in in_document(report) if root["status"] == "failed"]
    text = markdown.render(report)
    shown = {token.content.rstrip("\n") for token in tokens(text) if token.type == "fence"}
    codes = {token.content for token in tokens(text) if token.type == "code_inline"}
    assert len(failed) == len(shown) > 0
    for result in failed:
        assert any(result["exchanges"][-1]["curl"] in text_ for text_ in shown)
        assert {result["expected"], result["actual"], f"{result['file']}:{result['line']} {result['id']}"} <= codes


def test_the_table_has_every_criterion_that_was_planned(each: Done) -> None:
    found = {row[1]: row for row in rows(markdown.render(each.report)) if len(row) == 5}
    planned = {c["id"]: c for c in each.report["criteria"] if c["planned"]}
    assert found.keys() - {"criterion"} == planned.keys()
    for ident, criterion in planned.items():
        said = ", ".join(f"{number} {status}" for status, number in criterion["counts"].items())
        assert found[ident][2:] == [criterion["level"], said, criterion["sentence"]]


def test_what_could_not_be_tested_is_listed_once_with_its_count(done: Runs) -> None:
    report = done("without_roles").report
    untested = [result["reason"] for result in report["results"] if result["status"] == "not testable"]
    text = markdown.render(report)
    assert f"Not testable ({len(untested)})" in headings(text)
    reported = re.findall(r"^- (\d+) of AC-006: (.*)$", text, re.MULTILINE)
    assert Counter({reason: int(number) for number, reason in reported}) == Counter(map(prose, untested))


def test_hostile_text_is_shown_as_text(done: Runs) -> None:
    report = hostile(done("hostile").report)
    report["target"]["url"] = PRESSED
    text = markdown.render(report, LARGEST)
    found = tokens(text)
    assert {token.type for token in found} <= OURS
    prose = "".join(token.content for token in found if token.type == "text")
    for talks in ("@octocat", "#12", "https://", "www.evil", "GH-3"):
        assert talks not in prose
    failures = in_document(report)
    fences = [token for token in found if token.type == "fence"]
    assert len(fences) == len(failures) > 0
    assert all(fence.content.startswith("</title><script>") for fence in fences)
    assert {letter for letter in text if not letter.isprintable()} <= {"\n", "\u2060"}


@pytest.mark.parametrize("text", ["`", "``` x ````", " a ", "``", "a`b", "x" * 5000])
def test_a_code_span_shows_any_text(text: str) -> None:
    [token] = [each for each in tokens(f"see {code(text, 6000)}.") if each.type == "code_inline"]
    assert token.content == text


@pytest.mark.parametrize("line", ["```", "````", "~~~", "x", "`````` sh", "    ```", "> ```"])
def test_no_line_ends_the_block_that_it_is_in(line: str) -> None:
    *before, token = tokens(f"before\n\n{block([line, '# after'], 'sh')}")
    assert len(before) == 4
    assert (token.type, token.content, token.info) == ("fence", f"{line}\n# after\n", "sh")


def test_a_pipe_in_a_table_row_is_escaped(done: Runs) -> None:
    report = with_statuses(done("failing").report, ["passed"])
    planned = next(criterion for criterion in report["criteria"] if criterion["planned"])
    planned["sentence"] = "this | that `|` \\| end"
    [row] = [row for row in rows(markdown.render(report)) if row[0] == "✅"]
    assert row[-1] == planned["sentence"]


@pytest.mark.parametrize("limit", [LEAST, SHORT, LARGEST])
def test_it_stays_within_its_limit(done: Runs, limit: int) -> None:
    report = hostile(done("hostile").report)
    report["results"] = [{**r, "id": str(n)} for n in range(40) for r in report["results"]]
    report["preflight"] = [{"level": "warning", "what": "😀" * 9000, "hint": PRESSED * 90}] * 30
    report["target"] |= {"name": "😀" * 9000, "url": "`😀" * 9000, "profiles": ["|😀" * 9000]}
    report["criteria"] = [{**criterion, "planned": 1} for criterion in report["criteria"]] * 60
    text = markdown.render(report, limit)
    assert len(text.encode()) <= limit
    assert {token.type for token in tokens(text)} <= OURS
    assert "more scenarios are left out here" in text
    assert len(text.encode()) > limit // 2


def test_the_worst_comes_first_and_of_each_criterion_the_first(done: Runs) -> None:
    report = with_statuses(done("failing").report, ["warned", "failed", "failed", "harness error"])
    report["results"][1]["criterion"] = report["results"][2]["criterion"] = "AC-201"
    report["results"].append({**report["results"][1], "criterion": "AC-301", "id": "last"})
    headed = [heading.split(" ", 1)[1] for heading in headings(markdown.render(report)) if " AC-" in heading]
    assert [each.split(":")[0] for each in headed] == [
        "AC-201 MUST failed",
        "AC-301 MUST failed",
        "AC-201 MUST failed",
        f"{report['results'][0]['criterion']} MUST harness error",
        f"{report['results'][0]['criterion']} MUST warned",
    ]


def test_what_does_not_apply_has_its_reason_and_is_not_green(done: Runs) -> None:
    report = with_statuses(done("failing").report, ["not applicable", "not applicable"])
    for result in report["results"]:
        result["reason"] = "products has no birthday"
    text = markdown.render(report)
    assert "Not applicable (2)" in headings(text)
    assert f"- 2 of {report['results'][0]['criterion']}: products has no birthday" in text
    assert "✅" not in text.partition("### Criteria")[2]


def test_a_warning_before_the_run_has_its_hint(done: Runs) -> None:
    report = with_statuses(done("failing").report, ["passed"])
    report["preflight"] = [{"level": "warning", "what": "no viewer", "hint": "set its token"}]
    assert "- warning: no viewer set its token" in markdown.render(report)


def test_a_short_run_is_short(done: Runs) -> None:
    assert len(markdown.render(done("conformant").report)) < 1000


def as_file(folder: Path, report: dict[str, Any]) -> Path:
    file = folder / "report.json"
    file.write_text(json.dumps(report), "utf-8")
    return file


def test_the_command_takes_a_limit(done: Runs, tmp_path: Path) -> None:
    file = as_file(tmp_path, hostile(done("hostile").report))
    assert len(render(file, "markdown", "--limit", str(LEAST)).stdout) <= LEAST
    for kind in ("ctrf", "allure"):
        refused = render(file, kind, "--limit", str(LEAST), "-o", str(tmp_path / "output"))
        assert refused.returncode == 2
        assert b"--limit is for --format markdown" in refused.stderr
    assert render(file, "markdown", "--limit", "10").returncode == 2
