"""The calls of many clients at once, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation
from upsertspec.http.exchange import Exchange
from upsertspec.spec.outcomes import is_refusal, is_success

Record = Mapping[str, Any]


@dataclass
class RecordedCall:
    """One operation of one client. Times are seconds since the clients were released.

    `ended` is None and `failure` says why where no answer came; `untestable` where that says nothing about the target.
    """

    client: int
    operation: Operation
    started: float
    ended: float | None = None
    answer: Answer | None = None
    exchange: Exchange | None = None
    failure: str = ""
    untestable: bool = False

    @property
    def is_done(self) -> bool:
        """Whether the answer says that the operation was carried out."""
        return self.answer is not None and is_success(self.answer.status)

    @property
    def is_refused(self) -> bool:
        """Whether the answer says that the operation was not carried out."""
        return self.answer is not None and is_refusal(self.answer.status)


@dataclass(frozen=True)
class ConcurrentRun:
    """The calls of many clients to these keys. `explanation` says why no order explains the answers, or is empty."""

    table: str
    keys: Sequence[Record]
    calls: Sequence[RecordedCall]
    explanation: str

    @property
    def writes(self) -> list[RecordedCall]:
        """The writing calls, in the order of their starts."""
        return [call for call in self.calls if call.operation.changes]

    @property
    def reads(self) -> list[RecordedCall]:
        """The reading calls."""
        return [call for call in self.calls if not call.operation.changes]
