"""Batches at the limit and above it. The first, the middle and the last record are checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import strategies as st

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import UpsertBatch
from upsertspec.errors import CheckFailed
from upsertspec.explore.contract import LIMIT
from upsertspec.explore.field_rules import REFUSED
from upsertspec.explore.model_state import ModelRecord
from upsertspec.explore.scenario import refusal
from upsertspec.explore.sequence import OperationSequence
from upsertspec.explore.strategies import Draw, Scope
from upsertspec.spec.outcomes import INVALID, TOO_LARGE
from upsertspec.steps.equality import differences, shown
from upsertspec.steps.statuses import require_status
from upsertspec.steps.then_operations import require_batch
from upsertspec.steps.when_upsert import numbered

TOO_MANY = (INVALID, TOO_LARGE)

People = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class LargeBatch:
    """An upsert of many numbered contacts. With `conflicts`, the last has another contact's phone number."""

    count: int
    conflicts: bool
    who: ClassVar[str] = "editor"

    def play(self, sequence: OperationSequence) -> None:
        """Send it; check that all are created or updated, or that it is refused and nothing is written."""
        people = numbered(sequence.world, self.count)
        holder = _holder(sequence) if self.conflicts else None
        if holder:
            people[-1]["phone"] = holder.read["phone"]
        refusals = TOO_MANY if self.count > LIMIT else REFUSED if holder else ()
        last = f", the last with the phone number of {holder.name}" if holder else ""
        stored = f"all {self.count} numbered contacts are stored, each with its own values"
        words = f"the editor upserts a batch of {self.count} numbered contacts{last}"
        sequence.scenario.request(words, refusal(refusals) if refusals else stored)
        answer = sequence.ask(self.who, UpsertBatch("contacts", people, ["email"]))
        if refusals:
            require_status(sequence.world, answer, *refusals)
        else:
            _require_done(sequence, people, answer)
        _require_stored(sequence, people)


def _holder(sequence: OperationSequence) -> ModelRecord:
    """A contact with a phone number, which no other contact may have."""
    there = [record for record in sequence.state.of("contacts") if record.values.get("phone")]
    given = {"email": "holder@example.com", "phone": "phone-0"}
    return there[0] if there else sequence.set_up(sequence.schema["contacts"], given)


def _require_done(sequence: OperationSequence, people: People, answer: Answer) -> None:
    known = sequence.numbered
    require_batch(sequence.world, answer, ["updated" if p["email"] in known else "created" for p in people])
    if sequence.world.lacks(answer, "id"):
        known |= {person["email"]: "" for person in people}
        return
    if len(answer.parts) != len(people):
        raise CheckFailed(f"{len(people)} results", f"{len(answer.parts)}")
    ids = {person["email"]: shown(part.id) for person, part in zip(people, answer.parts, strict=True)}
    changed = [email for email, ident in ids.items() if known.get(email, ident) != ident]
    if changed or len(set(ids.values())) < len(people):
        got = f"{len(set(ids.values()))} ids, {len(changed)} of them changed"
        raise CheckFailed(f"{len(people)} ids, each as it was before", got)
    known |= ids


def _require_stored(sequence: OperationSequence, people: People) -> None:
    for person in (people[0], people[len(people) // 2], people[-1]):
        found = sequence.world.reader.find("contacts", {"email": person["email"]})
        count = int(person["email"] in sequence.numbered)
        if len(found) != count:
            raise CheckFailed(f"{count} contacts with {person['email']}", f"{len(found)}")
        wanted = {name: value for name, value in person.items() if name != "phone"}
        if count and (wrong := differences(sequence.schema["contacts"], wanted, found[0])):
            raise CheckFailed(f"a contact with {shown(wanted)}", "; ".join(wrong))


@st.composite
def large_batch(draw: Draw, _: Scope) -> list[LargeBatch]:
    """A large batch, sometimes sent twice."""
    batch = LargeBatch(
        draw(st.sampled_from([3, 3, 3, 150, 501, 1000, 1001])), draw(st.sampled_from([False, False, True]))
    )
    return [batch] * (1 if batch.conflicts else draw(st.sampled_from([1, 2])))
