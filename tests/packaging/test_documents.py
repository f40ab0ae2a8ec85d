"""README.md and docs/ say what is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from upsertspec.cli.main import NAMES, commands
from upsertspec.report.formats import ALLURE, FORMATS
from upsertspec.report.status import Status
from upsertspec.spec import criteria as spec
from upsertspec.target.target import DEFAULT_CLIENTS, DEFAULT_TIMEOUT

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DOCS = {file.name: file.read_text("utf-8") for file in sorted((ROOT / "docs").glob("*.md"))}
DOCUMENTS = {"README.md": README, **{f"docs/{name}": text for name, text in DOCS.items()}}
GUIDE = "| to | read |"
LONGEST_README = 1150
PROGRESS = re.compile(r"\s+\d+/\d+\n")


def test_the_output_of_the_first_command_is_the_real_one() -> None:
    done = subprocess.run([sys.executable, "-m", "upsertspec", "run"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = "".join(line for line in done.stdout.splitlines(keepends=True) if not PROGRESS.fullmatch(line))
    before, after = block("output").split("  …\n")
    assert shown.startswith(before)
    assert shown.endswith(after)


def test_the_readme_is_short() -> None:
    assert len(README.split()) <= LONGEST_README


def test_the_readme_names_every_profile_with_its_criteria() -> None:
    for profile in {criterion.profile for criterion in spec.criteria()}:
        own = [criterion.id for criterion in spec.criteria() if criterion.profile == profile]
        assert f"| `{profile}` | {own[0]} … {own[-1]} |" in README


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    folder = (ROOT / document).parent
    links = re.findall(r"\]\((?!https?:)([^)#]+)", DOCUMENTS[document])
    assert [link for link in links if not (folder / link).exists()] == []


def test_the_readme_leads_to_every_guide() -> None:
    assert [name for name in DOCS if f"](docs/{name})" not in README] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_and_options_exist(document: str) -> None:
    """Every command line `upsertspec COMMAND --option` in code names a command and options that there are."""
    known = {name: commands.get_command(click.Context(commands), name) for name in NAMES}
    wrong = []
    for line in re.findall(r"upsertspec (?!judges )([a-z]+[^`\n]*)", "\n".join(code(DOCUMENTS[document]))):
        name, *words = line.split("#")[0].split()
        if name not in known:
            wrong.append(line)
            continue
        options = {option for p in known[name].params if isinstance(p, click.Option) for option in p.opts}
        wrong += [f"{name} {word}" for word in words if word.startswith("-") and word not in options]
    assert wrong == []


def test_the_defaults_are_the_defaults() -> None:
    assert f"to the end of the answer ({DEFAULT_TIMEOUT:g})" in DOCS["contract-api.md"]
    assert f"in the profile `concurrency` ({DEFAULT_CLIENTS})" in DOCS["contract-api.md"]


def test_every_format_is_described() -> None:
    assert first_column(DOCS["reports.md"], "| format | for |") == [*FORMATS, ALLURE]


def test_every_status_is_described() -> None:
    rows = re.findall(r"^\| ([a-z ]+) \| ", DOCS["verdict.md"], re.MULTILINE)
    assert set(rows) - {"status"} == {status.value for status in Status}


def test_every_package_of_the_harness_is_described() -> None:
    packages = {file.parent.name for file in (ROOT / "steps/upsertspec").glob("*/__init__.py")} - {"suite"}
    assert {name for name in packages if f"`{name}`" not in DOCS["code.md"]} == set()


def code(text: str) -> list[str]:
    """The code blocks of a document, and its inline code."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return blocks + re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def first_column(text: str, header: str) -> list[str]:
    """The code in the first column of the table with this header."""
    table = text.split(f"{header}\n")[1].split("\n\n")[0]
    return re.findall(r"`([a-z-]+)`", "\n".join(row.split("|")[1] for row in table.splitlines()))


def block(name: str) -> str:
    """The code block after a marker of the README."""
    found = re.search(rf"<!-- {name} -->\n```\w*\n(.*?)```", README, re.DOTALL)
    assert found, f"README.md has no block after <!-- {name} -->"
    return found[1]
