"""`upsertspec docs`: the whole specification is there, every link works, and none leads outside."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import pytest
from pytest_bdd.parser import ScenarioTemplate

from tests.html import parsed, texts
from tests.report.kit import CLI
from tests.site.conftest import Site
from upsertspec.errors import ConfigError
from upsertspec.prove.servers import broken_servers
from upsertspec.report.proof import last_proof
from upsertspec.report.status import by_severity, worst
from upsertspec.site import build, coverage, markdown
from upsertspec.site.contents import anchor_of
from upsertspec.spec import criteria as spec
from upsertspec.spec import schema

BOTH = pytest.mark.parametrize("kind", ["plain", "judged"])


@cache
def tree(file: Path) -> Element:
    """A page of ours as a browser reads it."""
    return parsed(file.read_text("utf-8"))


def ours(folder: Path) -> list[Path]:
    """The pages of the site without the report, which has its own tests."""
    return [file for file in sorted(folder.iterdir()) if file.name != "report.html"]


def anchors(file: Path) -> list[str]:
    if file.name == "report.html":
        return re.findall(r' id="([^"]+)"', file.read_text("utf-8"))
    return [found for element in tree(file).iter() if (found := element.get("id"))]


def words(element: Element) -> str:
    return spaced("".join(element.itertext()))


def section(file: Path, name: str) -> Element:
    return next(element for element in tree(file).iter() if element.get("aria-labelledby") == name)


@BOTH
def test_every_link_leads_to_what_is_there(site: Site, kind: str) -> None:
    folder = site(kind)
    known = {file.name: set(anchors(file)) for file in folder.iterdir()}
    reports = {server.report for server in broken_servers() if server.report}
    seen = 0
    for file in ours(folder):
        for link in tree(file).iter("a"):
            if link.get("href") in reports:  # the only links that leave the site
                continue
            name, _, anchor = (link.get("href") or "?").partition("#")
            assert (name or file.name) in known, f"{file.name}: {link.get('href')}"
            assert not anchor or unquote(anchor) in known[name or file.name], f"{file.name}: {link.get('href')}"
            seen += 1
    assert seen > 500


@BOTH
def test_anchors_are_unique_and_every_page_has_its_parts(site: Site, kind: str) -> None:
    for file in ours(site(kind)):
        names = anchors(file)
        assert len(names) == len(set(names)), file.name
        page = tree(file)
        assert page.get("lang") == "en"
        assert [len(list(page.iter(tag))) for tag in ("title", "h1", "main", "header", "footer")] == [1] * 5, file.name
        labels = [nav.get("aria-label") for nav in page.iter("nav")]
        assert labels[:2] == ["Pages", "Profiles"]
        assert labels[-1] == "Previous and next"
        assert len(labels) == len(set(labels))
        current = [link.get("href") for link in page.iter("a") if link.get("aria-current") == "page"]
        assert current == ([] if file.name.startswith(("pattern-", "table-", "search")) else [file.name])


@BOTH
def test_headings_skip_no_level(site: Site, kind: str) -> None:
    for file in ours(site(kind)):
        levels = [int(each.tag[1]) for each in tree(file).iter() if re.fullmatch("h[1-6]", str(each.tag))]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), file.name


@BOTH
def test_nothing_is_fetched_and_nothing_runs(site: Site, kind: str) -> None:
    for file in ours(site(kind)):
        for element in tree(file).iter():
            assert element.tag not in ("img", "iframe", "object"), file.name
            assert element.tag != "script" or file.name == "search.html"
            assert element.tag != "link" or element.get("rel") in ("prev", "next")
            assert element.tag != "form" or element.get("action") == "search.html"
            assert not {"src", "style", "srcset"} & set(element.attrib), file.name
            assert not [name for name in element.attrib if name.startswith("on")]
        style = next(tree(file).iter("style")).text or ""
        assert "url(" not in style
        assert "@import" not in style
        policy = next(e.get("content") for e in tree(file).iter("meta") if e.get("http-equiv"))
        assert str(policy).startswith("default-src 'none'; style-src 'sha256-")


def test_every_criterion_and_every_scenario_is_there(site: Site) -> None:
    for criterion in spec.criteria():
        file = site("plain") / f"{criterion.profile}.html"
        own = section(file, criterion.id)
        assert texts(own, "h2")[0].startswith(f"{criterion.id} {criterion.sentence}")
        titles = [words(heading) for heading in own.iter("h3") if str(heading.get("id")).startswith("S-")]
        wanted = dict.fromkeys(
            template.name
            for feature in spec.features()
            for template in feature.scenarios.values()
            if spec.criterion_of(spec.tags_of(template)) == criterion.id
        )
        assert titles == list(wanted)
    pages = [site("plain") / f"{profile}.html" for profile in spec.PROFILES]
    shown = sum(len(list(tree(file).iter("article"))) for file in pages)
    assert shown == sum(len(feature.scenarios) for feature in spec.features())


def test_each_statement_is_there_with_its_criterion_and_its_scenario(site: Site) -> None:
    page = tree(site("plain") / "coverage.html")
    assert "As a developer, I want to upsert records" in words(page)
    rows = [[words(cell) for cell in row.iter("td")] for row in page.iter("tr")]
    assert ["created where nothing matches API-TABLES-RECORDS-UPSERT-001", "AC-001", "A new contact is created"] in rows
    assert len([row for row in rows if len(row) == 3]) == len(coverage.statements())
    beside = {row[0]: row[2] for row in rows if len(row) == 4}
    assert list(beside) == [criterion.id for criterion in spec.criteria()]
    assert [name for name, e2e in beside.items() if e2e] == [f"AC-{number:03}" for number in range(1, 15)]


def test_a_scenario_reads_as_it_is_written(site: Site) -> None:
    for feature in spec.features():
        for template in feature.scenarios.values():
            case = case_of(template)
            article = section(site("plain") / f"{case.profile}.html", case.scenario)
            own = template.steps[len(template.all_background_steps) :]
            expected = [f"{step.keyword.strip()} {spaced(step.name)}" for step in own]
            steps = [words(each) for each in article.iter("li") if each.find("b") is not None]
            assert [shown[: len(line)] for shown, line in zip(steps, expected, strict=True)] == expected
            cells = [cell.value for step in own if step.datatable for row in step.datatable.rows for cell in row.cells]
            named = [name for each in template.examples for name in each.example_params]
            values = [str(value) for each in template.examples for row in each.examples for value in row]
            shown = [words(cell) for row in article.iter("tr") for cell in row]
            assert Counter(shown) == Counter(map(spaced, [*cells, *named, *values]))


def case_of(template: ScenarioTemplate) -> spec.Case:
    """The first case of a scenario."""
    file = Path(template.feature.filename)
    place = f"{file.parent.name}/{file.name}", template.line_number
    return next(case for case in spec.cases() if (case.file, case.line) == place)


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def test_every_broken_server_is_listed_under_what_it_violates(site: Site) -> None:
    catalogue, folder = broken_servers(), site("plain")
    for criterion in spec.criteria():
        own = section(folder / f"{criterion.profile}.html", f"{criterion.id}-faults")
        wanted = [(server.name, server.says) for server in catalogue if criterion.id in server.violates]
        assert list(zip(map(words, own.iter("dt")), map(words, own.iter("dd")), strict=True)) == wanted
        proven = last_proof()["criteria"][criterion.id]
        assert f"({proven['caught']} of {proven['of']} in the last proof)" in texts(own, "h3")[0]
    assert set(anchors(folder / "faults.html")) >= {server.name for server in catalogue}


def test_every_table_and_role_is_there(site: Site) -> None:
    file = site("plain") / "tables.html"
    for table in schema.tables().values():
        page = tree(site("plain") / f"table-{table.name}.html")
        rows = [[words(cell) for cell in row] for row in page.iter("tr")][1:]
        assert [name for name, _, _ in rows] == [*table.fields, *schema.PROTECTED]
        for (_, kind, rules), field in zip(rows, table.fields.values(), strict=False):
            assert kind == (f"→ {field.references}" if field.references else field.type.name)
            assert ("required" in rules, "unique" in rules) == (field.required, field.unique)
            assert all(option in rules for option in field.options)
    rows = [[words(cell) for cell in row] for row in section(file, "roles").iter("tr")][1:]
    assert [name for name, *_ in rows] == [*schema.roles(), "anonymous"]
    for name, *may in rows[:-1]:
        assert may == ["yes" if schema.roles()[name][each] else "no" for each in ("create", "update", "delete", "read")]


def test_the_contract_and_the_vocabulary_are_there_whole(site: Site) -> None:
    for name, source in (("contract.html", "CONTRACT.md"), ("vocabulary.html", "README.md")):
        raw = (spec.features_dir() / source).read_text("utf-8")
        page = tree(site("plain") / name)
        headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", raw, flags=re.DOTALL), re.MULTILINE)
        shown = [words(each) for each in page.iter() if re.fullmatch("h[1-6]", str(each.tag))]
        assert shown == [re.sub(r"[`*]", "", heading) for heading in headings]
        assert len(list(page.iter("pre"))) == raw.count("```") // 2
        rows = re.findall(r"^\|(?! ---).*\|$", raw, re.MULTILINE)
        assert len(list(page.iter("tr"))) == len(rows)
        assert "<!--" not in words(page)
    links = {link.get("href") for link in tree(site("plain") / "contract.html").iter("a")}
    assert {f"{c.profile}.html#{c.id}" for c in spec.criteria()} <= links


def test_with_a_report_each_criterion_and_case_has_its_result(site: Site, raw: dict[str, Any]) -> None:
    results = {result["id"]: result["status"] for result in raw["results"]}
    folder = site("judged")
    for criterion in raw["criteria"]:
        own = section(folder / f"{criterion['profile']}.html", criterion["id"])
        counts = words(next(each for each in own.iter("p") if each.get("class") == "counts"))
        said = [f"{number} {status}" for status, number in criterion["counts"].items()] or ["not in the report"]
        assert sorted(re.findall(r"\d+ [a-z ]+?(?= \d|$)", counts) or [counts]) == sorted(said)
    for case in spec.cases():
        own = section(folder / f"{case.profile}.html", case.criterion)
        links = {link.get("href"): words(link) for link in own.iter("a")}
        assert links.get(f"report.html#{anchor_of(case)}", "") == results.get(case.id, "")
    entries = [words(item) for item in tree(folder / "index.html").iter("li")]
    for criterion in raw["criteria"]:
        [entry] = [each for each in entries if each.startswith(criterion["id"])]
        assert entry.endswith(worst(by_severity(criterion["counts"])) if criterion["counts"] else "not in the report")


def test_a_report_of_other_features_is_mentioned(raw: dict[str, Any]) -> None:
    other = {**raw, "suite": {**raw["suite"], "features_digest": "0" * 64}}
    note = "made with another version of the scenarios"
    assert note in build.pages(other, {})["index.html"]
    assert note not in build.pages(raw, {})["index.html"]


def test_text_from_a_report_is_escaped(raw: dict[str, Any]) -> None:
    pressed = "<script>alert(1)</script>\u202e\x00\ud800"
    shown = {**raw, "target": {**raw["target"], "name": pressed}, "verdict": {**raw["verdict"], "headline": pressed}}
    page = build.pages(shown, {})["index.html"]
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;\\u202e\\x00\\ud800") == 2


def test_without_the_markdown_package_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    with pytest.raises(ConfigError, match=r"pip install 'upsertspec\[docs\]'"):
        markdown.document(spec.features_dir() / "CONTRACT.md", {}, {})


def test_the_command_writes_it(tmp_path: Path, recording: Path) -> None:
    line = [*CLI, "docs", "--recording", str(recording), "-o"]
    done = subprocess.run([*line, str(tmp_path / "a" / "b")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a" / "b" / "index.html").is_file()
    (tmp_path / "file").touch()
    refused = subprocess.run([*line, str(tmp_path / "file")], capture_output=True, text=True)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.endswith("the folder can't be made (File exists); name another\n")
