"""What was asked for and where it is tested: the table in `features/README.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from upsertspec.spec.criteria import cases
from upsertspec.spec.files import features_dir

_TABLE = re.compile(r"<!-- patterns -->\n(.*?)\n<!-- end -->", re.DOTALL)
_E2E = re.compile(r"E2E (?:API-TABLES-RECORDS-UPSERT)?-(\w+): ")
E2E = "API-TABLES-RECORDS-UPSERT-"


@dataclass(frozen=True)
class Statement:
    """A statement of the sources, the criterion that carries it, and the scenario that tests it.

    `e2e` is its id in the E2E specification; empty for a statement that is not from there.
    """

    text: str
    criterion: str
    title: str
    scenario: str
    e2e: str


def user_story() -> str:
    """The user story in one sentence."""
    return re.sub(r"\s+", " ", re.findall(r"^> (As a .+(?:\n> .+)*)", _page(), re.MULTILINE)[0].replace("\n> ", " "))


def statements() -> list[Statement]:
    """Every statement, in the order of the table."""
    known = {(case.criterion, case.title): case.scenario for case in cases()}
    rows = [row.strip("| ").split(" | ") for row in _TABLE.findall(_page())[0].splitlines()[2:]]
    return [
        Statement(_E2E.sub("", text), criterion, title, known[criterion, title], _e2e(text))
        for text, criterion, title in rows
    ]


def _e2e(text: str) -> str:
    found = _E2E.match(text)
    return f"{E2E}{found[1]}" if found else ""


def _page() -> str:
    return (features_dir() / "README.md").read_text("utf-8")
