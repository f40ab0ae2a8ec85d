"""The page: one file that asks for nothing, in which everything from a target is text."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.kit import Done
from tests.report.compare.kit import result, saved, shaped
from upsertspec.report.compare.matrix import read
from upsertspec.report.compare.page import page

Cli = Callable[..., Done]
VOID = {"meta", "input"}
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \" onclick='x' &lt; \x1b[31m\u202e\ud800\0"


class Reader(HTMLParser):
    """What is in a page: each element with its attributes and its text; every element is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = text
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.within: list[tuple[list[str], str]] = []
        self._open: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, dict(attrs).get("id")))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        self.within.append(([ident for _, ident in self._open if ident], data))

    def panel(self, ident: str) -> str:
        """All text in the element of this id."""
        return "\n".join(data for idents, data in self.within if ident in idents)

    def opened_by(self, words: str) -> list[str]:
        """The ids of the panels that cells with these words open."""
        cells = re.findall(r'<td><button popovertarget="([^"]+)"[^>]*><span class="vh">([^<]*)</span>', self.page)
        return [ident for ident, said in cells if said == words]


def rendered(folder: Path, *reports: dict[str, object]) -> str:
    return page(read([saved(folder / f"{number}.json", report) for number, report in enumerate(reports)]))


@pytest.fixture
def two(tmp_path: Path) -> str:
    """Two targets; one fails twice, and the other deviates, is not testable, and claims less."""
    one = [result("failed", title="It breaks"), result("failed", title="It breaks again"), result(title="It holds")]
    other = [result("deviates", title="It breaks"), result("not testable", title="It holds")]
    more = [result("passed", "AC-301"), result("not claimed", "AC-301")]
    return rendered(tmp_path, shaped(*one, more[0], name="first"), shaped(*other, more[1], name="second"))


def test_a_cell_opens_its_evidence(two: str) -> None:
    read = Reader(two)
    (ident,) = read.opened_by("failed 2 of 3")
    panel = read.panel(ident)
    for words in ("AC-001 on first", "2 failed, 1 passed", "It breaks", "It breaks again", "core/one.feature:3"):
        assert words in panel
    for words in ("an answer of 200", "500", "answered with 500", "curl -sS -i -X POST http://127.0.0.1:1/AC-001"):
        assert panel.count(words) >= 2
    assert "It holds" in panel


def test_what_was_not_judged_is_no_pass_and_has_its_reason(two: str) -> None:
    read = Reader(two)
    (ident,) = read.opened_by("not testable 1 of 2")
    assert "why it is not testable" in read.panel(ident)
    assert '<td class="soft">not selected</td>' in two
    assert re.findall(r'<button [^>]*class="st passed"[^>]*><span class="vh">([^<]*)<', two) == ["passed 1"]
    assert re.findall(r'<b class="conformant">([^<]*)<', two) == ["conformant", "conformant"]


def test_each_verdict_has_its_denominator(two: str) -> None:
    assert "4 planned = 2 passed + 2 failed" in two
    assert "3 planned = 1 deviates + 1 not testable + 1 not claimed" in two


def test_the_table_has_a_bar_in_each_cell_and_what_is_long_below_it(two: str) -> None:
    table, rest = two.split("</table>", 1)
    cell = table[table.index('title="failed 2 of 3"') :]
    bar = re.findall(r'<rect class="fill ([\w-]+)" x="([\d.]+)%" width="([\d.]+)%"', cell[: cell.index("</button>")])
    assert bar == [("failed", "0.000", "66.667"), ("passed", "66.667", "33.333")]
    for long in ("http://127.0.0.1:1", "upsertspec 0.1.0, features", "planned ="):
        assert long not in table
        assert long in rest


def test_a_profile_that_nobody_claims_is_named_and_has_no_rows(tmp_path: Path) -> None:
    both = [shaped(result(), result("not claimed", "AC-301"), name=name) for name in ("first", "second")]
    for criterion in both[0]["criteria"]:
        criterion["profile"] = "batch" if criterion["id"] == "AC-301" else "core"
    text = rendered(tmp_path, *both)
    assert '<span class="id">AC-301' not in text
    assert re.search("Judged on none of the targets: [^<]*, batch<", text)


def test_rows_in_which_targets_agree_can_be_left_out(tmp_path: Path) -> None:
    same, other = result(), result("failed", "AC-003")
    text = rendered(tmp_path, shaped(same, other), shaped(same, result(criterion="AC-003", title=other["title"])))
    assert re.findall(r'<tr( class="same")?><th scope="row"><span class="id">(AC-\d+)', text) == [
        (' class="same"', "AC-001"),
        (' class="same"', "AC-002"),
        ("", "AC-003"),
    ]


def test_every_button_opens_what_is_there_and_ids_are_apart(two: str) -> None:
    elements = Reader(two).elements
    idents = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(idents) == len(set(idents))
    targets = {attrs["popovertarget"] for _, attrs in elements if "popovertarget" in attrs}
    assert targets == {attrs["id"] for _, attrs in elements if "popover" in attrs}
    assert all(attrs.get("aria-labelledby") in idents for _, attrs in elements if "popover" in attrs)


def test_it_requests_nothing(two: str) -> None:
    for tag, attrs in Reader(two).elements:
        assert tag not in ("img", "link", "iframe", "object", "embed", "a", "form", "base", "image", "use")
        assert not {name for name in attrs if name in ("src", "href", "srcset", "action", "style") or name[:2] == "on"}
    style, script = re.findall(r"<style>(.*?)</style>|<script>(.*?)</script>", two, re.DOTALL)
    assert "url(" not in style[0]
    assert "@import" not in style[0]
    assert not re.search(r"fetch|import|XMLHttp|eval|innerHTML", script[1])


def test_only_its_own_style_and_script_may_run(two: str) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', two)
    assert policy.startswith("default-src &#39;none&#39;; ")
    for kind in ("style", "script"):
        (content,) = re.findall(f"<{kind}>(.*?)</{kind}>", two, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src &#39;sha256-{digest}&#39;" in policy


def test_whatever_a_report_holds_is_text(tmp_path: Path) -> None:
    file = f"{HOSTILE}.feature"
    bad = result("failed", title=HOSTILE, expected=HOSTILE, actual=HOSTILE, reason=HOSTILE, file=file)
    bad["exchanges"][0] |= {"curl": HOSTILE, "url": f"http://{HOSTILE}", "failure": HOSTILE}
    del bad["exchanges"][0]["response"]
    report = shaped(bad, result(title=f"{HOSTILE} too"), name=HOSTILE, version=HOSTILE)
    report["target"] |= {"url": f"http://{HOSTILE}", "dialect": HOSTILE}
    report["run"]["selection"]["keyword"] = HOSTILE
    report["verdict"]["headline"] = HOSTILE
    for criterion in report["criteria"]:
        criterion["sentence"] = HOSTILE
    report["preflight"] = [{"level": "fatal", "what": HOSTILE, "hint": HOSTILE}]
    plain = Reader(rendered(tmp_path, shaped(result("failed"), result()), shaped(result("failed"))))
    text = rendered(tmp_path, report, shaped(result()))
    read = Reader(text)
    assert {tag for tag, _ in read.elements} <= {tag for tag, _ in plain.elements} | {"h2", "li", "ul"}
    assert {name for _, attrs in read.elements for name in attrs} == {n for _, attrs in plain.elements for n in attrs}
    assert sum(tag == "script" for tag, _ in read.elements) == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\ud800]", text)
    assert sum("onerror=alert(2)" in data for data in read.texts) > 10
    text.encode("utf-8")


def test_what_does_not_apply_has_its_reason_and_is_not_green(tmp_path: Path) -> None:
    text = rendered(tmp_path, shaped(result("not applicable", reason="products has no birthday")), shaped(result()))
    read = Reader(text)
    (ident,) = read.opened_by("not applicable 1")
    assert "products has no birthday" in read.panel(ident)
    assert 'class="st not-applicable" title="not applicable 1">' in text


def test_the_command_writes_each_format(cli: Cli, runs: tuple[Path, Path], tmp_path: Path) -> None:
    reports = [str(folder) for folder in runs]
    for name, begins in (
        ("m.html", "<!doctype html>"),
        ("m.md", "|  | A: the reference server"),
        ("m.txt", "A  the re"),
    ):
        done = cli("compare", *reports, "-o", str(tmp_path / name))
        assert (done.code, done.out) == (0, "")
        assert (tmp_path / name).read_text("utf-8").startswith(begins)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["m.html", "m.md", "m.txt"]
    shown = cli("compare", *reports, "--format", "terminal").out
    assert shown == (tmp_path / "m.txt").read_text("utf-8")
    assert re.search(r"AC-012 +passed 6 +failed 6 ", shown)
    assert "AC-007   passed 3" in shown


def test_no_report_is_overwritten(cli: Cli, tmp_path: Path) -> None:
    file = saved(tmp_path / "report.json", shaped(result()))
    before = Path(file).read_bytes()
    for named in (file, str(tmp_path)):
        done = cli("compare", named, "-o", f"{tmp_path}/./report.json")
        assert done.code == 2
        assert "is one of the reports; name another file" in done.err
    assert Path(file).read_bytes() == before


WRONG = {
    "none": ((), "Missing argument 'REPORT...'"),
    "no file": (("nowhere.json",), "nowhere.json: does not exist; name a report.json"),
    "no report": (("other.json",), "other.json: is not a report of upsertspec; name the report.json"),
    "no folder": (("good.json", "-o", "no/such/m.html"), "-o no/such/m.html can't be written"),
    "no format": (("good.json", "--format", "pdf"), "Invalid value for '--format'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_reported(name: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path / "good.json", shaped(result()))
    (tmp_path / "other.json").write_text("{}")
    arguments, words = WRONG[name]
    done = cli("compare", *arguments)
    assert done.code == 2
    assert words in done.err
