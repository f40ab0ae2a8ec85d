"""The specification as data: the criteria, their profiles and levels, and every scenario that is planned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from upsertspec.spec import ids
from upsertspec.spec.files import features_dir
from upsertspec.spec.outlines import Outline, filled, outlines

if TYPE_CHECKING:
    from pytest_bdd.parser import Feature, Scenario, ScenarioTemplate

CORE = "core"
PROFILES = (
    CORE,
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
MAY_KILL = "hostile"
"""The profile whose requests a target may not survive."""
ALONE = "alone"
"""The tag of a scenario that makes load, or measures times."""
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
def features() -> tuple[Feature, ...]:
    """Every feature file, parsed with its steps. That takes long: `cases` knows the scenarios without it."""
    from pytest_bdd.feature import get_feature

    return tuple(get_feature(str(file.parent), file.name) for file in feature_files())


def cases(base: Path | None = None) -> tuple[Case, ...]:
    """Every case of the specification, in the order of files and lines."""
    return _cases(base or features_dir())


def case(ident: str) -> Case:
    """The case with this id. Raises KeyError for an id that no case has."""
    return _by_id()[ident]


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


def is_defined(role: str) -> bool:
    """Whether a criterion defines this for others."""
    return role in _defining()


def defined(criterion: str) -> list[str]:
    """What a criterion defines for others, from its tags: `upsert-update` for `@defines-upsert-update`."""
    return sorted(role for role, by in _defining().items() if criterion in by)


def asserted(case: Case) -> frozenset[str]:
    """What a case is about besides what is stored, from its tags: `operation` for `@asserts-operation`."""
    return frozenset(tag.removeprefix(ASSERTS) for tag in _tags().get(case.scenario, ()) if tag.startswith(ASSERTS))


def turn(case: Case) -> tuple[bool, bool]:
    """When a case is run: whether it may kill the target, and whether it is run alone. `False` comes first.

    What is not run alone is shared by the workers.
    """
    return case.profile == MAY_KILL, ALONE in _tags().get(case.scenario, ())


def digest(base: Path | None = None) -> str:
    """SHA-256 over the feature files and schema.toml: the same for the same specification, wherever it is."""
    root = base or features_dir()
    total = hashlib.sha256()
    for file in [*feature_files(root), root / "schema.toml"]:
        total.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def case_id(template: ScenarioTemplate, example: Mapping[str, str]) -> str:
    """The id of a case, from what pytest-bdd knows of it; without an id among the tags, one made from its title."""
    return ids.row_id(_scenario_id(Path(template.feature.filename), template.tags, template.name), example)


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
    return tag == ALONE or tag.startswith(("AC-", ids.PREFIX, NEEDS, ASSERTS, DEFINES))


def criterion_of(tags: Iterable[str]) -> str:
    """The criterion among the tags, or an empty string."""
    return next((tag for tag in sorted(tags) if tag.startswith("AC-")), "")


def _scenario_id(file: Path, tags: Iterable[str], title: str) -> str:
    return ids.id_among(tags) or ids.new_id("/".join(file.resolve().parts[-2:]), title)


@cache
def _by_id() -> Mapping[str, Case]:
    return {case.id: case for case in cases()}


@cache
def _cases(root: Path) -> tuple[Case, ...]:
    return tuple(case for file, outline in _every(root) for case in _cases_of(root, file, outline))


def _cases_of(root: Path, file: Path, outline: Outline) -> Iterator[Case]:
    tags, name = outline.tags, file.relative_to(root).as_posix()
    scenario = _scenario_id(file, tags, outline.title)
    profile = next((p for p in PROFILES if p in tags), "")
    needs = tuple(sorted(tag.removeprefix(NEEDS) for tag in tags if tag.startswith(NEEDS)))
    for example in outline.rows:
        yield Case(
            id=ids.row_id(scenario, example),
            profile=profile,
            criterion=criterion_of(tags),
            level="SHOULD" if "should" in tags else "MUST",
            rule=outline.rule,
            title=filled(outline.title, example),
            file=name,
            line=outline.line,
            example=example,
            needs=needs,
        )


@cache
def _defining() -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for _, outline in _every(features_dir()):
        for tag in outline.tags:
            if tag.startswith(DEFINES):
                found.setdefault(tag.removeprefix(DEFINES), set()).add(criterion_of(outline.tags))
    return found


@cache
def _tags() -> Mapping[str, frozenset[str]]:
    every = _every(features_dir())
    return {_scenario_id(file, outline.tags, outline.title): outline.tags for file, outline in every}


@cache
def _every(root: Path) -> tuple[tuple[Path, Outline], ...]:
    return tuple((file, outline) for file in feature_files(root) for outline in outlines(file))


def _criterion(ident: str, members: tuple[Case, ...]) -> Criterion:
    level = "MUST" if any(c.level == "MUST" for c in members) else "SHOULD"
    sentence = members[0].rule.removeprefix(ident).strip()
    return Criterion(ident, members[0].profile, level, sentence, members)
