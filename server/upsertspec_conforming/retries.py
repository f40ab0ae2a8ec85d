"""How requests with an Idempotency-Key are answered when they come again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue

from upsertspec_conforming import conforming
from upsertspec_server.errors import Problem, conflict
from upsertspec_server.idempotency import Idempotency, Key

Write = Callable[[], ResponseReturnValue]


@conforming("Whether the answer says that it is a replay, in a header, is your choice (3.8).")
class ReplaysSaySo(Idempotency):
    """Answers a replay with the header `Idempotent-Replayed: true`."""

    def replay(self, key: Key) -> Response | None:
        response = super().replay(key)
        if response is not None:
            response.headers["Idempotent-Replayed"] = "true"
        return response


@conforming("While the first request is under way, others with its key wait for its answer or get 409 (3.8).")
class UnderWayIsAConflict(Idempotency):
    """Answers 409 while the first request with a key is under way."""

    under_way: frozenset[Key] = frozenset()
    lock = threading.Lock()

    def once(self, write: Write) -> Response:
        key = self.key()
        if key is None:
            return super().once(write)
        with self.alone(key):
            return super().once(write)

    @contextmanager
    def alone(self, key: Key) -> Iterator[None]:
        """No other request with this key is under way within the block."""
        with self.lock:
            if key in self.under_way:
                raise conflict("A request with this key is under way.")
            self.under_way |= {key}
        try:
            yield
        finally:
            with self.lock:
                self.under_way -= {key}


@conforming("Whether a body that differs in white space or in the order of its members is another one is MAY (3.8).")
class EqualJsonIsTheSameBody(Idempotency):
    """Compares bodies as JSON, not byte by byte."""

    def digest(self) -> str:
        return json.dumps(json.loads(request.get_data()), sort_keys=True)


@conforming("The reference keeps no key of a request that was refused; you may (3.8).")
class RefusalsAreKept(Idempotency):
    """Keeps the key of a request that was refused, and refuses it again as before."""

    def once(self, write: Write) -> Response:
        try:
            return super().once(write)
        except Problem as problem:
            key = self.key() if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR else None
            with self.store.transaction():
                if key is not None and self.replay(key) is None:
                    refused = Response(current_app.json.dumps(problem.body()), problem.status)
                    self.remember(key, refused)
            raise
