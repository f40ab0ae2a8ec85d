"""Records a scenario while it runs, and makes its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import pytest
from pytest_bdd.parser import Scenario, Step

from upsertspec.errors import (
    Blocked,
    CannotExpress,
    CheckFailed,
    DialectError,
    NotApplicable,
    NothingCompared,
    NotTestable,
    StaleStatement,
    TargetGone,
    TargetSilent,
)
from upsertspec.http.client import Client
from upsertspec.http.exchange import Exchange
from upsertspec.http.text import printable
from upsertspec.report.evidence import FULL, times
from upsertspec.report.result import Evidence, Result, Status, StepResult
from upsertspec.spec.criteria import Case
from upsertspec.steps.findings import ScenarioFindings
from upsertspec.steps.whole_records import note_kept
from upsertspec.target.target import KnownFailure, Target

Text = Callable[[str], str]


class Recorded(Protocol):
    """The parts of a scenario's world that go into its result."""

    findings: ScenarioFindings
    history: dict[str, Any] | None


RECORDER = pytest.StashKey["Recorder"]()


class Recorder:
    """Follows the running scenario: its steps, which of them have passed, and its exchanges."""

    def __init__(self, worker: str = "main") -> None:
        self._worker = worker
        self._steps: list[Step] = []
        self._states: dict[int, str] = {}
        self._client: Client | None = None
        self._target: Target | None = None
        self._started = 0.0
        self._noted = (0, 0)
        self._world: Recorded | None = None
        self._evidence = FULL
        self._has_version = False

    @property
    def findings(self) -> ScenarioFindings:
        """The findings of the scenario so far."""
        return self._world.findings if self._world else ScenarioFindings()

    def world(self, world: Recorded) -> None:
        """Use the world of the scenario that has started."""
        self._world = world

    def begin(self, scenario: Scenario, client: Client, target: Target, evidence: str = FULL) -> None:
        """A scenario starts; the client's log is emptied to become its evidence."""
        self._world, self._evidence = None, evidence
        self._steps, self._states, self._client, self._target = scenario.steps, {}, client, target
        self._started = time.perf_counter()
        client.log.clear()
        client.made.clear()

    def enter(self, step: Step) -> None:
        """A step starts; it counts as failed until it has passed."""
        self._states[id(step)] = "failed"
        self._noted = self._notes()
        if self._client is not None:
            self._client.step = f"{step.keyword.strip()} {step.name}"

    def leave(self, step: Step) -> None:
        """A step has passed. Raises NothingCompared for a Then that shows nothing, and does not say so."""
        if step.type == "then" and self._notes() == self._noted:
            raise NothingCompared(f'"{step.name}" has passed without a comparison')
        self._states[id(step)] = "passed"

    def _notes(self) -> tuple[int, int]:
        """How much was compared, and how often a step has said why it compares nothing."""
        return len(self.findings.compared), len(self.findings.secondary)

    def result(self, case: Case, error: BaseException | None) -> Result:
        """The result of the scenario that has ended, with this error if any. Its findings may decide the status too."""
        mask = self._client.masker.text if self._client else str
        findings = self.findings
        error = worst(error, findings)
        if error is None and self._client:
            note_kept(self._client, case)
        contradicted = {
            **(self._client.untrue if self._client else {}),
            **(self._target.untrue if self._target else {}),
        }
        error = untrue(error, contradicted) or error
        status, reason, expected, actual = status_of(error)
        if error is None and findings.deviations:
            status, reason = Status.DEVIATES, "; ".join(findings.deviations.values())
        status, reason = with_known(status, reason, known_for(case, self._target), case)
        return Result(
            case=case,
            status=status,
            reason=printable(mask(reason)),
            expected=printable(mask(expected)),
            actual=printable(mask(actual)),
            hint=error.hint if isinstance(error, CheckFailed) and status is Status.FAILED else "",
            blocked_by=error.criterion if isinstance(error, Blocked) else "",
            **self._kept(status, mask),
            seconds=round(time.perf_counter() - self._started, 6),
            worker=self._worker,
            deviations=tuple(findings.deviations),
            kept=tuple(findings.kept),
        )

    def _kept(self, status: Status, mask: Text) -> dict[str, Any]:
        """The evidence; of a scenario that passed the times of the exchanges only, unless all evidence is asked for."""
        log, made = (self._client.log, tuple(self._client.made)) if self._client else ([], ())
        steps = tuple(self._step(step, mask) for step in self._steps)
        if self._evidence == FULL or status is not Status.PASSED or self._is_first_with_version(log):
            exchanges = tuple(exchange.as_dict() for exchange in log)
            return {"evidence": Evidence(steps, exchanges, self._history(mask), made)}
        return {"evidence": Evidence(steps, made=made), **times((each.started, each.elapsed) for each in log)}

    def _is_first_with_version(self, log: Sequence[Exchange]) -> bool:
        """Whether these are the first answers with the header in which the target tells its version."""
        version = self._target.implementation.get("version") if self._target else None
        name = str(version.get("header", "")).lower() if isinstance(version, Mapping) else ""
        if not name or self._has_version or not any(name in map(str.lower, each.response_headers) for each in log):
            return False
        self._has_version = True
        return True

    def _history(self, mask: Text) -> Mapping[str, Any] | None:
        """The history of concurrent clients, if there is one, masked and safe to print."""
        history = self._world.history if self._world else None
        if history is None:
            return None
        operations = [
            {**each, "call": _fit(each["call"], mask), "outcome": _fit(each["outcome"], mask)}
            for each in history["operations"]
        ]
        return {
            **history,
            "key": _fit(history["key"], mask),
            "operations": operations,
            "explanation": _fit(history["explanation"], mask),
        }

    def _step(self, step: Step, mask: Text) -> StepResult:
        table = [[cell.value for cell in row.cells] for row in step.datatable.rows] if step.datatable else []
        return StepResult(step.keyword.strip(), mask(step.name), self._states.get(id(step), "not run"), table)


def worst(error: BaseException | None, findings: ScenarioFindings) -> BaseException | None:
    """The error that decides: a failure first, then one that blocks the scenario, then what could not be tested."""
    if error is not None and type(error) not in (NotTestable, CannotExpress):
        return error
    blocked = (finding for finding in findings.secondary if isinstance(finding, Blocked))
    return next(blocked, None) or error or next(iter(findings.secondary), None)


def untrue(error: BaseException | None, seen: Mapping[tuple[str, str], str]) -> StaleStatement | None:
    """The error of a scenario that does not apply by a statement that the answers contradict; else None."""
    statements = error.statements if isinstance(error, NotApplicable) else ()
    wrong = next((seen[each] for each in statements if each in seen), "")
    return StaleStatement(f"the target file says that {error}, but {wrong}: correct the target file") if wrong else None


def _fit(text: str, mask: Text) -> str:
    return printable(mask(text))


def status_of(error: BaseException | None) -> tuple[Status, str, str, str]:
    """The status, reason, expected and actual for the error that ended a scenario.

    A wrong answer is a failure. What can't be tested is not testable or not applicable. All else is a harness error.
    """
    if error is None:
        return Status.PASSED, "", "", ""
    if isinstance(error, CheckFailed):
        return Status.FAILED, str(error), error.expected, error.actual
    if isinstance(error, TargetGone):
        return Status.FAILED, str(error), "an answer", str(error)
    if isinstance(error, TargetSilent):
        if error.kind in ("unreachable", "TLS"):
            return Status.NOT_TESTABLE, f"the target can't be reached: {error}", "", ""
        return Status.FAILED, f"no usable answer: {error}", "an answer", str(error)
    if isinstance(error, pytest.skip.Exception):
        return Status.NOT_CLAIMED, str(error), "", ""
    if isinstance(error, StaleStatement):
        return Status.STALE, str(error), "", ""
    if isinstance(error, NotApplicable):
        return Status.NOT_APPLICABLE, str(error), "", ""
    if isinstance(error, Blocked):
        return Status.NOT_TESTABLE, str(error), error.expected, error.actual
    if isinstance(error, NotTestable):
        return Status.NOT_TESTABLE, str(error), "", ""
    return Status.ERROR, str(error) if isinstance(error, DialectError) else f"{type(error).__name__}: {error}", "", ""


def with_known(status: Status, reason: str, known: KnownFailure | None, case: Case) -> tuple[Status, str]:
    """The status and reason of a failure that is known, or that breaks a SHOULD; all others unchanged."""
    if known is not None and status is Status.FAILED:
        return Status.KNOWN_FAILURE, f"{known.reason or 'in the baseline, without a reason'} ({reason})"
    if status is Status.FAILED and case.level == "SHOULD":
        return Status.WARNED, reason
    return status, reason


def known_for(case: Case, target: Target | None) -> KnownFailure | None:
    """The target's known failure for this case, if any."""
    listed = target.known_failures if target else ()
    return next((known for known in listed if known.status == Status.FAILED and known.names(case)), None)


def adjust_report(report: pytest.TestReport, result: Result) -> None:
    """Make pytest's outcome agree with the result: what was not tested never looks like a pass."""
    if result.status in (Status.PASSED, Status.WARNED):
        report.outcome, report.longrepr = "passed", None
    elif result.status in (Status.NOT_CLAIMED, Status.NOT_APPLICABLE):
        report.outcome, report.longrepr = "skipped", (result.case.file, result.case.line, result.reason)
    elif result.status in (Status.KNOWN_FAILURE, Status.DEVIATES):
        report.outcome, report.wasxfail = "skipped", result.reason
    else:
        report.outcome = "failed"
        report.longrepr = f"{result.case.criterion} {result.status.value}: {result.reason}"
