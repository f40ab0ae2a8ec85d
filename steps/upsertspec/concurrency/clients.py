"""Many clients at once: threads that start together, and the calls of each."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence

from upsertspec.dialects.operations import Find, Operation
from upsertspec.errors import CheckFailed, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.pacing import BUDGET_OF_A_CONCURRENT_CLIENT
from upsertspec.process import TURNS
from upsertspec.steps.concurrent_run import RecordedCall

EDITOR = "editor"
GRACE = 10.0


class ConcurrentClients:
    """Clients of one target, each a thread with its own connection and a list of operations to send.

    Each opens its connection with a read beforehand, so that the first writes arrive together. No client sends a new
    request once two requests could have timed out one after the other. The exchanges of all clients go to the log of
    the first client, in the order in which they were sent.
    """

    def __init__(self, client: Client, opening: Find) -> None:
        self._client = client
        self._opening = opening
        self._calls: list[RecordedCall] = []
        self._faults: list[BaseException] = []
        self._lock = threading.Lock()
        self._released = 0.0

    def act(self, work: Sequence[Sequence[Operation]]) -> list[RecordedCall]:
        """Let client 1 send the operations of the first list, and so on, all at once. Returns the calls by their start.

        Raises CheckFailed where the target does not answer afterwards; the run then ends. Of several workers only one
        sends at a time.
        """
        twins = [self._client.for_thread() for _ in work]
        with TURNS.taken():
            self._send(work, twins)
        self._gather(twins)
        self._look_alive()
        return sorted(self._calls, key=lambda call: call.started)

    def _send(self, work: Sequence[Sequence[Operation]], twins: Sequence[Client]) -> None:
        gate = threading.Barrier(len(work), action=self._release)
        threads = [
            threading.Thread(target=self._run, args=(number, twin, list(operations), gate), daemon=True)
            for number, (twin, operations) in enumerate(zip(twins, work, strict=True), start=1)
        ]
        for thread in threads:
            thread.start()
        until = time.perf_counter() + 6 * self._client.seconds + 2 * (GRACE + BUDGET_OF_A_CONCURRENT_CLIENT)
        for thread in threads:
            thread.join(max(0.0, until - time.perf_counter()))
        for twin in twins:
            twin.close()

    def _release(self) -> None:
        self._released = time.perf_counter()

    def _run(self, number: int, twin: Client, operations: list[Operation], gate: threading.Barrier) -> None:
        try:
            self._open(twin)
            try:
                gate.wait(2 * self._client.seconds)
            except threading.BrokenBarrierError:  # one client is very late: the others start without it
                self._released = self._released or time.perf_counter()
            for operation in operations:
                if time.perf_counter() - self._released > 2 * self._client.seconds + GRACE:
                    break
                self._do(RecordedCall(number, operation, time.perf_counter()), twin)
        except BaseException as fault:  # an internal error: raised by the main thread
            self._faults.append(fault)

    def _open(self, twin: Client) -> None:
        """Open the connection if the target keeps connections open. Errors show when it is needed."""
        if not twin.paced:
            with contextlib.suppress(TargetSilent, NotTestable):
                twin.call(EDITOR, self._opening)

    def _do(self, call: RecordedCall, twin: Client) -> None:
        with self._lock:
            self._calls.append(call)
        before = len(twin.log)
        try:
            call.answer = twin.call(EDITOR, call.operation)
            call.ended = time.perf_counter()
        except TargetSilent as silent:
            call.failure = f"{silent.kind}: {silent}"
        except NotTestable as why:
            call.failure, call.untestable = str(why), True
        call.exchange = twin.log[-1] if len(twin.log) > before else None
        if call.exchange is not None:
            call.started = call.exchange.clock

    def _gather(self, twins: Sequence[Client]) -> None:
        with self._lock:
            self._calls = [*self._calls]
        for call in self._calls:
            call.started -= self._released
            call.ended = None if call.ended is None else call.ended - self._released
        exchanges = [exchange for twin in twins for exchange in list(twin.log)]
        self._client.log.extend(sorted(exchanges, key=lambda exchange: exchange.clock))
        if self._faults:
            raise self._faults[0]

    def _look_alive(self) -> None:
        """Raise CheckFailed, and end the run, if the target no longer answers a new client."""
        if self._client.stopped:
            raise NotTestable(self._client.stopped)
        newcomer = self._client.for_thread()
        try:
            newcomer.call(EDITOR, self._opening)
        except TargetSilent as silent:
            sent = next((d.exchange for d in reversed(self._calls) if d.exchange), None)
            before = f", the last of them {sent.method} {sent.url}" if sent else ""
            self._client.lost(f": it no longer answers after many clients at once{before}")
            raise CheckFailed(
                f"the target to answer a read on a new connection, after {len(self._calls)} requests at once{before}",
                f"{silent.kind}: {silent}",
            ) from silent
        finally:
            newcomer.close()
            self._client.log.extend(newcomer.log)
