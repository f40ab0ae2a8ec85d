"""Compares a status with the one in the contract, or with one that the target declares instead."""

from __future__ import annotations

from collections.abc import Mapping

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation, Transaction
from upsertspec.errors import CheckFailed
from upsertspec.spec.outcomes import DONE, MISSING, REFUSALS, UPSERTED, is_refusal, is_success
from upsertspec.spec.schema import tables
from upsertspec.steps.hints import of_refusal
from upsertspec.steps.world import World


def require_status(world: World, answer: Answer, *wanted: int, said: str = "") -> None:
    """Raise CheckFailed if the answer has neither one of these statuses nor one that the target declares for its kind.

    `said` is what should have been done, where that is known: created, updated or ignored.
    """
    world.compared("a status")
    operation = next((each.operation for each in world.attempts if each.answer is answer), None)
    kinds = {kind: status for status in wanted for kind in kinds_of(operation, status, said)}
    if answer.status in wanted:
        world.findings.kept |= dict.fromkeys(kinds if len(wanted) == 1 else ())
        return
    for kind, status in kinds.items():
        if is_declared(world, kind, answer.status):
            sentence = f"{kind}: {answer.status} where the contract has {status}, as the target declares"
            world.findings.deviations[f"{kind} {answer.status}"] = sentence
            return
    names = " or ".join(str(status) for status in wanted)
    hint = _declaration(kinds, answer.status) if len(wanted) == 1 else ""
    if is_refusal(answer.status) and all(map(is_success, wanted)):
        hint = hint or of_refusal(world, answer, operation)
    raise CheckFailed(f"an answer of {names}", f"{answer.status} with {answer.shown_body}", hint)


def require_every_status(world: World, *wanted: int) -> None:
    """Raise CheckFailed, naming the request, where one of the scenario's requests has none of these statuses."""
    for attempt in world.attempts:
        try:
            require_status(world, attempt.answer, *wanted)
        except CheckFailed as wrong:
            call = f"{attempt.exchange.method} {attempt.exchange.url}"
            raise CheckFailed(f"{wrong.expected} to {call}", wrong.actual, wrong.hint) from None


def _declaration(kinds: Mapping[str, int], status: int) -> str:
    """How a target file declares this status, if it says as much as that of the contract; else empty."""
    kind, contract = next(iter(kinds.items()), ("", 0))
    if len(kinds) != 1 or any(says(status) != says(contract) for says in (is_success, is_refusal)):
        return ""
    return f"if the API's documentation says {status}, add this to the target file: [deviations] {kind} = {status}"


def is_declared(world: World, kind: str, status: int) -> bool:
    """Whether the target declares this status for this kind of outcome."""
    return status in world.client.deviations.get(kind, ())


def kinds_of(operation: Operation | None, status: int, said: str = "") -> list[str]:
    """The kinds of outcome that the contract answers with this status after this operation."""
    if status == MISSING:
        return _missing(operation)
    if status in REFUSALS:
        return [REFUSALS[status]]
    kinds = DONE.get((type(operation).__name__, status), ())
    return [kind for kind in kinds if not said or kind == said or kind not in UPSERTED]


def _missing(operation: Operation | None) -> list[str]:
    if operation is None or isinstance(operation, Transaction):
        return ["no_table", "missing_record"]
    return ["missing_record" if operation.table in tables() else "no_table"]
