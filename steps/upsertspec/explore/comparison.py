"""Compare what the target answers and stores with the contract. Each function raises CheckFailed on a difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Transaction, Upsert, UpsertBatch
from upsertspec.errors import CheckFailed
from upsertspec.explore.contract import Expected
from upsertspec.explore.model_state import Effect, ModelRecord
from upsertspec.spec.outcomes import NO_CONTENT, UPSERTED
from upsertspec.spec.types import TIMESTAMP, instant
from upsertspec.steps.assertions import require_body, require_part
from upsertspec.steps.equality import differences, shown
from upsertspec.steps.own_table import LONGEST_TICK, compared, own_members
from upsertspec.steps.statuses import require_status
from upsertspec.target.time_forms import tick

if TYPE_CHECKING:
    from upsertspec.explore.sequence import OperationSequence

MANY = 20


def compare(sequence: OperationSequence, expected: Expected, answer: Answer) -> None:
    """Compare an answer with what is expected, and apply its effects to the state."""
    effects = expected.effects
    says = effects[0].operation if effects and len(effects) == 1 else ""
    if effects is None or not has_status(sequence, answer, expected.status, says):
        require_refusal(sequence, expected, answer)
        return
    if expected.status == NO_CONTENT:
        sequence.state.apply(effects[0])
        return
    require_body(sequence.world, answer, expected.status, said=says)
    operation = sequence.world.last.operation
    parts = answer.parts if isinstance(operation, (UpsertBatch, Transaction)) else [answer]
    if len(parts) != len(effects):
        raise CheckFailed(f"{len(effects)} results", f"{len(parts)}: {answer.text}")
    for index, (effect, part) in enumerate(zip(effects, parts, strict=True)):
        repeated = isinstance(operation, UpsertBatch) and sum(e.record is effect.record for e in effects) > 1
        reports = isinstance(operation, (Upsert, UpsertBatch, Transaction)) and effect.operation in UPSERTED
        if reports and not repeated:  # what a batch says about a key that comes twice is left to the target
            require_part(sequence.world, part, effect.operation)
        if effect.values is None:
            sequence.state.apply(effect)
        else:
            is_last = all(later.record is not effect.record for later in effects[index + 1 :])
            is_first = all(earlier.record is not effect.record for earlier in effects[:index])
            _compare_written(sequence, effect, part, is_last, is_first)


def require_refusal(sequence: OperationSequence, expected: Expected, answer: Answer) -> None:
    """Raise CheckFailed unless the request was refused with one of the expected statuses."""
    if any(has_status(sequence, answer, status) for status in expected.refusals):
        return
    wanted = sorted({*([expected.status] if expected.effects is not None else []), *expected.refusals})
    statuses = "4xx" if len(wanted) > MANY else " or ".join(map(str, wanted))
    why = f" ({expected.why})" if expected.why else ""
    raise CheckFailed(f"an answer of {statuses}{why}", f"{answer.status} with {answer.shown_body}")


def require_stored(sequence: OperationSequence, record: ModelRecord) -> None:
    """Raise CheckFailed unless the record is stored exactly once, as expected and as it was last answered."""
    where = sequence.key_of(record)
    found = sequence.world.reader.find(record.table, where)
    if len(found) != 1:
        words = sequence.world.words(record.table)
        raise CheckFailed(f"one record in {words.called} with {words.row_text(where)}", f"{len(found)} such records")
    _require_values(sequence, record, found[0])
    _require_same(sequence, record, "as it was last answered", found[0])


def require_read(sequence: OperationSequence, record: ModelRecord) -> None:
    """Raise CheckFailed unless a read by id gives the record as it was last answered."""
    answer = sequence.world.reader.read(record.table, record.id)
    require_body(sequence.world, answer, 200)
    _require_same(sequence, record, "read by its id as it is stored", answer.record or {})


def _require_same(sequence: OperationSequence, record: ModelRecord, how: str, now: Mapping[str, Any]) -> None:
    """Raise CheckFailed where a record differs from the last answer, in members of the target's own too."""
    binding, words = sequence.schema.binding(record.table), sequence.world.words(record.table)
    if wrong := differences(binding.view, record.read, now, compared(binding, record.read, now), words):
        raise CheckFailed(f"{record.name} in {words.called} {how}", "; ".join(wrong))


def has_status(sequence: OperationSequence, answer: Answer, status: int, says: str = "") -> bool:
    """Whether an answer has this status, or one that the target declares instead."""
    try:
        require_status(sequence.world, answer, status, said=says)
    except CheckFailed:
        return False
    return True


def _compare_written(sequence: OperationSequence, effect: Effect, part: Answer, is_last: bool, is_first: bool) -> None:
    """Compare one written record. Only its last values can be checked if the request writes it again, and the time of
    its last write may be that of the first one."""
    record, before = effect.record, dict(effect.record.read)
    answered = part.record or _read_back(sequence, effect, part)
    if not isinstance(answered, Mapping):
        raise CheckFailed("the record in the answer", part.text or shown(part.body))
    _require_id(sequence, record, answered)
    sequence.state.apply(effect)
    record.read = answered
    if is_last:
        _require_values(sequence, record, answered)
        _require_own_kept(sequence, record, before, answered)
        _require_times(sequence, effect, before, answered, is_first)


def _read_back(sequence: OperationSequence, effect: Effect, part: Answer) -> Mapping[str, Any] | None:
    """The record as it is stored, if the dialect's answers never contain it."""
    if not sequence.world.lacks(part, "record"):
        return None
    assert effect.values is not None
    where = sequence.key_of(effect.record, effect.values, part.id)
    found = sequence.world.reader.find(effect.record.table, where)
    return found[0] if len(found) == 1 else None


def _require_id(sequence: OperationSequence, record: ModelRecord, answered: Mapping[str, Any]) -> None:
    """A known record keeps its id; a new one gets an id of its own."""
    ident = shown(answered.get("id"))
    if record.id is not None and ident != shown(record.id):
        raise CheckFailed(f"the id of {record.name}: {shown(record.id)}", ident)
    others = [o for o in sequence.state.of(record.table) if o is not record and shown(o.id) == ident]
    if others:
        raise CheckFailed(f"an id of its own for {record.name}", f"{ident}, which is the id of {others[0].name}")


def _require_values(sequence: OperationSequence, record: ModelRecord, answered: Mapping[str, Any]) -> None:
    binding, words = sequence.schema.binding(record.table), sequence.world.words(record.table)
    if missing := [name for name in (*binding.protected, *binding.view.fields) if name not in answered]:
        names = ", ".join(words.label(name) for name in missing)
        hint = f"if {words.called} has none, the target file says so: {missing[0]} = false"
        raise CheckFailed(f"every field of {words.called} in the record", f"{words.called} has no {names} ({hint})")
    wanted = sequence.on_the_wire(record.table, record.values)
    if wrong := differences(binding.view, wanted, answered, words=words):
        raise CheckFailed(f"in {words.called} a record with {words.row_text(wanted)}", "; ".join(wrong))


def _require_own_kept(
    sequence: OperationSequence, record: ModelRecord, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Raise CheckFailed where a member of the target's own, which no request mentions, has changed."""
    binding, words = sequence.schema.binding(record.table), sequence.world.words(record.table)
    if wrong := differences(binding.view, before, after, own_members(binding, before), words):
        raise CheckFailed(f"what is not mentioned to stay as it was in {words.called}", "; ".join(wrong))


def _require_times(
    sequence: OperationSequence, effect: Effect, before: Mapping[str, Any], after: Mapping[str, Any], is_first: bool
) -> None:
    """Raise CheckFailed where a timestamp that the target has is none, or did not stay or move as it should. It need
    not move again in a request that wrote the record before."""
    binding, words = sequence.schema.binding(effect.record.table), sequence.world.words(effect.record.table)
    for name in ("created_at", "updated_at"):
        if name not in binding.protected:
            continue
        label, moment = words.label(name), instant(after.get(name))
        if moment is None:
            raise CheckFailed(f"{label} as an RFC 3339 timestamp", shown(after.get(name)))
        if not before or name in binding.volatile:
            continue
        last, moves = instant(before.get(name)), name == "updated_at" and effect.operation == "updated"
        is_fine = is_first and tick(binding.field(name).format, TIMESTAMP) < LONGEST_TICK
        if last is None or (moment < last or (moment == last and is_fine) if moves else moment != last):
            wanted = f"{label} to {'be later than' if moves else 'stay'} {shown(before.get(name))}"
            raise CheckFailed(wanted, shown(after.get(name)))
