"""The proof that each check can fail: the suite tells every broken server, by the criteria that it breaks.

Each broken server is judged by the criteria that it violates; `upsertspec prove` judges each by the whole suite.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from upsertspec import spec
from upsertspec.results import Result, Status
from upsertspec.runner import run_each
from upsertspec.settings import Settings
from upsertspec.target.model import DEFAULT_TIMEOUT, Target
from upsertspec_faults import Fault, catalogue
from upsertspec_server import create_app, load_schema
from upsertspec_server.app import Parts
from upsertspec_server.serving import serve_in_thread

from .conftest import ROLES, TOKENS

TOLD = (Status.FAILED, Status.WARNED)
SECONDS = {"waits-for-good": 2.0}
"""For one request, where it is not the usual time: nobody has to wait long for what never comes."""
WRITTEN = {criterion.id for criterion in spec.criteria()}
"""The criteria that have scenarios."""


@pytest.fixture(scope="module")
def judged() -> Mapping[str, list[Result]]:
    """The results of the suite against every broken server, by its name, and of the unbroken one under an empty name.

    One pytest session judges them all, one after the other.
    """
    faults = [fault for fault in catalogue().values() if WRITTEN.intersection(fault.violates)]
    asked = [("", Parts(), ()), *((f.name, f.parts, tuple(WRITTEN.intersection(f.violates))) for f in faults)]

    def served() -> Iterator[Settings]:
        for name, parts, criteria in asked:
            with serve_in_thread(create_app(load_schema(), TOKENS, parts=parts)) as url:
                yield Settings(
                    Target(url=url, profiles=spec.PROFILES, roles=ROLES, timeout=SECONDS.get(name, DEFAULT_TIMEOUT)),
                    criteria=criteria,
                )

    return dict(zip([name for name, _, _ in asked], run_each(served()), strict=True))


@pytest.mark.parametrize("broken", catalogue().values(), ids=list(catalogue()))
def test_the_suite_tells_a_broken_server(judged: Mapping[str, list[Result]], broken: Fault) -> None:
    criteria = WRITTEN.intersection(broken.violates)
    assert criteria
    results = judged[broken.name]
    assert {result.case.criterion for result in results if result.status in TOLD} == criteria
    assert Status.ERROR not in {result.status for result in results}


def test_the_suite_finds_nothing_wrong_with_the_unbroken_server(judged: Mapping[str, list[Result]]) -> None:
    assert {result.status for result in judged[""]} == {Status.PASSED}
