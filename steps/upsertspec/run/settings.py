"""The settings of one run."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from functools import cached_property

import pytest

from upsertspec.report.evidence import FULL
from upsertspec.run.selection import Selection, Shard
from upsertspec.target.target import Target

SETTINGS = pytest.StashKey["Settings"]()
ALPHABET = string.ascii_lowercase + string.digits
RUN_LETTERS = 6


def new_run_id() -> str:
    """Six random letters and digits, the first a letter."""
    return secrets.choice(string.ascii_lowercase) + "".join(secrets.choice(ALPHABET) for _ in range(RUN_LETTERS - 1))


@dataclass(frozen=True)
class Settings:
    """The target, and what to run against it: `criteria`, `keyword` and so on are those of `Selection`.

    `fail_fast` is the number of failures after which the run ends, 0 for none; `retries` how often a scenario that met
    a 5xx is run again; `keep` leaves what the run made in the target. A `temporary` target ends with the run, and its
    records with it. A patient run goes on to the end even if the target answers 404 to everything. `run_id` is part of
    every name that the run makes. `accepted` are the roles whose credential was accepted before the run. `evidence` is
    one of `report.evidence.LEVELS`.
    """

    target: Target
    criteria: tuple[str, ...] = ()
    keyword: str = ""
    patient: bool = False
    scenarios: frozenset[str] = frozenset()
    shard: Shard | None = None
    fail_fast: int = 0
    retries: int = 0
    keep: bool = False
    temporary: bool = False
    evidence: str = FULL
    run_id: str = field(default_factory=new_run_id)
    accepted: frozenset[str] = frozenset()

    @cached_property
    def selection(self) -> Selection:
        """Which cases are run."""
        asked = (self.criteria, self.keyword, self.scenarios, self.shard)
        return Selection(self.target.profiles, *asked)
