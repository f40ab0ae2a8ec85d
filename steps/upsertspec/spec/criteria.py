"""The specification as data: the criteria, their profiles and levels, and every scenario that is planned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pytest_bdd.feature import get_feature
from pytest_bdd.parser import Feature, Scenario, ScenarioTemplate, render_string

from upsertspec.spec import ids
from upsertspec.spec.files import features_dir

PROFILES = (
    "core",
    "refusals",
    "identity",
    "conflict",
    "batch",
    "integrity",
    "transactions",
    "records",
    "concurrency",
    "hostile",
    "preconditions",
    "idempotency",
    "isolation",
)
LAST = ("concurrency", "hostile", "preconditions", "idempotency")
"""The profiles that are run after all others, and by one worker alone: they make load, or may kill a target."""
NEEDS, ASSERTS, DEFINES = "needs-", "asserts-", "defines-"
"""How the tags begin that say which other profile a scenario uses, what it is about, and what a criterion defines."""


@dataclass(frozen=True)
class Case:
    """One scenario, or one row of an outline. `id` (see `spec.ids`) stays the same when the title changes.

    `needs` are the other profiles that it uses: it runs only if they are claimed too.
    """

    id: str
    profile: str
    criterion: str
    level: str
    rule: str
    title: str
    file: str
    line: int
    example: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Where it is and what it is called, for people."""
        return f"{self.file}: {self.title}"

    @property
    def scenario(self) -> str:
        """The id of the scenario; an outline has one for all of its rows."""
        return self.id.partition(".")[0]

    def is_called(self, name: str) -> bool:
        """Whether this is its title, its id, or the id of its outline."""
        return name in (self.title, self.id, self.scenario)

    def unclaimed(self, profiles: Iterable[str]) -> tuple[str, ...]:
        """Which of the profiles that it takes are not among these."""
        return tuple(profile for profile in (self.profile, *self.needs) if profile not in profiles)


@dataclass(frozen=True)
class Criterion:
    """A criterion: its sentence, its level (MUST or SHOULD) and its cases."""

    id: str
    profile: str
    level: str
    sentence: str
    cases: tuple[Case, ...]


def feature_files(base: Path | None = None) -> list[Path]:
    """Every feature file, sorted by its path."""
    return sorted((base or features_dir()).rglob("*.feature"))


@cache
def features(base: Path | None = None) -> tuple[Feature, ...]:
    """Every feature file, parsed."""
    root = base or features_dir()
    return tuple(get_feature(str(file.parent), file.name) for file in feature_files(root))


@cache
def cases(base: Path | None = None) -> tuple[Case, ...]:
    """Every case of the specification, in the order of files and lines."""
    root = base or features_dir()
    return tuple(c for feature in features(base) for t in feature.scenarios.values() for c in _cases(root, t))


def criteria(base: Path | None = None) -> tuple[Criterion, ...]:
    """Every criterion that has a scenario, in the order of profiles and numbers."""
    by_id: dict[str, list[Case]] = {}
    for case in cases(base):
        by_id.setdefault(case.criterion, []).append(case)
    found = [_criterion(ident, tuple(members)) for ident, members in by_id.items()]
    return tuple(sorted(found, key=lambda c: c.id))


def defining(role: str) -> str:
    """The criterion that defines something others rely on: the one with the tag `@defines-ROLE`.

    Where a setup or an answer that another scenario relies on is wrong, that criterion is named. Raises LookupError
    where not exactly one criterion has the tag.
    """
    found = _defining().get(role, set())
    if len(found) != 1:
        raise LookupError(f"@{DEFINES}{role} has to be on exactly one criterion, not on {sorted(found) or 'none'}")
    return next(iter(found))


def defined(criterion: str) -> list[str]:
    """What a criterion defines for others, from its tags: `upsert-update` for `@defines-upsert-update`."""
    return sorted(role for role, by in _defining().items() if criterion in by)


def asserted(case: Case) -> frozenset[str]:
    """What a case is about besides what is stored, from its tags: `operation` for `@asserts-operation`."""
    return _asserted().get(case.id, frozenset())


def digest(base: Path | None = None) -> str:
    """SHA-256 over the feature files and schema.toml: the same for the same specification, wherever it is."""
    root = base or features_dir()
    total = hashlib.sha256()
    for file in [*feature_files(root), root / "schema.toml"]:
        total.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def case_id(template: ScenarioTemplate, example: Mapping[str, str]) -> str:
    """The id of a case, from what pytest-bdd knows of it; without an id among the tags, one made from its title."""
    file = "/".join(Path(template.feature.filename).resolve().parts[-2:])
    return ids.row_id(ids.id_among(template.tags) or ids.new_id(file, template.name), example)


def examples(template: ScenarioTemplate) -> list[dict[str, str]]:
    """The rows of an outline, by the names of their columns; of a scenario one without any."""
    rows = [{k: str(v) for k, v in row.items()} for table in template.examples for row in table.as_contexts()]
    return rows if template.examples else [{}]


def tags_of(scenario: ScenarioTemplate | Scenario) -> set[str]:
    """The tags of a scenario with those that it inherits from its rule and its feature."""
    inherited = scenario.rule.tags if scenario.rule else set()
    return {*scenario.tags, *inherited, *scenario.feature.tags}


def is_own(tag: str) -> bool:
    """Whether a tag is for the harness alone. Only the other tags become pytest marks."""
    return tag.startswith(("AC-", ids.PREFIX, NEEDS, ASSERTS, DEFINES))


def criterion_of(tags: Iterable[str]) -> str:
    """The criterion among the tags, or an empty string."""
    return next((tag for tag in sorted(tags) if tag.startswith("AC-")), "")


def _cases(root: Path, template: ScenarioTemplate) -> Iterator[Case]:
    tags = tags_of(template)
    for example in examples(template):
        yield Case(
            id=case_id(template, example),
            profile=next((p for p in PROFILES if p in tags), ""),
            criterion=criterion_of(tags),
            level="SHOULD" if "should" in tags else "MUST",
            rule=template.rule.name if template.rule else "",
            title=render_string(template.name, example),
            file=Path(template.feature.filename).relative_to(root).as_posix(),
            line=template.line_number,
            example=example,
            needs=tuple(sorted(tag.removeprefix(NEEDS) for tag in tags if tag.startswith(NEEDS))),
        )


@cache
def _defining() -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for tags in _every_tags():
        for tag in tags:
            if tag.startswith(DEFINES):
                found.setdefault(tag.removeprefix(DEFINES), set()).add(criterion_of(tags))
    return found


@cache
def _asserted() -> Mapping[str, frozenset[str]]:
    return {
        case_id(template, example): frozenset(
            tag.removeprefix(ASSERTS) for tag in tags_of(template) if tag.startswith(ASSERTS)
        )
        for feature in features()
        for template in feature.scenarios.values()
        for example in examples(template)
    }


def _every_tags() -> Iterator[set[str]]:
    for feature in features():
        yield from (tags_of(template) for template in feature.scenarios.values())


def _criterion(ident: str, members: tuple[Case, ...]) -> Criterion:
    level = "MUST" if any(c.level == "MUST" for c in members) else "SHOULD"
    sentence = members[0].rule.removeprefix(ident).strip()
    return Criterion(ident, members[0].profile, level, sentence, members)
