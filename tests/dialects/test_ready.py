"""Ready-made dialects, each against a façade of its API: the reference server behind another wire."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.dialects.conftest import Judge
from tests.dialects.facades.cases import CASES
from tests.kit import TOKENS
from upsertspec.dialects.base import Answer, Request, Response
from upsertspec.dialects.operations import Find, Operation, Upsert
from upsertspec.dialects.registry import dialect_for
from upsertspec.report.result import Result, Status
from upsertspec.report.verdict import Verdict, tally
from upsertspec.target.target import Target
from upsertspec_broken import catalogue


def text_of(results: list[Result]) -> str:
    """What was found wrong, for the message of a failed test."""
    wrong = (Status.FAILED, Status.NOT_TESTABLE, Status.ERROR, Status.WARNED)
    return "\n".join(f"{r.status.value}: {r.case.title}: {r.reason}" for r in results if r.status in wrong)


ADA = {"email": "ada@x.io", "name": "Ada"}
EXCHANGES = {
    "postgrest": ("POST /contacts?on_conflict=email", ["code", "details", "hint", "message"]),
    "odata": ("PATCH /contacts(email=%27ada%40x.io%27)", ["error"]),
    "airtable": ("PATCH /contacts", ["error"]),
    "salesforce": ("PATCH /sobjects/contacts/email/ada%40x.io", None),
    "hubspot": ("POST /crm/v3/objects/contacts/batch/upsert", ["category", "message", "status"]),
    "kintone": ("PUT /k/v1/records.json", ["code", "id", "message"]),
    "graphql-on-conflict": ("POST /v1/graphql", ["errors"]),
    "postgraphile": ("POST /graphql", ["errors"]),
    "elasticsearch": ("POST /contacts/_update/ada%2540x.io?refresh=true&_source=true", ["error", "status"]),
    "mongodb-data-api": ("POST /action/updateOne", ["error", "error_code", "link"]),
    "azure-tables": ("MERGE /contacts(PartitionKey='contacts',RowKey='ada%40x.io')", ["odata.error"]),
    "fhir": ("PUT /contacts?email=ada@x.io", ["issue", "resourceType"]),
    "ckan": ("POST /api/3/action/datastore_upsert", ["error", "help", "success"]),
    "jsonapi": ("POST /contacts", ["errors"]),
    "kinto": ("PUT /buckets/crm/collections/contacts/records/61646140782e696f", ["code", "errno", "error", "message"]),
}
"""The request of an upsert, and the members of an error; Salesforce's is a list."""


@pytest.mark.parametrize("name", CASES)
def test_an_upsert_a_find_and_an_error(name: str, target: Target) -> None:
    dialect, app = dialect_for(target), CASES[name].facade()

    def exchange(operation: Operation, token: str) -> tuple[Request, Answer]:
        request = dialect.request(operation)
        got = app.test_client().open(
            request.path,
            method=request.method,
            query_string=dict(request.query),
            data=request.body(),
            headers={**request.headers, "Authorization": f"Bearer {token}"},
        )
        return request, dialect.answer(operation, Response(got.status_code, dict(got.headers), got.data))

    line, error = EXCHANGES[name]
    upsert = Upsert("contacts", ADA, ["email"])
    request, refused = exchange(upsert, "none")
    query = "&".join(f"{member}={value}" for member, value in request.query)
    assert f"{request.method} {request.path}{f'?{query}' if query else ''}" == line
    assert refused.status in (401, *dialect.deviations.get("unauthenticated", ()))
    assert (sorted(refused.body) if isinstance(refused.body, dict) else None) == error
    statuses = [exchange(upsert, TOKENS["editor"])[1].status for _ in range(2)]
    assert [each // 100 for each in statuses] == [2, 2]
    _, found = exchange(Find("contacts", {"email": ADA["email"]}), TOKENS["editor"])
    assert [record["name"] for record in found.records] == ["Ada"]
    app.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_conforming_server_is_conformant(name: str, target: Target, judge: Judge) -> None:
    """What the API can't show is not applicable: nothing is left untested."""
    results = judge(CASES[name].facade(), target)
    counts = Counter(result.status for result in results)
    failed = {result.case.criterion for result in results if result.status is Status.FAILED}
    expected = Verdict.NOT_CONFORMANT if CASES[name].fails else Verdict.CONFORMANT
    assert (tally(results).verdict, failed) == (expected, CASES[name].fails), text_of(results)
    assert counts[Status.NOT_APPLICABLE] == CASES[name].hidden


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_broken_servers_are_caught(name: str, target: Target, judge: Judge) -> None:
    case = CASES[name]
    servers = [(kind(), criterion) for kind, criterion in case.broken.items()]
    servers += [(case.facade(catalogue()[fault]), criterion) for fault, criterion in case.behind.items()]
    for server, criterion in servers:
        found = {result.case.criterion for result in judge(server, target, criterion) if result.status is Status.FAILED}
        assert criterion in found, type(server).__name__


@pytest.mark.parametrize(
    ("name", "fault", "criteria", "failing"),
    [
        ("postgrest", "", ("AC-207",), set()),
        ("elasticsearch", "", ("AC-207", "AC-208"), set()),
        ("elasticsearch", "error-updates", ("AC-207",), {"AC-207"}),
    ],
)
def test_a_request_that_only_creates_or_only_updates(
    name: str, fault: str, criteria: tuple[str, ...], failing: set[str], target: Target, judge: Judge
) -> None:
    facade = CASES[name].facade(catalogue()[fault] if fault else None)
    results = judge(facade, replace(target, profiles=("core", "conflict")), *criteria)
    judged = [r for r in results if r.status in (Status.PASSED, Status.DEVIATES, Status.FAILED)]
    assert {r.case.criterion for r in judged} == set(criteria), text_of(results)
    assert {r.case.criterion for r in judged if r.status is Status.FAILED} == failing, text_of(results)


BATCHES = ("postgrest", "odata", "salesforce", "graphql-on-conflict")


@pytest.mark.slow
@pytest.mark.parametrize("name", BATCHES)
def test_batches_of_a_conforming_server_pass(name: str, target: Target, judge: Judge) -> None:
    results = judge(CASES[name].facade(), replace(target, profiles=("core", "batch")), "AC-301", "AC-303")
    counts = Counter(result.status for result in results)
    assert not counts[Status.FAILED], text_of(results)
    assert counts[Status.PASSED] + counts[Status.DEVIATES] >= 7


@pytest.mark.parametrize("name", ["azure-tables", "mongodb-data-api"])
def test_an_upsert_may_replace(name: str, target: Target, judge: Judge) -> None:
    """What replaces is judged as that, and keeps what a request mentions."""
    replacing = replace(target, dialect_options={**target.dialect_options, "replaces": True})
    results = judge(CASES[name].facade(), replacing, "AC-001", "AC-002", "AC-014")
    failed = {result.case.criterion for result in results if result.status is Status.FAILED}
    assert failed == {"AC-002"}, text_of(results)
