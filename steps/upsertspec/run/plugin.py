"""The pytest plugin: gives the scenarios their world, and writes down what became of each. It only delegates."""

from __future__ import annotations

import itertools
import os
import pickle
import string
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from pytest_bdd.parser import Scenario, Step

from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import CheckFailed, NotApplicable, UpsertspecError
from upsertspec.http.client import Client
from upsertspec.run.recorder import Recorder, adjust_report
from upsertspec.run.selection import assign_cases, case_of, deselect, put_last
from upsertspec.run.settings import SETTINGS, Settings
from upsertspec.spec.criteria import PROFILES, asserted, is_own
from upsertspec.steps.own_table import require_points
from upsertspec.steps.then_stored import NOTHING_WRITTEN, add_what_was_written
from upsertspec.steps.world import World
from upsertspec.target.from_env import target_from_env

pytest_plugins = [
    "upsertspec.steps.given",
    "upsertspec.steps.when_upsert",
    "upsertspec.steps.when_records",
    "upsertspec.steps.when_hostile",
    "upsertspec.concurrency.when_concurrent",
    "upsertspec.steps.then_answers",
    "upsertspec.steps.then_stored",
    "upsertspec.steps.then_lists",
    "upsertspec.steps.then_hostile",
    "upsertspec.concurrency.then_concurrent",
]

RECORDER = pytest.StashKey[Recorder]()
RESULT = "upsertspec"


def pytest_configure(config: pytest.Config) -> None:
    """Take the settings that the command line left; a worker gets them from the process that controls it."""
    handed = getattr(config, "workerinput", {})
    if RESULT in handed:
        config.stash[SETTINGS] = pickle.loads(handed[RESULT])
    config.stash[RECORDER] = Recorder(handed.get("workerid", "main"))
    for mark in (*PROFILES, "should"):
        config.addinivalue_line("markers", f"{mark}: a tag of the specification")


def pytest_bdd_apply_tag(tag: str) -> bool | None:
    """The harness reads its own tags itself: they would not make valid names of marks."""
    return True if is_own(tag) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Find the cases among the tests; keep those that are claimed and selected, what is about load at the end."""
    assign_cases(items)
    put_last(items)
    if SETTINGS in config.stash:
        deselect(items, config.stash[SETTINGS], config)


@pytest.fixture(scope="session")
def upsertspec_settings(pytestconfig: pytest.Config) -> Settings:
    """The run: from the command line, else from the environment. Override it to judge a target of your own making."""
    if SETTINGS in pytestconfig.stash:
        return pytestconfig.stash[SETTINGS]
    try:
        return Settings(target_from_env(os.environ))
    except UpsertspecError as wrong:
        pytest.exit(f"upsertspec: {wrong}", returncode=wrong.exit_code)


@pytest.fixture(scope="session")
def upsertspec_client(upsertspec_settings: Settings) -> Iterator[Client]:
    """One client for a worker, with a pooled session for each role."""
    target = upsertspec_settings.target
    share = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    try:
        dialect = dialect_for(target)
    except UpsertspecError as wrong:
        pytest.exit(f"upsertspec: {wrong}", returncode=wrong.exit_code)
    client = Client(target, dialect, share, upsertspec_settings.patient)
    yield client
    client.close()


@pytest.fixture(scope="session")
def upsertspec_marks(upsertspec_settings: Settings, pytestconfig: pytest.Config) -> Iterator[str]:
    """Marks for names: the run's own letters, the worker, and a number; no two scenarios get the same."""
    worker = getattr(pytestconfig, "workerinput", {}).get("workerid", "").removeprefix("gw")
    return (f"{upsertspec_settings.run_id}{_letters(worker)}{number:03d}" for number in itertools.count(1))


@pytest.fixture
def world(request: pytest.FixtureRequest, upsertspec_client: Client, upsertspec_marks: Iterator[str]) -> World:
    """The state of one scenario."""
    case = case_of(request.node)
    made = World(upsertspec_client, next(upsertspec_marks), *((case.criterion, asserted(case)) if case else ("",)))
    request.config.stash[RECORDER].world(made)
    return made


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, scenario: Scenario) -> None:
    """A scenario starts; one of a profile that the target does not claim is left out."""
    settings, case = request.getfixturevalue("upsertspec_settings"), case_of(request.node)
    request.config.stash[RECORDER].begin(scenario, request.getfixturevalue("upsertspec_client"), settings.target)
    if case is not None and not settings.claimed(case):
        pytest.skip(settings.why_not_claimed(case))
    if case is not None:
        bindings = request.getfixturevalue("upsertspec_client").bindings
        require_points(bindings, [step.name for step in scenario.steps], case.example)
    if case is not None and (why := request.getfixturevalue("upsertspec_client").cannot.get(case.criterion)):
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
    """A step is done."""
    request.config.stash[RECORDER].leave(step)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, None]:
    """Write down the result of a case, and let pytest's own outcome say the same."""
    outcome = yield
    case = case_of(item)
    if case is not None and call.when == "call":
        report = outcome.get_result()
        result = item.config.stash[RECORDER].result(case, call.excinfo.value if call.excinfo else None)
        report.upsertspec = result.as_dict()
        adjust_report(report, result)


def _letters(number: str) -> str:
    return "".join(string.ascii_lowercase[int(digit)] for digit in number) if number.isdigit() else ""
