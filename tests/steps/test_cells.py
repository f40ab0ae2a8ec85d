"""How a cell becomes a value."""

from __future__ import annotations

import re
from typing import Any

import pytest

from upsertspec.errors import NotApplicable
from upsertspec.spec.schema import tables
from upsertspec.steps.cells import LONG, marked, names, resolved, rows, value

CONTACTS = tables()["contacts"]


def looked_up(name: str, field: str) -> str:
    return f"{field} of {name}"


@pytest.mark.parametrize(
    ("field", "cell", "wanted"),
    [
        ("name", "Ada", "Ada"),
        ("name", "null", None),
        ("name", "12", "12"),
        ("name", "`12`", 12),
        ("name", "`", "`"),
        ("name", "`x", "`x"),
        ("name", '`"ab" 3 times`', "ababab"),
        ("email", '`"x" 1,000 times`', "x" * 1000 + "-m1"),
        ("name", "x`", "x`"),
        ("name", "{Bob.id}", "id of Bob"),
        ("name", "{Bob.id} ", "id of Bob "),
        ("email", "2{Bob.id}", "2id of Bob"),
        ("age", "36", 36),
        ("vip", "true", True),
        ("notes", "a@b", "a@b"),
        ("birthday", "2024-01-01", "2024-01-01"),
        ("email", "ada@example.com", "ada.m1@example.com"),
        ("email", "`12`", 12),
        ("email", "null", None),
        ("phone", "+44 1", "+44 1-m1"),
        ("unheard_of", "12", 12),
        ("unheard_of", "-1.5", -1.5),
        ("unheard_of", "12 apples", "12 apples"),
        ("unheard_of", "a 1", "a 1"),
    ],
)
def test_a_cell_is_read_by_its_field(field: str, cell: str, wanted: Any) -> None:
    read = value(CONTACTS, field, cell, "m1", looked_up)
    assert (read, type(read)) == (wanted, type(wanted))


def test_the_text_of_a_number_is_no_number() -> None:
    assert value(CONTACTS, "age", '`"{Bob.age}"`', "m1", lambda *_: 36) == "36"
    assert value(CONTACTS, "age", "{Bob.age}", "m1", lambda *_: 36) == 36
    with pytest.raises(NotApplicable, match="a text itself"):
        value(CONTACTS, "age", '`"{Bob.id}"`', "m1", looked_up)


def test_json_is_read_in_a_field_of_json() -> None:
    projects = tables()["projects"]
    assert value(projects, "collected_data", '{"actors": []}', "m1", looked_up) == {"actors": []}


def test_a_value_of_the_wrong_type_is_an_error_in_the_feature() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        value(CONTACTS, "age", "many", "m1", looked_up)
    with pytest.raises(ValueError, match="Expecting value"):
        value(CONTACTS, "name", "``", "m1", looked_up)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ada@example.com", "ada.m1@example.com"),
        ("a@b@c", "a@b.m1@c"),
        ("lamp", "lamp-m1"),
        ("lamp (new)!", "lamp (new-m1)!"),
        ("two words", "two words-m1"),
        ("", ""),
        ("!?", "!?-m1"),
        ("@", ".m1@"),
    ],
)
def test_a_mark_goes_before_an_at_or_behind_the_last_letter(text: str, wanted: str) -> None:
    assert marked(text, "m1") == wanted


@pytest.mark.parametrize(
    ("field", "given", "wanted"),
    [
        ("email", "a@x.io", "a.m1@x.io"),
        ("email__contains", "a@x.io", "a.m1@x.io"),
        ("email__x__y", "a@x.io", "a.m1@x.io"),
        ("name", "Ada", "Ada"),
        ("name", "{Bob.id}", "id of Bob"),
        ("email", "{Bob.email}", "email of Bob"),
        ("email", 5, 5),
        ("email", None, None),
        ("email", ["a"], ["a"]),
    ],
)
def test_a_value_that_is_json_already_is_looked_up_or_marked(field: str, given: Any, wanted: Any) -> None:
    assert resolved(CONTACTS, field, given, "m1", looked_up) == wanted


def test_rows_leave_out_empty_cells_and_the_names() -> None:
    table = [["as", "email", "name", "age"], ["Ada", "a@x.io", "{Bob.name}", ""], ["", "b@x.io", "B", "1"]]
    assert rows(CONTACTS, CONTACTS, table, "m1", looked_up) == [
        {"email": "a.m1@x.io", "name": "name of Bob"},
        {"email": "b.m1@x.io", "name": "B", "age": 1},
    ]
    assert names(table) == ["Ada", ""]
    assert names([["name", "as"], ["A", "Ada"]]) == ["Ada"]
    assert names([["name"], ["A"], ["B"]]) == ["", ""]


@pytest.mark.parametrize("row", [["a@x.io"], ["a@x.io", "A", "1"]])
def test_a_row_has_a_cell_for_each_column(row: list[str]) -> None:
    with pytest.raises(ValueError, match=re.escape("zip()")):
        rows(CONTACTS, CONTACTS, [["email", "name"], row], "m1", looked_up)


def test_a_long_number_in_a_key_is_another_one_for_each_scenario() -> None:
    one, other = (value(CONTACTS, "phone", f"`{LONG}`", mark, looked_up) for mark in ("m1", "m2"))
    assert LONG <= one != other >= LONG
    assert value(CONTACTS, "phone", f"`{LONG}`", "m1", looked_up) == one
    assert value(CONTACTS, "phone", f"`{LONG - 1}`", "m1", looked_up) == LONG - 1
    assert value(CONTACTS, "notes", f"`{LONG}`", "m1", looked_up) == LONG
