"""Runs the suite against a target with pytest, in this process or in several workers, and collects the results."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
import pytest_bdd.plugin
from pytest_bdd.feature import features

from upsertspec import process
from upsertspec.errors import ENDED
from upsertspec.report.result import Result, Status
from upsertspec.report.spool import Spool
from upsertspec.report.status import Counts, row
from upsertspec.run import plugin
from upsertspec.run.collection import case_of
from upsertspec.run.death import lost_cases
from upsertspec.run.execution import Execution
from upsertspec.run.finalize import finalize
from upsertspec.run.restart import REVIVE, Revive, restarts
from upsertspec.run.selection import Selection
from upsertspec.run.settings import SETTINGS, Settings
from upsertspec.run.workers import RESULT, Workers
from upsertspec.spec import criteria as spec
from upsertspec.spec.files import suite_dir

SUITE = "upsertspec.suite.test_specification"
UNNEEDED = (
    *("cacheprovider", "capture", "doctest", "faulthandler", "junitxml", "logging", "monkeypatch", "pastebin"),
    *("recwarn", "subtests", "threadexception", "tmpdir", "unittest", "unraisableexception"),
)
"""Plugins of pytest that only cost time here."""
MOST = 2_000
"""How many scenarios pytest collects at once. It keeps 7 KiB of each until its session ends."""
ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}

Listener = Callable[[Result], None]
INTERRUPTED = f"{ENDED}it was interrupted"


class RunInterrupted(KeyboardInterrupt):
    """A signal ended the run. `results` has a result for every selected case all the same."""

    def __init__(self, results: list[Result]) -> None:
        self.results = results
        super().__init__(INTERRUPTED)


def run(settings: Settings, jobs: int = 1, listener: Listener = lambda _: None) -> list[Result]:
    """Run what the settings select; return a result for every selected case, in the order of the specification.

    With more than one job, `jobs` workers share the run, except for the cases that one worker runs alone. A planned
    case without a result, because a worker died, is a harness error. Raises RunInterrupted after a signal.
    """
    results: dict[str, Result] = {}
    why = "nothing was run"
    with restarts(settings.target) as revive:
        collector = _Results(settings, listener, results, revive)
        shared = Workers(jobs, collector.take, revive, collector.why_ended)
        for is_shared, collector.part in _sessions(settings, jobs, results):
            sys.modules.pop(SUITE, None)  # an earlier session in this process may have collected it for other profiles
            plugins = [collector, Execution(), *([shared] if is_shared else [])]
            output = io.StringIO()
            with _environment(), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                code = pytest.main(_arguments(), plugins=[*_plugins(), *plugins])
            if code == pytest.ExitCode.INTERRUPTED:
                raise RunInterrupted(_complete(settings, results, INTERRUPTED))
            if ended := collector.why_ended():
                return _complete(settings, results, f"{ENDED}{ended}", Status.NOT_TESTABLE)
            why = _last_line(output.getvalue())
    return _complete(settings, results, f"no result: {why}")


def _sessions(settings: Settings, jobs: int, results: Mapping[str, Result]) -> Iterator[tuple[bool, Settings]]:
    """The pytest sessions of a run, one after the other: whether workers share it, and what it runs.

    Where several workers met a target that died and was started again, one worker runs what they lost once more.
    """
    planned = sorted(settings.selection.planned_cases(), key=spec.turn)
    for start in range(0, len(planned), MOST):
        part = frozenset(case.id for case in planned[start : start + MOST])
        yield jobs > 1, replace(settings, scenarios=part) if len(planned) > MOST else settings
        if len(planned) > MOST:
            features.clear()
            gc.collect()
    if jobs > 1 and settings.target.restart and (lost := lost_cases(results.values())):
        yield False, replace(settings, scenarios=frozenset(lost))


def run_each(asked: Iterable[Settings], first_failures: bool = False) -> Iterator[list[Result]]:
    """Run several targets, one after the other, in one pytest session that collects the features once.

    Yields the results for each, in order. With `first_failures`, a criterion ends at its first failure; its other
    scenarios have no result.
    """
    rounds = _Rounds(asked, first_failures)
    with _environment(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = pytest.main(_arguments(), plugins=[*_plugins(), rounds, Execution()])
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    yield from rounds.results


def unrun(case: spec.Case, selection: Selection, status: Status, why: str) -> Result:
    """The result of a selected case that was not run: not claimed, or else of this status for this reason."""
    if selection.claimed(case):
        return Result(case, status, why)
    return Result(case, Status.NOT_CLAIMED, selection.why_not_claimed(case))


def _complete(
    settings: Settings, results: Mapping[str, Result], why: str, status: Status = Status.ERROR
) -> list[Result]:
    """The final result of every selected case; one that was planned and has no result gets this status."""
    selection = settings.selection
    cases = selection.selected_cases()
    found = [results.get(case.id) or unrun(case, selection, status, why) for case in cases]
    return finalize(found, settings.target, partial=settings.shard is not None)


class _Results:
    """The plugin in the main process that sets the settings of a session, its `part`, and collects the results."""

    takes_results = True

    def __init__(
        self,
        settings: Settings,
        listener: Listener,
        results: dict[str, Result],
        revive: Revive,
    ) -> None:
        self.part = settings
        self._settings = settings
        self._spool = Spool()
        self._revive = revive
        self._listener = listener
        self._results = results
        self._session: pytest.Session | None = None

    def why_ended(self) -> str:
        """Why the run ends early: enough scenarios failed. Empty if it goes on."""
        limit = self._settings.fail_fast
        failed = sum(row(result.status).red for result in self._results.values()) if limit else 0
        return f"{failed} scenario{'s' if failed > 1 else ''} failed (--fail-fast)" if limit and failed >= limit else ""

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._session = session

    def pytest_sessionfinish(self) -> None:
        self._session = None  # it holds all that was collected

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[SETTINGS] = self.part
        config.stash[REVIVE] = self._revive

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self) -> None:
        """Begin no scenario after a signal, whoever caught it."""
        process.require_running()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        raw = vars(report).pop(RESULT, None)
        if raw is not None:
            self.take(raw)
            if self._session and (ended := self.why_ended()):
                self._session.shouldfail = ended

    def take(self, raw: Mapping[str, Any]) -> None:
        """Add a result; its evidence goes to disk."""
        result = self._spool.keep(Result.from_dict(raw))
        result = replace(result, case=spec.case(result.case.id))
        is_first = result.case.id not in self._results
        self._results[result.case.id] = result
        if is_first:
            self._listener(result)


class _Rounds:
    """The plugin that runs the collected tests again for each target."""

    def __init__(self, asked: Iterable[Settings], first_failures: bool) -> None:
        self._asked = asked
        self._first_failures = first_failures
        self._round: dict[str, Result] = {}
        self._failed: set[str] = set()
        self.results: list[list[Result]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for settings in self._asked:
            session.config.stash[SETTINGS] = settings
            self._round, self._failed = {}, set()
            left_out: set[str] = set()
            for item in session.items:
                case = case_of(item)
                if case is None or not settings.selection.planned(case):
                    continue
                if self._first_failures and case.criterion in self._failed:
                    left_out.add(case.id)
                    continue
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=item.parent)
            session._setupstate.teardown_exact(None)  # the client of this target
            results = _complete(settings, self._round, "no result")
            self.results.append([result for result in results if result.case.id not in left_out])
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        raw = vars(report).pop(RESULT, None)
        if raw is not None:
            result = Result.from_dict(raw)
            self._round[result.case.id] = result
            if row(result.status).counts is Counts.FAILURE:
                self._failed.add(result.case.criterion)


def _plugins() -> list[object]:
    """The plugins as modules. For the name of one, pytest would look through all packages that are installed."""
    return [pytest_bdd.plugin, *map(import_module, plugin.pytest_plugins), plugin, _Quiet()]


class _Quiet:
    """The plugin that takes out pytest's own reporter, which keeps every report to the end for a text nobody reads."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.unregister(name="terminalreporter")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Print why the features can't be collected: then no scenario has a result."""
        if report.failed:
            print(report.longreprtext)


def _arguments() -> list[str]:
    suite = str(suite_dir())
    bare = [word for unneeded in UNNEEDED for word in ("-p", f"no:{unneeded}")]
    config = ["-c", f"{suite}/pytest.ini", "--rootdir", suite]
    output = ["--assert=plain", "--tb=no", "-q", "--no-header", "--no-summary", "--continue-on-collection-errors"]
    return [*bare, *config, *output, suite]


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """Keeps the user's own pytest settings out of a run, and restores them afterwards."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "pytest ended early"
