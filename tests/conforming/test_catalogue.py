"""The catalogue is consistent: each conforming server says what differs, and what allows it."""

from __future__ import annotations

import re

from tests.broken.test_catalogue import twice
from tests.conforming.stacks import stacks
from upsertspec.spec import criteria as spec
from upsertspec_conforming import CATALOGUE, catalogue

ENTRIES = list(catalogue().values())


def test_each_has_a_name_and_says_what_differs_and_what_allows_it() -> None:
    assert [entry.name for entry in ENTRIES if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", entry.name)] == []
    assert [entry.name for entry in ENTRIES if not re.fullmatch(r"[A-Z][^\n]*[^.\s]\.", entry.says)] == []
    assert [entry.name for entry in ENTRIES if not re.fullmatch(r"[^\n]*[^.\s]\.", entry.allowed)] == []
    assert twice(entry.says for entry in ENTRIES) == []


def test_each_differs_from_the_reference() -> None:
    assert [entry.name for entry in ENTRIES if not entry.parts] == []


def test_only_a_should_may_be_warned() -> None:
    soft = {case.criterion for case in spec.cases() if case.level == "SHOULD"}
    assert {criterion for entry in ENTRIES for criterion in entry.warns} <= soft


def test_the_canary_is_not_listed() -> None:
    assert set(CATALOGUE.load()) == {entry.name for entry in ENTRIES} | {"canary"}


def test_every_server_is_in_one_stack() -> None:
    assert sorted(entry.name for stack in stacks() for entry in stack) == [entry.name for entry in ENTRIES]
