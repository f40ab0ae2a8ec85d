"""Upserts, changes and deletions under a condition: If-Match or If-None-Match."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Read
from upsertspec.errors import CheckFailed
from upsertspec.explore.contract import Expected
from upsertspec.explore.model_state import ModelRecord, Values
from upsertspec.spec.outcomes import PRECONDITION_FAILED
from upsertspec.steps.conditions import require_tag

if TYPE_CHECKING:
    from upsertspec.explore.sequence import OperationSequence

MADE_UP = '"made-up"'
KINDS = {
    "current": "{name}'s tag",
    "listed": MADE_UP + ", {name}'s tag",
    "weak": "{name}'s weak tag",
    "made up": MADE_UP,
    "any": "*",
}
"""How a scenario says each kind of tag."""
HEADERS = ("If-Match", "If-None-Match")


@dataclass(frozen=True)
class Condition:
    """A header, and which tag it has of the record that the request is about."""

    header: str
    kind: str

    def of(self, sequence: OperationSequence, record: ModelRecord | None) -> Asked:
        """The condition, with the tag that the record has now. A record that is not there has none."""
        kind = self.kind if record or self.kind == "any" else "made up"
        tag = ""
        if record:
            tag = require_tag(sequence.world, sequence.world.client.call("editor", Read(record.table, record.id)))
        values = {"current": tag, "listed": f"{MADE_UP}, {tag}", "weak": f"W/{tag}", "made up": MADE_UP, "any": "*"}
        words = f" with {self.header} {KINDS[kind].format(name=record.name if record else '')}"
        known = record.values if record else None
        return Asked({self.header: values[kind]}, words, tag, self._holds(kind, record is not None), known)

    def _holds(self, kind: str, is_there: bool) -> bool:
        if self.header == "If-Match":
            return is_there and kind in ("current", "listed", "any")
        return not is_there or kind == "made up"


@dataclass(frozen=True)
class Asked:
    """A condition on its way: its header, its words in a scenario, the record's tag before, and whether it is met.

    `values` are those of the record before.
    """

    headers: dict[str, str]
    words: str
    tag: str
    holds: bool
    values: Values | None = None

    def expected(self, plain: Expected) -> Expected:
        """What may be answered, where `plain` is what may be answered without the condition."""
        if self.holds:
            return plain
        if plain.effects is None:
            return plain.or_refused(PRECONDITION_FAILED)
        why = "the condition is not met"
        return replace(plain, effects=None, refusals=(PRECONDITION_FAILED, *plain.refusals), why=why)

    def require_new_tag(self, expected: Expected, answer: Answer) -> None:
        """Raise CheckFailed where an update of a value was answered with the tag that the record had before."""
        effects = expected.effects or ()
        is_updated = [each.operation for each in effects] == ["updated"] and effects[0].values != self.values
        if is_updated and self.tag and answer.tag == self.tag:
            raise CheckFailed("another tag after an update", f"{answer.tag} as before")


NONE = Asked({}, "", "", holds=True)
"""No condition."""
