"""The matrix of a proof: what counts as caught, and when a proof holds."""

from __future__ import annotations

import io
from dataclasses import replace

from upsertspec.prove.matrix import Proof, Row, row_of
from upsertspec.prove.output import output
from upsertspec.prove.page import page
from upsertspec.prove.servers import BrokenServer
from upsertspec.report.result import Result, Status
from upsertspec.spec import criteria as spec
from upsertspec.spec.criteria import Case

SERVER = BrokenServer("forgets-all", "Forgets <all> of it.", ("AC-001", "AC-002"))


def row(**failed: int) -> Row:
    return Row(SERVER, {name.replace("_", "-"): number for name, number in failed.items()})


def proof(*rows: Row, unclean: tuple[str, ...] = (), lenient: tuple[str, ...] = ()) -> Proof:
    return Proof(rows, unclean, lenient, ("AC-001", "AC-002"))


def test_what_failed_is_counted_by_criterion() -> None:
    def result(criterion: str, status: Status) -> Result:
        return Result(Case("", "core", criterion, "MUST", "", "", "", 1), status)

    results = [
        result("AC-110", Status.WARNED),
        result("AC-001", Status.FAILED),
        result("AC-001", Status.FAILED),
        result("AC-002", Status.PASSED),
        result("AC-003", Status.NOT_TESTABLE),
        result("AC-004", Status.ERROR),
    ]
    assert list(row_of(SERVER, results).failed.items()) == [("AC-001", 2), ("AC-110", 1)]
    assert row_of(SERVER, results).server is SERVER
    assert row_of(SERVER, results).errors == 1
    assert row_of(SERVER, results[:-1]).errors == 0


def test_a_server_is_caught_by_a_criterion_that_it_violates() -> None:
    assert row(AC_001=1).caught
    assert not row(AC_009=1).caught
    assert not row().caught
    assert row(AC_001=1, AC_009=2).others == ["AC-009"]
    assert row(AC_001=1).unaffected == ["AC-002"]


def test_a_proof_holds_if_each_server_is_caught_and_each_criterion_has_one() -> None:
    assert proof(row(AC_001=1, AC_002=1)).holds
    assert not proof(row(AC_001=1)).holds
    assert proof(row(AC_001=1)).unproven == ["AC-002"]
    assert not proof(row(AC_001=1, AC_002=1), row(AC_009=1)).holds


def test_a_proof_is_void_if_the_reference_fails_or_the_canary_passes() -> None:
    whole = row(AC_001=1, AC_002=1)
    assert proof(whole, unclean=("a case",)).void
    assert proof(whole, lenient=("a case",)).void
    assert not proof(whole, unclean=("a case",)).holds


def test_a_proof_with_an_error_of_the_harness_does_not_hold() -> None:
    harmed = proof(Row(SERVER, {"AC-001": 1, "AC-002": 1}, errors=1))
    assert not harmed.holds
    out = io.StringIO()
    output(harmed, out)
    assert "the harness itself failed with: forgets-all" in out.getvalue()


def test_the_digest_says_caught_and_total() -> None:
    digest = proof(row(AC_001=3), row(AC_001=1, AC_002=1)).digest()
    assert (digest["faults"], digest["caught"]) == (2, 2)
    assert digest["criteria"] == {"AC-001": {"caught": 2, "of": 2}, "AC-002": {"caught": 1, "of": 2}}


def test_a_whole_proof_counts_findings() -> None:
    rows = [Row(SERVER, {"AC-001": 1}, findings=found) for found in (["AC-001"], ["AC-009", "AC-002"], ["AC-009"] * 4)]
    whole = Proof([*rows, row()], (), (), ("AC-001", "AC-002"), whole=True)
    assert whole.digest()["findings"] == {"servers": 3, "spread": 1, "rooted": 0.333}
    assert "findings" not in proof(*rows).digest()
    out = io.StringIO()
    output(whole, out)
    assert "violates for 33.3% of 3 servers\nspread: 1 findings about other criteria at the median" in out.getvalue()


def test_a_proof_is_plain_data() -> None:
    whole = proof(row(AC_001=3, AC_009=1), unclean=("a case",), lenient=("another",)).as_dict()
    assert whole.pop("features_digest") == spec.digest()
    assert whole == {
        "faults": 1,
        "caught": 1,
        "criteria": {"AC-001": {"caught": 1, "of": 1}, "AC-002": {"caught": 0, "of": 1}},
        "unclean": ["a case"],
        "lenient": ["another"],
        "matrix": [
            {
                "name": "forgets-all",
                "says": "Forgets <all> of it.",
                "violates": ["AC-001", "AC-002"],
                "report": "",
                "caught": True,
                "failed": {"AC-001": 3, "AC-009": 1},
                "findings": [],
            }
        ],
    }


def test_a_server_that_only_other_criteria_catch_is_not_caught() -> None:
    digest = proof(row(AC_009=1)).digest()
    assert (digest["faults"], digest["caught"]) == (1, 0)
    assert row(AC_009=1).as_dict()["caught"] is False


def test_the_terminal_shows_the_proof() -> None:
    out = io.StringIO()
    output(proof(row(AC_001=1, AC_009=1), row(), unclean=("a case",)), out)
    text = out.getvalue()
    assert "caught  forgets-all  AC-001  and also AC-009" in text
    assert "missed: forgets-all" in text
    assert "the reference server does not pass: a case" in text
    assert "no broken server fails: AC-002" in text
    assert "1 of 2 broken servers caught" in text


def test_a_mistake_that_was_reported_is_shown_with_its_report() -> None:
    out = io.StringIO()
    reported = proof(row(AC_001=1), Row(replace(SERVER, report="https://example.org/issues/1"), {}))
    output(reported, out)
    assert "reported at https://example.org/issues/1" in out.getvalue()
    assert "0 of 1 of those that users of other software reported in public" in out.getvalue()
    assert page(reported).count('<a href="https://example.org/issues/1">') == 1


def test_the_page_is_complete_and_escaped() -> None:
    text = page(proof(row(AC_001=1, AC_009=2)))
    assert "Forgets &lt;all&gt; of it." in text
    assert '<span class="cell caught">AC-001 (1)</span>' in text
    assert '<span class="cell">AC-009 (2)</span>' in text
    assert '<span class="cell missed">AC-002 (0)</span>' in text
    assert "<td>1 / 1</td>" in text
    assert "http:" not in text
    assert "https:" not in text


def test_a_criterion_that_was_not_run_is_not_shown_as_missed() -> None:
    selected = Proof((row(AC_001=1),), (), (), ("AC-001",))
    assert "missed" not in page(selected).partition("</style>")[2]
