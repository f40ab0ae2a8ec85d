"""Shards, and one report made of theirs: the verdict is that of one run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit import CREDENTIALS, ROOT, TOKEN_VARIABLES, TOKENS, Done
from tests.report.kit import VALIDATOR
from upsertspec.errors import ConfigError
from upsertspec.report.reading import load
from upsertspec.run.merge import merge
from upsertspec.run.selection import Shard
from upsertspec.run.session import run_session
from upsertspec.run.settings import Settings
from upsertspec.target.target import KnownFailure, Target
from upsertspec_broken import catalogue
from upsertspec_server.serving import serve_in_thread

OF = 3
SERVERS = ("created-is-201", "inserts-every-time", "required-on-every-update", "answers-without-writing")
"""Broken servers: one for a declared deviation, the others for criteria that block others."""


@pytest.fixture(scope="module")
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    app = catalogue()[request.param].create_app({"TOKENS": TOKENS})
    with serve_in_thread(app) as address:
        yield address


def judged(url: str, folder: Path, shard: Shard | None, **settings: Any) -> Path:
    target = Target(url, roles=CREDENTIALS, **settings)
    with (folder / "out").open("w") as out:
        run_session(Settings(target, shard=shard), 1, folder, None, out)
    return folder


def told(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(result["id"], result["status"], result["blocked_by"]) for result in report["results"]]


@pytest.mark.slow
@pytest.mark.parametrize("url", SERVERS, indirect=True)
def test_the_merged_verdict_is_that_of_the_whole_run(url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings: dict[str, Any] = {
        "known_failures": (KnownFailure("AC-001", "tracked"), KnownFailure("AC-010", "tracked")),
        "deviations": {"created": (201,), "invalid": (422,)},
    }
    whole = load(judged(url, tmp_path_factory.mktemp("whole"), None, **settings))
    shards = [
        judged(url, tmp_path_factory.mktemp("shard"), Shard(number, OF), **settings) for number in range(1, OF + 1)
    ]
    merged = merge({str(folder): load(folder) for folder in reversed(shards)})
    assert [error.message for error in VALIDATOR.iter_errors(merged)] == []
    assert told(merged) == told(whole)
    assert merged["verdict"] == whole["verdict"]
    assert merged["criteria"] == whole["criteria"]


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three shards of a run that finds nobody at home."""
    folders = [tmp_path_factory.mktemp("shard") for _ in range(OF)]
    return [judged("http://127.0.0.1:1", folder, Shard(n, OF)) for n, folder in enumerate(folders, start=1)]


def test_a_merged_report_is_written_and_told(shards: list[Path], cli: Callable[..., Done], tmp_path: Path) -> None:
    done = cli("merge", *map(str, shards), "--report", str(tmp_path / "r"), "--junit", str(tmp_path / "j.xml"))
    merged = load(tmp_path / "r")
    assert done.code == merged["verdict"]["exit_code"] == 3
    assert merged["verdict"]["headline"] in done.out
    assert len(merged["preflight"]) == len(load(shards[0])["preflight"])
    assert (tmp_path / "r" / "report.html").is_file()
    assert (tmp_path / "j.xml").is_file()


@pytest.mark.parametrize(
    ("pick", "why"),
    [
        ((0, 2), "the shards 2/3 are missing"),
        ((0, 1, 1), "is named twice"),
        ((0, 1), "the shards 3/3 are missing"),
    ],
)
def test_reports_that_do_not_go_together_are_named(
    pick: tuple[int, ...], why: str, shards: list[Path], cli: Callable[..., Done]
) -> None:
    done = cli("merge", *(str(shards[number]) for number in pick))
    assert done.code == 2
    assert why in done.err


def test_reports_of_other_targets_are_not_merged(shards: list[Path]) -> None:
    one, two, three = (load(folder) for folder in shards)
    other = json.loads(json.dumps(two))
    other["target"]["profiles"] = ["core", "batch"]
    with pytest.raises(ConfigError, match="one and two differ in their profiles"):
        merge({"one": one, "two": other, "three": three})
    with pytest.raises(ConfigError, match="scenarios are in more than one report"):
        merge({"one": one, "two": one})


@pytest.mark.slow
def test_the_reports_of_plain_pytest_runs_are_merged(tmp_path: Path, cli: Callable[..., Done]) -> None:
    guide = re.search(
        r"# conftest\.py\n(.*?)\n\n# test_upsert\.py\n(.*?)```", (ROOT / "docs" / "ci.md").read_text("utf-8"), re.DOTALL
    )
    assert guide
    (tmp_path / "conftest.py").write_text(guide[1], "utf-8")
    (tmp_path / "test_upsert.py").write_text(guide[2], "utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("UPSERTSPEC_", "PYTEST_"))}
    with serve_in_thread(catalogue()["created-is-201"].create_app({"TOKENS": TOKENS})) as url:
        for name, keyword in (("a", "contact"), ("b", "not contact")):
            subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-k", keyword, "--upsertspec-report", name],
                cwd=tmp_path, env={**inherited, **TOKEN_VARIABLES, "UPSERTSPEC_TARGET": url}, check=False,
                capture_output=True,
            )  # fmt: skip
    done = cli("merge", str(tmp_path / "a"), str(tmp_path / "b"))
    assert done.code == 1
    assert "not conformant: " in done.out
