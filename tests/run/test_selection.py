"""Which collected tests are which cases, and which of them a run covers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pytest_bdd.scenario import scenario_wrapper_template_registry

from upsertspec.errors import ConfigError
from upsertspec.run.collection import assign_cases, case_of, deselect, turn_of
from upsertspec.run.selection import Selection
from upsertspec.spec import criteria as spec

BOTH = Selection(("core", "identity"))


@pytest.fixture
def item() -> Any:
    """`item(case)`: a collected test of this case, as pytest-bdd makes it."""
    made = []

    def make(case: spec.Case | None) -> Any:
        def function() -> None: ...

        if case is not None:
            feature = next(f for f in spec.features() if f.filename.endswith(case.file))
            template = next(t for t in feature.scenarios.values() if t.line_number == case.line)
            scenario_wrapper_template_registry[function] = template
            made.append(function)
        example = {"_pytest_bdd_example": case.example} if case and case.example else {}
        call = {"callspec": SimpleNamespace(params=example)} if example else {}
        return Item(obj=function, stash=pytest.Stash(), **call)

    yield make
    for function in made:
        del scenario_wrapper_template_registry[function]


class Item(SimpleNamespace):
    """A collected test, compared by identity."""

    __hash__ = object.__hash__
    __eq__ = object.__eq__


class Hook:
    """Records which tests pytest hears were left out."""

    def __init__(self) -> None:
        self.hook, self.dropped = self, list[Any]()

    def pytest_deselected(self, items: list[Any]) -> None:
        assert items
        self.dropped += items


def a_case(profile: str, outline: bool = False) -> spec.Case:
    return next(case for case in spec.cases() if case.profile == profile and bool(case.example) is outline)


@pytest.mark.parametrize("outline", [True, False])
def test_a_scenario_is_its_case_also_with_an_example(item: Any, outline: bool) -> None:
    case = a_case("core", outline)
    made = item(case)
    assert case_of(made) is None
    assign_cases([made])
    assert case_of(made) is case


def test_foreign_parameters_are_not_an_example(item: Any) -> None:
    made = item(a_case("core"))
    made.callspec = SimpleNamespace(params={"number": 1})
    assign_cases([made])
    assert case_of(made) is a_case("core")


def test_other_tests_are_not_cases(item: Any) -> None:
    plain, bare = item(None), Item(stash=pytest.Stash())
    assign_cases([bare, plain])
    assert (case_of(plain), case_of(bare)) == (None, None)


def test_a_scenario_of_another_specification_is_not_a_case(item: Any) -> None:
    made, known = item(a_case("core")), item(a_case("identity"))
    renamed = SimpleNamespace(**{**vars(scenario_wrapper_template_registry[made.obj]), "name": "theirs", "tags": set()})
    scenario_wrapper_template_registry[made.obj] = renamed
    assign_cases([made, known])
    assert case_of(made) is None
    assert case_of(known) is not None


def test_what_is_claimed_selected_or_no_case_is_kept(item: Any) -> None:
    core, identity, batch = (item(a_case(profile)) for profile in ("core", "identity", "batch"))
    items = [core, plain := item(None), batch, identity]
    assign_cases(items)
    hook = Hook()
    deselect(items, BOTH, hook)
    assert items == [core, plain, identity]
    assert hook.dropped == [batch]
    deselect(items, Selection(BOTH.profiles, (a_case("identity").criterion,)), hook)
    assert items == [plain, identity]
    assert hook.dropped == [batch, core]


def test_pytest_hears_nothing_if_nothing_is_left_out(item: Any) -> None:
    items = [item(None)]
    hook = Hook()
    deselect(items, BOTH, hook)
    assert (len(items), hook.dropped) == (1, [])


def test_what_may_harm_others_comes_last_and_the_rest_keeps_its_order(item: Any) -> None:
    load, hostile, plain, core = item(a_case("concurrency")), item(a_case("hostile")), item(None), item(a_case("core"))
    items = [batch := item(a_case("batch")), hostile, load, plain, core]
    assign_cases(items)
    items.sort(key=turn_of)
    assert items == [batch, plain, core, load, hostile]


def test_a_case_that_needs_a_profile_beside_its_own_is_run_where_both_are_claimed(item: Any) -> None:
    case = next(case for case in spec.cases() if case.needs)
    for profiles, left in (((case.profile,), 0), ((case.profile, *case.needs), 1)):
        items = [item(case)]
        assign_cases(items)
        deselect(items, Selection(profiles), Hook())
        assert len(items) == left


def test_only_what_is_claimed_and_asked_for_is_planned() -> None:
    core, identity, batch = a_case("core"), a_case("identity"), a_case("batch")
    assert [BOTH.planned(case) for case in (core, identity, batch)] == [True, True, False]
    one = Selection(BOTH.profiles, (batch.criterion, core.criterion))
    assert [one.selected(case) for case in (core, identity, batch)] == [True, False, True]
    assert [one.planned(case) for case in (core, identity, batch)] == [True, False, False]
    assert one.why_not_claimed(batch) == "the target does not claim batch"
    assert {case.criterion for case in one.planned_cases()} == {core.criterion}
    assert {case.criterion for case in one.selected_cases()} == {core.criterion, batch.criterion}


def test_a_keyword_is_matched_with_the_criterion_the_profile_and_the_title() -> None:
    case = a_case("core")
    for keyword in (case.criterion.lower(), "core and not batch", case.title[:12].split()[0], case.id):
        assert Selection(BOTH.profiles, keyword=keyword).selected(case)
    assert not Selection(BOTH.profiles, keyword="not core").selected(case)


def test_only_files_with_a_planned_case_are_collected() -> None:
    one = a_case("identity")
    files = Selection(BOTH.profiles, (one.criterion,)).feature_files()
    assert [file for file in files if file.endswith(one.file)]
    assert all("/identity/" in file for file in files)
    assert len(Selection(spec.PROFILES).feature_files()) == len(spec.features())


def test_a_run_of_a_part_does_not_cover_everything_that_is_claimed() -> None:
    planned = BOTH.planned_cases()
    assert BOTH.covers_everything_claimed(planned)
    assert BOTH.covers_everything_claimed(spec.cases())
    assert not BOTH.covers_everything_claimed(planned[1:])


def test_the_scope_is_empty_for_everything_that_is_claimed() -> None:
    assert BOTH.scope == ""
    assert Selection(BOTH.profiles, ("AC-001", "AC-002"), "new").scope == "AC-001, AC-002, -k 'new'"


@pytest.mark.parametrize(
    ("criterion", "keyword", "words"),
    [((), "new and", "-k 'new and': .*; write words joined by"), (("AC-301",), "", "no scenario of core, identity")],
)
def test_a_selection_that_plans_nothing_is_an_error(criterion: tuple[str, ...], keyword: str, words: str) -> None:
    BOTH.require_planned_cases()
    with pytest.raises(ConfigError, match=words):
        Selection(BOTH.profiles, criterion, keyword).require_planned_cases()
