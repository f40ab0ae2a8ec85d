"""The image: its Dockerfile is linted, and its commands run in temporary folders instead of the image's."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.packaging.offline import BIN, ROOT, environment

pytestmark = pytest.mark.slow

TEXT = (ROOT / "Dockerfile").read_text("utf-8")
LINES = re.findall(r"^([A-Z]+) (.*)$", re.sub(r"\\\n\s*", " ", TEXT), re.MULTILINE)
VENV = "/opt/upsertspec"


def test_a_linter_finds_nothing() -> None:
    done = subprocess.run([str(BIN / "hadolint"), str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def of(word: str) -> list[str]:
    return [rest for name, rest in LINES if name == word]


def test_it_starts_upsertspec_as_an_unprivileged_user() -> None:
    assert of("USER") == ["10001:10001"]
    assert of("ENTRYPOINT") == ['["upsertspec"]']
    order = [name for name, _ in LINES]
    assert order.index("USER") < order.index("ENTRYPOINT")
    assert order.index("USER") > max(n for n, name in enumerate(order) if name in ("RUN", "COPY"))


def test_the_last_stage_runs_nothing_and_takes_the_environment_only() -> None:
    last = max(n for n, (name, _) in enumerate(LINES) if name == "FROM")
    assert [rest for name, rest in LINES[last:] if name == "RUN"] == []
    copied = [rest for name, rest in LINES[last:] if name == "COPY"]
    assert [rest.split()[-1] for rest in copied] == [VENV, "/work"]
    assert all("--from=build" in rest for rest in copied)


def ignored(path: str) -> bool:
    """What .dockerignore says of a path below the root: the last line that matches decides, also for what is inside."""
    rules = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    verdict = False
    for rule in rules:
        pattern = rule.removeprefix("!").removeprefix("**/")
        parts = path.split("/")
        places = parts if "**/" in rule else ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
        if any(fnmatch(place, pattern) for place in places):
            verdict = not rule.startswith("!")
    return verdict


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in place of the image, after its build commands ran on the files that .dockerignore lets in."""
    place = tmp_path_factory.mktemp("image")
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    files = listed.stdout.splitlines() or [f.relative_to(ROOT).as_posix() for f in ROOT.rglob("*") if f.is_file()]
    for file in files:
        if not ignored(file) and (ROOT / file).exists():
            (place / "src" / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, place / "src" / file)
    [command] = of("RUN")
    command = command.replace(VENV, f"{place}{VENV}").replace("mkdir /work", f"mkdir {place}/work")
    (place / "opt").mkdir()
    done = subprocess.run(["sh", "-ec", command], cwd=place / "src", env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def test_only_what_the_wheel_needs_goes_in(image: Path) -> None:
    names = {path.name for path in (image / "src").iterdir()} - {"build", "dist"}
    assert names == {"LICENSE", "README.md", "pyproject.toml", "examples", "features", "server", "steps"}


def test_the_environment_has_no_build_tools(image: Path) -> None:
    [site] = (image / VENV.lstrip("/")).glob("lib/python*/site-packages")
    names = {path.name for path in site.iterdir()}
    assert {"upsertspec", "upsertspec_server", "upsertspec_broken"} <= names
    assert not {"pip", "setuptools", "hatchling", "wheel"} & names


def test_its_command_judges_the_reference_server(image: Path) -> None:
    path = f"{image}{VENV}/bin"
    [entry] = of("ENTRYPOINT")
    line = [*shlex.split(entry.strip("[]").replace(",", " ")), "run", "--criterion", "AC-003"]
    surroundings = environment(HOME=str(image / "work"), PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(
        [f"{path}/{line[0]}", *line[1:]], cwd=image / "work", env=surroundings, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "conformant" in done.stdout
    assert list((image / "work").iterdir()) == []
