"""A client that slows down for a target that answers 429, instead of giving up."""

from __future__ import annotations

import time
from collections.abc import Callable

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import CannotExpress, NotTestable
from upsertspec.http.client import Client
from upsertspec.target.target import Target

TOO_MANY = 429
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
FIRST_DISTANCE, LONGEST_DISTANCE = 0.05, 2.0

Sleep = Callable[[float], None]


class PatientClient(Client):
    """After a 429 it waits longer and longer before it sends the request again, and keeps a distance from then on.

    A request that was answered with 429 was not carried out (RFC 6585), so it is safe to send it again. `revive` starts
    a target again that is gone.
    """

    def __init__(self, target: Target, sleep: Sleep = time.sleep, revive: Callable[[], bool] | None = None) -> None:
        super().__init__(target, dialect_for(target), revive=revive)
        self._sleep = sleep
        self.distance = 0.0

    def call(self, who: str, operation: Operation, alteration: str = "", connection: str = "") -> Answer:
        """As `Client.call`. Raises NotTestable if the target still answers 429 after about a minute."""
        for pause in PAUSES:
            if self.distance:
                self._sleep(self.distance)
            try:
                return super().call(who, operation, alteration, connection)
            except CannotExpress:
                raise
            except NotTestable:
                if self.stopped or not self.log or self.log[-1].status != TOO_MANY:
                    raise
            self.distance = min(2 * self.distance or FIRST_DISTANCE, LONGEST_DISTANCE)
            self._sleep(pause)
        return super().call(who, operation, alteration, connection)
