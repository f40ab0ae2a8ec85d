"""The wheel, built by way of the sdist, runs from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of a wheel that was built from an sdist."""
    dist = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(dist), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    site = tmp_path_factory.mktemp("site")
    [wheel] = dist.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    return site


def run(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of the unpacked wheel, which goes before an editable install."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("UPSERTSPEC_")}
    line = [sys.executable, "-m", "upsertspec", *arguments]
    return subprocess.run(
        line, cwd=folder, env={**environment, "PYTHONPATH": str(site)}, capture_output=True, text=True, check=False
    )


def test_it_judges_the_reference_server(unpacked: Path, tmp_path: Path) -> None:
    done = run(unpacked, tmp_path, "run", "--criterion", "AC-001", "--criterion", "AC-112", "--profile", "identity")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "conformant" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_it_contains_its_data(unpacked: Path, tmp_path: Path) -> None:
    assert (unpacked / "upsertspec" / "features" / "schema.toml").is_file()
    assert (unpacked / "upsertspec_server" / "schema.toml").is_file()
    assert (unpacked / "upsertspec" / "py.typed").is_file()
    page = ROOT / "steps" / "upsertspec" / "report" / "page"
    carried = {file.name for file in (unpacked / "upsertspec" / "report" / "page").iterdir()}
    assert {file.name for file in page.iterdir() if file.is_file()} <= carried
    assert run(unpacked, tmp_path, "init").returncode == 0
    assert run(unpacked, tmp_path, "provision", "--format", "json").returncode == 0
    assert (
        run(unpacked, tmp_path, "run", "--criterion", "AC-001", "--evidence", "full", "--report", ".").returncode == 0
    )
    assert run(unpacked, tmp_path, "docs", "-o", "site", "--recording", "report.json").returncode == 0
    assert "Datasette" in (tmp_path / "site" / "servers.html").read_text("utf-8")


def test_it_puts_no_common_names_into_site_packages(unpacked: Path) -> None:
    names = {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")}
    assert names == {
        "upsertspec", "upsertspec_server", "upsertspec_catalogue", "upsertspec_broken", "upsertspec_conforming",
    }  # fmt: skip
