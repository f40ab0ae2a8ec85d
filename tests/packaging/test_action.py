"""The GitHub action: linted, safe against hostile inputs, and its commands do what it says."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kit import TOKEN_VARIABLES
from tests.packaging.offline import BIN, ROOT, environment
from tests.report.kit import BROKEN, started
from upsertspec.spec import criteria as spec

pytestmark = pytest.mark.slow

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")
GUIDE = (ROOT / "docs" / "ci.md").read_text("utf-8")


@dataclass(frozen=True)
class Done:
    """The action after all of its steps: the last exit code, the outputs, the summary, what it printed."""

    code: int
    outputs: dict[str, str]
    summary: str
    out: str
    folder: Path


def test_it_fits_githubs_schemas() -> None:
    check = str(BIN / "check-jsonschema")
    for kind, files in (("actions", [ROOT / "action.yml"]), ("workflows", (ROOT / ".github/workflows").glob("*.yml"))):
        line = [check, "--builtin-schema", f"vendor.github-{kind}", *map(str, files)]
        done = subprocess.run(line, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_a_linter_finds_nothing_unsafe() -> None:
    line = [
        str(BIN / "zizmor"),
        "--offline",
        "--no-progress",
        "--min-severity",
        "medium",
        str(ROOT / "action.yml"),
        str(ROOT / ".github"),
    ]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_input_is_part_of_a_command() -> None:
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert len(scripts) == 3
    for script in scripts:
        assert "${{" not in script


def test_every_input_is_used_and_documented() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    for name, described in ACTION["inputs"].items():
        assert f"inputs.{name} " in text, name
        assert described["description"].endswith(".")
        assert isinstance(described["default"], str)
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])


def test_the_documented_inputs_exist() -> None:
    [example] = [
        yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if "uses:" in block
    ]
    [step] = [step for step in example if "upsertspec" in step.get("uses", "")]
    assert step["with"].keys() <= ACTION["inputs"].keys()
    assert step["env"].keys() <= TOKEN_VARIABLES.keys()


Act = Callable[..., Done]


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment that the step `install` makes."""
    temp = tmp_path_factory.mktemp("runner")
    done = Runner(temp, temp, {}).step("install")
    assert done.returncode == 0, done.stdout
    assert (temp / "upsertspec" / "bin" / "upsertspec").exists()
    return temp


@pytest.fixture
def act(venv: Path, tmp_path: Path) -> Act:
    """`act(target=…)`: the steps `judge` and the last, as the runner would run them."""

    def go(environment: dict[str, str] | None = None, **inputs: str) -> Done:
        runner = Runner(venv, tmp_path, inputs, environment or {})
        runner.outputs["install"] = {"bin": str(venv / "upsertspec" / "bin")}
        judged = runner.step("judge")
        assert judged.returncode == 0, judged.stdout
        last = runner.run(STEPS[-1])
        summary = (tmp_path / "summary.md").read_text("utf-8") if (tmp_path / "summary.md").exists() else ""
        return Done(last.returncode, runner.outputs["judge"], summary, judged.stdout, tmp_path)

    return go


class Runner:
    """What GitHub's runner does with the `run` steps of a composite action, as far as these steps need it."""

    def __init__(self, temp: Path, workspace: Path, inputs: dict[str, str], more: dict[str, str] | None = None) -> None:
        defaults = {name: described["default"] for name, described in ACTION["inputs"].items()}
        self.inputs, self.more = {**defaults, **inputs}, more or {}
        self.temp, self.workspace = temp, workspace
        self.outputs: dict[str, dict[str, str]] = {}

    def step(self, ident: str) -> subprocess.CompletedProcess[str]:
        """Run the step of this id, and keep its outputs."""
        done = self.run(next(step for step in STEPS if step.get("id") == ident))
        lines = (self.temp / "output").read_text("utf-8").splitlines() if (self.temp / "output").exists() else []
        self.outputs[ident] = dict(line.split("=", 1) for line in lines)
        return done

    def run(self, step: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        """Run a step as `shell: bash` does."""
        assert step["shell"] == "bash"
        script = self.temp / "script.sh"
        script.write_text(step["run"], "utf-8")
        (self.temp / "output").unlink(missing_ok=True)
        files = {"GITHUB_OUTPUT": self.temp / "output", "GITHUB_STEP_SUMMARY": self.workspace / "summary.md"}
        own = {name: EXPRESSION.sub(self.value, value) for name, value in step["env"].items()}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env=environment(**{name: str(file) for name, file in files.items()}, **self.more, **own),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        )  # fmt: skip

    def value(self, found: re.Match[str]) -> str:
        """The value of an expression. One that is not known here is a KeyError."""
        kind, _, name = found[1].partition(".")
        if kind == "inputs":
            return self.inputs[name]
        if kind == "steps":
            ident, _, output = name.split(".")
            return self.outputs[ident].get(output, "")
        return {"github.action_path": str(ROOT), "runner.temp": str(self.temp)}[found[1]]


def test_it_judges_and_reports_while_the_runner_ignores_commands(act: Act) -> None:
    done = act(profiles="identity", criteria="AC-003, AC-112")
    assert (done.code, done.outputs) == (0, {"verdict": "conformant", "exit-code": "0"}), done.out
    planned = sum(case.criterion in ("AC-003", "AC-112") for case in spec.cases())
    selected = f"conformant in what was selected (AC-003, AC-112): {planned} planned"
    assert done.summary.startswith(f"## ✅ conformant\n\n**{selected}")
    word = done.out.splitlines()[0].removeprefix("::stop-commands::")
    assert len(word) == 32
    assert done.out.index(f"\n::{word}::") > done.out.index("upsertspec judges the reference server")
    names = {file.name for file in (done.folder / "upsertspec-report").iterdir()}
    assert names >= {"report.json", "report.html", "junit.xml", "ctrf.json", "badge.svg"}


def test_a_failing_target_fails_the_step_and_is_reported(act: Act) -> None:
    with started(BROKEN, "says-upserted") as url:
        done = act(TOKEN_VARIABLES, target=url, criteria="AC-012", report="a folder/of $(touch owned)")
    assert (done.code, done.outputs) == (1, {"verdict": "not conformant", "exit-code": "1"}), done.out
    assert "AC-012 MUST failed" in done.summary
    assert "curl -sS" in done.summary
    assert json.loads((done.folder / "a folder" / "of $(touch owned)" / "report.json").read_text("utf-8"))
    assert not list(done.folder.rglob("owned"))
    for token in TOKEN_VARIABLES.values():
        assert token not in done.summary + done.out


@pytest.mark.parametrize("name", ["target", "profiles", "criteria", "jobs"])
def test_an_input_is_never_executed(act: Act, name: str) -> None:
    done = act(**{name: "$(touch owned); touch owned; `touch owned` \"' --help"})
    assert (done.code, done.outputs) == (2, {"exit-code": "2"}), done.out
    assert not list(done.folder.rglob("owned"))
    assert done.summary == ""


def test_an_old_report_is_not_mistaken_for_the_new_one(act: Act) -> None:
    first = act(criteria="AC-003")
    assert first.outputs["verdict"] == "conformant"
    (first.folder / "summary.md").unlink()
    again = act(target="http://127.0.0.1:9 9/")
    assert (again.outputs, again.summary) == ({"exit-code": "2"}, "")
