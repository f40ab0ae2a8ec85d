from __future__ import annotations

from collections.abc import Mapping

import pytest
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from tests.spec.raw import Scenario, scenarios
from upsertspec.concurrency import then_concurrent, when_concurrent
from upsertspec.steps import (
    conditions,
    given,
    organizations,
    then_answers,
    then_hostile,
    then_lists,
    then_operations,
    then_records,
    then_stored,
    then_written,
    when_hostile,
    when_records,
    when_upsert,
)

MODULES = (
    given,
    conditions,
    organizations,
    when_upsert,
    when_records,
    when_hostile,
    when_concurrent,
    then_answers,
    then_operations,
    then_records,
    then_stored,
    then_lists,
    then_written,
    then_hostile,
    then_concurrent,
)


@pytest.fixture(scope="session")
def raw_scenarios() -> list[Scenario]:
    return list(scenarios())


@pytest.fixture(scope="session")
def definitions() -> Mapping[str, StepFunctionContext]:
    """Every step definition of the vocabulary, by the name of its function."""
    members = [value for module in MODULES for value in vars(module).values()]
    contexts = [_context(member) for member in members]
    return {context.step_func.__name__: context for context in contexts if context is not None}


def _context(member: object) -> StepFunctionContext | None:
    """Step definitions are kept as fixtures; pytest-bdd's registry knows the function inside."""
    function = getattr(member, "_fixture_function", None)
    return step_function_context_registry.get(function) if function else None
