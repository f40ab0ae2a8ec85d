"""The README tells what is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from upsertspec.report.formats import FORMATS
from upsertspec.spec import criteria as spec
from upsertspec.target.target import DEFAULT_TIMEOUT

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_its_output_is_the_real_one() -> None:
    done = subprocess.run([sys.executable, "-m", "upsertspec", "run"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert block("output") == without_progress(done.stdout)


def test_it_names_every_profile_with_its_criteria() -> None:
    for profile in {criterion.profile for criterion in spec.criteria()}:
        own = [criterion.id for criterion in spec.criteria() if criterion.profile == profile]
        assert f"| `{profile}` | {own[0]} … {own[-1]} |" in README


def test_its_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / link).exists(), link


def test_its_default_is_the_default() -> None:
    assert f"what one request may take ({DEFAULT_TIMEOUT:g})" in README


def test_it_tells_every_format() -> None:
    [table] = re.findall(r"^\| format \| for \|\n(.*?)\n\n", README, re.MULTILINE | re.DOTALL)
    assert re.findall(r"`([a-z-]+)`", "\n".join(row.split("|")[1] for row in table.splitlines())) == list(FORMATS)


def block(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```\w*\n(.*?)```", README, re.DOTALL)
    assert found, f"README.md has no block after <!-- {name} -->"
    return found[1]


def without_progress(output: str) -> str:
    return "".join(line for line in output.splitlines(keepends=True) if not re.fullmatch(r"\s+\d+/\d+\n", line))
