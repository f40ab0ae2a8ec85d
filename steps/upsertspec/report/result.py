"""The result of one scenario, as the plugin records it and the report holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from upsertspec.report.status import Status as Status
from upsertspec.spec.criteria import Case

if TYPE_CHECKING:
    from upsertspec.report.spool import Stored


@dataclass(frozen=True)
class StepResult:
    """A step of a scenario: `state` is passed, failed or not run."""

    keyword: str
    text: str
    state: str
    table: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Evidence:
    """What shows how a result came about: the steps, the exchanges of all attempts, and what concurrent clients did.

    `made` are the records that may have to be deleted at the end (`http.made`).
    """

    steps: tuple[StepResult, ...] = ()
    exchanges: tuple[Mapping[str, Any], ...] = ()
    history: Mapping[str, Any] | None = None
    made: tuple[Mapping[str, Any], ...] = ()

    def read(self) -> Evidence:
        """The evidence: it is here. That of a whole run is in a file (`report.spool`)."""
        return self


OPTIONAL: Mapping[str, Any] = {
    "history": None,
    "hint": "",
    "baseline": False,
    "attempts": 1,
    "made": (),
    "started": 0.0,
    "elapsed": (),
}
"""What is left out of the data if it has this value."""
RETRIED = "attempt"
"""How the step of an exchange begins if the scenario was run more than once, before the number of the attempt."""
PLAIN = ("reason", "expected", "actual", "blocked_by", "seconds", "worker")


@dataclass(frozen=True)
class Result:
    """A case with its status and reason, what was expected and found, a hint what to do, and its evidence.

    `blocked_by` is the criterion that fails instead, if that is why the case could not be tested. `deviations` are the
    declared statuses that occurred, like "created 201"; `kept` are the kinds of outcome that had the status of the
    contract. `baseline` says whether the baseline lists it with this status, `attempts` how often it was run. Where the
    exchanges are left out, `started` is when the first was sent, in seconds since 1970, and `elapsed` how many seconds
    each took.
    """

    case: Case
    status: Status
    reason: str = ""
    expected: str = ""
    actual: str = ""
    blocked_by: str = ""
    hint: str = ""
    evidence: Evidence | Stored = Evidence()
    seconds: float = 0.0
    worker: str = "main"
    deviations: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    baseline: bool = False
    attempts: int = 1
    started: float = 0.0
    elapsed: tuple[float, ...] = ()

    @property
    def steps(self) -> tuple[StepResult, ...]:
        """The steps of the scenario, and which of them passed."""
        return self.evidence.read().steps

    @property
    def exchanges(self) -> tuple[Mapping[str, Any], ...]:
        """The requests and answers, unless they are left out."""
        return self.evidence.read().exchanges

    @property
    def history(self) -> Mapping[str, Any] | None:
        """What concurrent clients did, if there were any."""
        return self.evidence.read().history

    @property
    def made(self) -> tuple[Mapping[str, Any], ...]:
        """The records that may have to be deleted."""
        return self.evidence.read().made

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON-able data."""
        plain = {name: getattr(self, name) for name in PLAIN}
        steps = [{"keyword": s.keyword, "text": s.text, "state": s.state, "table": s.table} for s in self.steps]
        case = {**vars(self.case), "example": dict(self.case.example), "needs": list(self.case.needs)}
        outcomes = {"deviations": list(self.deviations), "kept": list(self.kept)}
        evidence = {"steps": steps, "exchanges": list(self.exchanges)}
        shown = {"case": case, "status": self.status.value, **plain, **outcomes, **evidence}
        more = {name: getattr(self, name) for name in OPTIONAL}
        return shown | {name: value for name, value in more.items() if value != OPTIONAL[name]}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Result:
        """The result from the data of `as_dict`."""
        case = Case(**{**raw["case"], "needs": tuple(raw["case"].get("needs", ()))})
        steps = tuple(StepResult(**step) for step in raw["steps"])
        evidence = Evidence(steps, tuple(raw["exchanges"]), raw.get("history"), tuple(raw.get("made", ())))
        rest = {k: raw[k] for k in PLAIN} | {k: tuple(raw[k]) for k in ("deviations", "kept")}
        rest |= {name: raw.get(name, OPTIONAL[name]) for name in ("hint", "baseline", "attempts", "started")}
        return cls(case, Status(raw["status"]), evidence=evidence, elapsed=tuple(raw.get("elapsed", ())), **rest)
