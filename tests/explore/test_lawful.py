"""The model is the contract's, and not one server's: what is lawful differs from it in nothing that is a MUST."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conforming.conftest import ROLES, serve
from tests.conforming.stacks import stacked, stacks
from tests.dialects.conftest import shape
from tests.dialects.test_shapes import SERVERS
from upsertspec.dialects.registry import dialect_for
from upsertspec.explore.moves.sequences import WEIGHTS
from upsertspec.explore.search import Search
from upsertspec.http.client import Client
from upsertspec.run.settings import new_run_id
from upsertspec.target.bindings import renamed
from upsertspec.target.target import Target
from upsertspec_catalogue import Entry
from upsertspec_server.serving import serve_in_thread as serve_facade

pytestmark = pytest.mark.slow

STACKS = [pytest.param(stack, id="+".join(variant.name for variant in stack)) for stack in stacks()]


@pytest.mark.parametrize("stack", STACKS)
def test_a_lawful_variant_differs_in_nothing(stack: list[Entry]) -> None:
    variant = stacked(stack)
    with serve(variant) as url:
        differs_in_nothing(
            Target(url=url, profiles=tuple(WEIGHTS), roles=ROLES, bindings=renamed(variant.tables, variant.fields))
        )


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_of_another_shape_differs_in_nothing(name: str) -> None:
    with serve_facade(SERVERS[name]()) as url:
        target = shape(name)
        profiles = tuple(profile for profile in target.profiles if profile in WEIGHTS)
        differs_in_nothing(replace(target, url=url, profiles=profiles))


def differs_in_nothing(target: Target) -> None:
    client = Client(target, dialect_for(target))
    try:
        found = Search(target, client, new_run_id(), must=True).run(seed=3, examples=40)
    finally:
        client.close()
    assert found is None, f"{found.scenario}\n{found.expected}\n{found.actual}"
