"""Calls with one idempotency key are one write: what the history makes of them. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from upsertspec.steps.concurrent_run import RecordedCall


def without_replays(calls: Sequence[RecordedCall]) -> list[RecordedCall]:
    """The calls, with those that share an idempotency key as one.

    It starts with the first of them, and has taken effect when the first of them is answered.
    """
    by_key: dict[str, list[RecordedCall]] = {}
    for call in calls:
        if (key := key_of(call)) is not None:
            by_key.setdefault(key, []).append(call)
    first = {id(group[0]): _as_one(group) for group in by_key.values()}
    return [first.get(id(call), call) for call in calls if key_of(call) is None or id(call) in first]


def key_of(call: RecordedCall) -> str | None:
    """The idempotency key of a call, or None."""
    return getattr(call.operation, "idempotency_key", None)


def _as_one(group: Sequence[RecordedCall]) -> RecordedCall:
    """The one write of calls with the same key, in the order of their starts."""
    done = [call for call in group if call.is_done and call.ended is not None]
    unknown = [call for call in group if not call.is_done and not call.is_refused]
    if done:
        answered = min(done, key=lambda call: call.ended or 0.0)
        return replace(group[0], ended=answered.ended, answer=answered.answer, failure="")
    return replace(group[0], ended=None, answer=None, failure=unknown[0].failure) if unknown else group[0]
