"""Searches on broken servers and on the unbroken one, all from one process that serves them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from upsertspec.dialects.registry import dialect_for
from upsertspec.explore.moves.sequences import WEIGHTS
from upsertspec.explore.search import SHRINKS, Finding, Search
from upsertspec.http.client import Client
from upsertspec.prove.servers import Serve, fleet
from upsertspec.run.settings import new_run_id

Explore = Callable[..., Finding | None]


@pytest.fixture(scope="package")
def serve() -> Iterator[Serve]:
    with fleet() as serving:
        yield serving


@pytest.fixture
def explore(serve: Serve) -> Explore:
    """Search a server by its name; an empty name is the unbroken one."""

    def run(
        name: str,
        profiles: tuple[str, ...] = tuple(WEIGHTS),
        seed: int = 1,
        examples: int = 300,
        shrinks: int = SHRINKS,
    ) -> Finding | None:
        target = replace(serve(name), profiles=profiles)
        client = Client(target, dialect_for(target))
        try:
            return Search(target, client, new_run_id(), shrinks=shrinks).run(seed, examples)
        finally:
            client.close()

    return run
