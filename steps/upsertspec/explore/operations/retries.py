"""Upserts with an idempotency key, sent again: by the same caller or another, with the same body or another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from upsertspec.dialects import operations as sent
from upsertspec.dialects.base import Answer
from upsertspec.errors import CheckFailed
from upsertspec.explore import strategies
from upsertspec.explore.contract import Expected, LeftOpen
from upsertspec.explore.operations.upserts import Upsert, valid
from upsertspec.explore.scenario import upserts
from upsertspec.explore.sequence import DONE, OperationSequence
from upsertspec.explore.strategies import Draw, Scope, sometimes
from upsertspec.steps.equality import as_json, shown

Row = Mapping[str, Any]
OTHER_BODY = 422


@dataclass(frozen=True)
class KeyedUpsert:
    """An upsert with an idempotency key."""

    key: str
    who: str
    table: str
    fields: Row
    match: list[str]

    def play(self, sequence: OperationSequence) -> None:
        """Send it and compare; again with the same key, it has to be answered as before, and to write nothing."""
        fields = sequence.resolved(self.fields)
        wire = sequence.on_the_wire(self.table, fields)
        operation = sent.Upsert(self.table, wire, self.match)
        sender = f"{self.who} with the key {self.key}"
        words = upserts(self.who, self.table, self.match, {}).replace(self.who, sender, 1)
        place, body = (self.who, self.table, self.key), json.dumps([wire, self.match])
        known = sequence.answered.get(place)
        if known and known[1].status not in DONE:
            raise LeftOpen  # whether the key of a refused request is kept
        if known is None:
            expected = sequence.contract.upsert(self.who, self.table, fields, self.match, {})
        else:
            expected = Expected(refusals=(OTHER_BODY,), why="the key was used with another body")
        sequence.scenario.write(words, self.table, [fields], expected, "the last answer is")
        sequence.scenario.set_up_by(words.replace(" upserts into ", " has upserted into "))
        if known and known[0] == body:
            sequence.scenario.then(f"the last answer is {known[1].status} and says {known[1].operation}")
            require_same(known[1], sequence.ask(sender, operation))
            return
        answer = sequence.send(sender, operation, expected, [(self.table, fields)])
        if known is None:
            sequence.answered[place] = body, answer


def require_same(first: Answer, again: Answer) -> None:
    """Raise CheckFailed where a replay has another status, operation or id than the first answer."""
    said = [[answer.status, answer.operation, as_json(answer.id)] for answer in (first, again)]
    if said[0] != said[1]:
        raise CheckFailed(f"the first answer again: {shown(said[0])}", f"{shown(said[1])}: {again.text}")


@st.composite
def retry(draw: Draw, scope: Scope) -> list[KeyedUpsert | Upsert]:
    """An upsert with a key, twice; what comes between is only recommended to change nothing (AC-927)."""
    table, match, row = draw(valid(scope))
    key, who = draw(st.sampled_from(["retry-1", "retry-2", "RETRY-1", "retry-10"])), draw(strategies.a_role())
    first = KeyedUpsert(key, who, table.name, row, match)
    other = draw(strategies.rows(scope, table, match)) | {name: row[name] for name in match}
    between = [] if scope.must or not draw(sometimes(3)) else [Upsert("editor", table.name, other, match)]
    second = draw(
        st.sampled_from(
            [
                first,
                first,
                KeyedUpsert(key, who, table.name, other, match),
                KeyedUpsert(f"{key}0", who, table.name, row, match),
                KeyedUpsert(key, draw(strategies.a_role()), table.name, row, match),
            ]
        )
    )
    return [first, *between, second]
