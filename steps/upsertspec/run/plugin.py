"""The pytest plugin: gives each scenario its world, and records its result. It only delegates."""

from __future__ import annotations

import itertools
import os
import string
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping
from typing import Any

import pytest
from pytest_bdd.parser import Scenario, Step

from upsertspec.dialects.bounds import deep_json
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import CheckFailed, NotApplicable, UpsertspecError
from upsertspec.http.client import Client
from upsertspec.run import pytest_report
from upsertspec.run.collection import assign_cases, case_of, deselect, turn_of
from upsertspec.run.recorder import RECORDER, Recorder, adjust_report
from upsertspec.run.restart import REVIVE
from upsertspec.run.retries import run_with_retries
from upsertspec.run.settings import SETTINGS, Settings
from upsertspec.run.workers import RESULT, WORKER, Worker
from upsertspec.spec.criteria import PROFILES, asserted, is_own
from upsertspec.steps.own_table import require_points, seconds_apart
from upsertspec.steps.then_stored import NOTHING_WRITTEN, add_what_was_written
from upsertspec.steps.whole_records import require_kept
from upsertspec.steps.world import ControlResults, World
from upsertspec.target.from_env import target_from_env

pytest_plugins = [
    "upsertspec.steps.given",
    "upsertspec.steps.conditions",
    "upsertspec.steps.organizations",
    "upsertspec.steps.when_upsert",
    "upsertspec.steps.when_records",
    "upsertspec.steps.when_hostile",
    "upsertspec.concurrency.when_concurrent",
    "upsertspec.steps.then_answers",
    "upsertspec.steps.then_operations",
    "upsertspec.steps.then_records",
    "upsertspec.steps.then_stored",
    "upsertspec.steps.then_lists",
    "upsertspec.steps.then_hostile",
    "upsertspec.steps.then_written",
    "upsertspec.concurrency.then_concurrent",
]

NUMBERS: Mapping[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
"""The numbers of each run, which may have several sessions."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option for a report, in a run that pytest itself begins."""
    pytest_report.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Note which worker this is, and register the markers. A user's own pytest-xdist has workers too."""
    xdist = getattr(config, "workerinput", {})
    config.stash[WORKER] = worker = Worker(xdist.get("workerid", "main"), xdist.get("workercount", 1))
    config.stash[RECORDER] = Recorder(worker.name)
    for mark in (*PROFILES, "should"):
        config.addinivalue_line("markers", f"{mark}: a tag of the specification")
    pytest_report.register(config)


def pytest_bdd_apply_tag(tag: str) -> bool | None:
    """Make no markers of the tags that only the harness reads: `AC-001` is not a valid name for a marker."""
    return True if is_own(tag) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Find the cases among the tests, keep the planned ones, and put those that may harm others at the end."""
    assign_cases(items)
    items.sort(key=turn_of)
    if SETTINGS in config.stash:
        deselect(items, config.stash[SETTINGS].selection, config)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a case again that met a 5xx, if the settings say so."""
    settings = item.config.stash.get(SETTINGS, None)
    if settings is None or not settings.retries or case_of(item) is None:
        return None
    run_with_retries(item, nextitem, settings.retries)
    return True


@pytest.fixture(scope="session")
def upsertspec_settings(pytestconfig: pytest.Config) -> Settings:
    """The settings from the command line, or else from the environment. Override it to test a target of your own."""
    if SETTINGS in pytestconfig.stash:
        return pytestconfig.stash[SETTINGS]
    try:
        return Settings(target_from_env(os.environ))
    except UpsertspecError as wrong:
        pytest.exit(f"upsertspec: {wrong}", returncode=wrong.exit_code)


@pytest.fixture(scope="session")
def upsertspec_client(upsertspec_settings: Settings, pytestconfig: pytest.Config) -> Iterator[Client]:
    """The client of a worker, with one pooled session for each role."""
    target = upsertspec_settings.target
    pytestconfig.stash.setdefault(SETTINGS, upsertspec_settings)
    try:
        dialect = dialect_for(target)
    except UpsertspecError as wrong:
        pytest.exit(f"upsertspec: {wrong}", returncode=wrong.exit_code)
    client = Client(
        target,
        dialect,
        pytestconfig.stash[WORKER].count,
        upsertspec_settings.patient,
        accepted=upsertspec_settings.accepted,
        revive=None if upsertspec_settings.patient else pytestconfig.stash.get(REVIVE, lambda: False),
    )
    yield client
    client.close()


@pytest.fixture(scope="session")
def upsertspec_marks(upsertspec_settings: Settings, pytestconfig: pytest.Config) -> Iterator[str]:
    """Marks for names, a different one for each scenario: the run's id, letters for the worker, and a number."""
    worker, run_id = pytestconfig.stash[WORKER].name.removeprefix("gw"), upsertspec_settings.run_id
    return (f"{run_id}{_letters(worker)}{number:03d}" for number in NUMBERS[run_id])


@pytest.fixture(scope="session")
def upsertspec_controls() -> ControlResults:
    """What the controls found, once for each worker."""
    return ControlResults()


@pytest.fixture
def world(
    request: pytest.FixtureRequest,
    upsertspec_client: Client,
    upsertspec_marks: Iterator[str],
    upsertspec_controls: ControlResults,
) -> World:
    """The state of one scenario."""
    case = case_of(request.node)
    criterion, subjects = (case.criterion, asserted(case)) if case else ("", ())
    return World(upsertspec_client, next(upsertspec_marks), criterion, upsertspec_controls, subjects)


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, scenario: Scenario) -> None:
    """Start to record a scenario. Skip it if the target does not claim it or the dialect can't express it."""
    settings, world = request.getfixturevalue("upsertspec_settings"), request.getfixturevalue("world")
    case, client, recorder = case_of(request.node), world.client, request.config.stash[RECORDER]
    recorder.begin(scenario, client, settings.target, settings.evidence)
    recorder.world(world)
    if case is None:
        return
    if not settings.selection.claimed(case):
        pytest.skip(settings.selection.why_not_claimed(case))
    require_kept(client, case)
    sentences = [step.name for step in scenario.steps]
    require_points(client.bindings, sentences, case.example)
    client.keep_writes_apart(seconds_apart(client.bindings, sentences))
    if why := client.cannot.get(case.criterion):
        raise NotApplicable(why)


def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Step) -> None:
    """A step starts."""
    request.config.stash[RECORDER].enter(step)


def pytest_bdd_step_error(request: pytest.FixtureRequest, scenario: Scenario, step: Step, exception: Exception) -> None:
    """A step failed. Where a later one asks whether anything was written, look: a wrong answer is only half of it."""
    later = scenario.steps[scenario.steps.index(step) + 1 :] if step in scenario.steps else []
    if isinstance(exception, CheckFailed) and any(each.name == NOTHING_WRITTEN for each in later):
        add_what_was_written(request.getfixturevalue("world"), exception)


def pytest_bdd_after_step(request: pytest.FixtureRequest, step: Step) -> None:
    """A step has passed."""
    request.config.stash[RECORDER].leave(step)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Let a scenario compare deeply nested values; leave the user's other tests alone."""
    if case_of(item) is None:
        return (yield)
    with deep_json:
        return (yield)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, None]:
    """Record the result of a case, and make pytest's own outcome agree with it."""
    outcome = yield
    case = case_of(item)
    if case is not None and call.when == "call":
        report = outcome.get_result()
        result = item.config.stash[RECORDER].result(case, call.excinfo.value if call.excinfo else None)
        setattr(report, RESULT, result.as_dict())
        adjust_report(report, result)


def _letters(number: str) -> str:
    return "".join(string.ascii_lowercase[int(digit)] for digit in number) if number.isdigit() else ""
