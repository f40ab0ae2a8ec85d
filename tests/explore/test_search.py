"""What a search finds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.explore.conftest import Explore
from upsertspec.prove.servers import Serve

FOUND = (
    ("replaces-the-whole-record", ("core",), 1),
    ("update-where-is-not-heard", ("core", "conflict"), 2),
    ("commits-record-by-record", ("core", "batch"), 1),
    ("delete-then-insert", ("core", "integrity"), 1),
    ("deleted-is-still-read", ("core", "records"), 1),
    ("errors-without-index", ("batch",), 1),
    ("joined-key", ("identity",), 2),
    ("mean-is-whole", ("records",), 1),
    ("one-kind-is-nested", ("records",), 1),
    ("nested-limit-is-skipped", ("records",), 1),
    ("a-parent-is-a-list", ("records",), 1),
    ("statistics-of-all-records", ("records",), 1),
    ("cascade-forgets-whose", ("integrity",), 1),
    ("log-outside-the-transaction", ("transactions",), 2),
    ("integers-are-doubles", ("hostile",), 1),
    ("no-limit", ("hostile",), 1),
    ("id-is-sql", ("hostile",), 1),
    ("challenge-names-the-table", ("hostile",), 1),
)
"""A broken server, the profiles to search, and a seed that finds it soon."""


def test_the_reference_server_shows_no_difference(explore: Explore) -> None:
    result = explore("", examples=100)
    assert result.finding is None
    assert result.judged == result.tried == 100
    assert not result.restrictions
    assert not result.passing


QUICK = 3
"""The number of broken servers that the quick tests search for; the slow tests search for all others too."""


@pytest.mark.parametrize(
    ("name", "profiles", "seed"),
    [pytest.param(*each, id=each[0], marks=[pytest.mark.slow] if n >= QUICK else []) for n, each in enumerate(FOUND)],
)
def test_a_broken_server_is_found(explore: Explore, name: str, profiles: tuple[str, ...], seed: int) -> None:
    found = explore(name, profiles, seed=seed, examples=1000, shrinks=0).finding
    assert found is not None
    assert found.exchanges
    assert "Scenario: " in found.scenario


def test_a_finding_is_small(explore: Explore) -> None:
    result = explore("always-created", ("core",))
    found = result.finding
    assert found is not None
    assert result.repeated
    assert len(re.findall(r"upserts into", found.scenario)) <= 2, found.scenario
    assert found.expected == '"operation": "updated"'


def test_a_seed_finds_the_same_again(explore: Explore) -> None:
    found = [explore("always-updated", ("core",), seed=5).finding for _ in range(2)]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].scenario == found[1].scenario


PASTED = {
    "always-created": (("core", "conflict"), 1),
    "any-scheme": (("core",), 5),
    "update-where-is-not-heard": (("core", "conflict"), 2),
    "plain-text-will-do": (("hostile",), 2),
    "integers-are-doubles": (("hostile",), 1),
    "challenge-names-the-table": (("hostile",), 1),
    "tells-the-constraint": (("hostile",), 1),
    "errors-without-index": (("batch",), 1),
    "one-level-is-nested": (("records",), 1),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PASTED)
def test_the_scenario_can_be_pasted(
    explore: Explore, serve: Serve, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    profiles, seed = PASTED[name]
    found = explore(name, profiles, seed=seed, examples=1500, shrinks=200).finding
    assert found is not None
    Path(pytester.path / "found.feature").write_text(f"Feature: Found\n\n{found.scenario}", "utf-8")
    pytester.makeconftest('pytest_plugins = ["upsertspec.run.plugin"]')
    pytester.makepyfile('from pytest_bdd import scenarios\n\nscenarios("found.feature")\n')
    for server, outcome in ((name, "failed"), ("", "passed")):
        target = serve(server)
        monkeypatch.setenv("UPSERTSPEC_TARGET", target.url)
        for secret in target.secrets():
            monkeypatch.setenv(secret.variable, secret.value)
        done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist")
        done.assert_outcomes(**{outcome: 1})
