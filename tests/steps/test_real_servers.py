"""Unusual answers of real servers are judged as they are meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from upsertspec.spec.schema import tables
from upsertspec.steps.cells import rows
from upsertspec.steps.equality import differences, same
from upsertspec.steps.then_answers import _names_index
from upsertspec.target.target_file import from_file


@pytest.mark.parametrize(
    "error",
    [
        {"index": 1},
        {"errors": [{"pointer": "/records/1/age"}]},
        {"error": "records[1].age"},
        {"error": "Row 1 has invalid columns: nickname"},
        {"data": {"requests": {"1": {"message": "Cannot be blank."}}}},
        {"errors": [{}, {"age": ["A valid integer is required."]}, {}]},
    ],
    ids=str,
)
def test_an_error_names_the_record_in_many_ways(error: Mapping[str, Any]) -> None:
    assert _names_index(error, 1)
    assert not _names_index(error, 2)


@pytest.mark.parametrize(
    "error",
    [
        {"error": "NOT NULL constraint failed: contacts.name", "status": 400},
        {"errors": ["a is wrong", "b is wrong"]},
        {"errors": ["something is wrong"]},
        {"error": "11 rows are wrong, row 10 the most"},
        {"data": {"requests": {"10": "Cannot be blank."}}},
    ],
    ids=str,
)
def test_other_errors_name_no_record(error: Mapping[str, Any]) -> None:
    assert not _names_index(error, 0)
    assert not _names_index(error, 1)


@pytest.mark.parametrize(
    ("table", "field"), [("product_recommendations", "estimated_price"), ("asset_variants", "processed_at")]
)
def test_a_value_of_another_type_equals_itself(table: str, field: str) -> None:
    """A target that returns an empty text for null has not changed a record that reads as before."""
    assert differences(tables()[table], {field: ""}, {field: ""}) == []
    assert not same(tables()[table], field, "", "later")


def test_a_long_number_in_a_unique_field_is_another_one_each_time() -> None:
    """A target that stores it as text does not find it in a record of another run."""

    def value(field: str, cell: str, mark: str) -> Any:
        [row] = rows(tables()["contacts"], tables()["contacts"], [[field], [cell]], mark, lambda *_: None)
        return row[field]

    assert value("phone", "`442079460011`", "a1") != value("phone", "`442079460011`", "a2")
    assert value("age", "`9223372036854775808`", "a1") == 9223372036854775808
    assert value("email", "`42`", "a1") == 42
    assert value("phone", "`true`", "a1") is True


def test_one_reason_may_cover_several_scenarios(tmp_path: Any) -> None:
    file = tmp_path / "target.toml"
    titles = ["A new contact is created", "Every field that is given is stored"]
    file.write_text(
        f'url = "http://127.0.0.1:1"\n[[known_failures]]\ncriterion = "AC-001"\nscenarios = {titles}\nreason = "r"\n',
        "utf-8",
    )
    known = from_file(file, {}).known_failures
    assert [(each.criterion, each.scenario, each.reason) for each in known] == [("AC-001", t, "r") for t in titles]
