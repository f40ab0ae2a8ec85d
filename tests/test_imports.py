"""Imports between packages go in one direction."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
HARNESS = ROOT / "steps" / "upsertspec"

ORDER = (
    "spec",
    "target",
    "dialects",
    "http",
    "report",
    "steps",
    "concurrency",
    "run",
    "suite",
    "discovery",
    "provision",
    "prove",
    "explore",
    "soak",
    "site",
    "cli",
)
"""The packages of the harness: each imports only from those before it. `errors` and `process` are below all."""
RANK = {name: rank for rank, name in enumerate(ORDER)}


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
    """The packages of the harness that a file imports from."""
    names = {name.split(".")[1] for name in imported(file) if name.startswith("upsertspec.")}
    return names & RANK.keys()


def own_part(file: Path) -> str:
    return file.relative_to(HARNESS).parts[0].removesuffix(".py")


def test_every_package_has_its_place() -> None:
    alone = {"__init__", "__main__", "errors", "plugin", "process"}
    assert {own_part(file) for file in modules(HARNESS)} - alone == RANK.keys()


def test_a_package_imports_only_what_comes_before_it() -> None:
    wrong = [
        f"{file.relative_to(HARNESS)} imports {other}"
        for file in modules(HARNESS)
        if (mine := own_part(file)) in RANK
        for other in parts(file)
        if RANK[other] > RANK[mine]
    ]
    assert not wrong


def test_the_harness_does_not_know_the_servers() -> None:
    for file in modules(HARNESS):
        assert not any(name.split(".")[0] in ("upsertspec_server", "upsertspec_broken") for name in imported(file)), (
            file
        )


def test_the_servers_do_not_know_the_harness() -> None:
    for file in modules(ROOT / "server"):
        assert not any(name.split(".")[0] == "upsertspec" for name in imported(file)), file


def test_dialects_do_no_io() -> None:
    for file in modules(HARNESS / "dialects"):
        assert not {"requests", "socket", "urllib.request", "http.client", "os"} & imported(file), file
