"""What is wrong shows on a table that was never empty as it does on a new one."""

from __future__ import annotations

import pytest

from tests.conforming.conftest import serve
from tests.kit import CREDENTIALS
from tests.lacking.servers import full
from upsertspec.report.result import Status
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.target.target import Target
from upsertspec_broken import CATALOGUE
from upsertspec_catalogue import Entry


@pytest.mark.parametrize("parts", [(), (full,)], ids=["new", "full"])
def test_an_empty_match_that_overwrites_the_first_record_fails_each_scenario(parts: tuple[object, ...]) -> None:
    broken = CATALOGUE.load()["empty-match-is-the-first-row"]
    with serve(Entry("broken", "", (*broken.parts, *parts))) as url:
        results = run(Settings(Target(url=url, roles=CREDENTIALS), ("AC-007",)))
    assert {result.status for result in results} == {Status.FAILED}
