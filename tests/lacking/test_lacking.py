"""A server that lacks something fails for just that. Nothing passes for want of something to compare."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.conforming.conftest import serve
from tests.kit import CREDENTIALS
from tests.lacking.servers import SERVERS, Lacking
from upsertspec.report.result import Result, Status
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.spec import criteria as spec
from upsertspec.target.target import Target

pytestmark = pytest.mark.slow

FIRST = frozenset({case.scenario: case.id for case in reversed(spec.cases())}.values())
WRONG = (Status.FAILED, Status.WARNED, Status.STALE)


def judged(server: Lacking) -> list[Result]:
    """The results of one row of each outline, and of all other scenarios."""
    roles = {role: held for role, held in CREDENTIALS.items() if role not in server.stated.get("without", ())}
    with serve(server.entry) as url:
        target = Target(url=url, profiles=spec.PROFILES, roles=roles, clients=5, **server.stated)
        return run(Settings(target, scenarios=FIRST))


def criteria(results: Iterable[Result]) -> str:
    return " ".join(sorted({result.case.criterion for result in results}))


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_fails_for_what_it_lacks_and_for_nothing_else(name: str) -> None:
    server = SERVERS[name]
    results = judged(server)
    assert [result.reason for result in results if result.status is Status.ERROR] == []
    wrong = criteria(result for result in results if result.status in WRONG)
    assert wrong == server.failing
    passed = [result for result in results if result.status is Status.PASSED]
    assert [result.case.id for result in passed if not server.allows(result.case)] == []
