"""What many clients did at once, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation
from upsertspec.http.exchange import Exchange

Record = Mapping[str, Any]

SERVER_ERROR = 500


@dataclass
class RecordedCall:
    """One operation of one client. Seconds count from the release; `ended` is None where no answer came.

    `failure` tells why none came, `untestable` whether that is for a reason that says nothing of the target.
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
        """Whether the answer tells that it was carried out."""
        return self.answer is not None and self.answer.status < 300

    @property
    def is_refused(self) -> bool:
        """Whether the answer tells that it was not carried out."""
        return self.answer is not None and 400 <= self.answer.status < SERVER_ERROR


@dataclass(frozen=True)
class ConcurrentRun:
    """What many clients did. `explanation` is empty where some order of the requests explains all of it."""

    table: str
    keys: Sequence[Record]
    calls: Sequence[RecordedCall]
    explanation: str

    @property
    def writes(self) -> list[RecordedCall]:
        """What was written, in the order of the beginnings."""
        return [call for call in self.calls if call.operation.changes]

    @property
    def reads(self) -> list[RecordedCall]:
        """What was read."""
        return [call for call in self.calls if not call.operation.changes]
