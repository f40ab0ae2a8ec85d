"""Requests with an Idempotency-Key: done once, and answered as before when they come again.

The key is inserted in the transaction of the write. A request with the same key waits for the end of that transaction.
Then it finds the reply, or, where the first one was refused, inserts the key itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from service.api import Reply
from service.database import Connection, Database
from service.problems import Problem

LONGEST = 255
CLAIM = """
INSERT INTO retries.keys (caller, path, key, body) VALUES (%(caller)s, %(path)s, %(key)s, %(body)s)
ON CONFLICT (caller, path, key) DO UPDATE SET body = excluded.body, reply = NULL, expires_at = excluded.expires_at
WHERE keys.expires_at < now() RETURNING true
"""
KNOWN = "SELECT body, reply FROM retries.keys WHERE caller = %(caller)s AND path = %(path)s AND key = %(key)s"
KEEP = "UPDATE retries.keys SET reply = %(reply)s WHERE caller = %(caller)s AND path = %(path)s AND key = %(key)s"


class Replayed(Exception):
    """The request was done before."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__()


@dataclass(frozen=True)
class Key:
    """A key, whose it is, and the hash of the body that it came with."""

    caller: str
    path: str
    key: str
    body: str


def key_of(authorization: str, path: str, header: str, body: bytes) -> Key:
    """The key in a header: a string in quotes, or anything else as it stands."""
    text = header[1:-1] if len(header) > 1 and header[0] == header[-1] == '"' else header
    token = authorization.strip().partition(" ")[2].strip()
    return Key(_hash(token.encode("utf-8", "surrogatepass")), path, text, _hash(body))


def once(database: Database, key: Key, call: Callable[[], Reply]) -> Reply:
    """The reply to the call, or the one that the first request with the key got."""

    def work(conn: Connection) -> Reply:
        reply = call()
        conn.execute(KEEP, {**asdict(key), "reply": json.dumps(asdict(reply))})
        return reply

    try:
        return database.joined(work, lambda conn: _claim(conn, key))
    except Replayed as known:
        return known.reply


def _claim(conn: Connection, key: Key) -> None:
    """Take the key. Raises Replayed where it is known, Problem where it is none (400) or has another body (422)."""
    if not 0 < len(key.key) <= LONGEST or not key.key.isprintable():
        raise Problem(400, f"The Idempotency-Key has to be a text of 1 to {LONGEST} characters.")
    if conn.execute(CLAIM, asdict(key)).fetchone():
        return
    known = conn.execute(KNOWN, asdict(key)).fetchone()
    if known is None or known["body"] != key.body:
        raise Problem(422, "The Idempotency-Key was used with another body.")
    raise Replayed(Reply(**json.loads(known["reply"])))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
