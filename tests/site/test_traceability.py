"""Every sentence of the contract leads to what holds it, or says why nothing does."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from markdown_it import MarkdownIt

from tests.site.conftest import Site
from tests.site.test_site import tree, words
from upsertspec.site.sentences import Sentence, sentences, split
from upsertspec.site.traceability import UNDECIDED, Traced, manifest, reasons, traced
from upsertspec.spec import criteria as spec


@pytest.fixture(scope="module")
def contract() -> list[Traced]:
    """The sentences of the contract."""
    text = (spec.features_dir() / "CONTRACT.md").read_text("utf-8")
    tokens = MarkdownIt("commonmark").enable("table").parse(re.sub(r"^<!--.*?-->\n", "", text, flags=re.M | re.S))
    return traced(list(sentences(tokens)))


def test_every_sentence_is_decided_and_nothing_else_is(contract: list[Traced]) -> None:
    new = [(each.sentence.section, each.sentence.text) for each in contract if each.reason == UNDECIDED]
    assert new == [], "features/traceability.toml does not have these sentences of the contract"
    there = {(each.sentence.section, each.sentence.text) for each in contract}
    listed = {(section, text) for section, own in manifest()["sentences"].items() for text in own}
    assert listed - there == set(), "features/traceability.toml has sentences that the contract does not have"


def test_what_holds_a_sentence_exists(contract: list[Traced]) -> None:
    known = {name for case in spec.cases() for name in (case.scenario, case.criterion)}
    for each in contract:
        assert set(each.named) <= known, each.sentence.text
        assert bool(each.scenarios) != bool(each.reason), each.sentence.text
        assert not each.reason or each.reason in reasons(), each.sentence.text
    assert {each.reason for each in contract} - {""} == set(reasons())


def test_every_scenario_holds_a_sentence(contract: list[Traced]) -> None:
    held = {name for each in contract for name in each.scenarios}
    assert held == {case.scenario for case in spec.cases()}


def test_the_page_has_the_figures_and_every_sentence(site: Site, contract: list[Traced]) -> None:
    page = tree(site("plain") / "traceability.html")
    counted = Counter(each.reason or "tested" for each in contract)
    rows = [[words(cell) for cell in row] for row in page.iter("tr")]
    assert {name: int(number) for number, name, *_ in rows[1 : len(reasons()) + 2]} == counted
    anchors = {element.get("id") for element in page.iter()}
    beside = {element.get("id"): words(element) for element in tree(site("plain") / "contract.html").iter("span")}
    for each in contract:
        assert each.id in anchors
        shown = re.sub(r"[`*]", "", each.sentence.text.split(" | ")[0])
        assert words_of(beside[each.id]).startswith(words_of(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", shown)))
    assert len({each.id for each in contract}) == len(contract)


def words_of(text: str) -> str:
    return re.sub(r"[\s*]+", "", text)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One. Two? `three` is. 3.0 is one.", ["One.", "Two?", "`three` is.", "3.0 is one."]),
        ("It is 3.5 long, e.g. so", ["It is 3.5 long, e.g. so"]),
        ("**What a match is.** A record.", ["**What a match is.** A record."]),
    ],
)
def test_sentences_end_where_they_end(text: str, pieces: list[str]) -> None:
    assert split(text) == pieces


def test_an_example_and_a_head_of_a_table_are_no_claims() -> None:
    text = "# A\n\n| a | b |\n| --- | --- |\n| c | d |\n\nSo:\n\n```json\n{}\n```\n"
    found = list(sentences(MarkdownIt("commonmark").enable("table").parse(text)))
    assert [(each.text, each.example) for each in found] == [("c | d", False), ("So:", True)]
    assert all(isinstance(each, Sentence) and each.section == "A" for each in found)
