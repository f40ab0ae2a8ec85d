"""The digest of the last proof is in every report and in one line on the terminal."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.report.kit import VALIDATOR, Done
from upsertspec.report import terminal
from upsertspec.report.proof import last_proof
from upsertspec.spec import criteria as spec

Runs = Callable[[str], Done]
FITTING = {"features_digest": spec.digest(), "faults": 7, "caught": 6, "criteria": {}}


def test_a_report_has_the_last_proof(done: Runs) -> None:
    for name in ("failing", "unreachable"):
        assert done(name).report["proof"] == last_proof()


def test_a_run_says_how_many_broken_servers_the_suite_catches(done: Runs) -> None:
    lines = done("failing").out.splitlines()
    [at] = [number for number, line in enumerate(lines) if "servers that are broken on purpose" in line]
    headline = lines.index(done("failing").report["verdict"]["headline"])
    assert at < headline, "the verdict is the last thing that is said"


def test_without_results_the_proof_is_not_mentioned(done: Runs) -> None:
    assert "broken on purpose" not in done("unreachable").out


def line_of(proof: Any) -> str:
    out = io.StringIO()
    terminal.proof(proof, spec.digest(), out)
    return out.getvalue()


def test_a_proof_of_these_features_takes_one_line() -> None:
    assert line_of(FITTING) == "\n6 of 7 servers that are broken on purpose are caught by this suite\n"


def test_a_proof_of_other_features_says_so() -> None:
    assert line_of({**FITTING, "features_digest": "0" * 64}) == (
        "\nthe last proof is of other features: `upsertspec prove` shows what this suite catches\n"
    )


@pytest.mark.parametrize(
    "breaking",
    [
        lambda report: report.pop("proof"),
        lambda report: report["proof"].pop("faults"),
        lambda report: report["proof"].update(more=1),
        lambda report: report["proof"].update(features_digest="none"),
        lambda report: report["proof"]["criteria"].update({"AC-1": {"caught": 1, "of": 1}}),
        lambda report: report["proof"]["criteria"]["AC-001"].update(caught=-1),
        lambda report: report["proof"]["criteria"]["AC-001"].pop("of"),
    ],
)
def test_an_invalid_proof_is_refused(done: Runs, breaking: Callable[[Any], None]) -> None:
    report = copy.deepcopy(done("failing").report)
    assert list(VALIDATOR.iter_errors(report)) == []
    breaking(report)
    assert list(VALIDATOR.iter_errors(report))
