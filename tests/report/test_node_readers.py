"""Cucumber Messages and Allure results, read by Cucumber's HTML formatter and by Allure's own tool."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.kit import Done
from upsertspec.report import allure, cucumber
from upsertspec.report.status import row

READERS = Path(__file__).parent / "readers"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("npm"), reason="npm is needed to install Cucumber's formatter and Allure"),
]


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both tools."""
    folder = shutil.copytree(READERS, tmp_path_factory.mktemp("readers"), dirs_exist_ok=True)
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"npm could not install the readers: {done.stderr.strip()[-300:]}")
    return folder


def test_cucumbers_html_formatter_reads_the_messages(readers: Path, done: Callable[[str], Done]) -> None:
    report = done("failing").report
    (readers / "messages.ndjson").write_text(cucumber.render(report), "utf-8")
    subprocess.run(["node", "cucumber.mjs", "messages.ndjson", "page.html"], cwd=readers, check=True)
    page = (readers / "page.html").read_text("utf-8")
    assert all(json.dumps(result["title"])[1:-1] in page for result in report["results"])


def test_allure_reads_the_results(readers: Path, done: Callable[[str], Done]) -> None:
    report = done("failing").report
    (readers / "results").mkdir()
    for name, text in allure.files(report):
        (readers / "results" / name).write_text(text, "utf-8")
    command = ["node_modules/.bin/allure", "generate", "results", "-o", "page"]
    subprocess.run(command, cwd=readers, check=True, capture_output=True)
    summary = json.loads((readers / "page" / "summary.json").read_text("utf-8"))["stats"]
    expected = Counter(row(result["status"]).allure for result in report["results"])
    assert summary == {"total": len(report["results"]), **expected}
