"""A result as data, and back."""

from __future__ import annotations

import json
from dataclasses import replace

from upsertspec.report.result import Evidence, Result, Status, StepResult
from upsertspec.spec.criteria import Case

CASE = Case(
    "core/x: a title [n=1]", "core", "AC-001", "MUST", "rule", "a title", "core/x.feature", 7, {"n": "1"}, ("identity",)
)
RESULT = Result(
    CASE,
    Status.KNOWN_FAILURE,
    reason="why",
    expected="this",
    actual="that",
    blocked_by="AC-002",
    evidence=Evidence(
        (StepResult("Given", "a step:", "passed", [["a"], ["1"]]), StepResult("Then", "another", "failed")),
        ({"method": "GET"},),
    ),
    seconds=0.5,
    worker="gw1",
    deviations=("created 201",),
    kept=("updated",),
)


def test_a_result_is_plain_data() -> None:
    assert json.loads(json.dumps(RESULT.as_dict())) == {
        "case": {
            "id": "core/x: a title [n=1]",
            "profile": "core",
            "criterion": "AC-001",
            "level": "MUST",
            "rule": "rule",
            "title": "a title",
            "file": "core/x.feature",
            "line": 7,
            "example": {"n": "1"},
            "needs": ["identity"],
        },
        "status": "known failure",
        "reason": "why",
        "expected": "this",
        "actual": "that",
        "blocked_by": "AC-002",
        "seconds": 0.5,
        "worker": "gw1",
        "steps": [
            {"keyword": "Given", "text": "a step:", "state": "passed", "table": [["a"], ["1"]]},
            {"keyword": "Then", "text": "another", "state": "failed", "table": []},
        ],
        "exchanges": [{"method": "GET"}],
        "deviations": ["created 201"],
        "kept": ["updated"],
    }


def test_a_result_comes_back_from_its_data() -> None:
    assert Result.from_dict(json.loads(json.dumps(RESULT.as_dict()))) == RESULT


def test_a_result_has_a_history_if_clients_were_concurrent() -> None:
    concurrent = replace(RESULT, evidence=replace(RESULT.evidence.read(), history={"key": "a", "clients": 2}))
    assert concurrent.as_dict() == {**RESULT.as_dict(), "history": {"key": "a", "clients": 2}}
    assert Result.from_dict(json.loads(json.dumps(concurrent.as_dict()))) == concurrent
