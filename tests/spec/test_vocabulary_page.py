"""features/README.md documents the vocabulary: one row for each step definition."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping

from pytest_bdd.steps import StepFunctionContext

from tests.spec.raw import Scenario, step_texts
from upsertspec.dialects.altered import alterations
from upsertspec.http.credentials import BROKEN
from upsertspec.spec import criteria as spec
from upsertspec.spec.files import features_dir
from upsertspec.spec.ids import PREFIX
from upsertspec.steps import cells, phrases

PAGE = features_dir() / "README.md"


def test_the_page_holds_the_vocabulary(
    raw_scenarios: list[Scenario], definitions: Mapping[str, StepFunctionContext]
) -> None:
    assert _part("vocabulary") == vocabulary_table(raw_scenarios, definitions)


def test_the_page_explains_cells_and_phrases() -> None:
    for name, module in (("cells", cells), ("phrases", phrases)):
        assert _part(name) == "\n".join(line for line in (module.__doc__ or "").splitlines() if line.startswith("|"))


def test_the_page_names_every_tag(raw_scenarios: list[Scenario]) -> None:
    text = PAGE.read_text("utf-8")
    used = {tag for scenario in raw_scenarios for tag in scenario.tags if not tag.startswith(("AC-", PREFIX))}
    assert [tag for tag in sorted(used) if f"`@{tag}`" not in text] == []
    named = re.findall(rf"`@((?:{spec.ASSERTS}|{spec.DEFINES})[a-z-]+)`", text)
    assert sorted(named) == sorted(tag for tag in used if tag.startswith((spec.ASSERTS, spec.DEFINES)))


def test_the_page_lists_how_requests_are_broken() -> None:
    assert _part("alterations") == listed(alterations())
    assert _part("credentials") == listed(BROKEN)


def listed(words: Iterable[str]) -> str:
    """The words in one paragraph, wrapped."""
    return textwrap.fill(
        "; ".join(f"`{word}`" for word in words) + ".", 124, break_long_words=False, break_on_hyphens=False
    )


def test_every_pattern_has_its_scenario() -> None:
    titles = {(case.criterion, case.title) for case in spec.cases()}
    rows = [row.strip("| ").split(" | ") for row in _part("patterns").splitlines()[2:]]
    assert [row for row in rows if (row[1], row[2]) not in titles] == []


def vocabulary_table(scenarios: list[Scenario], definitions: Mapping[str, StepFunctionContext]) -> str:
    """The table that the page should hold."""
    steps = [step for scenario in scenarios for step in step_texts(scenario)]
    rows = ["| step | meaning |", "| --- | --- |"]
    for definition in definitions.values():
        sentence = _sentence(definition, steps)
        meaning = " ".join((definition.step_func.__doc__ or "").split())
        rows.append(f"| {str(definition.type).title()} {sentence} | {meaning} |")
    return "\n".join(rows)


def _sentence(definition: StepFunctionContext, steps: list[tuple[str, str]]) -> str:
    """The pattern itself where people can read it, else the shortest step that fits it."""
    name = definition.parser.name
    if "(?P<" not in name:
        return re.sub(r"\{(\w+):\w\}", r"{\1}", name)
    fitting = [text for kind, text in steps if kind == definition.type and definition.parser.is_matching(text)]
    return min(fitting, key=lambda text: (len(text), text))


def _part(name: str) -> str:
    text = PAGE.read_text("utf-8")
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", text, re.DOTALL)
    assert found, f"features/README.md has no part between <!-- {name} --> and <!-- end -->"
    return found[1].strip()
