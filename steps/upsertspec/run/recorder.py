"""From what happened in a scenario to its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pytest
from pytest_bdd.parser import Scenario, Step

from upsertspec.errors import (
    Blocked,
    CannotExpress,
    CheckFailed,
    DialectError,
    NotApplicable,
    NotTestable,
    StaleStatement,
    TargetSilent,
)
from upsertspec.http.client import Client
from upsertspec.http.evidence import printable
from upsertspec.report.result import Result, Status, StepResult
from upsertspec.spec.criteria import Case
from upsertspec.steps.findings import ScenarioFindings
from upsertspec.target.target import KnownFailure, Target

Text = Callable[[str], str]


class Judged(Protocol):
    """What the recorder asks of a scenario's world: what else was seen to be wrong, and what many clients did."""

    findings: ScenarioFindings
    history: dict[str, Any] | None


class Recorder:
    """Follows the scenario that is being run: its steps and how far it came."""

    def __init__(self, worker: str = "main") -> None:
        self._worker = worker
        self._steps: list[Step] = []
        self._states: dict[int, str] = {}
        self._client: Client | None = None
        self._target: Target | None = None
        self._started = 0.0
        self._world: Judged | None = None

    @property
    def findings(self) -> ScenarioFindings:
        """What the scenario came across on its way."""
        return self._world.findings if self._world else ScenarioFindings()

    def world(self, world: Judged) -> None:
        """The world of the scenario that has begun."""
        self._world = world

    def begin(self, scenario: Scenario, client: Client, target: Target) -> None:
        """A scenario starts; the client's log becomes its evidence."""
        self._world = None
        self._steps, self._states, self._client, self._target = scenario.steps, {}, client, target
        self._started = time.perf_counter()
        client.log = []

    def enter(self, step: Step) -> None:
        """A step starts; until it is left, it counts as failed."""
        self._states[id(step)] = "failed"
        if self._client is not None:
            self._client.step = f"{step.keyword.strip()} {step.name}"

    def leave(self, step: Step) -> None:
        """A step is done."""
        self._states[id(step)] = "passed"

    def result(self, case: Case, error: BaseException | None) -> Result:
        """The result of the scenario, by how it ended; one that ended well may still have met what blocks it."""
        mask = self._client.masker.text if self._client else str
        findings = self.findings
        error = worst(error, findings)
        error = untrue(error, self._client.untrue) or error if self._client else error
        status, reason, expected, actual = judge(error)
        if error is None and findings.deviations:
            status, reason = Status.DEVIATES, "; ".join(findings.deviations.values())
        status, reason = with_known(status, reason, known_for(case, self._target), case)
        return Result(
            case=case,
            status=status,
            reason=printable(mask(reason)),
            expected=printable(mask(expected)),
            actual=printable(mask(actual)),
            blocked_by=error.criterion if isinstance(error, Blocked) else "",
            steps=tuple(self._step(step, mask) for step in self._steps),
            exchanges=tuple(exchange.as_dict() for exchange in self._client.log) if self._client else (),
            seconds=round(time.perf_counter() - self._started, 6),
            worker=self._worker,
            deviations=tuple(findings.deviations),
            kept=tuple(findings.kept),
            history=self._history(mask),
        )

    def _history(self, mask: Text) -> Mapping[str, Any] | None:
        """What many clients did, where they did; what the target sent in it is made fit to print."""
        told = self._world.history if self._world else None
        if told is None:
            return None
        operations = [
            {**each, "call": _fit(each["call"], mask), "outcome": _fit(each["outcome"], mask)}
            for each in told["operations"]
        ]
        return {
            **told,
            "key": _fit(told["key"], mask),
            "operations": operations,
            "explanation": _fit(told["explanation"], mask),
        }

    def _step(self, step: Step, mask: Text) -> StepResult:
        table = [[cell.value for cell in row.cells] for row in step.datatable.rows] if step.datatable else []
        return StepResult(step.keyword.strip(), mask(step.name), self._states.get(id(step), "not run"), table)


def worst(error: BaseException | None, findings: ScenarioFindings) -> BaseException | None:
    """What decides: a wrong answer that is another criterion's matter before what could not be seen at all."""
    if error is not None and type(error) not in (NotTestable, CannotExpress):
        return error
    blocked = (finding for finding in findings.secondary if isinstance(finding, Blocked))
    return next(blocked, None) or error or next(iter(findings.secondary), None)


def untrue(error: BaseException | None, seen: Mapping[tuple[str, str], str]) -> StaleStatement | None:
    """The error of a scenario that does not apply by a statement that the answers contradict; else None."""
    statements = error.statements if isinstance(error, NotApplicable) else ()
    wrong = next((seen[each] for each in statements if each in seen), "")
    return StaleStatement(f"the target file says so: {error}, but {wrong}; take that out of it") if wrong else None


def _fit(text: str, mask: Text) -> str:
    return printable(mask(text))


def judge(error: BaseException | None) -> tuple[Status, str, str, str]:
    """Status, reason, expected, actual: a wrong answer fails; what can't be asked is not testable; else our error."""
    if error is None:
        return Status.PASSED, "", "", ""
    if isinstance(error, CheckFailed):
        return Status.FAILED, str(error), error.expected, error.actual
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
    """The status where a known failure or the level SHOULD has a say in it."""
    if known is not None and status is Status.FAILED:
        return Status.KNOWN_FAILURE, f"{known.reason} ({reason})"
    if status is Status.FAILED and case.level == "SHOULD":
        return Status.WARNED, reason
    return status, reason


def known_for(case: Case, target: Target | None) -> KnownFailure | None:
    """The known failure that speaks of this case, if any."""
    listed = target.known_failures if target else ()
    return next((k for k in listed if k.criterion == case.criterion and k.scenario in ("", case.title)), None)


def adjust_report(report: pytest.TestReport, result: Result) -> None:
    """Let pytest's own outcome say the same: what is not testable never looks like a pass there."""
    if result.status in (Status.PASSED, Status.WARNED):
        report.outcome, report.longrepr = "passed", None
    elif result.status in (Status.NOT_CLAIMED, Status.NOT_APPLICABLE):
        report.outcome, report.longrepr = "skipped", (result.case.file, result.case.line, result.reason)
    elif result.status in (Status.KNOWN_FAILURE, Status.DEVIATES):
        report.outcome, report.wasxfail = "skipped", result.reason
    else:
        report.outcome = "failed"
        report.longrepr = f"{result.case.criterion} {result.status.value}: {result.reason}"
