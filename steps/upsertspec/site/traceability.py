"""Which scenarios hold each sentence of the contract, or why none does: `features/traceability.toml`."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from upsertspec.site.sentences import Sentence
from upsertspec.spec import criteria as spec
from upsertspec.spec.files import features_dir

MANIFEST = "traceability.toml"
EXAMPLE = "example"
UNDECIDED = "undecided"
_CRITERION_ROW = re.compile(r"(AC-\d{3}) \| (?:MUST|SHOULD) \| ")
_LETTERS = 5


@dataclass(frozen=True)
class Traced:
    """A sentence with the criteria and scenarios that hold it, or the reason why none does.

    `named` are the ids that the manifest names, such as `AC-104` and `S-f8em`.
    """

    id: str
    sentence: Sentence
    named: tuple[str, ...] = ()
    reason: str = ""

    @property
    def scenarios(self) -> list[str]:
        """The ids of all scenarios that hold it."""
        found = [name if name.startswith("S-") else sorted(_of_criterion().get(name, ())) for name in self.named]
        return list(dict.fromkeys(i for each in found for i in ([each] if isinstance(each, str) else each)))

    @property
    def criteria(self) -> list[str]:
        """The criteria of these, each once."""
        return list(dict.fromkeys(map(self.criterion_of, self.named)))

    @staticmethod
    def criterion_of(name: str) -> str:
        """The criterion of a scenario, or the criterion itself."""
        return _criterion_of().get(name, name)


def traced(sentences: Sequence[Sentence]) -> list[Traced]:
    """Each sentence with what the manifest says of it. One that it does not have is undecided."""
    known, seen = manifest()["sentences"], Counter[str]()
    found = []
    for each in sentences:
        named, reason = _said(each, known.get(each.section, {}))
        ident = _id(each)
        seen[ident] += 1
        found.append(Traced(ident if seen[ident] == 1 else f"{ident}-{seen[ident]}", each, named, reason))
    return found


def reasons() -> dict[str, str]:
    """Why no scenario holds a sentence: the reasons of the manifest, and what each means."""
    return {**manifest()["reasons"]}


@cache
def manifest() -> dict[str, Any]:
    """The manifest: its `reasons`, and its `sentences` by section and text."""
    return tomllib.loads((features_dir() / MANIFEST).read_text("utf-8"))


def _said(sentence: Sentence, known: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    if row := _CRITERION_ROW.match(sentence.text):
        return (row[1],), ""
    if sentence.example:
        return (), EXAMPLE
    said = known.get(sentence.text, UNDECIDED)
    return ((), said) if isinstance(said, str) else (tuple(said), "")


def _id(sentence: Sentence) -> str:
    """An id that stays the same as long as the sentence does."""
    text = f"{sentence.section}\n{sentence.text}"
    return f"C-{hashlib.sha256(text.encode()).hexdigest()[:_LETTERS]}"


@cache
def _of_criterion() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for case in spec.cases():
        found.setdefault(case.criterion, set()).add(case.scenario)
    return found


@cache
def _criterion_of() -> dict[str, str]:
    return {case.scenario: case.criterion for case in spec.cases()}
