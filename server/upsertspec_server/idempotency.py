"""Requests with an Idempotency-Key are done once (CONTRACT 3.8): sent again, they are answered as before.

A key is written in the transaction of its write, so that neither can be there without the other. Since writes wait for
each other, a request that comes while the first is under way finds its answer. A request that is refused leaves no key.
"""

# ruff: noqa: S608 - the name of the table is a constant; values are bound

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, g, make_response, request
from flask.typing import ResponseReturnValue

from upsertspec_server.errors import bad_request, key_is_taken
from upsertspec_server.store import TIME

if TYPE_CHECKING:
    from upsertspec_server.app import Server

HEADER = "Idempotency-Key"
LONGEST = 255
TABLE = "_idempotency_keys"
KEPT = ("Location", "ETag")
"""The headers of an answer that a replay has too."""


@dataclass(frozen=True)
class Key:
    """A key, with whose it is: the caller's, on this path."""

    caller: str
    path: str
    key: str

    @property
    def columns(self) -> tuple[str, str, str]:
        """The primary key of its row."""
        return self.caller, self.path, self.key


class Idempotency:
    """Knows which requests were done, and how they were answered."""

    def __init__(self, app: Server) -> None:
        self.store = app.store
        self.seconds: float = app.config["IDEMPOTENCY_SECONDS"]

    def once(self, write: Callable[[], ResponseReturnValue]) -> Response:
        """Do the write in a transaction, or answer as it was answered before. Raises 400 and 422 for the key."""
        key = self.key()
        if key is None:
            with self.store.transaction():
                done = write()
            return make_response(done)
        with self.store.transaction():
            self.forget_expired()
            known = self.replay(key)
            if known is not None:
                return known
            response = make_response(write())
            self.remember(key, response)
            return response

    def key(self) -> Key | None:
        """The key of the request, or None. Raises 400 for one that is empty, too long, or given twice."""
        given = request.headers.get(HEADER)
        if given is None:
            return None
        text = self.text(given)
        if not 0 < len(text) <= LONGEST:
            raise bad_request(f"{HEADER} must be one text of 1 to {LONGEST} characters.")
        return Key(g.role.name, request.path, text)

    def text(self, value: str) -> str:
        """The key in the header: a string with quotes, as the draft has it, or anything else as it stands."""
        quoted = len(value) > 1 and value[0] == value[-1] == '"'
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\") if quoted else value

    def replay(self, key: Key) -> Response | None:
        """The answer to the first request with this key, or None. Raises 422 where that had another body."""
        sql = f"SELECT body, status, headers, answer FROM {TABLE} WHERE caller = ? AND path = ? AND key = ?"
        found = self.store.db.execute(sql, key.columns).fetchone()
        if found is None:
            return None
        body, status, headers, answer = found
        if body != self.digest():
            raise key_is_taken()
        return Response(answer, status, json.loads(headers), content_type="application/json")

    def digest(self) -> str:
        """The hash of the body: what makes a request the same one."""
        return hashlib.sha256(request.get_data()).hexdigest()

    def remember(self, key: Key, response: Response) -> None:
        """Keep the answer to the first request with a key."""
        expires = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.seconds)).strftime(TIME)
        headers = {name: response.headers[name] for name in KEPT if name in response.headers}
        row = (*key.columns, self.digest(), json.dumps(headers), response.get_data(True), expires, response.status_code)
        self.store.db.execute(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def forget_expired(self) -> None:
        """Delete the keys whose time is over."""
        self.store.db.execute(f"DELETE FROM {TABLE} WHERE expires_at <= ?", [self.store.now()])
