"""Batches of very many records: the first, the middle and the last are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import UpsertBatch
from upsertspec.errors import CheckFailed
from upsertspec.explore.expectations import LIMIT
from upsertspec.explore.stage import Stage
from upsertspec.explore.state import Entry
from upsertspec.spec.outcomes import CONSTRAINT_REFUSED as REFUSED
from upsertspec.spec.outcomes import INVALID, TOO_LARGE
from upsertspec.spec.schema import tables
from upsertspec.steps.equality import differences, shown
from upsertspec.steps.statuses import require_status
from upsertspec.steps.then_answers import require_batch
from upsertspec.steps.when_upsert import numbered

TOO_MANY = (INVALID, TOO_LARGE)

People = Sequence[Mapping[str, Any]]


class Bulk:
    """The numbered contacts of one sequence, by their addresses: which id each was given."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._ids: dict[str, str] = {}

    def play(self, count: int, wrong: bool) -> None:
        """Send so many at once. Raises CheckFailed where they are not created, updated or refused as they should be."""
        people = numbered(self._stage.world, count)
        holder = self._holder() if wrong else None
        if holder:
            people[-1]["phone"] = holder.read["phone"]
        refusals = TOO_MANY if count > LIMIT else REFUSED if holder else ()
        self._stage.story.bulk(count, holder.name if holder else "", refusals)
        answer = self._stage.world.send("editor", UpsertBatch("contacts", people, ["email"]))
        if refusals:
            require_status(self._stage.world, answer, *refusals)
        else:
            self._require_done(people, answer)
        self._look(people)

    def _holder(self) -> Entry:
        """A contact that has a phone number, which no other can have."""
        there = [entry for entry in self._stage.state.of("contacts") if entry.values.get("phone")]
        given = {"email": "holder@example.com", "phone": "phone-0"}
        return there[0] if there else self._stage.set_up(tables()["contacts"], given)

    def _require_done(self, people: People, answer: Answer) -> None:
        world = self._stage.world
        require_batch(world, answer, ["updated" if person["email"] in self._ids else "created" for person in people])
        if world.lacks(answer, "id"):
            self._ids |= {person["email"]: "" for person in people}
            return
        ids = {person["email"]: shown(part.id) for person, part in zip(people, answer.parts, strict=True)}
        moved = [email for email, ident in ids.items() if self._ids.get(email, ident) != ident]
        if moved or len(set(ids.values())) < len(people):
            raise CheckFailed(
                f"{len(people)} ids, each as it was before", f"{len(set(ids.values()))}, {len(moved)} new"
            )
        self._ids |= ids

    def _look(self, people: People) -> None:
        for person in (people[0], people[len(people) // 2], people[-1]):
            found = self._stage.world.reader.find("contacts", {"email": person["email"]})
            known = person["email"] in self._ids
            if len(found) != known:
                raise CheckFailed(f"{int(known)} contacts with {person['email']}", f"{len(found)}")
            if known and (wrong := differences(tables()["contacts"], _own(person), found[0])):
                raise CheckFailed(f"a contact with {shown(_own(person))}", "; ".join(wrong))


def _own(person: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in person.items() if name != "phone"}
