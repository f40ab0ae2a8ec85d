"""The lint of the raw feature files: mistakes that pytest-bdd would not report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from pytest_bdd.parser import render_string
from pytest_bdd.steps import StepFunctionContext

import upsertspec
from tests.spec.raw import Scenario, document, step_texts, written_steps
from tests.spec.write_ids import write_ids
from upsertspec.report.mistakes import ABOUT, OF_WAYS
from upsertspec.spec import criteria as spec
from upsertspec.spec.files import features_dir
from upsertspec.spec.ids import PREFIX, row_id
from upsertspec.spec.options import OPTIONS
from upsertspec.spec.outlines import outlines
from upsertspec.spec.schema import tables

MOST_STEPS = 6
MOST_FREQUENT = 24
FEWEST_SCENARIOS = 3


def test_titles_are_unique_in_a_file(raw_scenarios: list[Scenario]) -> None:
    titles = Counter((scenario.file, scenario.name) for scenario in raw_scenarios)
    assert [title for title, count in titles.items() if count > 1] == []


def test_pytest_bdd_sees_every_scenario(raw_scenarios: list[Scenario]) -> None:
    rows = sum(sum(len(e["tableBody"]) for e in scenario.examples) or 1 for scenario in raw_scenarios)
    assert len(spec.cases()) == rows
    assert len({case.id for case in spec.cases()}) == rows


def test_the_quick_scan_reads_what_pytest_bdd_reads() -> None:
    parsed = [
        (
            spec.case_id(template, row),
            render_string(template.name, row),
            template.line_number,
            spec.tags_of(template),
            row,
        )
        for feature in spec.features()
        for template in feature.scenarios.values()
        for row in spec.examples(template)
    ]
    scanned = [
        (case.id, case.title, case.line, outline.tags, dict(case.example))
        for file in spec.feature_files()
        for outline in outlines(file)
        for case in spec.cases()
        if (features_dir() / case.file, case.line) == (file, outline.line)
    ]
    assert scanned == parsed


def test_every_scenario_has_one_profile_and_one_criterion(raw_scenarios: list[Scenario]) -> None:
    for scenario in raw_scenarios:
        assert len(scenario.tags & set(spec.PROFILES)) == 1, scenario.place
        assert len([tag for tag in scenario.tags if tag.startswith("AC-")]) == 1, scenario.place


def test_tags_are_those_of_the_scheme(raw_scenarios: list[Scenario]) -> None:
    needs = {f"{spec.NEEDS}{profile}" for profile in spec.PROFILES}
    known = {*spec.PROFILES, *needs, "should", spec.ALONE, *(criterion.id for criterion in spec.criteria())}
    used = {tag for scenario in raw_scenarios for tag in scenario.tags}
    assert {tag for tag in used if not tag.startswith((PREFIX, spec.ASSERTS, spec.DEFINES))} <= known


def test_what_sends_much_at_once_or_measures_times_is_run_alone(raw_scenarios: list[Scenario]) -> None:
    loud = re.compile(r"\bmany (clients|pairs)\b|the same time for both|\d,\d{3},\d{3} bytes")
    for scenario in raw_scenarios:
        is_loud = any(loud.search(text) for _, text in step_texts(scenario))
        assert not is_loud or spec.ALONE in scenario.tags, scenario.place


def test_every_scenario_has_an_id_of_its_own(raw_scenarios: list[Scenario]) -> None:
    idents = [tag for scenario in raw_scenarios for tag in scenario.tags if tag.startswith(PREFIX)]
    lacking = [s.place for s in raw_scenarios if len([tag for tag in s.tags if tag.startswith(PREFIX)]) != 1]
    assert lacking == [], "`python -m tests.spec.write_ids` writes the ids that are missing"
    assert [ident for ident in idents if not re.fullmatch(r"S-[a-z0-9]{4}", ident)] == []
    assert [ident for ident, count in Counter(idents).items() if count > 1] == []


def test_missing_ids_are_written_once_and_stay(tmp_path: Path) -> None:
    file = tmp_path / "core" / "some.feature"
    file.parent.mkdir()
    text = "Feature: F\n\n  Rule: R\n\n    Scenario: One\n      When a\n\n    @should\n    Scenario Outline: Two\n"
    file.write_text(text, "utf-8")
    assert write_ids(tmp_path) == 2
    written = file.read_text("utf-8")
    one, two = re.findall(r"@(S-[a-z0-9]{4})", written)
    assert written == text.replace("    Scenario: One", f"    @{one}\n    Scenario: One").replace(
        "    @should", f"    @{two} @should"
    )
    file.write_text(written.replace("One", "Another title"), "utf-8")
    assert write_ids(tmp_path) == 0
    file.write_text(written + "\n    @S-zzzz\n    Scenario: Three\n\n    Scenario: One\n", "utf-8")
    assert write_ids(tmp_path) == 1
    idents = re.findall(r"@(S-[a-z0-9]{4})", file.read_text("utf-8"))
    assert len(set(idents)) == 4


def test_the_id_of_a_row_stays_when_rows_are_inserted_and_titles_change() -> None:
    row = {"table": "contact", "status": "404"}
    assert row_id("S-k3x9", row) == row_id("S-k3x9", {"place": "contact", "answer": "404"}) != "S-k3x9"
    assert row_id("S-k3x9", row) != row_id("S-k3x9", {**row, "status": "403"})
    assert row_id("S-k3x9", {}) == "S-k3x9"


UNCHANGED = re.compile(r"\w+ keeps .+|.+ (?:is|are) as before|nothing (?:else )?has .+|(?:no|one) record in .+")


def test_a_scenario_says_more_than_that_nothing_changed() -> None:
    """A request that was refused changes nothing either."""
    for feature in spec.features():
        for scenario in feature.scenarios.values():
            then = [step.name for step in scenario.steps if step.type == "then"]
            assert not all(map(UNCHANGED.fullmatch, then)), f"{feature.filename}: {scenario.name}"


def test_a_profile_has_its_folder(raw_scenarios: list[Scenario]) -> None:
    for scenario in raw_scenarios:
        assert scenario.file.split("/")[0] in scenario.tags, scenario.place


def test_every_criterion_has_scenarios_of_its_profile() -> None:
    for criterion in spec.criteria():
        assert len(criterion.cases) >= FEWEST_SCENARIOS, criterion.id
        assert {case.profile for case in criterion.cases} == {criterion.profile}, criterion.id


def test_each_role_is_defined_by_one_criterion(raw_scenarios: list[Scenario]) -> None:
    roles = {tag.removeprefix(spec.DEFINES) for s in raw_scenarios for tag in s.tags if tag.startswith(spec.DEFINES)}
    assert all(spec.defining(role) for role in roles)
    with pytest.raises(LookupError, match="@defines-nothing has to be on exactly one criterion, not on none"):
        spec.defining("nothing")


def test_no_step_names_a_criterion_and_every_tag_it_asks_for_exists(raw_scenarios: list[Scenario]) -> None:
    tags = {tag for scenario in raw_scenarios for tag in scenario.tags}
    asked, literals = set(), set()
    for package in ("steps", "concurrency"):
        for file in (Path(upsertspec.__file__).parent / package).glob("*.py"):
            text = file.read_text("utf-8")
            assert not re.search(r"AC-\d", text), file.name
            asked |= {f"{spec.ASSERTS}{subject}" for subject in re.findall(r'\basserts\("([a-z-]+)"\)', text)}
            literals |= set(re.findall(r'"([a-z-]+)"', text))
    assert asked == {tag for tag in tags if tag.startswith(spec.ASSERTS)} - {f"{spec.ASSERTS}counts"}
    defined = {tag.removeprefix(spec.DEFINES) for tag in tags if tag.startswith(spec.DEFINES)}
    assert defined <= literals | {*ABOUT, *OF_WAYS, *(option.name for option in OPTIONS)}


def test_nine_tenths_of_the_steps_come_from_few_definitions(
    raw_scenarios: list[Scenario], definitions: Mapping[str, StepFunctionContext]
) -> None:
    uses: Counter[str] = Counter()
    for kind, text in [each for scenario in raw_scenarios for each in written_steps(scenario)]:
        uses[next(n for n, d in definitions.items() if d.type == kind and d.parser.is_matching(text))] += 1
    most = [count for _, count in uses.most_common(MOST_FREQUENT)]
    assert sum(most) >= 0.9 * uses.total()


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
