"""When two values are the same, by the type of their field."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.steps.kit import failing
from upsertspec.spec.schema import tables
from upsertspec.spec.types import instant, same_json
from upsertspec.steps.equality import SHOWN, differences, is_utc, require_same, same, shown

CONTACTS, TRANSACTIONS, VARIANTS = (tables()[name] for name in ("contacts", "transactions", "asset_variants"))
NOON = "2024-01-01T12:00:00Z"


@pytest.mark.parametrize(
    ("expected", "actual", "wanted"),
    [
        ("a", "a", True),
        ("a", "A", False),
        (1, 1.0, True),
        (1, True, False),
        (False, 0, False),
        (True, True, True),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ({}, [], False),
        ([1, 2], [1, 2], True),
        ([1, 2], [2, 1], False),
        ([1, 2], [1], False),
        ([1], [1, 2], False),
        ([1], [True], False),
        ("", None, False),
    ],
)
def test_equal_as_json(expected: Any, actual: Any, wanted: bool) -> None:
    assert same_json(expected, actual) is wanted


@pytest.mark.parametrize(
    ("expected", "actual", "wanted"),
    [
        (None, None, True),
        (None, "", False),
        ("", None, False),
        (0, None, False),
        (None, 0, False),
        ("a", "a", True),
        ("a", "a ", False),
    ],
)
def test_null_equals_only_null(expected: Any, actual: Any, wanted: bool) -> None:
    assert same(CONTACTS, "name", expected, actual) is wanted


@pytest.mark.parametrize("field", ["created_at", "updated_at", "processed_at"])
@pytest.mark.parametrize(
    ("actual", "wanted"),
    [
        (NOON, True),
        ("2024-01-01T13:00:00.000+01:00", True),
        ("2024-01-01t12:00:00z", True),
        ("2024-01-01T12:00:01Z", False),
        ("2024-01-01T12:00:00", False),
        (1704110400, False),
    ],
)
def test_times_are_compared_as_instants(field: str, actual: Any, wanted: bool) -> None:
    assert same(VARIANTS, field, NOON, actual) is wanted


def test_a_text_that_is_not_a_time_equals_only_itself() -> None:
    assert same(VARIANTS, "processed_at", "soon", "soon")
    assert not same(VARIANTS, "processed_at", "soon", "Soon")
    assert not same(VARIANTS, "processed_at", "soon", NOON)
    assert same(VARIANTS, "processed_at", 5, 5)
    assert not same(VARIANTS, "processed_at", 5, "5")
    assert same(CONTACTS, "notes", "2024-01-01T12:00:00Z", "2024-01-01T12:00:00Z")
    assert not same(CONTACTS, "notes", NOON, "2024-01-01T13:00:00+01:00")


@pytest.mark.parametrize(
    ("expected", "actual", "wanted"),
    [
        ("1.50", "1.5", True),
        ("1.50", "1.51", False),
        ("1.50", 1.5, False),
        (1.5, "1.5", False),
        ("much", "much", True),
        ("much", "more", False),
        (1.5, 1.5, False),
    ],
)
def test_decimals_are_compared_as_numbers_and_come_as_text(expected: Any, actual: Any, wanted: bool) -> None:
    assert same(TRANSACTIONS, "amount", expected, actual) is wanted


def test_an_id_is_compared_as_json() -> None:
    assert same(CONTACTS, "id", 1, 1)
    assert not same(CONTACTS, "id", 1, "1")


def test_an_instant_needs_an_offset() -> None:
    assert instant(NOON) == datetime(2024, 1, 1, 12, tzinfo=UTC)
    assert instant("2024-01-01T12:00:00") is None
    assert instant("noon") is None
    assert instant(None) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [(NOON, True), ("2024-01-01T12:00:00+00:00", True), ("2024-01-01T12:00:00+01:00", False), ("noon", False)],
)
def test_a_time_in_utc(text: str, wanted: bool) -> None:
    assert is_utc(text) is wanted


def test_differences_are_listed_by_field_and_a_missing_one_is_null() -> None:
    expected = {"name": "Ada", "age": 36, "notes": None}
    assert differences(CONTACTS, expected, {"name": "Bob", "age": 36}) == ['name is "Bob" instead of "Ada"']
    assert differences(CONTACTS, expected, {}) == ['name is missing instead of "Ada"', "age is missing instead of 36"]
    assert differences(CONTACTS, expected, {}, ["age"]) == ["age is missing instead of 36"]
    assert differences(CONTACTS, {}, {"age": 36}, ["age"]) == ["age is 36 instead of null"]
    assert differences(CONTACTS, expected, {}, []) == []
    assert differences(TRANSACTIONS, {"amount": "1.50"}, {"amount": "1.5"}) == []


def test_records_are_the_same_in_every_field_and_every_protected_one() -> None:
    record = {"id": 1, "created_at": NOON, "updated_at": NOON, "name": "Ada", "elsewhere": 1}
    require_same(CONTACTS, "the record", record, {**record, "elsewhere": 2})
    with failing("the record", 'id is 2 instead of 1; name is "Bob" instead of "Ada"'):
        require_same(CONTACTS, "the record", record, {**record, "id": 2, "name": "Bob"})


def test_a_value_is_shown_as_json_and_cut_short() -> None:
    assert shown("Zoë") == '"Zoë"'
    assert shown({"a": None}) == '{"a": null}'
    assert shown(PurePosixPath("a")) == '"a"'
    whole = "x" * (SHOWN - 2)
    assert shown(whole) == f'"{whole}"'
    assert shown(whole + "y") == f'"{whole}y…'
