"""What a search finds, and what it does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.explore.conftest import Explore
from upsertspec.prove.servers import Serve

FOUND = (
    ("replaces-the-whole-record", ("core",)),
    ("update-where-is-not-heard", ("core", "conflict")),
    ("commits-record-by-record", ("core", "batch")),
    ("delete-then-insert", ("core", "integrity")),
    ("deleted-is-still-read", ("core", "records")),
)


def test_the_unbroken_server_differs_in_nothing(explore: Explore) -> None:
    assert explore("", examples=100) is None


@pytest.mark.parametrize(("name", "profiles"), FOUND, ids=[name for name, _ in FOUND])
def test_a_broken_server_is_found_out(explore: Explore, name: str, profiles: tuple[str, ...]) -> None:
    found = explore(name, profiles, examples=600)
    assert found is not None
    assert found.exchanges
    assert "Scenario: " in found.scenario


def test_what_is_found_is_small(explore: Explore) -> None:
    found = explore("always-created", ("core",))
    assert found is not None
    assert len(re.findall(r"upserts into", found.scenario)) <= 2, found.scenario
    assert found.expected == '"operation": "updated"'


def test_a_seed_finds_the_same_again(explore: Explore) -> None:
    found = [explore("always-updated", ("core",), seed=5) for _ in range(2)]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].scenario == found[1].scenario


PASTED = ("always-created", "any-scheme", "update-where-is-not-heard")


@pytest.mark.parametrize("name", PASTED)
def test_the_scenario_can_be_pasted(
    explore: Explore, serve: Serve, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    found = explore(name, ("core", "conflict"), examples=1500)
    assert found is not None
    Path(pytester.path / "found.feature").write_text(f"Feature: Found\n\n{found.scenario}", "utf-8")
    pytester.makeconftest('pytest_plugins = ["upsertspec.plugin"]')
    pytester.makepyfile('from pytest_bdd import scenarios\n\nscenarios("found.feature")\n')
    for server, outcome in ((name, "failed"), ("", "passed")):
        target = serve(server)
        monkeypatch.setenv("UPSERTSPEC_TARGET", target.url)
        for secret in target.secrets():
            monkeypatch.setenv(secret.variable, secret.value)
        done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist")
        done.assert_outcomes(**{outcome: 1})
