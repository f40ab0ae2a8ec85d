"""What a reader starts with, and what real servers do at each criterion."""

from __future__ import annotations

import tomllib

import pytest

from tests.html import texts
from tests.site.conftest import Site
from tests.site.test_site import section, tree, words
from upsertspec.site.guide import guide
from upsertspec.site.json_text import highlighted
from upsertspec.site.judged import servers
from upsertspec.site.recording import Recorded
from upsertspec.spec import criteria as spec
from upsertspec.spec.files import targets_dir


def test_each_pattern_has_a_page_with_its_scenarios(site: Site, recorded: dict[str, Recorded]) -> None:
    titles = {case.scenario: case.title for case in spec.cases() if not case.example}
    patterns = guide().patterns
    assert len({pattern.title for pattern in patterns}) == 7
    for pattern in patterns:
        page = tree(site("plain") / pattern.file)
        assert texts(page, "h1") == [pattern.title]
        assert {pattern.sql, pattern.members} <= set(texts(page, "code"))
        shown = [heading.get("id") for heading in page.iter("h3")]
        assert shown == list(pattern.scenarios)
        assert all(titles.get(name, heading) == heading for name, heading in zip(shown, texts(page, "h3"), strict=True))
        requests = [each for each in page.iter("details") if each.get("class") == "recorded"]
        assert len(requests) == len(set(shown) & recorded.keys())


def test_every_case_leads_to_a_pattern(site: Site) -> None:
    read, page = guide(), tree(site("plain") / "patterns.html")
    rows = [[words(cell) for cell in row] for row in page.iter("tr")][1:]
    assert rows == [[case, pattern.title] for case, pattern in read.choices]
    assert {pattern.name for _, pattern in read.choices} == {pattern.name for pattern in read.patterns}
    assert texts(tree(site("plain") / "glossary.html"), "dt") == list(read.glossary)


def test_each_criterion_says_what_real_servers_do_instead(site: Site) -> None:
    raw = [tomllib.loads(file.read_text("utf-8")) for file in targets_dir().glob("*/target.toml")]
    wanted = {(known["criterion"], each["name"]) for each in raw for known in each["known_failures"]}
    assert wanted == {(criterion, server.name) for server in servers() for criterion in server.failures}
    for criterion in spec.criteria():
        own = section(site("plain") / f"{criterion.profile}.html", criterion.id)
        shown = [words(link) for link in own.iter("a") if str(link.get("href")).startswith("servers.html#")]
        assert shown == [server.name for server in servers() if criterion.id in server.failures]
    assert "numeral" in words(section(site("plain") / "core.html", "AC-010-servers"))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ('{"a<": [1, null]}', '{\n  <span class="k">"a&lt;"</span>: [\n    <span class="n">1</span>,\n    '
                              '<span class="l">null</span>\n  ]\n}'),
        ('{"a":0.10}', '{<span class="k">"a"</span>:<span class="n">0.10</span>}'),
        ('"\\u202e<b>"', '<span class="s">"\\u202e&lt;b&gt;"</span>'),
        ("<b>\nno JSON\x1b", "&lt;b&gt;\nno JSON\\x1b"),
    ],
)  # fmt: skip
def test_json_is_highlighted_and_escaped(text: str, html: str) -> None:
    assert highlighted(text) == html
