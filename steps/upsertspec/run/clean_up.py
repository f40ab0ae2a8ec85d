"""Deletes what a run made, at its end, where the target can delete. It never fails, and takes a bounded time."""

from __future__ import annotations

import json
import time
from collections.abc import Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any

from upsertspec.dialects.operations import Delete, Find, Transaction
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import CheckFailed, DialectError, NotApplicable, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.made import Made
from upsertspec.report.result import Result
from upsertspec.report.status import Counts, row
from upsertspec.spec.outcomes import is_success
from upsertspec.steps.equality import differences
from upsertspec.target.target import Target

SECONDS = 60.0
ROUNDS = 3
REFUSED = 8
"""After so many refusals in a row, the target does not delete."""
GONE = (404, 410)
TOGETHER = 100
"""How many records a transaction deletes at most."""


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


def clean_up(
    target: Target, results: Iterable[Result], run_id: str, keep: bool, seconds: float = SECONDS, jobs: int = 1
) -> Cleaned:
    """Delete the records that the results name, those of `jobs` scenarios at a time.

    A record whose key has the run's letters in it, and that a scenario has found by it, is deleted at once. Another is
    looked up first, by the key that the run gave it, and deleted only if that has the run's letters in it, or if all
    its fields are still as they were sent. One that the run only updated is somebody else's.

    Where the run has found nothing wrong, the ids in the answers are those of its records: then nothing is looked up,
    and a target with transactions deletes many records in each.
    """
    results = list(results)
    trusted = all(row(r.status).counts in (Counts.PASS, Counts.NOTHING) or r.case.level == "SHOULD" for r in results)
    pending = _own([[dict(made) for made in result.made] for result in results], run_id)
    if keep or not any(pending):
        return Cleaned(left=sum(map(len, pending)), why="--keep" if keep else "")
    until = time.monotonic() + seconds
    works = [_Work(target, jobs, pending[start::jobs], until, trusted) for start in range(jobs)]
    try:
        with ThreadPoolExecutor(jobs) as pool:
            list((map if jobs == 1 else pool.map)(_Work.run, works))
    except KeyboardInterrupt:
        for work in works:
            work.why = "interrupted"
    why = next((reason for work in works if (reason := work.why or (work.kept if work.left else ""))), "")
    return Cleaned(sum(work.deleted for work in works), sum(work.left for work in works), why)


def _own(scenarios: Sequence[Sequence[Made]], run_id: str) -> list[list[Made]]:
    """The records that the run created, by scenario, each once under each of its keys.

    The last comes first: what refers to a record was made after it.
    """
    listed = [made for scenario in scenarios for made in scenario]
    new = [made for made in listed if made["created"] is not False and made["id"] is not None]
    created = {(made["table"], made["id"]) for made in new}
    known: set[str] = set()
    return [list(_new(reversed(scenario), created, known, run_id)) for scenario in reversed(scenarios)]


def _new(scenario: Iterable[Made], created: Container[tuple[str, Any]], known: set[str], run_id: str) -> Iterator[Made]:
    for made in scenario:
        name = json.dumps([made["table"], made["where"]], sort_keys=True)
        is_new = made["created"] is not False or (made["table"], made["id"]) in created
        if name not in known and is_new and ("id" in made["where"] or run_id in name.lower()):
            known.add(name)
            yield made


class _Work:
    """The deletions of one client, until `why` says that no more are possible. `kept` is why the last one was not."""

    def __init__(self, target: Target, share: int, pending: list[list[Made]], until: float, trusted: bool) -> None:
        self._client = Client(target, dialect_for(target), share, repeatable=True)
        self._pending = pending
        self._until = until
        self._trusted = trusted
        self._has_transactions = "transactions" in target.profiles
        self._refused = 0
        self.deleted = 0
        self.why = ""
        self.kept = ""

    @property
    def left(self) -> int:
        """How many records may be there."""
        return sum(map(len, self._pending))

    def run(self) -> None:
        """Delete what is pending. A record that another refers to may be deleted after that one."""
        try:
            if self._trusted and self._has_transactions:
                with self._noted(), suppress(NotApplicable, DialectError):
                    self._delete_together()
            for _ in range(ROUNDS):
                before = self.deleted
                for scenario in self._pending:
                    scenario[:] = [made for made in scenario if not self._is_gone(made)]
                if not self.left or self.why or self.deleted == before:
                    break
        finally:
            self._client.close()

    def _delete_together(self) -> None:
        """Delete what has an id in transactions. What a transaction names as wrong is left to be deleted alone."""
        listed = [made for scenario in self._pending for made in scenario]
        there = dict.fromkeys((made["table"], self._ident(made)) for made in listed if "deleted" not in made)
        known = [each for each in there if each[1] is not None]
        gone = {(made["table"], self._ident(made)) for made in listed} - there.keys()
        try:
            for start in range(0, len(known), TOGETHER):
                gone.update(self._deleted(known[start : start + TOGETHER]))
        finally:
            for scenario in self._pending:
                scenario[:] = [made for made in scenario if (made["table"], self._ident(made)) not in gone]

    def _deleted(self, chunk: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        """Delete records in one transaction, without those that are refused; which of them are not there any more."""
        while chunk and self._may_go_on():
            deletions = [{"op": "delete", "table": table, "id": ident} for table, ident in chunk]
            answer = self._client.call("editor", Transaction(deletions))
            if is_success(answer.status):
                self.deleted += len(chunk)
                yield from chunk
                return
            wrong = answer.body.get("index") if isinstance(answer.body, dict) else None
            if not isinstance(wrong, int) or wrong not in range(len(chunk)):
                return
            refused = chunk.pop(wrong)
            if answer.status in GONE:
                yield refused

    def _may_go_on(self) -> bool:
        if not self.why and time.monotonic() > self._until:
            self.why = "no more time"
        self._client.log.clear()
        return not self.why

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Note why a deletion is not possible, or no more are."""
        try:
            yield
        except TargetSilent as silent:
            self.why = f"the target does not answer: {silent}"
        except (NotTestable, NotApplicable, DialectError, CheckFailed) as wrong:
            self._keep(str(wrong))

    def _keep(self, why: str) -> None:
        """A record could not be deleted."""
        self._refused += 1
        self.kept = why
        if self._refused >= REFUSED:
            self.why = why

    def _ident(self, made: Made) -> Any:
        """The id by which the record can be deleted at once; None where it has to be looked up."""
        return made["id"] if made["seen"] is None and self._trusted else made["seen"]

    def _is_gone(self, made: Made) -> bool:
        """Whether the record is not there, or not there any more."""
        if not self._may_go_on():
            return False
        with self._noted():
            ident, made["seen"], made["id"] = self._ident(made), None, None
            found = [ident] if ident is not None else self._found(made)
            gone = [self._delete(made, each) for each in found]
            return all(gone)
        return False

    def _found(self, made: Made) -> list[Any]:
        """The ids of the records that are as the run made this one. None stands for an answer without a list."""
        listed = self._client.call("editor", Find(made["table"], made["where"], limit=2))
        if not is_success(listed.status) or listed.fault:
            return [None]
        table = self._client.bindings.table(made["table"])
        return [r["id"] for r in listed.records if r.get("id") is not None and not differences(table, made["sent"], r)]

    def _delete(self, made: Made, ident: Any) -> bool:
        if ident is None:
            return False
        key = {} if "id" in made["where"] else made["where"]
        answer = self._client.call("editor", Delete(made["table"], ident, key))
        gone = is_success(answer.status) or answer.status in GONE
        self.deleted += is_success(answer.status)
        if gone:
            self._refused = 0
        else:
            self._keep(f"the target answers {answer.status} to deletions")
        return gone
