"""One mistake reads as one finding, and two mistakes as two."""

from __future__ import annotations

import io

import pytest
from pytest_bdd.parser import Scenario

from upsertspec.report import terminal
from upsertspec.report.mistakes import in_document, mistakes
from upsertspec.report.result import Result, Status, StepResult
from upsertspec.spec import criteria as spec

OTHERS = ("'name' is 'Eve', not 'Grace'", "'status' is 'active', not 'inactive'")


def result(case: spec.Case, status: Status, expected: str = "", actual: str = "") -> Result:
    """The result of a case of the specification, with its steps."""
    return Result(case, status, expected=expected, actual=actual, steps=steps(case), reason=f"{expected} {actual}")


def steps(case: spec.Case) -> tuple[StepResult, ...]:
    [template] = (
        template
        for feature in spec.features()
        if feature.filename.endswith(case.file)
        for template in feature.scenarios.values()
        if template.line_number == case.line
    )
    scenario: Scenario = template.render(case.example)
    return tuple(
        StepResult(
            step.keyword.strip(),
            step.name,
            "passed",
            [[cell.value for cell in row.cells] for row in step.datatable.rows] if step.datatable else [],
        )
        for step in scenario.steps
    )


def run(**failing: tuple[str, str]) -> list[Result]:
    """All scenarios of core and identity; those of the criteria named AC_002 and so on fail in this way."""
    cases = [case for case in spec.cases() if case.profile in ("core", "identity")]
    fails = {name.replace("_", "-"): how for name, how in failing.items()}
    return [
        result(case, Status.FAILED, *fails[case.criterion]) if case.criterion in fails else result(case, Status.PASSED)
        for case in cases
    ]


STORED = ("in contacts a record with name 'Eve'", OTHERS[0])
BESIDE = ("what is not mentioned to stay as it was in contacts", "'notes' is 'x' instead of null")
ACCEPTED = ("an answer of 400", "200 with {}")


@pytest.mark.parametrize(
    ("failing", "roots"),
    [
        ({}, []),
        ({"AC_002": STORED}, ["AC-002"]),
        # what needs an update follows the criterion that defines one, however it fails
        ({"AC_002": STORED, "AC_104": ("an updated_at later than '1'", "'1'"), "AC_103": STORED}, ["AC-002"]),
        # what fails beside what its criterion is about follows what is plain
        ({"AC_101": STORED, "AC_103": BESIDE}, ["AC-101"]),
        # a refusal that is missing has nothing to do with it
        ({"AC_002": STORED, "AC_007": ACCEPTED}, ["AC-002", "AC-007"]),
        # the same status for requests that have nothing in common but what passes elsewhere
        ({"AC_003": ("an answer of 404", "200 with {}"), "AC_007": ACCEPTED}, ["AC-003", "AC-007"]),
    ],
)
def test_mistakes_are_told_apart(failing: dict[str, tuple[str, str]], roots: list[str]) -> None:
    found = mistakes(run(**failing))
    assert sorted(mistake.root.case.criterion for mistake in found) == roots
    assert sum(len(mistake.all) for mistake in found) == sum(r.status is Status.FAILED for r in run(**failing))


def test_the_terminal_tells_the_root_and_counts_what_follows() -> None:
    out = io.StringIO()
    terminal.failures(run(AC_002=STORED, AC_103=STORED, AC_104=STORED), out)
    assert out.getvalue().count("MUST failed") == 1
    assert "AC-002 MUST failed" in out.getvalue()
    assert "AC-103, AC-104: each needs an upsert that updates" in out.getvalue()


def test_a_known_failure_is_a_finding_of_its_own() -> None:
    results = run(AC_002=STORED)
    known = [result(r.case, Status.KNOWN_FAILURE) if r.case.criterion == "AC-103" else r for r in results]
    assert {m.root.case.criterion for m in mistakes(known)} == {"AC-002"}
    raw = [{"id": r.case.id, "status": r.status.value, "criterion": r.case.criterion} for r in known]
    listed = in_document({"results": raw, "findings": [m.as_dict() for m in mistakes(known)]})
    assert {root["criterion"] for root, _, _ in listed} == {"AC-002", "AC-103"}
