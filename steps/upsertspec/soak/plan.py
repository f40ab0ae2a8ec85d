"""The plan of a soak, and its limits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from upsertspec.dialects.words import Words
from upsertspec.errors import ConfigError
from upsertspec.target.target import Target

ALONE, MASTER, WORKER = "alone", "master", "worker"
UNJUDGED = 3
"""The exit code if an invariant could not be judged."""

TABLE = "contacts"
KEY = "email"
SHARED = 16
"""How many keys all users share."""

DAY = 24 * 3600.0
"""The longest soak."""

WAIT_FOR_WORKERS = 60.0
WAIT_FOR_PLAN = 600.0
JUDGING = 120.0
LONGEST_STOP = 30.0
SLACK = 75.0
"""What Python may take to start, and Locust to stop its workers."""


@dataclass(frozen=True)
class Plan:
    """A soak. `role` is alone, master or worker; `host` and `port` are where the master listens.

    `settle` is the time to consistency that the target states, in seconds; None if it states none.
    """

    users: int
    seconds: float
    run_id: str
    role: str = ALONE
    host: str = "127.0.0.1"
    port: int = 5557
    workers: int = 1
    settle: float | None = None

    def as_message(self) -> dict[str, Any]:
        """The plan as the master sends it to its workers."""
        return asdict(self)

    def of_worker(self, message: Any) -> Plan:
        """This worker's plan, from the master's message. Raises ConfigError if that is not a plan."""
        try:
            users, seconds, run_id = int(message["users"]), float(message["seconds"]), str(message["run_id"])
            settle = None if message["settle"] is None else float(message["settle"])
        except (TypeError, KeyError, ValueError) as wrong:
            raise ConfigError(["the master sent no plan; use the same version of upsertspec on both sides"]) from wrong
        return Plan(users, seconds, run_id[:20], WORKER, self.host, self.port, settle=settle)


def words_of(target: Target) -> Words:
    """The target's names and values of the table that is written. Raises ConfigError if it has no such table or key."""
    words = Words(target.bindings.of(TABLE), {})
    if TABLE in target.bindings.absent or KEY in words.binding.absent:
        lacks = TABLE if TABLE in target.bindings.absent else f"{KEY} in {words.called}"
        raise ConfigError([f"soak writes {TABLE} by {KEY}, and the target file says that there is no {lacks}"])
    return words


def stop_seconds(target: Target) -> float:
    """How many seconds the users may take to finish their last request."""
    return min(target.timeout + 1, LONGEST_STOP)


def longest(plan: Plan, target: Target) -> float:
    """The most seconds that a soak can take, whatever the target does. A worker gets its time from the master."""
    seconds = WAIT_FOR_PLAN + DAY if plan.role == WORKER else WAIT_FOR_WORKERS + plan.seconds
    return seconds + 2 * stop_seconds(target) + JUDGING + SLACK
