"""What a soak is asked to do, and what bounds it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from upsertspec.errors import ConfigError
from upsertspec.target.target import Target

ALONE, MASTER, WORKER = "alone", "master", "worker"
UNJUDGED = 3
"""The exit code where an invariant could not be judged."""

TABLE = "contacts"
KEY = "email"
SHARED = 16
"""How many keys all users write at the same time."""

DAY = 24 * 3600.0
"""The longest soak."""

WAIT_FOR_WORKERS = 60.0
WAIT_FOR_PLAN = 600.0
JUDGING = 120.0
LONGEST_STOP = 30.0
SLACK = 75.0
"""What Locust itself may take to stop its workers, and the start of Python."""


@dataclass(frozen=True)
class Plan:
    """A soak: `role` is alone, master or worker; `host` and `port` are where the master listens."""

    users: int
    seconds: float
    run_id: str
    role: str = ALONE
    host: str = "127.0.0.1"
    port: int = 5557
    workers: int = 1

    def told(self) -> dict[str, Any]:
        """What a worker has to know of it."""
        return asdict(self)

    def of_worker(self, told: Any) -> Plan:
        """The plan of a worker, with what its master told. Raises ConfigError where that is none."""
        try:
            users, seconds, run_id = int(told["users"]), float(told["seconds"]), str(told["run_id"])
        except (TypeError, KeyError, ValueError) as wrong:
            raise ConfigError(["the master told no plan; use the same version of upsertspec on both sides"]) from wrong
        return Plan(users, seconds, run_id[:20], WORKER, self.host, self.port)


def stop_seconds(target: Target) -> float:
    """How long the users may take to end what they are at."""
    return min(target.timeout + 1, LONGEST_STOP)


def longest(plan: Plan, target: Target) -> float:
    """The seconds after which a soak has ended, whatever the target does. How long a worker works, its master says."""
    seconds = WAIT_FOR_PLAN + DAY if plan.role == WORKER else WAIT_FOR_WORKERS + plan.seconds
    return seconds + 2 * stop_seconds(target) + JUDGING + SLACK
