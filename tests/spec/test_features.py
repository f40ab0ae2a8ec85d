"""The lint of the raw feature files: what pytest-bdd would let pass without a word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import pytest
from pytest_bdd.steps import StepFunctionContext

from tests.spec.raw import Scenario, document, step_texts
from upsertspec.spec import criteria as spec
from upsertspec.spec.files import features_dir
from upsertspec.spec.schema import tables

CRITERIA = {
    "core": range(1, 15),
    "identity": range(101, 113),
    "conflict": range(201, 207),
    "batch": range(301, 309),
    "integrity": range(401, 407),
    "transactions": range(501, 506),
    "records": range(601, 614),
    "concurrency": range(701, 707),
    "hostile": range(801, 811),
}
SHOULDS = {"AC-110", "AC-111"}
MOST_STEPS = 6
FEWEST_SCENARIOS = 3


def test_titles_are_unique_in_a_file(raw_scenarios: list[Scenario]) -> None:
    titles = Counter((scenario.file, scenario.name) for scenario in raw_scenarios)
    assert [title for title, count in titles.items() if count > 1] == []


def test_pytest_bdd_sees_every_scenario(raw_scenarios: list[Scenario]) -> None:
    rows = sum(sum(len(e["tableBody"]) for e in scenario.examples) or 1 for scenario in raw_scenarios)
    assert len(spec.cases()) == rows
    assert len({case.id for case in spec.cases()}) == rows


def test_every_scenario_has_one_profile_and_one_criterion(raw_scenarios: list[Scenario]) -> None:
    for scenario in raw_scenarios:
        assert len(scenario.tags & set(spec.PROFILES)) == 1, scenario.place
        assert len([tag for tag in scenario.tags if tag.startswith("AC-")]) == 1, scenario.place


def test_tags_are_those_of_the_scheme(raw_scenarios: list[Scenario]) -> None:
    needs = {f"{spec.NEEDS}{profile}" for profile in spec.PROFILES}
    known = {*spec.PROFILES, *needs, "should", *(criterion.id for criterion in spec.criteria())}
    assert {tag for scenario in raw_scenarios for tag in scenario.tags} <= known


def test_a_profile_has_its_folder(raw_scenarios: list[Scenario]) -> None:
    for scenario in raw_scenarios:
        assert scenario.file.split("/")[0] in scenario.tags, scenario.place


def test_every_criterion_of_the_contract_has_scenarios() -> None:
    found = {criterion.id: criterion for criterion in spec.criteria()}
    wanted = {f"AC-{number:03d}": profile for profile, numbers in CRITERIA.items() for number in numbers}
    assert {ident: criterion.profile for ident, criterion in found.items()} == wanted
    assert [c.id for c in found.values() if len(c.cases) < FEWEST_SCENARIOS] == []
    assert {c.id for c in found.values() if c.level == "SHOULD"} == SHOULDS


def test_core_has_at_least_seventy_scenarios() -> None:
    assert sum(case.profile == "core" for case in spec.cases()) >= 70


def test_a_rule_begins_with_its_criterion_and_says_the_same_everywhere(raw_scenarios: list[Scenario]) -> None:
    sentences: dict[str, set[str]] = {}
    for scenario in raw_scenarios:
        ident = next(tag for tag in scenario.tags if tag.startswith("AC-"))
        assert scenario.rule.startswith(f"{ident} "), scenario.place
        sentences.setdefault(ident, set()).add(scenario.rule)
    assert {ident: said for ident, said in sentences.items() if len(said) > 1} == {}


def test_every_step_fits_exactly_one_definition(
    raw_scenarios: list[Scenario], definitions: Mapping[str, StepFunctionContext]
) -> None:
    wrong = {}
    for kind, text in sorted({step for scenario in raw_scenarios for step in step_texts(scenario)}):
        fitting = [n for n, d in definitions.items() if d.type == kind and d.parser.is_matching(text)]
        if len(fitting) != 1:
            wrong[f"{kind} {text}"] = fitting
    assert wrong == {}


def test_no_definition_is_unused(raw_scenarios: list[Scenario], definitions: Mapping[str, StepFunctionContext]) -> None:
    steps = {step for scenario in raw_scenarios for step in step_texts(scenario)}
    unused = [
        name
        for name, definition in definitions.items()
        if not any(kind == definition.type and definition.parser.is_matching(text) for kind, text in steps)
    ]
    assert unused == []


def test_a_scenario_has_one_when_and_few_steps(raw_scenarios: list[Scenario]) -> None:
    for scenario in raw_scenarios:
        kinds = [step["keywordType"] for step in scenario.own_steps]
        assert kinds.count("Action") == 1, scenario.place
        assert len(kinds) <= MOST_STEPS, scenario.place
        after_when = scenario.own_steps[kinds.index("Action") + 1 :]
        assert after_when, scenario.place
        assert after_when[0]["keywordType"] == "Outcome", scenario.place


@pytest.mark.parametrize("word", ["should", "test", "verify", "verifies", "check", "checks"])
def test_titles_say_the_behaviour(raw_scenarios: list[Scenario], word: str) -> None:
    assert [s.place for s in raw_scenarios if word in s.name.lower().split()] == []


def test_examples_have_names_and_every_column_is_used(raw_scenarios: list[Scenario]) -> None:
    for scenario in raw_scenarios:
        for examples in scenario.examples:
            assert examples["name"], scenario.place
            used = str(scenario.own_steps) + scenario.name
            for cell in examples["tableHeader"]["cells"]:
                assert f"<{cell['value']}>" in used, f"{scenario.place}: {cell['value']}"


def test_rows_of_an_outline_have_titles_of_their_own(raw_scenarios: list[Scenario]) -> None:
    titles = Counter((case.criterion, case.file, case.title) for case in spec.cases())
    assert [title for title, count in titles.items() if count > 1] == []


def test_features_say_what_they_are_for() -> None:
    for file in spec.feature_files():
        assert document(file)["description"].strip(), file.relative_to(features_dir())


def test_tables_name_the_profiles_that_use_them(raw_scenarios: list[Scenario]) -> None:
    used: dict[str, set[str]] = {name: set() for name in tables()}
    for scenario in raw_scenarios:
        texts = [text for _, text in step_texts(scenario)]
        texts += [step["docString"]["content"] for step in scenario.own_steps if "docString" in step]
        words = {word for text in texts for word in re.findall(r"\w+", text)}
        for table in words & set(used):
            used[table] |= scenario.tags & set(spec.PROFILES)
    assert used == {name: set(table.profiles) for name, table in tables().items()}
