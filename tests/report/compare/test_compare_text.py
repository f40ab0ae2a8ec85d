"""The matrix on a terminal and in Markdown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.report.compare.kit import result, saved, shaped
from upsertspec.report.compare.markdown import markdown
from upsertspec.report.compare.matrix import Matrix, read
from upsertspec.report.compare.terminal import terminal as rendered
from upsertspec.report.console import Console

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = {
    *(f"{name}_{side}" for name in ("table", "thead", "tbody", "tr", "th", "td") for side in ("open", "close")),
    *(f"{name}_{side}" for name in ("bullet_list", "list_item", "paragraph") for side in ("open", "close")),
    *("inline", "text", "text_special", "entity", "softbreak", "strong_open", "strong_close"),
}
HOSTILE = (
    "a|b `c` <script>alert(1)</script> [x](http://y) **z** _u_ @everyone #12 \\| \x1b[31m\r\n\u202e\ud800 www.x.y ~~"
)


def terminal(matrix: Matrix, width: int, colour: bool = False) -> str:
    """The matrix on a terminal of this width."""
    console = Console(None)
    console.colour = colour
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        return rendered(matrix, console)


def matrix(folder: Path, number: int, name: str = "target {}") -> Matrix:
    """The matrix of this many reports: each has a failure, a deviation and something that could not be tested."""
    files = []
    for at in range(number):
        results = [
            result("failed" if at % 2 else "passed", "AC-001"),
            result("deviates", "AC-002"),
            *(result("not testable", "AC-003") for _ in range(3)),
            result("not claimed", "AC-301"),
        ]
        files.append(saved(folder / f"{at}.json", shaped(*results, name=name.format(at))))
    return read(files)


@pytest.mark.parametrize("number", [1, 2, 3, 7, 30])
@pytest.mark.parametrize("width", [10, 80, 120])
def test_it_fits_the_terminal(number: int, width: int, tmp_path: Path) -> None:
    text = terminal(matrix(tmp_path, number), width)
    assert max(map(len, text.splitlines())) <= max(width, 40)
    heads = [line.split() for line in text.splitlines() if re.fullmatch(r"\s+([A-Z]+\s*)+", line)]
    assert sum(map(len, heads)) == number
    cells = re.findall(r"FAIL 1|failed 1|pass 1|passed 1", "".join(re.findall(r"(?m)^AC-001.*$", text)))
    assert len(cells) == number


def test_short_words_have_a_legend(tmp_path: Path) -> None:
    text = " ".join(terminal(matrix(tmp_path, 8), 80).split())
    assert "FAIL: failed" in text
    assert "untested: not testable" in text
    assert "failed 1 " not in text


def test_words_are_written_out_if_there_is_room(tmp_path: Path) -> None:
    lines = terminal(matrix(tmp_path, 2), 100).splitlines()
    assert "verdict  conformant      conformant" in lines
    assert "AC-001   passed 1        failed 1        What AC-001 asks for" in lines
    assert "AC-002   deviates 1      deviates 1      What AC-002 asks for" in lines
    assert "AC-003   not testable 3  not testable 3  What AC-003 asks for" in lines
    assert "Judged on none of the targets: 1 of 4 criteria of core" in lines
    assert lines[0] == "A  target 0, http://127.0.0.1:1"
    assert "   conformant: 6 planned = 1 passed + 1 deviates + 3 not testable + 1 not claimed" in lines


def test_colours_are_optional(tmp_path: Path) -> None:
    assert "\x1b" not in terminal(matrix(tmp_path, 2), 100)
    assert "\x1b[1;31mfailed 1" in terminal(matrix(tmp_path, 2), 100, colour=True)


def test_a_hostile_name_is_text_on_a_terminal(tmp_path: Path) -> None:
    text = terminal(matrix(tmp_path, 2, HOSTILE), 100)
    assert all(line.isprintable() for line in text.split("\n"))


def test_markdown_has_a_row_for_each_criterion(tmp_path: Path) -> None:
    lines = markdown(matrix(tmp_path, 2)).splitlines()
    said = "conformant: 6 planned = 1 {} + 3 not testable + 1 not claimed"
    assert lines[:6] == [
        "|  | A: target 0 | B: target 1 |",
        "| --- | --- | --- |",
        f"| verdict | {said.format('passed + 1 deviates')} | {said.format('deviates + 1 failed')} |",
        "| AC-001 What AC-001 asks for | passed 1 | **failed 1** |",
        "| AC-002 What AC-002 asks for | deviates 1 | deviates 1 |",
        "| AC-003 What AC-003 asks for | not testable 3 | not testable 3 |",
    ]
    assert "Judged on none of the targets: 1 of 4 criteria of core" in lines


def test_the_share_that_applies_is_next_to_the_verdict(tmp_path: Path) -> None:
    results = [result(), result("not applicable", "AC-005"), result("not claimed", "AC-301")]
    whole = [result(), result(criterion="AC-005")]
    files = [saved(tmp_path / f"{n}.json", shaped(*each)) for n, each in enumerate((results, whole))]
    lines = terminal(read(files), 100).splitlines()
    assert "verdict  conformant, 1 of 2 apply  conformant" in lines
    assert "AC-005   not applicable 1          passed 1    What AC-005 asks for" in lines
    assert any(line.startswith("verdict  conform 1/2  conform") for line in terminal(read(files), 40).splitlines())


def test_a_hostile_name_is_text_in_markdown(tmp_path: Path) -> None:
    text = markdown(matrix(tmp_path, 2, HOSTILE))
    assert all(letter.isprintable() or letter in "\n\u2060" for letter in text)
    tokens = [each for token in READER.parse(text) for each in (token, *(token.children or []))]
    assert {token.type for token in tokens} <= PLAIN
    assert {len(row) for row in rows(text)} == {3}
    assert sum(token.type == "strong_open" for token in tokens) == 1  # the failed cell
    shown = "".join(token.content for token in tokens if token.type == "text")
    assert "<script>alert(1)</script>" in shown
    for talks in ("@everyone", "#12", "://", "www."):
        assert talks not in shown


def rows(text: str) -> list[list[str]]:
    """The cells of each row of the table."""
    found: list[list[str]] = []
    for token in READER.parse(text):
        if token.type == "tr_open":
            found.append([])
        elif token.type in ("th_open", "td_open"):
            found[-1].append(token.tag)
    return found
