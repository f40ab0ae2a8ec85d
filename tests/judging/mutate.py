"""Mutation testing of the judging code with mutmut: see README.md in this folder.

mutmut wants the code in `src/`, and leaves decorated functions alone. So it is given a copy: there every step
definition and property is a plain function, which is decorated in a line of its own behind it.
"""

from __future__ import annotations

import argparse
import ast
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
JUDGING = (
    *("report/verdict", "report/result", "http/credentials", "http/evidence", "prove/matrix"),
    *(f"run/{name}" for name in ("finalize", "recorder", "selection", "preflight")),
    *(f"steps/{name}" for name in ("equality", "assertions", "lookup", "cells", "phrases", "given")),
    *(f"steps/{name}" for name in ("then_answers", "then_stored", "then_lists")),
)
TESTS = ("tests/judging", "tests/harness/test_verdict.py", "tests/prove/test_matrix.py", "tests/prove/test_settle.py")
CONFIG = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = {modules}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:cacheprovider", "--ignore=tests/judging/test_mutate.py"]
"""
PLAIN = ("staticmethod", "classmethod")
KILLED = (1, 3, -24, 24, 36, 37, 152, 255)
"""mutmut's exit codes for a mutant that a test fails for, that breaks a test, or that never ends."""


def main() -> None:
    """Copy, mutate, test; print a line for each module, and the names of the mutants that survived."""
    options = parsed()
    shutil.rmtree(options.folder, ignore_errors=True)
    lay_out(options.folder, options.modules or JUDGING, options.tests or TESTS)
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(options.jobs)]
    subprocess.run(command, cwd=options.folder, check=True, stdout=subprocess.DEVNULL)
    report(options.folder)


def parsed() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description="Mutation testing of the judging code.")
    parser.add_argument("modules", nargs="*", help="modules, such as steps/assertions (default: all that judge)")
    parser.add_argument("--folder", type=Path, required=True, help="where to work; what is there is removed")
    parser.add_argument("--tests", nargs="*", help="test files (default: the quick ones)")
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
    """The same module, with every decorated function decorated behind its end."""
    lines = source.splitlines()
    for function in sorted(decorated(ast.parse(source)), key=lambda node: node.lineno, reverse=True):
        indent = " " * function.col_offset
        calls = [ast.unparse(each) for each in reversed(function.decorator_list)]
        behind = [f"{indent}{function.name} = ({call})({function.name})" for call in calls]
        lines[function.end_lineno : function.end_lineno] = behind
        del lines[function.decorator_list[0].lineno - 1 : function.lineno - 1]
    return "\n".join(lines) + "\n"


def decorated(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions that mutmut would leave alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [ast.unparse(each) for each in node.decorator_list]
            if names and not set(names) & set(PLAIN):
                yield node


def report(folder: Path) -> None:
    """Print the figures, and what survived."""
    survivors: list[str] = []
    total: Counter[str] = Counter()
    for file in sorted((folder / "mutants").rglob("*.py.meta")):
        codes: dict[str, int | None] = json.loads(file.read_text("utf-8"))["exit_code_by_key"]
        alive = [name for name, code in codes.items() if code not in KILLED]
        survivors += alive
        total.update({"mutants": len(codes), "killed": len(codes) - len(alive)})
        if codes:
            name = file.relative_to(folder / "mutants" / "src" / "upsertspec").as_posix().removesuffix(".py.meta")
            print(f"{name:<28} {len(codes):>5} mutants {len(codes) - len(alive):>5} killed {len(alive):>5} survived")
    print(f"{'in all':<28} {total['mutants']:>5} mutants {total['killed']:>5} killed {len(survivors):>5} survived")
    print("\n".join(survivors))


if __name__ == "__main__":
    main()
