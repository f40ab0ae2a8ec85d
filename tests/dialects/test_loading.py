"""Dialects in Python: found by an entry point or as module:Class; what is wrong with one is reported with its fix."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dialects.conftest import SHAPES, Judge, shape
from tests.dialects.facade import MergeApi
from tests.kit import ROOT, TOKEN_VARIABLES
from upsertspec.dialects.base import Setup
from upsertspec.dialects.native import Native
from upsertspec.dialects.operations import Upsert
from upsertspec.dialects.registry import dialect_for
from upsertspec.dialects.shape import Shape
from upsertspec.errors import ConfigError
from upsertspec.report.result import Status
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_file

URL = 'url = "http://127.0.0.1:1"\n'
WHOLE = """
class Mine:
    name, lacks = "mine", {}
    def __init__(self, setup): self.setup = setup
    def request(self, operation): raise KeyError("no words")
    def answer(self, operation, response): return None
"""

BROKEN = {
    "": ("ModuleNotFoundError", "put it beside the target file, or add its folder to PYTHONPATH"),
    "class Mine": ("SyntaxError", "fix the module"),
    "import a_module_that_is_not_there": ("a_module_that_is_not_there", "to PYTHONPATH"),
    "raise RuntimeError('on import')": ("RuntimeError: on import", "fix the module"),
    "raise SystemExit(7)": ("SystemExit: 7", "fix the module"),
    "Other = 1": ("has no attribute 'Mine'", "fix the module"),
    "Mine = 3": ("TypeError", "fix its constructor"),
    "class Mine: pass": ("TypeError", "fix its constructor"),
    "class Mine:\n def __init__(self, setup): setup.options['prefix']": ("KeyError: 'prefix'", "[dialect_options]"),
    "class Mine:\n name, lacks = 'm', {}\n def __init__(self, setup): pass\n def request(self, o): pass": (
        "has no answer method",
        "add it",
    ),
    "class Mine:\n def __init__(self, setup): pass\n def request(self, o): pass\n def answer(self, o, r): pass": (
        "needs `name`",
        "add them",
    ),
}


def target_file(folder: Path, module: str, name: str = "dialect_of_mine") -> Path:
    if module:
        (folder / f"{name}.py").write_text(module, "utf-8")
    file = folder / "target.toml"
    file.write_text(f'{URL}dialect = "{name}:Mine"\n', "utf-8")
    return file


@pytest.fixture(autouse=True)
def forget() -> None:
    for name in ("dialect_of_mine", "merge_api"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("module", BROKEN)
def test_what_is_wrong_with_a_dialect_is_reported_with_its_place_and_fix(module: str, tmp_path: Path) -> None:
    what, fix = BROKEN[module]
    file = target_file(tmp_path, module)
    with pytest.raises(ConfigError) as raised:
        dialect_for(from_file(file, TOKEN_VARIABLES))
    text = str(raised.value)
    assert text.startswith(f'{file}: dialect: "dialect_of_mine:Mine" ')
    assert what in text
    assert fix in text
    assert "\n" not in text


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("module", ["", "class Mine"])
def test_the_command_line_ends_with_2(command: str, module: str, tmp_path: Path) -> None:
    file = target_file(tmp_path, module)
    line = [sys.executable, "-m", "upsertspec", command, "--target", str(file)]
    done = subprocess.run(line, capture_output=True, text=True, env={**TOKEN_VARIABLES, "PATH": ""}, check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert f'upsertspec: {file}: dialect: "dialect_of_mine:Mine" can\'t be loaded' in done.stderr
    assert "Traceback" not in done.stderr


def test_a_module_beside_the_target_file_hides_no_other(tmp_path: Path) -> None:
    before = list(sys.path)
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')", "utf-8")
    made = dialect_for(from_file(target_file(tmp_path, "import json\n" + WHOLE), TOKEN_VARIABLES))
    assert made.name == "mine"
    assert sys.path == before


def distribution(folder: Path, value: str) -> None:
    """A distribution as pip leaves it, with an entry point."""
    info = folder / "other_dialect-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-dialect\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[upsertspec.dialects]\nother = {value}\n", "utf-8")


def test_a_registered_dialect_is_found_by_its_name(
    tmp_path: Path, load: Callable[[str], Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match='line 2: dialect: can\'t be "other"'):
        load(URL + 'dialect = "other"\n')
    packages = tmp_path / "packages"
    packages.mkdir()
    (packages / "dialect_of_mine.py").write_text(WHOLE, "utf-8")
    distribution(packages, "dialect_of_mine:Mine")
    monkeypatch.syspath_prepend(str(packages))
    made = dialect_for(load(URL + 'dialect = "other"\n[dialect_options]\ndeep = { a = 1 }\n'))
    assert made.name == "mine"
    assert made.inner.setup.options == {"deep": {"a": 1}}
    with pytest.raises(ConfigError, match="did you mean 'other'"):
        load(URL + 'dialect = "othr"\n')


def test_a_registered_dialect_that_is_broken_is_reported(
    tmp_path: Path, load: Callable[[str], Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    distribution(tmp_path, "no_module_at_all:Mine")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigError, match='dialect: "other" can\'t be loaded'):
        dialect_for(load(URL + 'dialect = "other"\n'))


def test_a_name_without_a_file_is_reported_too() -> None:
    with pytest.raises(ConfigError, match=r'there is no "odd"; use one of .*native, .*or name it as "module:Class"'):
        dialect_for(Target(url="http://127.0.0.1:1", dialect="odd"))


MISTAKES = {
    "    def request(self, operation): raise KeyError('x')\n": "request(Upsert): KeyError: 'x'",
    "    def request(self, operation): return ('GET', '/')\n": "request(Upsert): it returns tuple, not Request",
    "    def request(self, operation): return Request('POST', '/rows', json={1, 2})\n": "request(Upsert): its content",
    "    def answer(self, operation, response): return 1 / 0\n": "answer(Upsert): ZeroDivisionError",
    "    def answer(self, operation, response): return response\n": "answer(Upsert): it returns Response, not Answer",
}


@pytest.mark.parametrize("method", MISTAKES)
def test_an_error_in_a_dialect_is_a_harness_error_and_not_a_failure(method: str, tmp_path: Path, judge: Judge) -> None:
    kind = method.split("(")[0].split()[-1]
    module = (
        "from merge_api import MergeApi\nfrom upsertspec.dialects.base import Request\n"
        f"from upsertspec.dialects.operations import Upsert\nclass Odd:\n{method}"
        "class Mine(MergeApi):\n    name = 'odd'\n"
        f"    def {kind}(self, operation, *rest):\n"
        f"        kind = Odd if isinstance(operation, Upsert) else MergeApi\n"
        f"        return kind.{kind}(self, operation, *rest)\n"
    )
    (tmp_path / "merge_api.py").write_text((SHAPES / "merge_api.py").read_text("utf-8"), "utf-8")
    target = from_file(target_file(tmp_path, module), TOKEN_VARIABLES)
    results = judge(MergeApi(), target, "AC-014")
    judged = [result for result in results if result.status is not Status.NOT_CLAIMED]
    assert {result.status for result in judged} == {Status.ERROR}
    assert all(f"the dialect odd has a mistake in {MISTAKES[method]}" in result.reason for result in judged)


def test_the_example_is_loaded_from_its_folder_by_every_worker(judge: Judge) -> None:
    results = judge(MergeApi(), shape("merge_api"), "AC-002", jobs=2)
    assert {result.status for result in results} == {Status.PASSED, Status.NOT_APPLICABLE}
    assert {result.worker for result in results} == {"gw0", "gw1"}


def test_the_extended_shape_in_the_guide(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "dialects.md").read_text("utf-8")
    [block] = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    file = target_file(tmp_path, block.replace("class Signed", "class Mine"))
    shape = '[shape.upsert]\npath = "/u"\nbody = { on = "{matchFields}" }\n[shape.find]\npath = "/f"\n'
    file.write_text(file.read_text("utf-8") + shape, "utf-8")
    request = dialect_for(from_file(file, TOKEN_VARIABLES)).request(Upsert("contacts", {"email": "a"}, ["email"]))
    assert (request.path, request.headers) == ("/u", {"X-Length": "17"})


def test_our_own_dialects_are_made_from_a_setup() -> None:
    assert isinstance(dialect_for(Target(url="http://127.0.0.1:1")).inner, Native)
    assert isinstance(dialect_for(Target(url="http://127.0.0.1:1", dialect="shape")).inner, Shape)
    assert Shape(Setup()).lacks == Native(Setup()).lacks == {}
