"""One mistake, one finding: which failure shows a mistake most plainly, and which failures follow from that one.

A failure follows another

- if it relies on what the other's criterion defines (a tag `@defines-…`), and the plain scenario of that criterion
  fails: where an upsert updates nothing, whatever needs an update fails too; or
- if both fail alike, and what they have in common (a role, a value, a table, a way to write) is in no scenario that
  passes.

Everything is read from the steps, the tags and the failures; no criterion is known here by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from upsertspec.report.result import Result
from upsertspec.report.status import Counts, Listed, Status, row
from upsertspec.spec import criteria as spec

WAYS = ("a plain request", "a batch", "a transaction", "many clients")
"""The ways to write, the simplest first."""
RANKS = ((re.compile(r"[Mm]any clients"), 3), (re.compile(r"transaction:"), 2), (re.compile(r"batch|numbered"), 1))
"""The place of a request among these ways, by the words of its step."""
NEEDS = {
    "created": "an upsert that creates",
    "updated": "an upsert that updates",
    "ignored": "a match that is left as it is",
    "posted": "a create",
    "deleted": "a deletion",
}
"""What a scenario may rely on, in words."""
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
VERBS = (("creates in", "posted"), ("deletes", "deleted"), ("has been deleted", "deleted"), ("deleting", "deleted"))
_SAYS = re.compile(r"\b(created|updated|ignored)\b")
_UPSERT = re.compile(r"upserts?(?: \w+)*? into (\w+) by (\w+(?:, \w+)*)")
_REFUSED = re.compile(r"answer is [45]\d\d|refused|4xx|every answer is 401")
_VALUE = re.compile(r'"(?:[^"\\]|\\.)*"|\S*@\S+|\S*\d\S*')


@dataclass
class Mistake:
    """A finding: its plainest failure, the failures that follow from it, and what they have in common with it."""

    root: Result
    followers: list[Result] = field(default_factory=list)
    why: str = ""

    @property
    def all(self) -> list[Result]:
        """The root, then what follows."""
        return [self.root, *self.followers]

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
            f" and {len(others) - CRITERIA_SHOWN} more criteria" if len(others) > CRITERIA_SHOWN else ""
        )
        return f"{number} more scenario{'s' if number > 1 else ''} of {named}" + (f": {self.why}" if self.why else "")


@dataclass(frozen=True)
class Traits:
    """What a scenario does, as its steps say it.

    `effects` are what its requests have to do for it; `marks` are what it may have in common with others; `form` is how
    it failed, without the values.
    """

    rank: int
    tables: frozenset[str]
    effects: frozenset[str]
    marks: frozenset[str]
    form: tuple[str, str]
    refused: bool


def mistakes(results: Iterable[Result]) -> list[Mistake]:
    """The failures of a run as findings, the plainest first. Known failures are listed by themselves, and not here."""
    listed = list(results)
    failed = [r for r in listed if row(r.status).counts is Counts.FAILURE and r.status is not Status.KNOWN_FAILURE]
    if not failed:
        return []
    traits = {r.case.id: traits_of(r) for r in failed}
    fine = [traits_of(r) for r in listed if row(r.status).counts is Counts.PASS]
    innocent = frozenset(mark for each in fine for mark in each.marks)
    found: list[Mistake] = []
    for result in sorted(failed, key=lambda r: _plainness(r, traits[r.case.id])):
        _place(result, found, traits, innocent)
    return found


def _place(result: Result, found: list[Mistake], traits: dict[str, Traits], innocent: frozenset[str]) -> None:
    """Put a failure under the finding that it follows, or make it one of its own."""
    mine = traits[result.case.id]
    for mistake in found:
        if effects := relied_on(mistake.root.case, traits[mistake.root.case.id], mine):
            mistake.followers.append(result)
            mistake.why = mistake.why or f"each needs {' or '.join(NEEDS[effect] for effect in effects)}"
            return
    for mistake in found:
        for other in mistake.all:
            if common := alike(mine, traits[other.case.id]) - innocent:
                mistake.followers.append(result)
                mistake.why = mistake.why or f"each fails alike, with {min(common, key=lambda mark: (len(mark), mark))}"
                return
    same = next((m for m in found if m.root.case.criterion == result.case.criterion), None)
    if same is not None:
        same.followers.append(result)
    else:
        found.append(Mistake(result))


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
    if not is_plain(root) or roots.refused or mine.refused:
        return []
    defined = {effect for role in spec.defined(root.criterion) for effect in EFFECTS.get(role, ())}
    return sorted(defined & mine.effects)


def alike(one: Traits, other: Traits) -> frozenset[str]:
    """What two failures have in common, if they failed in the same way."""
    same = one.form[0] == other.form[0] or one.form[1] == other.form[1]
    return one.marks & other.marks if same else frozenset()


def is_plain(case: spec.Case) -> bool:
    """Whether it is the plain scenario of its criterion, which is the first."""
    return _first().get(case.criterion) == (case.file, case.line)


@cache
def _first() -> dict[str, tuple[str, int]]:
    first: dict[str, tuple[str, int]] = {}
    for case in spec.cases():
        first.setdefault(case.criterion, (case.file, case.line))
    return first


def _plainness(result: Result, traits: Traits) -> tuple[bool, int, int, str, int]:
    """The plainest first: the plain scenario of a criterion, few and simple requests, few tables, a low number."""
    case = result.case
    return not is_plain(case), traits.rank, len(traits.tables), case.criterion, case.line


def traits_of(result: Result) -> Traits:
    """What a scenario does and how it failed."""
    asked, effects, marks, tables = "", set[str](), set[str](), set[str]()
    section, stored, rank, refused = "", dict[str, list[dict[str, str]]](), 0, False
    for step in result.steps:
        section = section if step.keyword in ("And", "But", "*") else step.keyword
        records = [dict(zip(step.table[0], cells, strict=False)) for cells in step.table[1:]] if step.table else []
        if section == "Then":
            refused = refused or bool(_REFUSED.search(step.text))
            effects |= set(_SAYS.findall(step.text))
            continue
        effects |= {effect for words, effect in VERBS if words in step.text}
        if section == "Given":
            if named := re.match(r"these (\w+) are stored", step.text):
                tables.add(named[1])
                stored.setdefault(named[1], []).extend(records)
            continue
        asked = step.text
        rank = max([rank, *(number for words, number in RANKS if words.search(step.text))])
        marks |= {f"{name} = {value}" for record in records for name, value in record.items()}
        marks |= {f"the field {name}" for record in records for name in record}
        if upsert := _UPSERT.search(step.text):
            tables.add(upsert[1])
            effects |= _matches(records, stored.get(upsert[1], []), upsert[2].split(", "))
        elif named := re.search(r"(?:in|into|lists|groups|of) (\w+)", step.text):
            tables.add(named[1])
    who = re.match(r"(the \w+|somebody)", asked)
    marks |= {asked} | {f"the table {table}" for table in tables}
    marks |= {f"{who[0] if who else ''}, {effect}" for effect in effects} | {WAYS[rank]}
    marks |= {f"{name}: {value}" for name, value in result.case.example.items()}
    form = (_form(result.expected or result.reason), _form(result.actual))
    return Traits(rank, frozenset(tables), frozenset(effects), frozenset(marks), form, refused)


def _matches(sent: Sequence[dict[str, str]], stored: Sequence[dict[str, str]], key: Sequence[str]) -> set[str]:
    """Whether rows are to be created or updated, by the values of their match fields."""
    known = [tuple(record.get(name) for name in key) for record in stored]
    return {"updated" if tuple(each.get(name) for name in key) in known else "created" for each in sent}


def _form(text: str) -> str:
    """A message without its values; of an answer, its status alone."""
    if status := re.match(r"(?:an answer of )?([1-5]\d\d(?: or \d{3})*)", text):
        return status[1]
    return " ".join(_VALUE.sub("…", text.split(";")[0]).split())[:80]
