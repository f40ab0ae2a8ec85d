"""Every kind of outcome and the HTTP status that the contract has for it. Code that needs a status asks here.

A target file may declare other statuses for the kinds in `KINDS` (`[deviations]`).
"""

from __future__ import annotations

OK, CREATED, NO_CONTENT = 200, 201, 204
INVALID, UNAUTHENTICATED, FORBIDDEN, MISSING, CONFLICT = 400, 401, 403, 404, 409
NOT_MODIFIED, PRECONDITION_FAILED = 304, 412
NOT_ALLOWED, LENGTH_REQUIRED, TOO_LARGE, UNSUPPORTED_TYPE = 405, 411, 413, 415
CLOSED = 0
"""In place of a status: the target closed the connection while the request was on its way."""

OTHER_METHOD = (OK, NO_CONTENT, INVALID, UNAUTHENTICATED, FORBIDDEN, MISSING, NOT_ALLOWED, 501)
"""What a caller without credentials may get to HEAD or OPTIONS."""

UPSERTED = ("created", "updated", "ignored")
"""What an upsert can do, in the words of its answer."""

DONE = {
    ("Upsert", OK): UPSERTED,
    ("UpsertBatch", OK): ("batch",),
    ("Transaction", OK): ("transaction",),
    ("Create", CREATED): ("record_created",),
    ("Change", OK): ("record_changed",),
    ("Delete", NO_CONTENT): ("deleted",),
}
"""The kinds of success, by the class of the operation and the status."""

REFUSALS = {
    INVALID: "invalid",
    UNAUTHENTICATED: "unauthenticated",
    FORBIDDEN: "forbidden",
    CONFLICT: "conflict",
    PRECONDITION_FAILED: "condition_failed",
    TOO_LARGE: "too_large",
}
"""The kinds of refusal, by status. What does not exist (404) is `no_table` or `missing_record`."""

KINDS = {
    **{kind: status for (_, status), kinds in DONE.items() for kind in kinds},
    **{kind: status for status, kind in REFUSALS.items()},
    "no_table": MISSING,
    "missing_record": MISSING,
}

CONSTRAINT_REFUSED = (INVALID, CONFLICT, 422)
"""The contract lets an implementation choose one of these where a constraint would be broken."""

VALUE_REFUSED = (INVALID, CONFLICT, TOO_LARGE, 422)
"""How a value that not every implementation can store may be refused."""

GONE = (MISSING, 410)
"""How a read of a record that does not exist may be answered when the harness looks for what is stored."""


def is_success(status: int) -> bool:
    """Whether the status is 2xx."""
    return 200 <= status < 300


def is_refusal(status: int) -> bool:
    """Whether the status is 4xx."""
    return 400 <= status < 500


def is_server_error(status: int) -> bool:
    """Whether the status is 5xx."""
    return status >= 500
