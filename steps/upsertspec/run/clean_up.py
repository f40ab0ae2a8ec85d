"""Deletes what a run made, at its end, where the target can delete. It never fails, and takes a bounded time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from upsertspec.dialects.operations import Delete, Find
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import CheckFailed, DialectError, NotApplicable, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.made import Made
from upsertspec.report.result import Result
from upsertspec.spec.outcomes import is_success
from upsertspec.steps.equality import differences
from upsertspec.target.target import Target

SECONDS = 60.0
ROUNDS = 3
REFUSED = 8
"""After so many refusals in a row, the target does not delete."""


@dataclass(frozen=True)
class Cleaned:
    """How many records were deleted, how many were left, and why."""

    deleted: int = 0
    left: int = 0
    why: str = ""

    def __str__(self) -> str:
        deleted = f"clean-up: {self.deleted} records of this run were deleted"
        return (
            f"{deleted}, up to {self.left} were left ({self.why})" if self.why else f"{deleted}, {self.left} were left"
        )

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        return asdict(self)


def clean_up(target: Target, results: Iterable[Result], run_id: str, keep: bool, seconds: float = SECONDS) -> Cleaned:
    """Delete the records that the results name, the last first: what refers to a record was made after it.

    A record is looked up by the key that the run gave it, and deleted only if that has the run's letters in it, or if
    all its fields are still as they were sent. One that the run only updated is somebody else's.
    """
    pending = list(reversed(_own([dict(made) for result in results for made in result.made], run_id)))
    if keep or not pending:
        return Cleaned(left=len(pending), why="--keep" if keep else "")
    client = Client(target, dialect_for(target))
    work = _Work(client, time.monotonic() + seconds)
    try:
        for _ in range(ROUNDS):  # a record that another refers to may be deleted after that
            before = work.deleted
            pending = [made for made in pending if not work.is_gone(made)]
            if not pending or work.why or work.deleted == before:
                break
    except KeyboardInterrupt:
        work.why = "interrupted"
    finally:
        client.close()
    return Cleaned(work.deleted, len(pending), work.why)


def _own(listed: Sequence[Made], run_id: str) -> list[Made]:
    """The records that the run created, each once under each of its keys."""
    new = [made for made in listed if made["created"] is not False and made["id"] is not None]
    created = {(made["table"], made["id"]) for made in new}
    found: dict[str, Made] = {}
    for made in listed:
        name = json.dumps([made["table"], made["where"]], sort_keys=True)
        is_new = made["created"] is not False or (made["table"], made["id"]) in created
        if is_new and ("id" in made["where"] or run_id in name.lower()):
            found[name] = made
    return list(found.values())


class _Work:
    """The deletions, until `why` says that no more are possible."""

    def __init__(self, client: Client, until: float) -> None:
        self._client = client
        self._until = until
        self._refused = 0
        self.deleted = 0
        self.why = ""

    def is_gone(self, made: Made) -> bool:
        """Whether the record is not there, or not there any more."""
        if not self.why and time.monotonic() > self._until:
            self.why = "no more time"
        if self.why:
            return False
        try:
            self._client.log.clear()
            listed = self._client.call("editor", Find(made["table"], made["where"], limit=2))
            if not is_success(listed.status) or listed.fault:
                return False
            own = [record for record in listed.records if self._is_own(made, record)]
            gone = [self._delete(made, record) for record in own]
            return all(gone)
        except TargetSilent as silent:
            self.why = f"the target does not answer: {silent}"
        except (NotTestable, NotApplicable, DialectError, CheckFailed) as wrong:
            self.why = str(wrong)
        return False

    def _is_own(self, made: Made, record: Any) -> bool:
        table = self._client.bindings.table(made["table"])
        return record.get("id") is not None and not differences(table, made["sent"], record)

    def _delete(self, made: Made, record: Any) -> bool:
        key = {} if "id" in made["where"] else made["where"]
        answer = self._client.call("editor", Delete(made["table"], record["id"], key))
        gone = is_success(answer.status) or answer.status in (404, 410)
        self.deleted += gone
        self._refused = 0 if gone else self._refused + 1
        if self._refused >= REFUSED:
            self.why = f"the target answers {answer.status} to deletions"
        return gone
