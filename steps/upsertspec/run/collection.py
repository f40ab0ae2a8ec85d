"""Which collected tests are which cases, and which of them are run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pytest
from pytest_bdd.scenario import scenario_wrapper_template_registry

from upsertspec.run.selection import Selection
from upsertspec.spec import criteria as spec

CASE = pytest.StashKey[spec.Case]()


def assign_cases(items: Sequence[pytest.Item]) -> None:
    """Store its case on each test that is a scenario of the specification."""
    for item in items:
        function = getattr(item, "obj", None)
        template = scenario_wrapper_template_registry.get(function) if function else None
        if template is not None:
            with suppress(KeyError):
                item.stash[CASE] = spec.case(spec.case_id(template, example_of(item)))


def case_of(item: pytest.Item) -> spec.Case | None:
    """The case of a test, or None if it is not a scenario of the specification."""
    return item.stash.get(CASE, None)


def turn_of(item: pytest.Item) -> tuple[bool, bool]:
    """When a test is run (`spec.criteria.turn`); one that is not a case comes with the first."""
    case = case_of(item)
    return spec.turn(case) if case else (False, False)


def deselect(items: list[pytest.Item], selection: Selection, config: pytest.Config) -> None:
    """Keep the planned cases and all tests that are not cases."""
    dropped = [item for item in items if (case := case_of(item)) is not None and not selection.planned(case)]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        gone = set(dropped)
        items[:] = [item for item in items if item not in gone]


def example_of(item: pytest.Item) -> dict[str, str]:
    """The row of examples that a test is about; empty if it is about none."""
    spec_of_call = getattr(item, "callspec", None)
    return dict(spec_of_call.params.get("_pytest_bdd_example", {})) if spec_of_call else {}
