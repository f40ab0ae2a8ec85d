"""One mistake, one finding: which failure shows a mistake most plainly, and which failures follow from that one.

A failure follows another

- if it relies on what the other's criterion defines (a tag `@defines-…`), and the plain scenario of that criterion
  fails: where an upsert updates nothing, whatever needs an update fails too; or
- if what fails is what the other's criterion defines: the operation in the answer, the times of a record, the record in
  the answer, the filters, the order or the children of a list, what an update keeps; or
- if both fail alike, and what they have in common (a role, a value, a table, a way to write) is in no scenario that
  passes; or if both are refused for the same field.

Everything is read from the steps, the tags and the failures; no criterion is known here by its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from upsertspec.report.cast import Part, in_our_words
from upsertspec.report.result import Result
from upsertspec.report.status import Counts, Listed, Status, row
from upsertspec.report.traits import TO_BE_REFUSED, Traits, traits_of
from upsertspec.spec import criteria as spec

NEEDS = {
    "created": "an upsert that creates",
    "updated": "an upsert that updates",
    "ignored": "a match that is left as it is",
    "posted": "a create",
    "deleted": "a deletion",
    "batch": "a batch",
    "transaction": "a transaction",
}
"""What a scenario may rely on, in words."""
ABOUT = {
    "operation": "the operation in the answer",
    "id": "the id of a record",
    "times": "the times of a record",
    "record": "the record in the answer",
    "filters": "a list with filters",
    "order": "the order of a list",
    "children": "nested children",
    "chosen": "the fields that are chosen",
    "text": "text that is kept",
    "json": "JSON that is kept",
    "integer": "integers that are kept",
    "decimal": "decimals that are kept",
    "create": "what a setup stores",
    "delete": "the record that is deleted",
    "unmentioned": "the fields that an update does not mention",
}
"""What a failure may be about, in words."""
CRITERIA_SHOWN = 6
EFFECTS = {
    "upsert-create": ("created",),
    "upsert-update": ("updated",),
    "ignore": ("ignored",),
    "ignore-create": ("ignored", "created"),
    "create": ("posted",),
    "delete": ("deleted",),
    "cascade": ("deleted",),
}
"""What a scenario must need to rely on a criterion with the tag `@defines-…`."""
OF_WAYS = {"batch": ("batch",), "batch-values": ("batch",), "transaction": ("transaction",)}
"""The same for a way to write: what goes wrong there may have a plainer cause elsewhere."""
PROFILES_OF_WAYS = (None, "batch", "transactions", "concurrency")
"""The profile that each of `traits.WAYS` is of; a plain request is of every profile."""
OF_ANY_WRITE = ("isolation", "concurrency", "idempotency", "preconditions")
"""The profiles that add something to writes of every kind: what goes wrong there may have a plainer cause elsewhere."""


@dataclass
class Mistake:
    """A finding: its plainest failure, the failures that follow from it, and what they have in common with it."""

    root: Result
    followers: list[Result] = field(default_factory=list)
    why: str = ""
    explained: list[Result] = field(default_factory=list)
    """The failures that a reason puts here."""

    @property
    def all(self) -> list[Result]:
        """The root, then what follows."""
        return [self.root, *self.followers]

    def add(self, follower: Result, why: str) -> None:
        """Put a failure under this finding; without a reason, because it is of the same criterion."""
        self.followers.append(follower)
        self.why = self.why or why
        if why:
            self.explained.append(follower)

    def as_dict(self) -> dict[str, Any]:
        """`{"root", "follows", "why"}`: the ids of the scenarios, and what follows in one line."""
        return {"root": self.root.case.id, "follows": [r.case.id for r in self.followers], "why": self.summary}

    @property
    def summary(self) -> str:
        """What follows, in one line; empty if nothing does."""
        number, others = len(self.followers), sorted({r.case.criterion for r in self.followers})
        if not number:
            return ""
        named = ", ".join(others[:CRITERIA_SHOWN]) + (
            f" and {len(others) - CRITERIA_SHOWN} more" if len(others) > CRITERIA_SHOWN else ""
        )
        return f"{number} more scenario{'s' if number > 1 else ''} of {named}" + (f": {self.why}" if self.why else "")


def mistakes(results: Iterable[Result], cast: Sequence[Part] = ()) -> list[Mistake]:
    """The failures of a run as findings: MUST before SHOULD, `core` before the rest, plain requests before batches and
    transactions, then what most failures follow, then what is of the profile for its way to write.

    Known failures are listed by themselves, and not here. The cast says what the target calls our fields.
    """
    listed = list(results)
    failed = [r for r in listed if row(r.status).counts is Counts.FAILURE and r.status is not Status.KNOWN_FAILURE]
    if not failed:
        return []
    passed = (traits_of(r) for r in listed if row(r.status).counts is Counts.PASS)
    innocent = {mark for each in passed for mark in each.marks | each.named}
    traits = {r.case.id: traits_of(_in_our_words(r, cast)).without(innocent) for r in failed}
    if any(each.by_the_write and each.topic != "operation" for each in traits.values()):
        traits = {name: replace(t, topic=t.topic.removeprefix("operation")) for name, t in traits.items()}
    failing = {r.case.criterion for r in failed}
    for name, each in traits.items():  # who asks for a list is about lists only if the criterion about lists fails, too
        if each.is_list and each.topic and spec.defining(each.topic) not in failing:
            traits[name] = replace(each, topic="")
    homes = {spec.defining(each.topic) for each in traits.values() if each.topic}
    away = {r.case.id for r in failed if _is_elsewhere(r.case, traits[r.case.id], failing)}
    found: list[Mistake] = []
    for result in sorted(failed, key=lambda r: _plainness(r, traits[r.case.id], homes, r.case.id in away)):
        _place(result, found, traits)
    sizes = {
        m.root.case.id: len(m.all) + sum(len(other.all) for other in found if _is_also_of(other, m)) for m in found
    }
    return sorted(
        found, key=lambda m: _importance(m, traits[m.root.case.id], m.root.case.id in away, sizes[m.root.case.id])
    )


def _in_our_words(result: Result, cast: Sequence[Part]) -> Result:
    """The result with our names of the fields in what was expected and found."""
    if not cast:
        return result
    steps = result.as_dict()["steps"]
    expected, actual = (in_our_words(text, cast, steps) for text in (result.expected, result.actual))
    return replace(result, expected=expected, actual=actual)


def _place(result: Result, found: list[Mistake], traits: Mapping[str, Traits]) -> None:
    """Put a failure under the finding that it follows, or make it one of its own."""
    mine = traits[result.case.id]
    for mistake in found:
        if effects := relied_on(mistake.root.case, traits[mistake.root.case.id], mine):
            mistake.add(result, f"each needs {' or '.join(NEEDS[effect] for effect in effects)}")
            return
    for mistake in found:
        if mine.topic and mistake.root.case.criterion == spec.defining(mine.topic):
            mistake.add(result, f"each is about {ABOUT[mine.topic]}")
            return
    for mistake in found:
        for other in (mistake.root, *mistake.explained):
            if why := alike(mine, traits[other.case.id]):
                mistake.add(result, why)
                return
    if _is_beside(result.case, mine):
        for mistake in found:
            root = traits[mistake.root.case.id]
            if root.rank == mine.rank and root.tables & mine.tables and not root.refusals:
                mistake.add(result, "each fails where a record is written in the same way")
                return
    same = next((m for m in found if result.case.criterion in {each.case.criterion for each in m.all}), None)
    if same is None:
        found.append(Mistake(result))
    else:
        same.add(result, "")


def in_document(report: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], list[Mapping[str, Any]], str]]:
    """The findings of a report: the root, what follows, and the line about it. What is in none is one by itself."""
    results = {result["id"]: result for result in report["results"]}
    found = [
        (results[each["root"]], [results[ident] for ident in each["follows"] if ident in results], each["why"])
        for each in report.get("findings", [])
        if each["root"] in results
    ]
    known = {result["id"] for root, followers, _ in found for result in (root, *followers)}
    rest = [r for r in report["results"] if row(r["status"]).listed is Listed.EACH and r["id"] not in known]
    return found + [(result, [], "") for result in rest]


def relied_on(root: spec.Case, roots: Traits, mine: Traits) -> list[str]:
    """What a scenario needs that the criterion of another defines, whose plain scenario fails."""
    if not is_plain(root) or roots.refusals:
        return []
    defined = {effect for role in spec.defined(root.criterion) for effect in (EFFECTS | OF_WAYS).get(role, ())}
    return sorted(defined & mine.relies_on)


def alike(one: Traits, other: Traits) -> str:
    """Why two failures are of one mistake; empty if they are not.

    They fail in the same way, and have something in common that no passing scenario has; or that way says enough: it is
    not just that something was accepted.
    """
    if named := one.named & other.named:
        return f"each has a refusal that names {min(named)}"
    if _are_apart(one, other):
        return ""
    if common := one.marks & other.marks:
        shortest = min(common, key=lambda mark: (len(mark), mark))
        return f"each fails alike, with {shortest.removeprefix(TO_BE_REFUSED)}"
    accepted = bool(one.refusals) and one.actual.startswith("2")
    shared = bool(one.effects & other.effects) or (one.rank == other.rank > 0) or bool(one.refusals)
    same = one.actual == other.actual and (
        one.expected == other.expected or bool(set(one.refusals.split()) & set(other.refusals.split()))
    )
    crash = one.actual == other.actual and one.actual.startswith("5") and bool(one.refusals) and bool(other.refusals)
    if crash or (same and shared and not accepted):
        return f"each is answered with {one.actual}" if one.actual.isdigit() else "each fails alike"
    return ""


def _are_apart(one: Traits, other: Traits) -> bool:
    """Whether two failures differ so much that they are of two mistakes: other statuses, or refusals that blame other
    fields."""
    if one.actual != other.actual and (one.expected != other.expected or (one.actual + other.actual).isdigit()):
        return True
    return bool(one.named) and bool(other.named)


def _is_beside(case: spec.Case, mine: Traits) -> bool:
    """Whether a scenario fails for something that neither it nor its criterion is about."""
    asserted = spec.asserted(case)
    about = asserted | {"record"} if "answer" in asserted else asserted
    return bool(mine.topic) and mine.topic not in about and case.criterion != spec.defining(mine.topic)


def is_plain(case: spec.Case) -> bool:
    """Whether it is the plain scenario of its criterion, which is the first, or a row of it."""
    return _first().get(case.criterion) == _scenario(case)


@cache
def _first() -> dict[str, str]:
    first: dict[str, str] = {}
    for case in spec.cases():
        first.setdefault(case.criterion, _scenario(case))
    return first


def _scenario(case: spec.Case) -> str:
    """The id of the scenario, without that of the row."""
    return case.id.split(".")[0]


def _plainness(
    result: Result, traits: Traits, homes: Collection[str], elsewhere: bool
) -> tuple[bool, bool, bool, int, bool, bool, int, bool, bool, bool, str, int]:
    """The plainest first: a MUST, one whose setup is stored, what others rely on, the plain scenario of a criterion
    that is about what fails in others (`homes`), one of a profile that does not add to others, one of core, simple
    requests, the plain scenario of another, what is not `elsewhere`, requests without options, the first criterion."""
    case, plain = result.case, is_plain(result.case) and not elsewhere
    is_relied_on = plain and not traits.topic and any(r in EFFECTS for r in spec.defined(case.criterion))
    return (
        not row(result.status).red,
        traits.is_of_setup,
        _is_beside(case, traits),
        0 if is_relied_on else 1 if plain and case.criterion in homes else 2,
        case.profile in OF_ANY_WRITE,
        case.profile != spec.CORE or elsewhere,
        traits.rank,
        not plain,
        elsewhere,
        bool(traits.options),
        case.criterion,
        case.line,
    )


def _is_also_of(mistake: Mistake, other: Mistake) -> bool:
    """Whether failures of an earlier criterion, whose plain scenario is the root of another finding, are under this."""
    criterion = other.root.case.criterion
    is_earlier = criterion < mistake.root.case.criterion and is_plain(other.root.case)
    return is_earlier and criterion in {f.case.criterion for f in mistake.followers}


def _importance(mistake: Mistake, traits: Traits, elsewhere: bool, size: int) -> tuple[bool, bool, int, int, bool, str]:
    case, is_must = mistake.root.case, row(mistake.root.status).red
    is_core = case.profile == spec.CORE and not elsewhere
    return not is_must, not is_core, traits.rank, -size, elsewhere, case.criterion


def _is_elsewhere(case: spec.Case, traits: Traits, failing: Collection[str]) -> bool:
    """Whether a scenario is of another profile than that for its way to write, or has an option that is defined by
    another criterion that fails, too."""
    if PROFILES_OF_WAYS[traits.rank] not in (None, case.profile):
        return True
    if traits.topic and case.criterion == spec.defining(traits.topic):
        return False
    return any(case.criterion != home and home in failing for home in map(spec.defining, traits.options))
