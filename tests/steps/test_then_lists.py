"""Then: what a list, a group or a description says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.steps.kit import Memory, contact, failing, keep, sent, suspected, world_of
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Describe, Groups, List
from upsertspec.spec.schema import tables
from upsertspec.steps import then_lists as then
from upsertspec.steps.world import World

ADA, BOB, EVE = contact(1, "Ada"), contact(2, "Bob"), contact(3, "Eve")


def listing(*pages: list[dict[str, Any]], total: int | None = None, status: int = 200) -> World:
    """Ada and Bob are stored; the lists got these pages."""
    world = world_of(Memory())
    keep(world, ADA, "Ada")
    keep(world, BOB, "Bob")
    for page in pages:
        sent(world, List("contacts", {}), Answer(status, records=page, total=total))
    return world


NO_SUCCESS = ("an answer of 200", "400 with an empty body")


@pytest.mark.parametrize("order", ["", ", in this order"])
def test_a_list_has_exactly_the_named(order: str) -> None:
    then.the_list_is(listing([ADA, BOB]), " is", "Ada, Bob", order)
    then.the_list_is(listing([ADA], []), " is", "empty", order)
    for page, said in (
        ([ADA], "Ada"),
        ([ADA, BOB, BOB], "Ada, Bob, Bob"),
        ([ADA, EVE], "Ada, a stranger with id 3"),
        ([ADA, {}], "Ada, a stranger with id null"),
        ([], "an empty list"),
    ):
        with failing("Ada, Bob", said):
            then.the_list_is(listing(page), " is", "Ada, Bob", order)
    with failing("an empty list", "Ada"):
        then.the_list_is(listing([ADA]), " is", "empty", order)
    with failing(*NO_SUCCESS):
        then.the_list_is(listing([ADA, BOB], status=400), " is", "Ada, Bob", order)


def test_the_order_of_a_list_counts_where_it_is_said() -> None:
    then.the_list_is(listing([BOB, ADA]), " is", "Ada, Bob", "")
    then.the_list_is(listing([ADA, BOB]), " is", "Bob, Ada", "")
    then.the_list_is(listing([BOB, ADA]), " is", "Bob, Ada", ", in this order")
    with failing("Ada, Bob", "Bob, Ada"):
        then.the_list_is(listing([BOB, ADA]), " is", "Ada, Bob", ", in this order")


def test_records_of_one_time_may_come_in_any_order() -> None:
    world = listing()
    dan = {**contact(4, "Dan"), "created_at": "2024-01-01T00:00:00.009Z"}
    keep(world, dan, "Dan")
    sent(world, List("contacts", {"_sort": "-created_at"}), Answer(200, records=[dan, BOB, ADA]))
    then.the_list_is(world, " is", "Dan, Ada, Bob", ", in this order")
    with failing("Ada, Bob, Dan", "Dan, Bob, Ada"):
        then.the_list_is(world, " is", "Ada, Bob, Dan", ", in this order")


def test_a_listed_record_has_its_stored_values() -> None:
    with failing("Ada as it is stored", 'name is "Eve" instead of "Ada"'):
        then.the_list_is(listing([{**ADA, "name": "Eve"}]), " is", "Ada", None)
    then.the_list_is(listing([{"id": ADA["id"], "_link": "/1"}]), " is", "Ada", None)


def test_lists_are_put_together() -> None:
    then.the_list_is(listing([ADA], [BOB]), "s together are", "Ada, Bob", ", in this order")
    then.the_list_is(listing([BOB], [ADA]), "s together are", "Ada, Bob", None)
    with failing("Ada, Bob", "Bob, Ada"):
        then.the_list_is(listing([BOB], [ADA]), "s together are", "Ada, Bob", ", in this order")
    with failing("Ada, Bob", "Ada, Bob, Ada"):
        then.the_list_is(listing([ADA], [BOB, ADA]), "s together are", "Ada, Bob", ", in this order")
    with failing(*NO_SUCCESS):
        then.the_list_is(listing([ADA], [BOB], status=400), "s together are", "Ada, Bob", ", in this order")


def test_every_list_reports_the_total() -> None:
    then.every_list_says(listing([ADA], [BOB], total=2), 2)
    world = listing([ADA], total=2)
    sent(world, List("contacts", {}), Answer(200, total=3))
    with failing('"total": 2', "3"):
        then.every_list_says(world, 2)
    world = listing([ADA])
    then.every_list_says(world, 2)
    assert [each[:2] for each in suspected(world)] == [("AC-603", 'a "total"')]


def test_a_listed_record_has_the_chosen_fields_and_no_others() -> None:
    chosen = {"id": 1, "name": "Ada", "_link": "/1"}
    then.each_listed_record_has(listing([chosen, chosen]), "id, name")
    for wrong, said in (({"id": 1}, "id"), ({**chosen, "created_at": "x"}, "id, name, _link, created_at")):
        with failing("just id, name", said):
            then.each_listed_record_has(listing([chosen, wrong]), "id, name")
    with failing(*NO_SUCCESS):
        then.each_listed_record_has(listing([], status=400), "id, name")


def test_the_fields_of_a_table_are_its_own() -> None:
    world = world_of(Memory())
    records = [{"id": 1, "amount": "1"}, {"id": 1, "amount": "1", "merchant": "Cafe"}]
    sent(world, List("transactions", {}), Answer(200, records=records[:1]))
    then.each_listed_record_has(world, "id, amount")
    sent(world, List("transactions", {}), Answer(200, records=records))
    with failing("just id, amount", "id, amount, merchant"):
        then.each_listed_record_has(world, "id, amount")


def nested(children: Any, ident: Any = 1) -> World:
    return listing([{"id": 9, "contacts": [EVE]}, {"id": ident, "contacts": children}])


def test_children_are_nested_in_their_parent() -> None:
    then.in_the_answer_holds(nested([BOB, ADA]), "Ada", "contacts", "Ada, Bob", None, None)
    then.in_the_answer_holds(nested([]), "Ada", "contacts", "none", None, None)
    with failing("Bob", "an empty list"):
        then.in_the_answer_holds(nested([]), "Ada", "contacts", "Bob", None, None)
    with failing("an empty list", "Bob"):
        then.in_the_answer_holds(nested([BOB]), "Ada", "contacts", "none", None, None)
    with failing(*NO_SUCCESS):
        then.in_the_answer_holds(
            listing([{"id": 1, "contacts": []}], status=400), "Ada", "contacts", "none", None, None
        )


@pytest.mark.parametrize(
    ("children", "ident", "said"),
    [(None, 1, "null"), ({}, 1, "{}"), ([1], 1, "[1]"), ([], 2, "null"), ([], "1", "null")],
)
def test_children_that_are_no_list_of_objects(children: Any, ident: Any, said: str) -> None:
    with failing("'contacts' in Ada", said):
        then.in_the_answer_holds(nested(children, ident), "Ada", "contacts", "none", None, None)


def grouped(groups: Any, status: int = 200) -> World:
    world = world_of(Memory())
    sent(world, Groups("contacts", {}), Answer(status, body={"groups": groups}, text="so it was"))
    return world


GROUPS = [{"status": "active", "count": 2, "avg_age": 41.5, "more": 1}, {"status": "inactive", "count": 1}]
TABLE = [["status", "count", "avg_age"], ["active", "2", "41.5"], ["inactive", "1", "null"]]


def some_groups(world: World, table: list[list[str]]) -> None:
    then.the_groups_are(world, "among ", table)


def test_groups_have_their_counts_and_averages() -> None:
    some_groups(grouped(GROUPS), TABLE)
    some_groups(grouped([{**GROUPS[0], "avg_age": "41.50"}, GROUPS[1]]), TABLE)
    first = '{"status": "active", "count": 2, "avg_age": 41.5}'
    with failing(f"one group {first} with its count", "[]"):
        some_groups(grouped(GROUPS[1:]), TABLE)
    with failing(f"one group {first} with its count", '[{"status": "active", "count": 3, "avg_age": 41.5}]'):
        some_groups(grouped([{"status": "active", "count": 3, "avg_age": 41.5}, GROUPS[1]]), TABLE)
    double = [{"status": "active", "count": 2, "avg_age": 41.5}] * 2
    with failing(f"one group {first} with its count", f"[{first}, {first}]"):
        some_groups(grouped([*double, GROUPS[1]]), TABLE)
    with failing('one group {"status": "inactive", "count": 1, "avg_age": null} with its count', "[]"):
        some_groups(grouped(GROUPS[:1]), TABLE)


def test_groups_are_read_as_their_table_has_it() -> None:
    world = world_of(Memory())
    sent(
        world,
        Groups("projects", {}),
        Answer(200, body={"groups": [{"description": "1", "validation_score": 1, "count": 1}]}),
    )
    some_groups(world, [["validation_score", "description"], ["1", "1"]])


@pytest.mark.parametrize("groups", [None, {}, [1], [{}, "a"]])
def test_groups_are_a_list_of_objects(groups: Any) -> None:
    with failing('a list of "groups"', "so it was"):
        some_groups(grouped(groups), TABLE)


def test_groups_come_with_200() -> None:
    with failing("an answer of 200", "400 with so it was"):
        some_groups(grouped(GROUPS, 400), TABLE)


def test_a_group_without_a_count_in_the_table_has_any_count() -> None:
    table = [["status"], ["active"], ["null"]]
    groups = [{"status": "active", "count": 1}, {"status": None, "count": 2.0}, {"status": "else", "count": 0}]
    some_groups(grouped(groups), table)
    for count in (0, "1", True, 1.5, None):
        wrong = {"status": "active", "count": count}
        with failing('one group {"status": "active"} with its count', f"[{json.dumps(wrong)}]"):
            some_groups(grouped([wrong, *groups[1:]]), table)
    with failing('one group {"status": null} with its count', "[]"):
        some_groups(grouped([*groups[:1], {"status": "null", "count": 1}]), table)


def described(body: Any, table: str = "contacts", status: int = 200) -> World:
    world = world_of(Memory())
    sent(world, Describe(table), Answer(status, body=body, text="so it was"))
    return world


def description(table: str = "contacts") -> dict[str, Any]:
    spec = tables()[table]
    fields = {name: dict(field.rules) for name, field in spec.fields.items()}
    return {"fields": fields, "unique_keys": [list(key) for key in spec.unique_keys]}


@pytest.mark.parametrize("table", list(tables()))
def test_a_description_as_schema_toml_has_it(table: str) -> None:
    then.the_description_names(described(description(table)), table)


def test_a_description_may_say_it_in_other_words() -> None:
    body = description()
    body["fields"]["status"]["options"] = ["pending", "active", "inactive"]
    body["fields"]["age"].update(type="integer", required=False, unique=None)
    body["fields"]["id"] = {"type": "integer"}
    body["unique_keys"] = [["id"], ["phone"], ["email"], "no list"]
    then.the_description_names(described(body), "contacts")
    images = description("image_metadata")
    images["unique_keys"] = [list(reversed(key)) for key in images["unique_keys"]]
    then.the_description_names(described(images), "image_metadata")


@pytest.mark.parametrize(
    ("field", "rule", "value", "expected", "said"),
    [
        ("email", "type", "integer", 'email: type "text"', '"integer"'),
        ("age", "type", "text", 'age: type "integer"', '"text"'),
        ("vip", "type", None, 'vip: type "boolean"', "null"),
        ("birthday", "type", "datetime", 'birthday: type "date"', '"datetime"'),
        ("name", "required", False, "name: required true", "false"),
        ("notes", "required", True, "notes: required null", "true"),
        ("email", "unique", None, "email: unique true", "null"),
        ("notes", "unique", True, "notes: unique null", "true"),
        ("status", "options", ["active"], 'status: options ["active", "inactive", "pending"]', '["active"]'),
        ("status", "default", "pending", 'status: default "active"', '"pending"'),
        ("age", "minimum", 1, "age: minimum 0", "1"),
        ("age", "minimum", None, "age: minimum 0", "null"),
        ("notes", "references", "accounts", "notes: references null", '"accounts"'),
    ],
)
def test_a_field_described_wrong(field: str, rule: str, value: Any, expected: str, said: str) -> None:
    body = description()
    body["fields"][field][rule] = value
    with failing(expected, said):
        then.the_description_names(described(body), "contacts")


@pytest.mark.parametrize(
    ("table", "field", "said", "expected"),
    [
        ("transactions", "amount", "number", 'amount: type "decimal"'),
        ("asset_variants", "processed_at", "timestamp", 'processed_at: type "datetime"'),
        ("raw_transactions", "payload", "object", 'payload: type "json"'),
    ],
)
def test_every_type_has_the_name_of_the_contract(table: str, field: str, said: str, expected: str) -> None:
    body = description(table)
    body["fields"][field]["type"] = said
    with failing(expected, f'"{said}"'):
        then.the_description_names(described(body), table)


def test_the_type_of_a_reference_may_have_any_name() -> None:
    body = description("transactions")
    body["fields"]["account_id"]["type"] = "foreign key"
    then.the_description_names(described(body), "transactions")


@pytest.mark.parametrize("value", [None, "text"])
def test_a_field_without_a_description(value: Any) -> None:
    body = description()
    body["fields"]["name"] = value
    with failing("a description of the field name", "null" if value is None else '"text"'):
        then.the_description_names(described(body), "contacts")


@pytest.mark.parametrize("body", [None, [], {}, {"fields": ["email"]}])
def test_a_description_without_fields(body: Any) -> None:
    with failing('"fields", an object', "so it was"):
        then.the_description_names(described(body), "contacts")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ([["email"]], '[["email"]]'),
        ([["email"], ["phone"], ["name"]], '[["email"], ["phone"], ["name"]]'),
        ([["email", "phone"]], '[["email", "phone"]]'),
        (None, "null"),
        ("email", '"email"'),
    ],
)
def test_other_unique_keys(keys: Any, said: str) -> None:
    with failing('"unique_keys" [["email"], ["phone"]]', said):
        then.the_description_names(described({**description(), "unique_keys": keys}), "contacts")


def test_a_description_comes_with_200() -> None:
    with failing("an answer of 200", "404 with so it was"):
        then.the_description_names(described(description(), status=404), "contacts")
