"""Which scenarios a run covers. Every other module asks here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from upsertspec.errors import ConfigError
from upsertspec.spec import criteria as spec
from upsertspec.spec.criteria import Case
from upsertspec.spec.files import features_dir

NAMED = 3


@dataclass(frozen=True)
class Shard:
    """One of several runs that share the work.

    All scenarios of a criterion are in one shard, and so are all that may harm the others.
    """

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def holds(self, case: Case, profiles: Iterable[str]) -> bool:
        """Whether a case is in this shard of a run of these profiles."""
        return _shards(self.of, frozenset(profiles))[_unit(case)] == self.number


def shard_of(text: str) -> Shard:
    """The shard that is written as `1/3`. Raises ConfigError for another text."""
    found = re.fullmatch(r"(\d{1,3})/(\d{1,3})", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise ConfigError([f"--shard {text}: write I/N, like 1/3 for the first of three"])
    return Shard(int(found[1]), int(found[2]))


def scenarios_of(number: int, profiles: Iterable[str]) -> str:
    """How many scenarios of which profiles, as in `174 scenarios of core`."""
    return f"{number} scenario{'' if number == 1 else 's'} of {', '.join(profiles)}"


def _unit(case: Case) -> str:
    """What is not divided among shards."""
    return "harm" if any(spec.turn(case)) else case.criterion


@cache
def _shards(of: int, profiles: frozenset[str]) -> Mapping[str, int]:
    """The shard of each unit: the largest first, each to the shard that has the least so far."""
    sizes = Counter({_unit(case): 0 for case in spec.cases()})
    sizes.update(_unit(case) for case in spec.cases() if not case.unclaimed(profiles))
    loads = dict.fromkeys(range(1, of + 1), 0)
    found = {}
    for unit, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        found[unit] = min(loads, key=lambda number: (loads[number], number))
        loads[found[unit]] += size
    return found


@dataclass(frozen=True)
class Selection:
    """What the user asked for, and which profiles the target claims.

    A case is *selected* if it matches `criteria`, `keyword`, `scenarios` (titles or ids) and `shard`: the
    report has a result for it. It is *claimed* if the target claims every profile that it needs. A case that is both is
    *planned*: it is run.
    """

    profiles: tuple[str, ...]
    criteria: tuple[str, ...] = ()
    keyword: str = ""
    scenarios: frozenset[str] = frozenset()
    shard: Shard | None = None

    def selected(self, case: Case) -> bool:
        """Whether the user asked for the case."""
        asked = not self.criteria or case.criterion in self.criteria
        named = not self.scenarios or not self.scenarios.isdisjoint((case.id, case.scenario, case.title))
        in_shard = self.shard is None or self.shard.holds(case, self.profiles)
        return asked and named and in_shard and (not self.keyword or _matches(self.keyword, case))

    def claimed(self, case: Case) -> bool:
        """Whether the target claims all profiles of the case."""
        return not case.unclaimed(self.profiles)

    def planned(self, case: Case) -> bool:
        """Whether the case is run."""
        return self.claimed(case) and self.selected(case)

    def why_not_claimed(self, case: Case) -> str:
        """The reason for a case that is not claimed, with the profiles that it lacks."""
        return f"the target does not claim {' and '.join(case.unclaimed(self.profiles))}"

    def selected_cases(self) -> list[Case]:
        """Every selected case, in the order of the specification."""
        return [case for case in spec.cases() if self.selected(case)]

    def planned_cases(self) -> list[Case]:
        """Every planned case, in the order of the specification."""
        return [case for case in spec.cases() if self.planned(case)]

    def feature_files(self) -> list[str]:
        """The paths of the feature files that have a planned case."""
        planned = {case.file for case in self.planned_cases()}
        return [str(features_dir() / file) for file in sorted(planned)]

    def covers_everything_claimed(self, run: Iterable[Case]) -> bool:
        """Whether these cases include every case of the claimed profiles."""
        return {case.id for case in spec.cases() if self.claimed(case)} <= {case.id for case in run}

    @property
    def scope(self) -> str:
        """What the user selected, in words; empty for everything that the target claims."""
        named = [f"{len(self.scenarios)} scenarios"] if len(self.scenarios) > NAMED else sorted(self.scenarios)
        shard = [f"shard {self.shard}"] if self.shard else []
        return ", ".join([*self.criteria, *([f"-k {self.keyword!r}"] if self.keyword else []), *named, *shard])

    def require_planned_cases(self) -> None:
        """Raises ConfigError for a keyword that is not an expression, or if no case is planned."""
        if self.keyword:
            _require_expression(self.keyword)
        if not self.planned_cases():
            profiles = ", ".join(self.profiles)
            raise ConfigError(
                [f"nothing is selected: no scenario of {profiles} matches {self.scope or 'the profiles'}"]
            )


def _require_expression(keyword: str) -> None:
    from _pytest.mark.expression import Expression

    try:
        Expression.compile(keyword)
    except SyntaxError as wrong:
        raise ConfigError([f"-k {keyword!r}: {wrong}; write words joined by and, or, not"]) from wrong


def _matches(keyword: str, case: Case) -> bool:
    """As pytest's -k: each word of the expression is true if the case's name contains it, ignoring case."""
    from _pytest.mark.expression import Expression

    words = [case.criterion, case.profile, case.id, case.name, *(f"{k}={v}" for k, v in case.example.items())]
    name = " ".join(words).lower()
    return Expression.compile(keyword).evaluate(lambda word, /, **_: word.lower() in name)
