"""What one run is asked to do: the target and the selection. Goes to the workers as it is."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from enum import Enum

import pytest
from _pytest.mark.expression import Expression

from upsertspec.errors import ConfigError
from upsertspec.spec.criteria import LAST, Case
from upsertspec.target.target import Target

SETTINGS = pytest.StashKey["Settings"]()
ALPHABET = string.ascii_lowercase + string.digits
RUN_LETTERS = 6


class Part(Enum):
    """Which part of a run: all of it, or what several workers share, or what is run last and alone."""

    WHOLE = "whole"
    SHARED = "shared"
    LAST = "last"

    def holds(self, case: Case) -> bool:
        """Whether a case is in this part."""
        return self is Part.WHOLE or (self is Part.LAST) == (case.profile in LAST)


@dataclass(frozen=True)
class Settings:
    """A run. `criteria`, `keyword` and `part` narrow what is run; `run_id` goes into every name that the run makes.

    A patient run goes on to its end, also on a target that answers 404 to everything.
    """

    target: Target
    criteria: tuple[str, ...] = ()
    keyword: str = ""
    patient: bool = False
    part: Part = Part.WHOLE
    run_id: str = field(default_factory=lambda: new_run_id())

    def claimed(self, case: Case) -> bool:
        """Whether the target claims the case's profile, and what else it needs."""
        return not case.unclaimed(self.target.profiles)

    def why_not_claimed(self, case: Case) -> str:
        """What the target would have to claim for the case to be run."""
        return f"the target does not claim {' and '.join(case.unclaimed(self.target.profiles))}"

    def selected(self, case: Case) -> bool:
        """Whether the case is among what was asked for."""
        asked = (not self.criteria or case.criterion in self.criteria) and self.part.holds(case)
        return asked and (not self.keyword or _matches(self.keyword, case))

    @property
    def scope(self) -> str:
        """What was selected, in words; empty where it is everything that the target claims."""
        words = [*self.criteria, *([f"-k {self.keyword!r}"] if self.keyword else [])]
        return ", ".join(words)


def check_keyword(keyword: str) -> None:
    """Raise ConfigError where `-k` got something that is no expression."""
    try:
        Expression.compile(keyword)
    except SyntaxError as wrong:
        raise ConfigError([f"-k {keyword!r}: {wrong}; write words joined by and, or, not"]) from wrong


def _matches(keyword: str, case: Case) -> bool:
    """As pytest's own -k: each word of the expression holds where it is part of the case's name, case ignored."""
    name = f"{case.criterion} {case.profile} {case.id}".lower()
    return Expression.compile(keyword).evaluate(lambda word, /, **_: word.lower() in name)


def new_run_id() -> str:
    """Six random letters and digits, the first a letter."""
    return secrets.choice(string.ascii_lowercase) + "".join(secrets.choice(ALPHABET) for _ in range(RUN_LETTERS - 1))
