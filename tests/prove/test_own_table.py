"""The proof with a table of its own: what bindings and another shape hide, and what they do not."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conforming.stacks import stacked, stacks
from tests.kit import TOKENS
from upsertspec.prove.own_table import (
    PROFILES,
    RIGHT,
    Outcome,
    OwnTableProof,
    OwnTableRow,
    judged_by,
    prove_own_table,
    row_of,
)
from upsertspec.prove.own_table_output import output
from upsertspec.prove.servers import BrokenServer, broken_servers
from upsertspec.report.proof import FILE, last_proof, with_other
from upsertspec.report.result import Result, Status
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.spec import criteria as spec
from upsertspec.spec.criteria import Case
from upsertspec.target.target_file import from_file
from upsertspec_catalogue import Entry
from upsertspec_catalogue.products import CATEGORIES, TARGET_FILE, Products, option
from upsertspec_server.serving import Running

FORGETFUL = BrokenServer("forgets-all", "Forgets all of it.", ("AC-001", "AC-002", "AC-601"))
CAUGHT = {
    "forgotten-column": "AC-001",
    "replaces-the-whole-record": "AC-105",
    "singular-table-name": "AC-003",
    "body-before-table": "AC-051",
    "token-cut-short": "AC-004",
    "forbidden-is-404": "AC-006",
    "nothing-is-required": "AC-009",
    "numerals-are-numbers": "AC-010",
    "unchanged-is-ignored": "AC-012",
    "options-in-any-case": "AC-013",
    "options-by-their-beginning": "AC-013",
    "created-is-201": "AC-012",
    "delete-then-insert": "AC-103",
    "ignore-updates": "AC-201",
    "unique-on-update-only": "AC-013",
    "invalid-is-422": "AC-010",
    "lowers-addresses": "AC-111",
    "batch-answers-in-id-order": "AC-301",
    "created-to-all-who-looked": "AC-701",
}
"""A broken server of each kind, and the criterion that catches it behind the products API."""
NOT_APPLICABLE = {
    "any-match-field": "the target has no product_recommendations",
    "empty-match-inserts": "the target matches products by sku, whatever a request says",
    "update-where-any": "the target has no way to say in a request what happens on a match",
    "any-scheme": "only a bearer token has a scheme; the target can't be sent another scheme",
}


def result(criterion: str, number: int, status: Status, reason: str = "") -> Result:
    return Result(Case(f"{criterion} {number}", "core", criterion, "MUST", "", "", "", 1), status, reason)


def lacking(criterion: str, number: int) -> Result:
    return result(criterion, number, Status.NOT_APPLICABLE, "the target has no birthday")


def test_the_criteria_are_those_of_the_profiles_of_the_target_file() -> None:
    env = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in TOKENS.items()}
    assert from_file(TARGET_FILE, env).profiles == PROFILES
    assert judged_by(FORGETFUL) == ("AC-001", "AC-002")
    assert judged_by(FORGETFUL, ["AC-002", "AC-601"]) == ("AC-002",)


def test_one_criterion_that_fails_catches_a_server() -> None:
    behind = [result("AC-001", 1, Status.FAILED), result("AC-002", 1, Status.PASSED)]
    row = row_of(FORGETFUL, behind, [result("AC-002", 1, Status.FAILED)])
    assert row.outcomes == {"AC-001": Outcome.CAUGHT, "AC-002": Outcome.MISSED}
    assert row.outcome is Outcome.CAUGHT


def test_what_does_not_apply_at_all_is_not_applicable() -> None:
    row = row_of(FORGETFUL, [lacking("AC-001", 1), lacking("AC-002", 1)], [])
    assert row.outcome is Outcome.NOT_APPLICABLE
    assert row.reasons == ["the target has no birthday"]


def test_it_is_not_applicable_where_what_shows_the_mistake_is() -> None:
    behind = [result("AC-001", 1, Status.PASSED), lacking("AC-001", 2)]
    assert row_of(FORGETFUL, behind, [result("AC-001", 2, Status.FAILED)]).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("status", [Status.PASSED, Status.NOT_TESTABLE, Status.ERROR])
def test_it_is_missed_where_a_scenario_that_shows_the_mistake_applies(status: Status) -> None:
    behind = [result("AC-001", 1, status), lacking("AC-001", 2)]
    direct = [result("AC-001", 1, Status.FAILED), result("AC-001", 2, Status.FAILED)]
    assert row_of(FORGETFUL, behind, direct).outcome is Outcome.MISSED


def test_it_is_missed_where_no_scenario_shows_the_mistake() -> None:
    behind = [result("AC-001", 1, Status.PASSED), lacking("AC-001", 2)]
    assert row_of(FORGETFUL, behind, []).outcome is Outcome.MISSED


def proof(*outcomes: Outcome, unclean: Sequence[str] = (), errors: int = 0) -> OwnTableProof:
    rows = [OwnTableRow(FORGETFUL, {"AC-001": outcome}, ["why"], errors) for outcome in outcomes]
    return OwnTableProof(rows, unclean, ())


def test_it_holds_where_nothing_is_missed_and_the_right_server_passes() -> None:
    assert proof(Outcome.CAUGHT, Outcome.NOT_APPLICABLE).holds
    assert not proof(Outcome.CAUGHT, Outcome.MISSED).holds
    assert not proof(Outcome.CAUGHT, unclean=["a case"]).holds
    assert not proof(Outcome.CAUGHT, errors=1).holds
    assert not replace(proof(Outcome.CAUGHT), lenient=["a case"]).holds


def test_the_figures_are_told_by_criterion() -> None:
    told = proof(Outcome.CAUGHT, Outcome.CAUGHT, Outcome.MISSED, Outcome.NOT_APPLICABLE)
    digest = told.digest()
    assert digest["criteria"] == {"AC-001": {"caught": 2, "not_applicable": 1, "missed": 1, "of": 4}}
    assert (digest["faults"], digest["caught"], digest["not_applicable"], digest["missed"]) == (4, 2, 1, 1)
    out = io.StringIO()
    output(told, out)
    assert "AC-001          2               1       1" in out.getvalue()
    assert "MISSED          forgets-all" in out.getvalue()
    assert "not applicable  forgets-all  why" in out.getvalue()
    assert "2 of 4 broken servers caught, 1 not applicable, 1 missed" in out.getvalue()


def test_each_digest_keeps_the_other_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    assert with_other(file, {"faults": 1}, own_table=False) == {"faults": 1}
    file.write_text('{"faults": 1, "findings": {"servers": 1}, "own_table": {"faults": 2}}', "utf-8")
    assert with_other(file, {"faults": 3}, own_table=False) == {
        "faults": 3,
        "findings": {"servers": 1},
        "own_table": {"faults": 2},
    }
    assert with_other(file, {"findings": {"servers": 4}}, own_table=False)["faults"] == 1
    assert with_other(file, {"faults": 3}, own_table=True)["own_table"] == {"faults": 3}
    file.write_text("no JSON", "utf-8")
    assert with_other(file, {"faults": 3}, own_table=False) == {"faults": 3}


def test_the_last_proof_is_of_this_specification_and_this_catalogue() -> None:
    fix = "run `upsertspec prove --own-table --digest steps/upsertspec/report/proof.json`"
    own = json.loads(FILE.read_text("utf-8"))["own_table"]
    assert own["features_digest"] == spec.digest(), fix
    assert own["faults"] == sum(bool(judged_by(server)) for server in broken_servers()), fix
    assert own["caught"] + own["not_applicable"] + own["missed"] == own["faults"]
    assert own["missed"] == 0
    assert "own_table" not in last_proof()


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("tools", "active"),
        ("TOOLS", "ACTIVE"),
        ("too", "act"),
        ("tools ", "active "),
        ("active", "no-active"),
        ("archived", "archived"),
        ("", ""),
    ],
)
def test_the_products_api_makes_no_wrong_option_right(here: str, there: str) -> None:
    assert option(here, CATEGORIES) == there


def test_a_page_is_not_made_of_it() -> None:
    line = [sys.executable, "-m", "upsertspec", "prove", "--own-table", "--html", "x.html"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--html doesn't go with --own-table" in done.stderr


@pytest.mark.slow
def test_a_broken_server_of_each_kind_comes_to_what_it_should() -> None:
    names = {*CAUGHT, *NOT_APPLICABLE}
    judged = {
        row.server.name: row for row in prove_own_table([f for f in broken_servers() if f.name in names], (), 2).rows
    }
    assert {name: judged[name].outcomes[c] for name, c in CAUGHT.items()} == dict.fromkeys(CAUGHT, Outcome.CAUGHT)
    assert {name: judged[name].reasons[0] for name in NOT_APPLICABLE} == NOT_APPLICABLE


@pytest.mark.slow
@pytest.mark.parametrize("stack", [pytest.param(s, id="+".join(entry.name for entry in s)) for s in stacks()])
def test_conforming_servers_are_never_failed(stack: list[Entry], tmp_path: Path) -> None:
    entry = stacked(stack)
    file = tmp_path / "products.toml"
    # One of them adds a member that changes with each answer. A target file has to say so.
    always = 'always = { price = "9.99" }\n'
    file.write_text(TARGET_FILE.read_text("utf-8").replace(always, f'{always}volatile = ["_revision"]\n'), "utf-8")
    env = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in TOKENS.items()}
    running = Running(Products(entry, TOKENS))
    try:
        results = run(Settings(replace(from_file(file, env), url=running.url)))
    finally:
        running.stop()
    wrong = [result for result in results if result.status not in RIGHT]
    warned = {result.case.criterion for result in wrong if result.status is Status.WARNED}
    assert warned <= set(entry.warns)
    assert [(r.status, r.case.name, r.reason) for r in wrong if r.status is not Status.WARNED] == []
