"""Field types: what each class says, and that no other module knows a type by its name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal as Number
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.steps.kit import failing
from upsertspec.explore.field_rules import value_problems
from upsertspec.explore.values import bad, good
from upsertspec.provision import postgres, sqlite
from upsertspec.spec import schema
from upsertspec.spec.schema import Table, read_tables, tables
from upsertspec.spec.types import ID_TYPES, TIMESTAMP, TYPES, UNTYPED, FieldType, Reference, of_json_schema
from upsertspec.steps.cells import value
from upsertspec.steps.equality import same
from upsertspec.steps.then_lists import require_described

HARNESS = Path(schema.__file__).parents[1]
EVERY = [*TYPES.values(), *ID_TYPES.values(), Reference("users", ID_TYPES["uuid"])]


def is_taken(kind: FieldType, tried: Any) -> bool:
    return kind.accepts(tried) and (kind.limits is None or tried in kind.limits)


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_a_type_takes_its_good_values_and_no_wrong_one(kind: FieldType) -> None:
    for tried in (*kind.good, *kind.hostile):
        assert is_taken(kind, tried), tried
        assert kind.same(tried, tried), tried
        assert Draft202012Validator(kind.json_schemas[0]).is_valid(tried), tried
    for tried in (*kind.wrong, *kind.hostile_wrong):
        if kind.references is None or not isinstance(tried, str):  # any text could be an id
            assert not is_taken(kind, tried), tried


@pytest.mark.parametrize("kind", TYPES.values(), ids=lambda kind: kind.name)
def test_a_type_has_values_to_try(kind: FieldType) -> None:
    assert kind.good
    assert kind.wrong or kind is TYPES["json"]


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("text", "12", "12"),
        ("integer", "-12", -12),
        ("boolean", "true", True),
        ("date", "2024-02-29", "2024-02-29"),
        ("decimal", "1.50", "1.50"),
        ("datetime", "2024-01-15T10:00:00Z", "2024-01-15T10:00:00Z"),
        ("json", "[1]", [1]),
    ],
)
def test_a_parameter_is_parsed(name: str, text: str, wanted: Any) -> None:
    assert TYPES[name].parse(text) == wanted


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("integer", "x"),
        ("integer", "1.5"),
        ("integer", "true"),
        ("boolean", "1"),
        ("date", "2023-02-29"),
        ("decimal", "1,5"),
        ("decimal", "١٢٣"),
        ("datetime", "2024-01-15"),
        ("json", "{"),
    ],
)
def test_a_parameter_of_another_type_is_an_error(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"is not of the type|Expecting|Extra data"):
        TYPES[name].parse(text)


def test_values_are_sorted_by_what_they_mean() -> None:
    assert sorted(["10", "9.5", "-1"], key=TYPES["decimal"].order) == ["-1", "9.5", "10"]
    assert TYPES["decimal"].order("1.50") == Number("1.5")
    early, late = "2024-01-15T10:00:00+02:00", "2024-01-15T09:00:00Z"
    assert sorted([late, early], key=TYPES["datetime"].order) == [early, late]
    assert sorted(["b", "B", "a"], key=TYPES["text"].order) == ["B", "a", "b"]


@pytest.mark.parametrize("answered", ["sNaN", "NaN", "Infinity", "1e", ""])
def test_no_text_makes_the_comparison_of_decimals_fail(answered: str) -> None:
    assert not TYPES["decimal"].same("1.50", answered)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "format": "email", "maxLength": 255}, "text"),
        ({"type": "integer", "format": "int64"}, "integer"),
        ({"type": "boolean", "default": False}, "boolean"),
        ({"type": "string", "format": "date"}, "date"),
        ({"type": "string", "format": "date-time"}, "datetime"),
        ({"type": "string", "format": "decimal"}, "decimal"),
        ({"type": "number"}, "decimal"),
        ({"type": "object"}, "json"),
        ({"type": "array", "items": {}}, "json"),
        ({}, "json"),
        ({"type": ["string", "null"], "format": "date"}, "date"),
        ({"type": "string", "nullable": True}, "text"),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, "integer"),
        ({"anyOf": [{"type": "null"}]}, "json"),
    ],
)
def test_the_type_of_a_property_in_openapi(given: dict[str, Any], wanted: str) -> None:
    assert of_json_schema(given).name == wanted


def test_protected_fields_have_types_too() -> None:
    contacts, users = tables()["contacts"], tables()["users"]
    assert contacts.type_of("id") is ID_TYPES["integer"]
    assert users.type_of("id") is ID_TYPES["uuid"]
    assert contacts.type_of("created_at") is contacts.type_of("updated_at") is TIMESTAMP
    assert contacts.type_of("age") is contacts.fields["age"].type is TYPES["integer"]
    assert contacts.type_of("unheard_of") is UNTYPED


def one_table(field: dict[str, Any], ident: str = "integer") -> Table:
    """The table `things` with this field, as schema.toml could declare it."""
    raw = {"id": ident, "profiles": ["core"], "fields": {"field": field}}
    return read_tables({"things": raw})["things"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ({"type": "txt"}, "schema.toml: things.field: type is 'txt'; known are text, integer, boolean"),
        ({}, "schema.toml: things.field: type is None; known are text"),
        ({"references": "persons"}, "schema.toml: things.field: references is 'persons'; known are things"),
        ({"type": "text", "minimum": 1}, "schema.toml: things.field: a text field has no rule 'minimum'"),
        ({"type": "integer", "requird": True}, "schema.toml: things.field: an integer field has no rule 'requird'"),
        (
            {"references": "things", "options": ["a"]},
            "schema.toml: things.field: a reference field has no rule 'options'",
        ),
    ],
)
def test_anything_unknown_is_an_error_when_the_schema_is_read(field: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        one_table(field)


def test_an_unknown_type_of_id_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"schema.toml: things: id is 'serial'; known are integer, uuid"):
        one_table({"type": "text"}, "serial")


def test_a_table_can_be_derived_from_another() -> None:
    contacts = tables()["contacts"]
    stock = replace(contacts.fields["age"], name="stock", required=True, rules={"type": "integer", "minimum": 1})
    fields = {name: field for name, field in contacts.fields.items() if name not in ("age", "phone")}
    products = replace(contacts, name="products", fields={**fields, "stock": stock}, unique_keys=(("email",),))
    assert products.type_of("stock") is TYPES["integer"]
    assert products.type_of("phone") is UNTYPED
    assert products.marked == {"email"}


class Colour(FieldType):
    """A colour, as `#rrggbb`, in any case: a type that the specification does not have."""

    name = "colour"
    rules = frozenset({"options"})
    json_schemas = ({"type": "string", "format": "colour"},)
    good = ("#aabbcc",)
    wrong = ("red", 5)
    sqlite_checks = ("{0} GLOB '#*'",)
    postgres = "char(7)"
    postgres_checks = ("{0} LIKE '#%'",)

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and value.startswith("#")

    def same(self, expected: Any, actual: Any) -> bool:
        return isinstance(actual, str) and str(expected).lower() == actual.lower()


@pytest.fixture
def coloured(monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setattr(schema, "TYPES", {**TYPES, Colour.name: Colour()})
    return one_table({"type": "colour", "required": True})


def test_a_new_type_is_one_class(coloured: Table) -> None:
    field = coloured.fields["field"]
    assert value(coloured, "field", "#AABBCC", "mark", lambda *_: None) == "#AABBCC"
    assert same(coloured, "field", "#aabbcc", "#AABBCC")
    assert not same(coloured, "field", "#aabbcc", "#aabbcd")
    assert not same(coloured, "field", "#aabbcc", None)
    require_described(field, {"type": "colour", "required": True})
    with failing('field: type "colour"', '"text"'):
        require_described(field, {"type": "text", "required": True})
    assert (good(field), bad(field)) == (["#aabbcc"], ["red", 5, None])
    assert [problem.why for problem in value_problems(field, "red")] == ["field has the wrong type"]
    assert """"field" TEXT NOT NULL CHECK ("field" GLOB '#*')""" in sqlite.table_sql(coloured)
    assert """"field" char(7) NOT NULL CHECK ("field" LIKE '#%')""" in postgres.table_sql(coloured)


NAMES = {*TYPES, *ID_TYPES, "reference"}
SPECIFIC = NAMES - {"text", "json"}
"""Names that mean something else nowhere: "text" is a kind of token too, and "json" a format of output."""


FOREIGN = HARNESS / "discovery"
"""It reads JSON Schema, some of whose types have the same names."""


def outside() -> Iterator[Path]:
    own = (HARNESS / "spec" / "types", FOREIGN)
    return (file for file in HARNESS.rglob("*.py") if not any(folder in file.parents for folder in own))


def constants(node: ast.AST) -> set[Any]:
    """The constants of a node: its own, or those that a display or a pattern lists."""
    listed = ast.walk(node) if isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.pattern)) else [node]
    return {each.value for each in listed if isinstance(each, ast.Constant)}


def compared(tree: ast.AST) -> Iterator[tuple[int, set[Any]]]:
    """Each place of a module that compares something with constants, or lists constants alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield node.lineno, set().union(*(constants(each) for each in (node.left, *node.comparators)))
        elif isinstance(node, ast.pattern):
            yield node.lineno, constants(node)


def listed(tree: ast.AST) -> Iterator[tuple[int, set[Any]]]:
    """Each list, tuple or set of constants, and each dict by its constant keys."""
    for node in ast.walk(tree):
        elements = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
        if len(elements) > 1 and all(isinstance(each, ast.Constant) for each in elements):
            yield node.lineno, {each.value for each in elements if isinstance(each, ast.Constant)}


def known_by_name(source: str) -> set[int]:
    """The lines of a module that compare names of types, or list names of types and nothing else."""
    tree = ast.parse(source)
    found = {line for line, values in compared(tree) if values & SPECIFIC}
    return found | {line for line, values in listed(tree) if values <= NAMES}


@pytest.mark.parametrize(
    "source",
    [
        'field.type == "date"',
        'name in ("integer", "text")',
        'TYPES = {"text": 1, "json": 2}',
        'TYPES = ["text", "boolean"]',
        'match kind:\n    case "decimal":\n        pass',
        'match kind:\n    case "a" | "uuid":\n        pass',
    ],
)
def test_a_type_known_by_its_name_is_found(source: str) -> None:
    assert known_by_name(source)


def test_only_its_class_knows_a_type_by_its_name() -> None:
    """mypy holds the rest: a `FieldType` is never equal to a text."""
    found = [f"{file.relative_to(HARNESS)}:{n}" for file in outside() for n in known_by_name(file.read_text("utf-8"))]
    assert not found
    assert not [file for file in outside() if "upsertspec.spec.types." in file.read_text("utf-8")]
