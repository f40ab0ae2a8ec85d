"""The catalogue is in order: each variant says what differs, and what allows it."""

from __future__ import annotations

import re

import pytest

from upsertspec.spec import criteria as spec
from upsertspec_conforming import Variant, catalogue, variant
from upsertspec_server.app import Parts
from upsertspec_server.values import Values

VARIANTS = list(catalogue().values())

every_variant = pytest.mark.parametrize("lawful", VARIANTS, ids=lambda lawful: lawful.name)


@every_variant
def test_says_what_differs_in_one_line(lawful: Variant) -> None:
    assert re.fullmatch(r"[A-Z][^\n]*[^.\s]\.", lawful.says)


@every_variant
def test_says_what_allows_it(lawful: Variant) -> None:
    assert re.fullmatch(r"[^\n]*[^.\s]\.", lawful.allowed)


@every_variant
def test_name_is_words_with_hyphens(lawful: Variant) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", lawful.name)


@every_variant
def test_differs_from_the_reference(lawful: Variant) -> None:
    assert lawful.parts != Parts() or lawful.wire


@every_variant
def test_may_only_be_warned_where_the_contract_says_should(lawful: Variant) -> None:
    levels = {criterion.id: criterion.level for criterion in spec.criteria()}
    assert {levels[criterion] for criterion in lawful.warns} <= {"SHOULD"}


def test_no_two_variants_say_the_same() -> None:
    assert len({each.says for each in VARIANTS}) == len(VARIANTS)


def test_a_name_is_taken_once() -> None:
    name = VARIANTS[0].name.title().replace("-", "")
    with pytest.raises(ValueError, match=VARIANTS[0].name):
        variant("Nothing.")(type(name, (Values,), {"__doc__": "Differs in something else."}))
