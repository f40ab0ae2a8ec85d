"""The catalogue is consistent: each broken server has a description, and each criterion has enough broken servers."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from upsertspec.spec import criteria as spec
from upsertspec_broken import broken, catalogue
from upsertspec_catalogue.entries import place
from upsertspec_server.fields import Text

ENTRIES = catalogue()
CRITERIA = {criterion.id for criterion in spec.criteria()}


def test_each_has_a_name_and_says_what_it_does_in_one_line() -> None:
    assert [name for name in ENTRIES if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", name)] == []
    assert [e.name for e in ENTRIES.values() if not re.fullmatch(r"[A-Z][^\n]*[^.\s]\.", e.says)] == []
    assert twice(entry.says for entry in ENTRIES.values()) == []


def test_each_violates_criteria_of_the_contract() -> None:
    assert [e.name for e in ENTRIES.values() if not e.violates or not CRITERIA.issuperset(e.violates)] == []
    assert [e.name for e in ENTRIES.values() if twice(e.violates)] == []


def test_no_two_have_the_same_parts() -> None:
    parts = [tuple(id(part) for part in entry.parts) for entry in ENTRIES.values()]
    assert twice(parts) == []
    assert () not in parts


def test_no_two_parts_of_one_take_the_same_place() -> None:
    assert [e.name for e in ENTRIES.values() if twice(filter(None, map(place, e.parts)))] == []


def test_each_criterion_has_enough() -> None:
    """Five for the criteria of core and hostile, three for the others."""
    count = Counter(criterion for entry in ENTRIES.values() for criterion in entry.violates)
    enough = {c.id: 5 if c.profile in ("core", "hostile") else 3 for c in spec.criteria()}
    assert {criterion: count[criterion] for criterion in enough if count[criterion] < enough[criterion]} == {}


def test_a_name_is_used_once() -> None:
    name = next(iter(ENTRIES)).title().replace("-", "")
    with pytest.raises(ValueError, match=next(iter(ENTRIES))):
        broken("AC-001")(type(name, (Text,), {"__doc__": "Does something else."}))


def twice(values: object) -> list[object]:
    """The values that occur more than once."""
    return [value for value, number in Counter(values).items() if number > 1]
