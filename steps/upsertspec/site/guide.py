"""What a reader starts with: the patterns, which one to choose, and the glossary, from `features/guide.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from upsertspec.spec.files import features_dir


@dataclass(frozen=True)
class Pattern:
    """A pattern of upserts: what it does, when to use it, its SQL, its members of the contract, and scenarios by id."""

    name: str
    title: str
    what: str
    when: str
    sql: str
    members: str
    scenarios: tuple[str, ...]
    beware: str

    @property
    def file(self) -> str:
        """Its page."""
        return f"pattern-{self.name}.html"


@dataclass(frozen=True)
class Guide:
    """The patterns, the choices (a case and its pattern), and the glossary (a term and what it means)."""

    patterns: tuple[Pattern, ...]
    choices: tuple[tuple[str, Pattern], ...]
    glossary: dict[str, str]


def guide() -> Guide:
    """The guide as it is written. Raises KeyError if a choice names no pattern."""
    raw = tomllib.loads((features_dir() / "guide.toml").read_text("utf-8"))
    patterns = tuple(Pattern(**{**each, "scenarios": tuple(each["scenarios"])}) for each in raw["patterns"])
    by_name = {pattern.name: pattern for pattern in patterns}
    choices = tuple((each["case"], by_name[each["pattern"]]) for each in raw["choices"])
    return Guide(patterns, choices, raw["glossary"])
