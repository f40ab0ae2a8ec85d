"""The matrix on a terminal and in Markdown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.compare.kit import result, saved, shaped
from upsertspec.report.compare.markdown import markdown
from upsertspec.report.compare.matrix import Matrix, read
from upsertspec.report.compare.terminal import terminal

HOSTILE = (
    "a|b `c` <script>alert(1)</script> [x](http://y) **z** _u_ @everyone #12 \\| \x1b[31m\r\n\u202e\ud800 www.x.y ~~"
)


def matrix(folder: Path, number: int, name: str = "target {}") -> Matrix:
    """The matrix of so many reports: each fails, deviates, and could not be tested in something."""
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


def test_whole_words_where_there_is_room(tmp_path: Path) -> None:
    lines = terminal(matrix(tmp_path, 2), 100).splitlines()
    assert "verdict  conformant      conformant" in lines
    assert "AC-001   passed 1        failed 1        What AC-001 asks for" in lines
    assert "AC-002   deviates 1      deviates 1      What AC-002 asks for" in lines
    assert "AC-003   not testable 3  not testable 3  What AC-003 asks for" in lines
    assert "Judged on none of the targets: AC-301" in lines
    assert lines[0] == "A  target 0, http://127.0.0.1:1"
    assert "   conformant: 6 planned = 1 passed + 3 not testable + 1 not claimed + 1 deviates" in lines


def test_colours_are_asked_for(tmp_path: Path) -> None:
    assert "\x1b" not in terminal(matrix(tmp_path, 2), 100)
    assert "\x1b[1;31mfailed 1" in terminal(matrix(tmp_path, 2), 100, colour=True)


def test_a_hostile_name_is_text_on_a_terminal(tmp_path: Path) -> None:
    text = terminal(matrix(tmp_path, 2, HOSTILE), 100)
    assert all(line.isprintable() for line in text.split("\n"))


def test_markdown_has_a_row_for_each_criterion(tmp_path: Path) -> None:
    lines = markdown(matrix(tmp_path, 2)).splitlines()
    said = "conformant: 6 planned = {} + 3 not testable + 1 not claimed + 1 deviates"
    assert lines[:6] == [
        "|  | A: target 0 | B: target 1 |",
        "| --- | --- | --- |",
        f"| verdict | {said.format('1 passed')} | {said.replace('{} +', '1 failed +')} |",
        "| AC-001 What AC-001 asks for | passed 1 | **failed 1** |",
        "| AC-002 What AC-002 asks for | deviates 1 | deviates 1 |",
        "| AC-003 What AC-003 asks for | not testable 3 | not testable 3 |",
    ]
    assert "Judged on none of the targets: AC-301" in lines


def test_a_hostile_name_is_text_in_markdown(tmp_path: Path) -> None:
    text = markdown(matrix(tmp_path, 2, HOSTILE))
    table = [line for line in text.split("\n") if line.startswith("|")]
    assert {line.count("|") for line in table} == {4}
    assert not re.search(r"[`<>\\\[\]~]|_u_|@everyone|(?<!&)#12|://|www\.", text)
    assert all(line.isprintable() for line in text.split("\n"))
