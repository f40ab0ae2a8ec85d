"""The report of a plain pytest run: `pytest --upsertspec-report DIR`."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from upsertspec.errors import UpsertspecError
from upsertspec.report import document, page
from upsertspec.report.proof import last_proof
from upsertspec.report.result import Result
from upsertspec.run.finalize import finalize
from upsertspec.run.settings import SETTINGS, Settings
from upsertspec.run.workers import RESULT
from upsertspec.spec import criteria as spec
from upsertspec.target.from_env import target_from_env

OPTION = "--upsertspec-report"


def add_option(parser: pytest.Parser) -> None:
    """Add the option to pytest's own."""
    group = parser.getgroup("upsertspec")
    group.addoption(OPTION, metavar="DIR", help="write report.json and report.html of upsertspec to this folder")


def register(config: pytest.Config) -> None:
    """Write a report at the end if the option is set. With pytest-xdist, only its main process does."""
    folder = config.getoption(OPTION, None)
    if folder and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Report(Path(folder)))


class _Report:
    """The plugin that collects the results of the cases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._results: dict[str, Result] = {}
        self._began, self._clock = datetime.now(UTC), time.perf_counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        raw: Any = getattr(report, RESULT, None)
        if raw is not None:
            result = Result.from_dict(raw)
            self._results[result.case.id] = result

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        if not self._results:
            return
        try:
            terminalreporter.line(self._written(config))
        except (UpsertspecError, OSError) as wrong:
            terminalreporter.line(f"upsertspec: no report was written: {wrong}", red=True)

    def _written(self, config: pytest.Config) -> str:
        """Write the report, and return its headline."""
        settings = config.stash.get(SETTINGS, None) or Settings(target_from_env(os.environ))
        cases = [case for case in spec.cases() if case.id in self._results]
        whole = settings.selection.covers_everything_claimed(cases)
        settings = replace(settings, scenarios=frozenset() if whole else frozenset(self._results))
        results = finalize([self._results[case.id] for case in cases], settings.target, partial=not whole)
        stamps = [moment.isoformat(timespec="milliseconds") for moment in (self._began, datetime.now(UTC))]
        started, finished = (stamp.replace("+00:00", "Z") for stamp in stamps)
        ended = document.Run(
            target=settings.target,
            run_id=settings.run_id,
            criteria=(),
            keyword="",
            scenarios=sorted(settings.scenarios),
            scope=settings.selection.scope,
            shard="",
            findings=(),
            results=results,
            jobs=1,
            started=started,
            finished=finished,
            seconds=time.perf_counter() - self._clock,
            proof=last_proof(),
        )
        written = document.document(ended)
        self._folder.mkdir(parents=True, exist_ok=True)
        document.write(self._folder / "report.json", written)
        page.write(self._folder / "report.html", written)
        return f"upsertspec: {ended.tally.headline}; {self._folder / 'report.json'}"
