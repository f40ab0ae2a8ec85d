"""The catalogue is in order: each fault says what it does, and each criterion has faults enough."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from upsertspec.spec.criteria import criteria
from upsertspec_broken import Fault, catalogue
from upsertspec_broken.catalogue import fault
from upsertspec_server.app import Parts
from upsertspec_server.values import Values

CRITERIA = [criterion.id for criterion in criteria()]
CORE = [ident for ident in CRITERIA if ident < "AC-100"]
FROM_BATCH_ON = [ident for ident in CRITERIA if "AC-300" < ident < "AC-800"]
IDENTITY_AND_CONFLICT = [ident for ident in CRITERIA if "AC-100" < ident < "AC-300"]
HOSTILE = [ident for ident in CRITERIA if ident > "AC-800"]
FAULTS = list(catalogue().values())
COUNT = Counter(ident for each in FAULTS for ident in each.violates)

every_fault = pytest.mark.parametrize("broken", FAULTS, ids=lambda broken: broken.name)


@every_fault
def test_says_what_it_does_in_one_line(broken: Fault) -> None:
    assert re.fullmatch(r"[A-Z][^\n]*[^.\s]\.", broken.says)


@every_fault
def test_name_is_words_with_hyphens(broken: Fault) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", broken.name)


@every_fault
def test_violates_criteria_of_the_contract(broken: Fault) -> None:
    assert broken.violates
    assert set(broken.violates) <= set(CRITERIA)
    assert len(set(broken.violates)) == len(broken.violates)


def test_no_two_faults_say_the_same() -> None:
    assert len({each.says for each in FAULTS}) == len(FAULTS)


def test_no_two_faults_are_made_of_the_same_parts() -> None:
    assert len({each.parts for each in FAULTS}) == len(FAULTS)
    assert Parts() not in {each.parts for each in FAULTS}


@pytest.mark.parametrize("criterion", CORE)
def test_a_core_criterion_has_five_faults(criterion: str) -> None:
    assert COUNT[criterion] >= 5


@pytest.mark.parametrize("criterion", IDENTITY_AND_CONFLICT)
def test_a_criterion_of_identity_and_conflict_has_three_faults(criterion: str) -> None:
    assert COUNT[criterion] >= 3


@pytest.mark.parametrize("criterion", FROM_BATCH_ON)
def test_a_criterion_from_batch_on_has_three_faults(criterion: str) -> None:
    assert COUNT[criterion] >= 3


@pytest.mark.parametrize("criterion", HOSTILE)
def test_a_criterion_of_hostile_has_five_faults(criterion: str) -> None:
    assert COUNT[criterion] >= 5


def test_a_name_is_taken_once() -> None:
    name = FAULTS[0].name.title().replace("-", "")
    with pytest.raises(ValueError, match=FAULTS[0].name):
        fault("AC-001")(type(name, (Values,), {"__doc__": "Does something else."}))
