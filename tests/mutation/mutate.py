"""Mutation testing of the judging code with mutmut: see README.md in this folder.

mutmut wants the code in `src/` and does not change decorated functions. So it works on a copy, in which every step
definition and property is a plain function with its decorators applied in lines after it.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
JUDGING = (
    *("report/verdict", "report/result", "prove/matrix"),
    *(f"run/{name}" for name in ("finalize", "recorder", "selection", "collection", "preflight")),
    *(f"http/{name}" for name in ("masking", "curl", "exchange", "credentials")),
    *(f"steps/{name}" for name in ("equality", "assertions", "lookup", "cells", "phrases", "given")),
    *(f"steps/{name}" for name in ("then_answers", "then_operations", "then_records", "then_stored", "then_lists")),
)
TESTS = (
    *("tests/steps", "tests/http/test_credentials.py", "tests/http/test_masking.py", "tests/prove/test_matrix.py"),
    *(f"tests/report/test_{name}.py" for name in ("result", "verdict")),
    *(f"tests/run/test_{name}.py" for name in ("finalize", "preflight", "recorder", "selection")),
)
CONFIG = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = {modules}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:cacheprovider"]
"""
NOBODY = "no_such_mutant"
PLAIN = ("staticmethod", "classmethod")
KILLED = (1, 3, -24, 24, 36, 37, 152, 255)
"""mutmut's exit codes for a mutant that a test fails for, that breaks the test run, or that never ends."""


def main() -> None:
    """Copy, mutate and test; print a line for each module and the names of the surviving mutants."""
    options = parsed()
    shutil.rmtree(options.folder, ignore_errors=True)
    lay_out(options.folder, options.modules or JUDGING, options.tests or TESTS)
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(options.jobs)]
    names: list[str] = []
    if options.sample:
        # With a name that no mutant has, mutmut makes the mutants and times the tests, and then stops.
        subprocess.run([*command, NOBODY], cwd=options.folder, check=False, capture_output=True)
        every = [name for codes in exit_codes(options.folder).values() for name in codes]
        names = random.Random(options.seed).sample(every, min(options.sample, len(every)))
    subprocess.run([*command, *names], cwd=options.folder, check=True, stdout=subprocess.DEVNULL)
    report(options.folder, set(names))


def parsed() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description="Mutation testing of the judging code.")
    parser.add_argument("modules", nargs="*", help="modules, such as steps/assertions (default: all that judge)")
    parser.add_argument("--folder", type=Path, required=True, help="where to work; what is there is removed")
    parser.add_argument("--tests", nargs="*", help="test files (default: the quick ones)")
    parser.add_argument("--sample", type=int, help="test only this many mutants, chosen at random (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of the random choice (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def lay_out(folder: Path, modules: tuple[str, ...], tests: tuple[str, ...]) -> None:
    """The copy that mutmut works on."""
    shutil.copytree(ROOT / "steps", folder / "src")
    shutil.copytree(ROOT / "features", folder / "src" / "upsertspec" / "features")
    shutil.copytree(ROOT / "tests", folder / "tests")
    paths = [f"src/upsertspec/{module}.py" for module in modules]
    for path in paths:
        file = folder / path
        file.write_text(undecorated(file.read_text("utf-8")), "utf-8")
    config = CONFIG.format(modules=json.dumps(paths), tests=json.dumps(tests))
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8") + config, "utf-8")


def undecorated(source: str) -> str:
    """The same module, with the decorators of each function applied after its end."""
    lines = source.splitlines()
    for function in sorted(decorated(ast.parse(source)), key=lambda node: node.lineno, reverse=True):
        indent = " " * function.col_offset
        calls = [ast.unparse(each) for each in reversed(function.decorator_list)]
        behind = [f"{indent}{function.name} = ({call})({function.name})" for call in calls]
        lines[function.end_lineno : function.end_lineno] = behind
        del lines[function.decorator_list[0].lineno - 1 : function.lineno - 1]
    return "\n".join(lines) + "\n"


def decorated(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions that mutmut would not change."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [ast.unparse(each) for each in node.decorator_list]
            if names and not set(names) & set(PLAIN):
                yield node


def exit_codes(folder: Path) -> dict[str, dict[str, int | None]]:
    """For each module, the exit code of the tests for each of its mutants: None where they were not run."""
    made = folder / "mutants" / "src" / "upsertspec"
    return {
        file.relative_to(made).as_posix().removesuffix(".py.meta"): json.loads(file.read_text("utf-8"))[
            "exit_code_by_key"
        ]
        for file in sorted(made.rglob("*.py.meta"))
    }


def report(folder: Path, sample: set[str]) -> None:
    """Print the figures, and what survived: of the sample, or of all mutants where it is empty."""
    survivors: list[str] = []
    total = 0
    for module, codes in exit_codes(folder).items():
        tested = {name: code for name, code in codes.items() if not sample or name in sample}
        alive = [name for name, code in tested.items() if code not in KILLED]
        survivors += alive
        total += len(tested)
        if tested:
            print(figures(module, len(tested), len(alive)))
    print(figures("all", total, len(survivors)))
    print("\n".join(survivors))


def figures(name: str, mutants: int, alive: int) -> str:
    """A line of the report."""
    return f"{name:<28} {mutants:>5} mutants {mutants - alive:>5} killed {alive:>5} survived"


if __name__ == "__main__":
    main()
