"""What members of two organizations do in the table that they share."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from upsertspec.explore import strategies
from upsertspec.explore.contract import ORGANIZATION, OWN_TABLE
from upsertspec.explore.operations.records import ById, Create
from upsertspec.explore.operations.upserts import Batch, Upsert
from upsertspec.explore.strategies import Draw, Scope, sometimes
from upsertspec.explore.values import Organization, Pick
from upsertspec.spec.schema import MEMBERS


@st.composite
def shared_table(draw: Draw, scope: Scope) -> list[Any]:
    """Records of both organizations, and a request by a member about one of them."""
    if OWN_TABLE not in scope.schema:
        return []
    who = draw(st.sampled_from(MEMBERS))
    stored = [draw(image(scope, of)) for of in draw(st.permutations(MEMBERS))]
    match = list(scope.schema[OWN_TABLE].unique_keys[0])
    before = [Upsert("editor", OWN_TABLE, row, match) for row in stored]
    return [*before, draw(request(scope, who, match))]


@st.composite
def image(draw: Draw, scope: Scope, member: str) -> dict[str, Any]:
    """An image of the organization of a member."""
    table = scope.schema[OWN_TABLE]
    row = draw(strategies.rows(scope, table, table.unique_keys[0]))
    return {**row, ORGANIZATION: Organization.of(member)}


@st.composite
def request(draw: Draw, scope: Scope, who: str, match: list[str]) -> Any:
    """An upsert, or what else the explored profiles have, mostly about the member's own organization."""
    rows = [draw(image(scope, draw(st.sampled_from([who, who, *MEMBERS])))) for _ in range(2)]
    listed: list[Any] = [Upsert(who, OWN_TABLE, rows[0], match)]
    if scope.has("batch"):
        listed.append(Batch(who, OWN_TABLE, rows, match))
    if scope.has("records"):
        record = Pick(OWN_TABLE, draw(st.sampled_from([0, 1])))
        change = rows[0] if draw(sometimes(3)) else {"alt_text": "changed"}
        listed += [Create(who, OWN_TABLE, rows[0]), ById("reads", who, record), ById("deletes", who, record)]
        listed += [ById("changes", who, record, change)] * 2
    return draw(st.sampled_from(listed))
