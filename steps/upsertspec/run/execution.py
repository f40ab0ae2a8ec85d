"""Runs the steps of a scenario, each found once.

pytest-bdd searches all fixtures of pytest for each step of each scenario. In a run of our own suite every step function
is visible to every scenario, so that a step can be found by its text alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from pytest_bdd.exceptions import StepDefinitionNotFoundError
from pytest_bdd.parser import Scenario, ScenarioTemplate, Step
from pytest_bdd.scenario import scenario_wrapper_template_registry
from pytest_bdd.steps import step_function_context_registry

from upsertspec.run.collection import example_of
from upsertspec.spec.outlines import filled


@dataclass(frozen=True)
class Call:
    """A step function with the arguments from the step's text, and the names of its further parameters."""

    function: Callable[..., object]
    arguments: Mapping[str, Any]
    others: Sequence[str]


class Execution:
    """The plugin that runs scenarios in place of pytest-bdd's own loop. The hooks of pytest-bdd are called as ever."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], Call] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Run the scenario of a test; leave a test that is none to pytest."""
        template = scenario_wrapper_template_registry.get(pyfuncitem.obj)
        if template is None:
            return None
        scenario = rendered(template, example_of(pyfuncitem))
        request: Any = pyfuncitem.funcargs["request"]
        hook = pyfuncitem.config.hook
        context = {"request": request, "feature": template.feature, "scenario": scenario}
        fixture = cache(request.getfixturevalue)
        hook.pytest_bdd_before_scenario(**context)
        try:
            for step in scenario.steps:
                self._run({**context, "step": step}, fixture)
        finally:
            hook.pytest_bdd_after_scenario(**context)
        return True

    def _run(self, context: Mapping[str, Any], fixture: Callable[[str], Any]) -> None:
        request, step = context["request"], context["step"]
        call, hook = self._call(step), request.config.hook
        hook.pytest_bdd_before_step(**context, step_func=call.function)
        given = {"datatable": step.datatable and step.datatable.raw(), "docstring": step.docstring}
        others = {name: given.get(name) or fixture(name) for name in call.others}
        context = {**context, "step_func": call.function, "step_func_args": {**call.arguments, **others}}
        try:
            call.function(**context["step_func_args"])
        except Exception as wrong:
            hook.pytest_bdd_step_error(**context, exception=wrong)
            raise
        hook.pytest_bdd_after_step(**context)

    def _call(self, step: Step) -> Call:
        """The call of a step. Raises StepDefinitionNotFoundError where no step function fits its text."""
        name = (step.type, step.name)
        if name not in self._calls:
            self._calls[name] = _found(step)
        return self._calls[name]


def _found(step: Step) -> Call:
    contexts = step_function_context_registry.values()
    fitting = [c for c in contexts if c.type in (None, step.type) and c.parser.is_matching(step.name)]
    if not fitting:
        raise StepDefinitionNotFoundError(f"no step function fits {step}")
    context = fitting[-1]
    parameters = _parameters(context.step_func)
    parsed = {k: v for k, v in (context.parser.parse_arguments(step.name) or {}).items() if k in parameters}
    converted = {k: context.converters[k](v) if k in context.converters else v for k, v in parsed.items()}
    return Call(
        context.step_func, converted, [n for n, has_default in parameters.items() if not (n in parsed or has_default)]
    )


@cache
def _parameters(function: Callable[..., object]) -> Mapping[str, bool]:
    """The names of its parameters, and whether each has a default."""
    return {p.name: p.default is not p.empty for p in inspect.signature(function).parameters.values()}


def rendered(template: ScenarioTemplate, example: Mapping[str, str]) -> Scenario:
    """The scenario with the cells of a row in its steps; a step without a placeholder is used as it is."""
    steps = [_filled(step, dict(example)) if example else step for step in template.steps]
    return Scenario(
        feature=template.feature,
        keyword=template.keyword,
        name=filled(template.name, dict(example)),
        line_number=template.line_number,
        steps=steps,
        tags=template.tags,
        description=template.description,
        rule=template.rule,
    )


def _filled(step: Step, example: dict[str, str]) -> Step:
    table = step.datatable
    has_gaps = any("<" in str(cell) for row in table.raw() for cell in row) if table else False
    if not has_gaps and not any("<" in text for text in (step.name, step.docstring or "")):
        return step
    return Step(
        name=filled(step.name, example),
        type=step.type,
        indent=step.indent,
        line_number=step.line_number,
        keyword=step.keyword,
        datatable=Step.render_datatable(table, example) if table and has_gaps else table,
        docstring=filled(step.docstring, example) if step.docstring is not None else None,
    )
