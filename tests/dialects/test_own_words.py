"""What many clients did, and the pytest plugin, on an API with tables of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.dialects.test_own_tables import ENV, FOLDER, KEYS, judged, module, served
from upsertspec.report.result import Status


def test_a_race_is_told_in_the_targets_words(monkeypatch: pytest.MonkeyPatch) -> None:
    results = judged("products", monkeypatch, "race", "AC-701")
    failed = [result for result in results if result.status is Status.FAILED]
    assert failed
    for result in failed:
        assert result.history is not None
        said = " ".join([result.history["key"], *(each["call"] for each in result.history["operations"])])
        assert "products " in said
        assert '"sku": "SKU-' in said
        assert "title " in said
        assert not {"contacts", "email", "name"} & set(said.replace('"', " ").split())


def test_the_pytest_plugin_judges_a_target_file_with_bindings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (FOLDER / "products.toml").read_text()
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    with served(module("products", monkeypatch).create_app(KEYS, "price-nulled", tmp_path)) as url:
        (tmp_path / "target.toml").write_text(text.replace("http://127.0.0.1:8080", url))
        monkeypatch.setenv("UPSERTSPEC_TARGET", str(tmp_path / "target.toml"))
        command = [sys.executable, "-m", "pytest", "-p", "upsertspec.plugin", "--pyargs", "upsertspec.suite", "-q"]
        done = subprocess.run([*command, "-k", "AC-002", "-rs"], capture_output=True, text=True, cwd=tmp_path)
    assert "price is null instead of" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1
