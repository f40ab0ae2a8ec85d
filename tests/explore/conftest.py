"""Searches on broken servers and on the reference server, all served by one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from upsertspec.explore.machine import PROFILES
from upsertspec.explore.search import SHRINKS, Result, Search
from upsertspec.prove.servers import Serve, fleet
from upsertspec.run.settings import new_run_id

Explore = Callable[..., Result]


@pytest.fixture(scope="package")
def serve() -> Iterator[Serve]:
    with fleet() as serving:
        yield serving


@pytest.fixture
def explore(serve: Serve) -> Explore:
    """Search a server by its name; an empty name is the reference server."""

    def run(
        name: str,
        profiles: tuple[str, ...] = PROFILES,
        seed: int = 1,
        examples: int = 300,
        shrinks: int = SHRINKS,
    ) -> Result:
        target = replace(serve(name), profiles=profiles)
        return Search(target, new_run_id(), shrinks=shrinks).run(seed, examples)

    return run
