"""The search knows the contract, not one server: conforming servers show no difference in any MUST."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from tests.conforming.conftest import serve
from tests.conforming.stacks import stacked, stacks
from tests.dialects.conftest import shape
from tests.dialects.test_shapes import SERVERS
from tests.kit import CREDENTIALS
from upsertspec.explore.machine import PROFILES
from upsertspec.explore.search import Search
from upsertspec.run.settings import new_run_id
from upsertspec.target.bindings import renamed
from upsertspec.target.target import Target
from upsertspec_catalogue import Entry
from upsertspec_server.serving import serve_in_thread as serve_facade

pytestmark = pytest.mark.slow

STACKS = [pytest.param(stack, id="+".join(variant.name for variant in stack)) for stack in stacks()]


@pytest.mark.parametrize("stack", STACKS)
def test_a_conforming_server_shows_no_difference(stack: list[Entry]) -> None:
    variant = stacked(stack)
    with serve(variant) as url:
        bindings = renamed(variant.tables, variant.fields)
        shows_no_difference(Target(url=url, profiles=PROFILES, roles=CREDENTIALS, bindings=bindings))


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_of_another_shape_shows_no_difference(name: str) -> None:
    with serve_facade(SERVERS[name]()) as url:
        target = shape(name)
        url += urlsplit(target.url).path
        profiles = tuple(profile for profile in target.profiles if profile in PROFILES)
        shows_no_difference(replace(target, url=url, profiles=profiles))


def shows_no_difference(target: Target) -> None:
    result = Search(target, new_run_id(), must=True).run(3, 40)
    found = result.finding
    assert found is None, f"{found.scenario}\n{found.expected}\n{found.actual}"
    assert result.is_enough, result.ended
    assert not result.restrictions
    assert not result.passing
