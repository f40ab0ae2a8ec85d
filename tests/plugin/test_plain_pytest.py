"""The suite in a user's own pytest run, with the lines from the guide."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit import ROOT, TOKEN_VARIABLES, TOKENS
from upsertspec_broken import catalogue
from upsertspec_server import create_app
from upsertspec_server.serving import serve_in_thread

GUIDE = (ROOT / "docs" / "ci.md").read_text("utf-8")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve_in_thread(create_app({"TOKENS": TOKENS})) as address:
        yield address


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of tests with the own lines of docs/ci.md in it."""
    found = re.search(r"# conftest\.py\n(.*?)\n\n# test_upsert\.py\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    (tmp_path / "conftest.py").write_text(found[1], "utf-8")
    (tmp_path / "test_upsert.py").write_text(found[2], "utf-8")
    return tmp_path


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("UPSERTSPEC_", "PYTEST_"))}
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    settings = {**inherited, **TOKEN_VARIABLES, **environment}
    return subprocess.run(line, cwd=folder, env=settings, capture_output=True, text=True, check=False)


def test_it_passes_on_the_reference_server(own: Path, url: str) -> None:
    done = run(own, "-k", "contact", UPSERTSPEC_TARGET=url)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed", done.stdout)


def test_profiles_that_are_not_claimed_are_left_out(own: Path, url: str) -> None:
    arguments = ("-rs", "-k", "ignored_match or new_contact_is_created")
    core = run(own, *arguments, UPSERTSPEC_TARGET=url)
    assert "the target does not claim conflict" in core.stdout
    both = run(own, *arguments, UPSERTSPEC_TARGET=url, UPSERTSPEC_PROFILE="conflict")
    assert both.returncode == 0, both.stdout
    assert "skipped" not in both.stdout


def test_not_testable_does_not_look_like_a_pass(own: Path, url: str) -> None:
    done = run(own, "-k", "may_not_update", UPSERTSPEC_TARGET=url, UPSERTSPEC_TOKEN_CREATOR="")
    assert done.returncode == 1
    assert "not testable: no credentials are configured for the creator role" in done.stdout


def test_a_failure_says_what_was_expected(own: Path, url: str) -> None:
    done = run(own, "-k", "a_new_contact_is_created", UPSERTSPEC_TARGET=url, UPSERTSPEC_TOKEN_EDITOR="wrong")
    assert done.returncode == 1
    assert "expected an answer of 200; got 401" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("target", ["", "ftp://example.com", "nowhere.toml"])
def test_a_wrong_target_is_a_plain_message(own: Path, target: str) -> None:
    done = run(own, UPSERTSPEC_TARGET=target)
    assert done.returncode == 2
    assert "upsertspec: " in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_fixture_can_name_the_target(own: Path, url: str) -> None:
    with (own / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(
            f"""
import pytest
from upsertspec.run.settings import Settings
from upsertspec.target.target import Credential, Secret, Target

@pytest.fixture(scope="session")
def upsertspec_settings():
    roles = {{role: Credential(secret=Secret(token)) for role, token in {TOKENS!r}.items()}}
    return Settings(Target(url={url!r}, roles=roles))
"""
        )
    done = run(own, "-k", "a_new_contact_is_created")
    assert done.returncode == 0, done.stdout


def test_the_limits_of_the_process_stay_as_they_were(own: Path, url: str) -> None:
    limits = "(sys.getrecursionlimit(), sys.get_int_max_str_digits())"
    conftest = (own / "conftest.py").read_text("utf-8")
    (own / "conftest.py").write_text(f"import sys\nsys.limits = {limits}\n{conftest}", "utf-8")
    test = f"import sys\ndef test_limits(): assert {limits} == sys.limits\n"
    for name in ("test_before.py", "test_with_upsert_behind.py"):
        (own / name).write_text(test, "utf-8")
    done = run(
        own, "-k", "limits or nests or a_new_contact_is_created", UPSERTSPEC_TARGET=url, UPSERTSPEC_PROFILE="all"
    )
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 3


def test_a_deviation_does_not_look_like_a_pass(own: Path, tmp_path: Path) -> None:
    with serve_in_thread(catalogue()["created-is-201"].create_app({"TOKENS": TOKENS})) as address:
        file = tmp_path / "target.toml"
        file.write_text(f'url = "{address}"\n[deviations]\ncreated = 201\n', "utf-8")
        done = run(own, "-rx", "-k", "test_a_new_contact_is_created", UPSERTSPEC_TARGET=str(file))
    assert done.returncode == 0, done.stdout
    assert "created: 201 where the contract has 200, as the target declares" in done.stdout
    assert re.search(r"\d+ xfailed", done.stdout)
    assert "passed" not in done.stdout


def test_a_dialect_that_cannot_be_loaded_is_a_plain_message(own: Path, url: str, tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(f'url = "{url}"\ndialect = "no_such_module:Mine"\n', "utf-8")
    done = run(own, "-k", "test_a_new_contact_is_created", UPSERTSPEC_TARGET=str(file))
    assert done.returncode == 2, done.stdout
    assert f'upsertspec: {file}: dialect: "no_such_module:Mine" can\'t be loaded' in done.stdout
