"""features/README.md holds the vocabulary as it is: one row for each step definition, made from the definitions."""

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
from upsertspec.steps import cells

PAGE = features_dir() / "README.md"


def test_the_page_holds_the_vocabulary(
    raw_scenarios: list[Scenario], definitions: Mapping[str, StepFunctionContext]
) -> None:
    assert _part("vocabulary") == vocabulary_table(raw_scenarios, definitions)


def test_the_page_tells_how_cells_are_read() -> None:
    table = "\n".join(line for line in (cells.__doc__ or "").splitlines() if line.startswith("|"))
    assert _part("cells") == table


def test_the_page_names_every_tag() -> None:
    text = PAGE.read_text("utf-8")
    for tag in (*{case.profile for case in spec.cases()}, "should"):
        assert f"`@{tag}`" in text


def test_the_page_tells_how_requests_are_broken() -> None:
    assert _part("alterations") == listed(alterations())
    assert _part("credentials") == listed(BROKEN)


def listed(words: Iterable[str]) -> str:
    """The words in one paragraph, with a line for each few."""
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
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", text, re.DOTALL)
    assert found, f"features/README.md has no part between <!-- {name} --> and <!-- end -->"
    return found[1].strip()
