"""Runs the suite against a target with pytest, in this process or in several, and gathers every result."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from upsertspec.report.result import Result, Status
from upsertspec.run.finalize import settle
from upsertspec.run.plugin import RESULT
from upsertspec.run.selection import case_of
from upsertspec.run.settings import SETTINGS, Part, Settings
from upsertspec.run.workers import CAN_COPY, Workers
from upsertspec.spec import criteria as spec
from upsertspec.spec.files import suite_dir

SUITE = "upsertspec.suite.test_specification"
Listener = Callable[[Result], None]

_UNNEEDED = (
    *(
        "cacheprovider",
        "capture",
        "doctest",
        "faulthandler",
        "junitxml",
        "logging",
        "monkeypatch",
        "pastebin",
        "recwarn",
    ),
    *("subtests", "threadexception", "tmpdir", "unittest", "unraisableexception"),
)
_ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}


def run(settings: Settings, jobs: int = 1, listener: Listener = lambda _: None) -> list[Result]:
    """Run what the settings select; give a result for every planned case, in the order of the specification.

    A case that was planned and has no result, because the run was interrupted or a worker died, is an error.
    """
    results: dict[str, Result] = {}
    why = "nothing was run"
    for part, workers in _parts(settings, jobs):
        sys.modules.pop(SUITE, None)  # it was collected for the profiles of an earlier run in this process
        gatherer = _Gatherer(replace(settings, part=part), listener, results)
        output = io.StringIO()
        with _environment(), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            code = pytest.main(_arguments(workers), plugins=_plugins(gatherer, workers))
        why = "the run was interrupted" if code == pytest.ExitCode.INTERRUPTED else _last_words(output.getvalue())
        if code == pytest.ExitCode.INTERRUPTED:
            break
    return _Gatherer(settings, listener, results).complete(f"no result: {why}")


def _plugins(gatherer: _Gatherer, workers: int) -> list[object]:
    """The gatherer, and several workers where they can be copies of this process; else they are xdist's."""
    return [gatherer, Workers(workers, gatherer.take)] if workers > 1 and CAN_COPY else [gatherer]


def _parts(settings: Settings, jobs: int) -> Iterator[tuple[Part, int]]:
    """The parts of a run, one after the other, and how many workers each has."""
    if jobs == 1:
        yield Part.WHOLE, 1
        return
    for part, workers in ((Part.SHARED, jobs), (Part.LAST, 1)):
        narrowed = replace(settings, part=part)
        if any(narrowed.selected(case) and narrowed.claimed(case) for case in spec.cases()):
            yield part, workers


def run_each(asked: Iterable[Settings]) -> Iterator[list[Result]]:
    """Run one target after the other in one pytest session: the features are collected once for all.

    Gives the results of each target, in the order in which they are asked for.
    """
    rounds = _Rounds(asked)
    with _environment(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        pytest.main(_arguments(jobs=1), plugins=[rounds])
    yield from rounds.results


def unrun(case: spec.Case, settings: Settings, status: Status, why: str) -> Result:
    """The result of a planned case that was not run: not claimed, or else of this status for this reason."""
    if settings.claimed(case):
        return Result(case, status, why)
    return Result(case, Status.NOT_CLAIMED, settings.why_not_claimed(case))


class _Gatherer:
    """The plugin in the controlling process: hands the settings out, takes the results in."""

    takes_results = True

    def __init__(self, settings: Settings, listener: Listener, results: dict[str, Result]) -> None:
        self._settings = settings
        self._listener = listener
        self._results = results

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[SETTINGS] = self._settings

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[RESULT] = pickle.dumps(self._settings)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        raw = getattr(report, RESULT, None)
        if raw is not None:
            self.take(raw)

    def take(self, raw: Mapping[str, Any]) -> None:
        """One more result."""
        result = Result.from_dict(raw)
        self._results[result.case.id] = result
        self._listener(result)

    def complete(self, why: str) -> list[Result]:
        """Every planned case with its result."""
        planned = [case for case in spec.cases() if self._settings.selected(case)]
        found = [self._results.get(case.id) or unrun(case, self._settings, Status.ERROR, why) for case in planned]
        return settle(found, self._settings.target)


class _Rounds:
    """The plugin that runs the collected tests anew for each target."""

    def __init__(self, asked: Iterable[Settings]) -> None:
        self._asked = asked
        self._gatherer: _Gatherer | None = None
        self.results: list[list[Result]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for settings in self._asked:
            session.config.stash[SETTINGS] = settings
            self._gatherer = _Gatherer(settings, lambda _: None, {})
            wanted = [item for item in session.items if _is_wanted(item, settings)]
            for item, following in zip(wanted, [*wanted[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.results.append(self._gatherer.complete("no result"))
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._gatherer is not None:
            self._gatherer.pytest_runtest_logreport(report)


def _is_wanted(item: pytest.Item, settings: Settings) -> bool:
    case = case_of(item)
    return case is not None and settings.claimed(case) and settings.selected(case)


def _arguments(jobs: int) -> list[str]:
    suite = suite_dir()
    plugins = ["pytest_bdd.plugin", "upsertspec.run.plugin", *(["xdist.plugin"] if jobs > 1 and not CAN_COPY else [])]
    named = [word for plugin in plugins for word in ("-p", plugin)]
    bare = [word for plugin in _UNNEEDED for word in ("-p", f"no:{plugin}")]
    config = [
        "-c",
        str(suite / "pytest.ini"),
        "--rootdir",
        str(suite),
        "--assert=plain",
        "--tb=no",
        "-q",
        "--no-header",
        "--no-summary",
    ]
    return [*named, *bare, *config, *(["-n", str(jobs)] if jobs > 1 and not CAN_COPY else []), str(suite)]


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """The user's own pytest settings have no part in a run; they are back afterwards."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "pytest ended early"
