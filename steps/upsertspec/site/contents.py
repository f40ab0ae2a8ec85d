"""What the site shows: profiles, their criteria, and their scenarios as they are in the feature files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pytest_bdd.parser import ScenarioTemplate, Step

from upsertspec.prove.servers import BrokenServer
from upsertspec.report.page.contents import Scenario as Shown
from upsertspec.spec import criteria as spec
from upsertspec.spec.files import features_dir

Rows = list[list[str]]


@dataclass(frozen=True)
class Line:
    """A step: its keyword, its text, and the table or docstring below it."""

    keyword: str
    text: str
    table: Rows
    docstring: str


@dataclass(frozen=True)
class Examples:
    """The rows of an outline; the first row holds the names of the columns."""

    name: str
    rows: Rows


@dataclass(frozen=True)
class Scenario:
    """A scenario or an outline, with its cases. Its `anchor` is its id, which stays when the title changes."""

    title: str
    file: str
    line: int
    steps: list[Line]
    examples: list[Examples]
    cases: tuple[spec.Case, ...]

    @property
    def anchor(self) -> str:
        """Its anchor on its page: its id."""
        return self.cases[0].scenario

    @cached_property
    def words(self) -> str:
        """All that it says, on one line."""
        cells = [cell for step in self.steps for row in step.table for cell in row]
        values = [cell for each in self.examples for row in each.rows for cell in row]
        said = [part for step in self.steps for part in (step.text, step.docstring)]
        return " ".join(" ".join([self.title, *said, *cells, *values]).split())


@dataclass(frozen=True)
class Criterion:
    """A criterion, the background of its scenarios, the scenarios, and the broken servers that it catches."""

    own: spec.Criterion
    background: list[Line]
    scenarios: tuple[Scenario, ...]
    broken: tuple[BrokenServer, ...]


@dataclass(frozen=True)
class Profile:
    """A profile and its criteria."""

    name: str
    about: str
    criteria: tuple[Criterion, ...]

    @property
    def file(self) -> str:
        """Its page."""
        return f"{self.name}.html"

    @cached_property
    def scenarios(self) -> int:
        """The number of its cases."""
        return sum(len(criterion.own.cases) for criterion in self.criteria)


def anchor_of(case: spec.Case) -> str:
    """The anchor of a case in every report."""
    return Shown({"id": case.id, "criterion": case.criterion}, 0).anchor


def about() -> dict[str, str]:
    """What each profile is about, from the table in the contract."""
    text = (features_dir() / "CONTRACT.md").read_text("utf-8")
    return dict(re.findall(r"^\| `(\w+)` \| AC-[^|]+\| ([^|]+) \|$", text, re.MULTILINE))


def profiles(broken: Sequence[BrokenServer], about: dict[str, str]) -> list[Profile]:
    """Every profile that has a criterion, in the order of the specification."""
    shown = [criterion_of(criterion, broken) for criterion in spec.criteria()]
    found = [
        Profile(name, about.get(name, ""), tuple(c for c in shown if c.own.profile == name)) for name in spec.PROFILES
    ]
    return [profile for profile in found if profile.criteria]


def criterion_of(criterion: spec.Criterion, broken: Sequence[BrokenServer]) -> Criterion:
    """A criterion as the site shows it."""
    templates = list(_templates(criterion.id))
    background = templates[0].all_background_steps
    return Criterion(
        own=criterion,
        background=[_line(step) for step in background],
        scenarios=tuple(_scenario(template, criterion) for template in templates),
        broken=tuple(server for server in broken if criterion.id in server.violates),
    )


def _templates(criterion: str) -> Iterator[ScenarioTemplate]:
    for feature in spec.features():
        for template in feature.scenarios.values():
            if spec.criterion_of(spec.tags_of(template)) == criterion:
                yield template


def _scenario(template: ScenarioTemplate, criterion: spec.Criterion) -> Scenario:
    file = _file(template)
    cases = tuple(c for c in criterion.cases if (c.file, c.line) == (file, template.line_number))
    before = len(template.all_background_steps)
    return Scenario(
        title=template.name,
        file=file,
        line=template.line_number,
        steps=[_line(step) for step in template.steps[before:]],
        examples=[
            Examples(each.name or "", [list(each.example_params), *(list(map(str, row)) for row in each.examples)])
            for each in template.examples
        ],
        cases=cases,
    )


def _file(template: ScenarioTemplate) -> str:
    name = template.feature.filename
    return next(str(f.relative_to(features_dir()).as_posix()) for f in spec.feature_files() if str(f) == name)


def _line(step: Step) -> Line:
    table = [[cell.value for cell in row.cells] for row in step.datatable.rows] if step.datatable else []
    return Line(step.keyword.strip(), step.name, table, step.docstring or "")
