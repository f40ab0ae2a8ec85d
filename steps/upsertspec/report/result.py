"""The result of one scenario, as the plugin records it and the report holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from upsertspec.report.status import Status as Status
from upsertspec.spec.criteria import Case


@dataclass(frozen=True)
class StepResult:
    """A step of a scenario: `state` is passed, failed or not run."""

    keyword: str
    text: str
    state: str
    table: list[list[str]] = field(default_factory=list)


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
    """A case with its status and reason, what was expected and found, a hint what to do, its steps and exchanges.

    `blocked_by` is the criterion that fails instead, if that is why the case could not be tested. `deviations` are the
    declared statuses that occurred, like "created 201"; `kept` are the kinds of outcome that had the status of the
    contract. `history` is what concurrent clients did. `baseline` says whether the baseline lists it with this status,
    `attempts` how often it was run; `exchanges` are those of all attempts. `made`
    are the records that may have to be deleted at the end (`http.made`). Where the exchanges are left out, `started` is
    when the first was sent, in seconds since 1970, and `elapsed` how many seconds each took.
    """

    case: Case
    status: Status
    reason: str = ""
    expected: str = ""
    actual: str = ""
    blocked_by: str = ""
    hint: str = ""
    steps: tuple[StepResult, ...] = ()
    exchanges: tuple[Mapping[str, Any], ...] = ()
    seconds: float = 0.0
    worker: str = "main"
    deviations: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    history: Mapping[str, Any] | None = None
    baseline: bool = False
    attempts: int = 1
    made: tuple[Mapping[str, Any], ...] = ()
    started: float = 0.0
    elapsed: tuple[float, ...] = ()

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
        rest = {k: raw[k] for k in PLAIN} | {k: tuple(raw[k]) for k in ("deviations", "kept", "exchanges")}
        rest |= {name: raw.get(name, otherwise) for name, otherwise in OPTIONAL.items()}
        rest |= {name: tuple(rest[name]) for name in ("made", "elapsed")}
        return cls(case, Status(raw["status"]), steps=steps, **rest)
