"""The model is the contract's, and not one server's: lawful variants differ from it in nothing that is a MUST."""

from __future__ import annotations

import pytest

from tests.variants.conftest import ROLES, TOKENS
from tests.variants.stacks import stacked, stacks
from upsertspec.client import Client
from upsertspec.dialects.registry import dialect_for
from upsertspec.explore.moves.sequences import WEIGHTS
from upsertspec.explore.search import Search
from upsertspec.settings import new_run_id
from upsertspec.target.model import Target
from upsertspec_variants import Variant
from upsertspec_variants.serving import serve_in_thread

STACKS = [pytest.param(stack, id="+".join(variant.name for variant in stack)) for stack in stacks()]


@pytest.mark.parametrize("stack", STACKS)
def test_a_lawful_variant_differs_in_nothing(stack: list[Variant]) -> None:
    variant = stacked(stack)
    with serve_in_thread(variant, TOKENS) as url:
        target = Target(
            url=url, profiles=tuple(WEIGHTS), roles=ROLES, table_ids=variant.tables, field_names=variant.fields
        )
        client = Client(target, dialect_for(target))
        try:
            found = Search(target, client, new_run_id(), must=True).run(seed=3, examples=40)
        finally:
            client.close()
    assert found is None, f"{found.scenario}\n{found.expected}\n{found.actual}"
