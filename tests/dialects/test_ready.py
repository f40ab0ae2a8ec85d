"""Ready-made dialects, each against a façade of its API: the reference server behind another wire."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.dialects.conftest import Judge
from tests.dialects.facade import Facade
from tests.dialects.facades import graphql_on_conflict, odata, postgraphile, postgrest
from tests.kit import TOKEN_VARIABLES
from upsertspec.dialects.ready_made import ReadyShape, file_of
from upsertspec.dialects.registry import dialect_for
from upsertspec.report.result import Result, Status
from upsertspec.report.verdict import Verdict, tally
from upsertspec.target.placeholders import KNOWN
from upsertspec.target.ready import ready_made
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_file
from upsertspec.target.validate import faults
from upsertspec_broken import catalogue

PARTS = {*KNOWN, "conflict", "list", "groups", "transaction"}
BEHIND = {"replaces-the-whole-record": "AC-002", "only-create-is-asked": "AC-006"}
"""Broken servers behind each façade, and the criterion that catches them."""


@dataclass(frozen=True)
class Case:
    """A façade, how many of the core scenarios are judged and pass, and broken façades with what catches them."""

    facade: type[Facade]
    judged: int
    broken: dict[type[Facade], str] = field(default_factory=dict)
    options: str = ""
    behind: dict[str, str] = field(default_factory=lambda: BEHIND)


CASES = {
    "postgrest": Case(
        postgrest.PostgREST, 178, {postgrest.AlwaysCreated: "AC-012", postgrest.NoRepresentation: "AC-001"}
    ),
    "odata": Case(odata.OData, 163, {odata.AlwaysOk: "AC-012", odata.QuotesKept: "AC-001"}),
    "graphql-on-conflict": Case(
        graphql_on_conflict.Hasura, 170, {graphql_on_conflict.NoRow: "AC-001", graphql_on_conflict.StaleRow: "AC-002"}
    ),
    "postgraphile": Case(
        postgraphile.PostGraphile, 156, {postgraphile.NoRow: "AC-001", postgraphile.Forgetful: "AC-002"}
    ),
}


def target_text(name: str) -> str:
    """A target file for the dialect."""
    return f'url = "http://127.0.0.1:1"\ndialect = "{name}"\n{CASES[name].options}'


@pytest.fixture
def target(name: str, tmp_path: Path) -> Target:
    file = tmp_path / "target.toml"
    file.write_text(target_text(name), "utf-8")
    return from_file(file, TOKEN_VARIABLES)


def text_of(results: list[Result]) -> str:
    """What was found wrong, for the message of a failed test."""
    wrong = (Status.FAILED, Status.NOT_TESTABLE, Status.HARNESS_ERROR, Status.WARNED)
    return "\n".join(f"{r.status.value}: {r.case.title}: {r.reason}" for r in results if r.status in wrong)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_lawful_server_is_conformant(name: str, target: Target, judge: Judge) -> None:
    """What the API can't show is not applicable: nothing is left untested."""
    results = judge(CASES[name].facade(), target)
    counts = Counter(result.status for result in results)
    assert tally(results).verdict is Verdict.CONFORMANT, text_of(results)
    assert counts[Status.PASSED] + counts[Status.DEVIATES] == CASES[name].judged


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_broken_servers_are_caught(name: str, target: Target, judge: Judge) -> None:
    case = CASES[name]
    servers = [(kind(), criterion) for kind, criterion in case.broken.items()]
    servers += [(case.facade(catalogue()[fault]), criterion) for fault, criterion in case.behind.items()]
    for server, criterion in servers:
        found = {result.case.criterion for result in judge(server, target, criterion) if result.status is Status.FAILED}
        assert criterion in found, type(server).__name__


def test_every_ready_made_dialect_has_a_facade() -> None:
    assert set(CASES) == set(ready_made())


@pytest.mark.parametrize("name", ready_made())
def test_a_file_says_what_a_target_file_may_say(name: str, target: Target) -> None:
    """The shape is valid as that of a target file, and says something of every part."""
    said = file_of(name)
    assert said["about"]
    made = dialect_for(target).inner
    parts = {each: False if isinstance(said, str) else said for each, said in getattr(made, "parts", {}).items()}
    shape = {"shape": parts} if type(made) is ReadyShape else {}
    assert faults({"url": "http://h", "deviations": said.get("deviations", {}), **shape}, "", {}, Path()) == []
    assert not shape or parts.keys() == PARTS
