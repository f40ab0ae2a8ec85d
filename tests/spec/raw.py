"""The feature files as the Gherkin parser reads them, before pytest-bdd drops anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gherkin.parser import Parser
from gherkin.token_scanner import TokenScanner

from upsertspec.spec import criteria as spec
from upsertspec.spec.files import features_dir


@dataclass(frozen=True)
class Scenario:
    """A scenario as it is written: `tags` with those of its rule and feature, `steps` with those of the backgrounds."""

    file: str
    line: int
    name: str
    rule: str
    tags: frozenset[str]
    own_steps: tuple[dict[str, Any], ...]
    background: tuple[dict[str, Any], ...]
    examples: tuple[dict[str, Any], ...]

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line} {self.name}"


def document(file: Path) -> dict[str, Any]:
    return Parser().parse(TokenScanner(file.read_text("utf-8")))["feature"]


def scenarios() -> Iterator[Scenario]:
    for file in spec.feature_files():
        feature = document(file)
        name = file.relative_to(features_dir()).as_posix()
        background = _background(feature)
        for child in feature["children"]:
            if "rule" in child:
                rule = child["rule"]
                inner = background + _background(rule)
                tags = _tags(feature) | _tags(rule)
                yield from (_scenario(name, c["scenario"], rule["name"], tags, inner) for c in _scenarios(rule))
        yield from (_scenario(name, c["scenario"], "", _tags(feature), background) for c in _scenarios(feature))


def step_texts(scenario: Scenario) -> list[tuple[str, str]]:
    """Type and text of every step, as pytest-bdd runs it: placeholders filled in from every row of the examples."""
    rows = [
        dict(zip([c["value"] for c in e["tableHeader"]["cells"]], [c["value"] for c in row["cells"]], strict=True))
        for e in scenario.examples
        for row in e["tableBody"]
    ] or [{}]
    texts = []
    for steps in (scenario.background, scenario.own_steps):
        kind = ""
        for step in steps:
            kind = {"Context": "given", "Action": "when", "Outcome": "then"}.get(step["keywordType"], kind)
            texts += [(kind, _filled(step["text"], row)) for row in rows]
    return texts


def written_steps(scenario: Scenario) -> list[tuple[str, str]]:
    """Type and text of each step that the scenario has in its file, filled in from the first row of its examples."""
    first = tuple({**example, "tableBody": example["tableBody"][:1]} for example in scenario.examples[:1])
    return step_texts(replace(scenario, background=(), examples=first))


def _filled(text: str, row: dict[str, str]) -> str:
    for name, value in row.items():
        text = text.replace(f"<{name}>", value)
    return text


def _scenarios(parent: dict[str, Any]) -> list[dict[str, Any]]:
    return [child for child in parent["children"] if "scenario" in child]


def _background(parent: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    return tuple(step for c in parent["children"] if "background" in c for step in c["background"]["steps"])


def _tags(node: dict[str, Any]) -> frozenset[str]:
    return frozenset(tag["name"].removeprefix("@") for tag in node["tags"])


def _scenario(
    file: str, raw: dict[str, Any], rule: str, tags: frozenset[str], background: tuple[dict[str, Any], ...]
) -> Scenario:
    line = raw["location"]["line"]
    steps, examples = tuple(raw["steps"]), tuple(raw["examples"])
    return Scenario(file, line, raw["name"], rule, tags | _tags(raw), steps, background, examples)
