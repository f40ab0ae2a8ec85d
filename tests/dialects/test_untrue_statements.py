"""A target file that states something not to be there, although it is: that is stale, and fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.dialects.test_own_tables import ENV, FOLDER, KEYS, module, served
from upsertspec.report.result import Result, Status
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.target.target_file import from_file


def judged(
    text: str, env: Mapping[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch, *criteria: str
) -> list[Result]:
    (folder / "target.toml").write_text(text)
    target = from_file(folder / "target.toml", env)
    with served(module("products", monkeypatch).create_app(KEYS, "", folder)) as url:
        return run(Settings(replace(target, url=url), criteria=criteria), 1)


@pytest.fixture
def text() -> str:
    return (FOLDER / "products.toml").read_text()


def stale(results: list[Result]) -> set[str]:
    return {result.reason for result in results if result.status is Status.STALE}


def test_a_role_whose_token_is_there(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {**ENV, "UPSERTSPEC_TOKEN_UPDATER": "updater-token-1234"}
    [reason] = stale(judged(text, env, tmp_path, monkeypatch, "AC-005"))
    assert "the target has no updater role, but UPSERTSPEC_TOKEN_UPDATER is set" in reason
    assert "updater-token" not in reason


def test_a_role_that_is_not_there(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stale(judged(text, ENV, tmp_path, monkeypatch, "AC-005")) == set()


def test_an_operation_that_the_answers_tell(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stated = 'operation = { status = { "201" = "created", "200" = "updated" } }'
    assert stated in text
    reasons = stale(judged(text.replace(stated, "operation = false"), ENV, tmp_path, monkeypatch, "AC-012"))
    assert any("upserts are answered with 201 or 200, which tells it" in reason for reason in reasons)


def test_an_operation_that_no_answer_tells(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    products = module("products", monkeypatch)
    made = products.create_app(KEYS, "", tmp_path)

    @made.after_request
    def always_200(response):
        response.status_code = 200 if response.status_code == 201 else response.status_code
        return response

    stated = 'operation = { status = { "201" = "created", "200" = "updated" } }'
    (tmp_path / "target.toml").write_text(text.replace(stated, "operation = false"))
    target = from_file(tmp_path / "target.toml", ENV)
    with served(made) as url:
        results = run(Settings(replace(target, url=url), criteria=("AC-012",)), 1)
    assert stale(results) == set()
    assert any(result.status is Status.NOT_APPLICABLE for result in results)
