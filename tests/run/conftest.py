"""What tests of whole runs share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from upsertspec.run.embedded import started
from upsertspec.target.target import Target


@pytest.fixture(scope="module")
def reference() -> Iterator[Target]:
    """The reference server, as a process of its own."""
    with started() as server:
        yield server.target()
