"""The examples in examples/shapes work: a conforming server of the shape passes, and a broken one is caught."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from tests.dialects.conftest import SHAPES, Judge, shape
from tests.dialects.facade import Facade, KeyInUrl, MergeApi, OnConflict, PutAndGet, RecordsEnvelope, Said, Tasks
from tests.dialects.facade_answers import Constraint, GraphQL, KeysInParentheses, Positional, StatusInBody
from tests.kit import TOKENS
from upsertspec.report.result import Result, Status
from upsertspec.target.target import Target
from upsertspec_broken import catalogue

SERVERS: dict[str, type[Facade]] = {
    "records_envelope": RecordsEnvelope,
    "key_in_url": KeyInUrl,
    "put_and_get": PutAndGet,
    "on_conflict": OnConflict,
    "merge_api": MergeApi,
    "keys_in_parentheses": KeysInParentheses,
    "graphql": GraphQL,
    "status_in_body": StatusInBody,
    "positional": Positional,
    "tasks": Tasks,
    "constraint": Constraint,
}
ASKED = ("AC-001", "AC-002", "AC-003", "AC-005", "AC-006", "AC-007", "AC-009", "AC-012", "AC-103", "AC-301")
ALSO = {
    "key_in_url": ("AC-207", "AC-208"),
    "status_in_body": ("AC-201", "AC-202", "AC-302", "AC-901", "AC-902", "AC-903", "AC-907"),
    "graphql": ("AC-303",),
}
"""What else an example is about."""
P, D, N, A = Status.PASSED, Status.DEVIATES, Status.NOT_TESTABLE, Status.NOT_APPLICABLE

CONFORMING: dict[str, dict[str, set[Status]]] = {
    "records_envelope": {**{each: {P} for each in ASKED}, "AC-007": {D}, "AC-009": {P, D}, "AC-301": {P, N}},
    "key_in_url": {
        "AC-001": {P, D}, "AC-002": {D, A}, "AC-003": {P}, "AC-005": {P, D}, "AC-006": {P, D}, "AC-007": {A},
        "AC-009": {P, D}, "AC-012": {D}, "AC-103": {D, A},
        "AC-207": {P, D, A}, "AC-208": {P, A},
    },
    "put_and_get": {
        "AC-001": {P, D, A}, "AC-002": {P, A}, "AC-003": {P}, "AC-005": {P, D, A}, "AC-006": {P, A}, "AC-007": {A},
        "AC-009": {P, D, A}, "AC-012": {P, D, A}, "AC-103": {P, A},
    },
    "on_conflict": {
        "AC-001": {P, D}, "AC-002": {D}, "AC-003": {P}, "AC-005": {P, D}, "AC-006": {P, D}, "AC-007": {P},
        "AC-009": {P, D}, "AC-012": {N}, "AC-103": {P, D}, "AC-301": {N},
    },
    "tasks": {
        **{each: {P} for each in ASKED[:-1]}, "AC-003": {P}, "AC-007": {A}, "AC-103": {P, A},
    },
    "constraint": {
        **{each: {P, D} for each in ("AC-001", "AC-002", "AC-005", "AC-009", "AC-012")},
        **{each: {P} for each in ("AC-003", "AC-006", "AC-007", "AC-103")},
    },
    "merge_api": {
        **{each: {P} for each in ASKED[:-1]}, "AC-001": {P, A}, "AC-002": {P, A}, "AC-007": {P},
    },
    "keys_in_parentheses": {
        "AC-001": {P, D}, "AC-002": {D}, "AC-003": {P}, "AC-005": {P, D}, "AC-006": {P, D}, "AC-007": {A},
        "AC-009": {P, D}, "AC-012": {D}, "AC-103": {P, D},
    },
    "graphql": {**{each: {P} for each in ASKED}, "AC-301": {A}, "AC-303": {P, N}},
    "status_in_body": {
        **{each: {P} for each in ASKED}, "AC-007": {A}, "AC-103": {P, A}, "AC-301": {A}, "AC-201": {P, A},
        "AC-202": {P, A}, "AC-302": {P, A}, "AC-901": {P, A}, "AC-902": {P, A}, "AC-903": {P, A}, "AC-907": {P, A},
    },
    "positional": {
        **{each: {P} for each in ASKED[:-1]},
        **{each: {P, D} for each in ("AC-001", "AC-002", "AC-005", "AC-009", "AC-012")},
    },
}  # fmt: skip


def by_criterion(results: list[Result]) -> dict[str, set[Status]]:
    found: dict[str, set[Status]] = defaultdict(set)
    for result in results:
        if result.status is not Status.NOT_CLAIMED:
            found[result.case.criterion].add(result.status)
    return dict(found)


def failed(results: list[Result]) -> dict[str, str]:
    return {r.case.criterion: r.reason for r in results if r.status is Status.FAILED}


def test_every_example_is_tried() -> None:
    assert {file.stem for file in SHAPES.glob("*.toml")} == set(SERVERS)


@pytest.mark.parametrize("name", SERVERS)
def test_a_conforming_server_of_the_shape_fails_nothing(name: str, judge: Judge) -> None:
    results = judge(SERVERS[name](), shape(name), *ASKED, *ALSO.get(name, ()))
    assert failed(results) == {}
    assert by_criterion(results) == CONFORMING[name]


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize(
    ("fault", "criterion"),
    [("replaces-the-whole-record", "AC-002"), ("only-create-is-asked", "AC-006"), ("delete-then-insert", "AC-103")],
)
def test_a_broken_server_of_the_shape_is_caught(name: str, fault: str, criterion: str, judge: Judge) -> None:
    results = judge(SERVERS[name](catalogue()[fault]), shape(name), criterion)
    assert criterion in failed(results)


class Open(PutAndGet):
    """Asks for no credentials: whoever calls is the editor."""

    def caller(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKENS['editor']}"}


def test_an_api_without_credentials(judge: Judge, load: Callable[[str], Target]) -> None:
    target = load("roles = false\n" + (SHAPES / "put_and_get.toml").read_text("utf-8"))
    found = by_criterion(judge(Open(), target, "AC-002", "AC-004", "AC-005"))
    assert found == {"AC-002": {P, A}, "AC-004": {A}, "AC-005": {A}}


class AllCreated(RecordsEnvelope):
    """Lists every id among the created ones."""

    def merged(self, table: str, body: Any) -> Said:
        status, body = super().merged(table, body)
        if status == 200:
            body = {**body, "createdRecords": [r["id"] for r in body["records"]], "updatedRecords": []}
        return status, body


class Always201(KeyInUrl):
    """Answers an update like a create."""

    def put(self, table: str, field: str, value: str) -> Said:
        status, body = super().put(table, field, value)
        return (
            (201, self.ask("GET", f"{table}/records", {field: value})[1]["records"][0])
            if status == 204
            else (status, body)
        )


class NoList(OnConflict):
    """Answers with the record itself, where the shape has a list."""

    def merged(self, table: str) -> Said:
        status, body = super().merged(table)
        return status, body[0] if status == 201 and body else body


class AnotherForm(MergeApi):
    """Answers with a text."""

    def answered(self, path: list[str]) -> Said:
        status, body = super().answered(path)
        return status, "done" if path[-1] == "merge" and status == 200 else body


@pytest.mark.parametrize(
    ("server", "name", "criterion", "words"),
    [
        (AllCreated, "records_envelope", "AC-012", '"operation": "updated"; got "created"'),
        (Always201, "key_in_url", "AC-012", "200; got 201"),
        (NoList, "on_conflict", "AC-001", 'there is no object at "0"'),
        (AnotherForm, "merge_api", "AC-001", "the body has another form"),
    ],
)
def test_a_wrong_answer_of_the_shape_is_a_failure(
    server: type[Facade], name: str, criterion: str, words: str, judge: Judge
) -> None:
    assert words in failed(judge(server(), shape(name), criterion))[criterion]
