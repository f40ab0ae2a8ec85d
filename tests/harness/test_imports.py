"""Who imports whom: one direction only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HARNESS = ROOT / "steps" / "upsertspec"

ORDER = [
    ("errors", "resources"),
    ("schema", "spec", "notes", "history"),
    ("target",),
    ("evidence",),
    ("dialects",),
    ("transport", "vigil"),
    ("client", "embedded"),
    ("check", "settings", "results", "crowd"),
    ("selection", "outcome", "verdict"),
    ("settle",),
    ("vocabulary",),
    ("plugin",),
    ("workers",),
    ("runner", "report"),
    ("suite", "provision", "prove", "compare", "discovery", "explore", "soak"),
    ("judge",),
    ("site",),
    ("cli",),
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
REPORT_MAY_USE = {"check", "evidence", "report", "results", "settings", "spec", "verdict", "resources", "errors"}


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def imported(file: Path) -> set[str]:
    """Every module that a file names in an import, wherever in the file it stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def parts(file: Path) -> set[str]:
    """The parts of the harness that a file imports from."""
    names = {name.split(".")[1] for name in imported(file) if name.startswith("upsertspec.")}
    return names & RANK.keys()


def own_part(file: Path) -> str:
    return file.relative_to(HARNESS).parts[0].removesuffix(".py")


PARTS = [file for file in modules(HARNESS) if own_part(file) in RANK]


def test_every_part_has_its_place() -> None:
    assert {own_part(file) for file in modules(HARNESS)} - {"__init__", "__main__"} <= RANK.keys()


@pytest.mark.parametrize("file", PARTS, ids=lambda file: file.relative_to(HARNESS).as_posix())
def test_a_part_imports_only_what_comes_before_it(file: Path) -> None:
    mine = own_part(file)
    later = {other for other in parts(file) if other != mine and RANK[other] >= RANK[mine]}
    assert not later


@pytest.mark.parametrize("file", modules(HARNESS / "report"), ids=lambda file: file.name)
def test_the_report_knows_results_only(file: Path) -> None:
    assert parts(file) <= REPORT_MAY_USE


def test_the_harness_does_not_know_the_servers() -> None:
    for file in modules(HARNESS):
        assert not any(name.split(".")[0] in ("upsertspec_server", "upsertspec_faults") for name in imported(file)), (
            file
        )


def test_the_servers_do_not_know_the_harness() -> None:
    for file in modules(ROOT / "server"):
        assert not any(name.split(".")[0] == "upsertspec" for name in imported(file)), file


def test_dialects_do_no_io() -> None:
    for file in modules(HARNESS / "dialects"):
        assert not {"requests", "socket", "urllib.request", "http.client", "os"} & imported(file), file
