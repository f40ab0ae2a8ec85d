"""Given: a setup that fails blocks the scenario by another criterion."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.steps.kit import MARK, Memory, contact, exchange, keep, sent, world_of
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Create, Delete, Upsert
from upsertspec.errors import Blocked, CannotExpress, CheckFailed, NotApplicable, TargetSilent
from upsertspec.http.circuit_breaker import SETUPS_IN_A_ROW
from upsertspec.steps import given
from upsertspec.steps.world import ControlResults, Stored, World

TABLE = [["as", "email", "name"], ["Ada", "ada@example.com", "Ada"], ["", "bob@example.com", "Bob of {Ada.id}"]]
ADA = contact(1, "Ada")


class Storing(Memory):
    """A target that stores what it is sent, with the changes in `wrong`; it deletes records with their children."""

    def __init__(self, cascades: bool = True, wrong: dict[str, Any] | None = None, reports_id: bool = True) -> None:
        super().__init__()
        self.wrong, self.cascades, self.reports_id = wrong or {}, cascades, reports_id

    def call(self, who: str, operation: Any, alteration: str = "") -> Answer:
        self.answered = exchange()
        if isinstance(operation, (Upsert, Create)):
            self.asked.append((who, operation))
            listed = self.records.setdefault(operation.table, [])
            record = {"id": 100 * len(self.records) + len(listed), **operation.fields, **self.wrong}
            listed.append(record)
            return Answer(200, id=record["id"] if self.reports_id else None)
        if isinstance(operation, Delete):
            self.asked.append((who, operation))
            gone = [table for table in self.records if table == operation.table or self.cascades]
            for table in gone:
                self.records[table] = []
            return Answer(204)
        return super().call(who, operation, alteration)


def test_each_row_is_stored_by_upsert_and_read_back() -> None:
    memory = Storing()
    world = world_of(memory)
    given.these_are_stored(world, "contacts", TABLE)
    ada = {"email": f"ada.{MARK}@example.com", "name": "Ada"}
    bob = {"email": f"bob.{MARK}@example.com", "name": "Bob of 100"}
    assert world.stored == [
        Stored("Ada", "contacts", {"email": ada["email"]}, {"id": 100, **ada}),
        Stored("", "contacts", {"email": bob["email"]}, {"id": 101, **bob}),
    ]
    changes = [(who, op) for who, op in memory.asked if op.changes]
    assert changes == [("editor", Upsert("contacts", row, ["email"])) for row in (ada, bob)]
    assert world.attempts == []


def test_a_row_may_refer_to_an_earlier_one() -> None:
    world = world_of(Storing())
    given.these_are_stored(world, "accounts", [["as", "name"], ["Home", "home"]])
    given.these_are_stored(world, "import_batches", [["reference", "account_id"], ["r", "{Home.id}"]])
    assert world.stored[1].record["account_id"] == world.stored[0].record["id"]


def test_a_cell_is_read_as_its_table_has_it() -> None:
    world = world_of(Storing())
    given.these_are_stored(world, "projects", [["validation_score", "description"], ["1", "2"]])
    assert (world.stored[0].record["validation_score"], world.stored[0].record["description"]) == (1, "2")


def test_a_row_without_a_whole_unique_key_is_created_and_found_by_its_id() -> None:
    memory = Storing()
    world = world_of(memory)
    given.these_are_stored(world, "room_assets", [["as", "room_id"], ["Photo", "r"]])
    assert memory.asked[0] == ("editor", Create("room_assets", {"room_id": "r"}))
    assert world.stored == [Stored("Photo", "room_assets", {"id": 100}, {"id": 100, "room_id": "r"})]


@pytest.mark.parametrize(
    ("table", "row", "criterion"),
    [("contacts", ["email", "a@x.io"], "AC-001"), ("room_assets", ["room_id", "r"], "AC-601")],
)
def test_a_setup_that_is_stored_wrong_blocks_or_fails(table: str, row: list[str], criterion: str) -> None:
    field, cell = row
    lines = [[field], [cell]]
    with pytest.raises(Blocked) as blocked:
        given.these_are_stored(world_of(Storing(wrong={field: "other"})), table, lines)
    assert (blocked.value.criterion, blocked.value.expected) == (criterion, "the setup to be stored as it was sent")
    assert re.match(f"expected (one|in) .*{table}.*; got ", blocked.value.actual)
    with pytest.raises(CheckFailed) as failed:
        given.these_are_stored(world_of(Storing(wrong={field: "other"}), criterion), table, lines)
    assert failed.value.expected == "a record to be stored as it was sent"
    assert failed.value.actual == blocked.value.actual


PROJECT = [["name", "description", "validation_score"], ["Atlas", "null", "null"]]


@pytest.mark.parametrize(
    ("wrong", "blamed"),
    [
        ({"validation_score": 0}, "AC-612"),
        ({"description": "none"}, "AC-601"),
        ({"validation_score": 0, "description": "none"}, "AC-601"),
        ({"validation_score": 0, "name": "Other"}, "AC-601"),
        ({"name": "Other"}, "AC-601"),
    ],
)
def test_a_default_stored_for_a_null_blocks_by_its_own_criterion(wrong: dict[str, Any], blamed: str) -> None:
    with pytest.raises(Blocked) as blocked:
        given.these_are_stored(world_of(Storing(wrong=wrong)), "projects", PROJECT)
    assert blocked.value.criterion == blamed
    with pytest.raises(CheckFailed):
        given.these_are_stored(world_of(Storing(wrong=wrong), blamed), "projects", PROJECT)


def test_a_default_where_a_value_was_given_is_not() -> None:
    with pytest.raises(Blocked) as blocked:
        given.these_are_stored(
            world_of(Storing(wrong={"validation_score": 0})), "projects", [["validation_score"], ["1"]]
        )
    assert blocked.value.criterion == "AC-601"
    with pytest.raises(Blocked) as blocked:
        given.these_are_stored(
            world_of(Storing(wrong={"status": "active"})), "contacts", [["email", "status"], ["a", "null"]]
        )
    assert blocked.value.criterion == "AC-001"


def test_a_setup_needs_an_id() -> None:
    with pytest.raises(Blocked, match='expected an "id" in the answer') as blocked:
        given.these_are_stored(world_of(Storing(reports_id=False)), "room_assets", [["room_id"], ["r"]])
    assert blocked.value.criterion == "AC-601"
    with pytest.raises(Blocked, match='expected an "id"; got null'):
        given.these_are_stored(world_of(Storing(wrong={"id": None})), "contacts", TABLE[:2])


def test_the_answer_to_a_setup_by_upsert_is_not_judged() -> None:
    given.these_are_stored(world_of(Storing(reports_id=False)), "contacts", TABLE)


def test_a_target_that_is_silent_in_a_setup_blocks() -> None:
    memory = Memory()
    memory.answers = [TargetSilent("no answer in time", "no whole answer")]
    with pytest.raises(Blocked, match="no whole answer"):
        given.these_are_stored(world_of(memory), "contacts", TABLE)


def deleting(status: int, *left: dict[str, Any]) -> World:
    memory = Memory(contacts=list(left))
    memory.answers = [Answer(status)]
    world = world_of(memory)
    sent(world, Create("contacts", {}), Answer(201))
    keep(world, ADA)
    return world


@pytest.mark.parametrize("status", [204, 200])
def test_a_record_that_has_been_deleted_is_known_as_deleted(status: int) -> None:
    world = deleting(status)
    [ada] = world.stored
    given.has_been_written(world, "Ada", None, None)
    assert (world.stored, world.deleted, [attempt.operation for attempt in world.attempts]) == (
        [],
        [ada],
        [Create("contacts", {})],
    )
    assert world.named("Ada") is ada
    assert world.client.asked[0] == ("editor", Delete("contacts", 1))


@pytest.mark.parametrize(("status", "left"), [(200, [ADA]), (404, []), (204, [ADA])])
def test_a_record_that_could_not_be_deleted_blocks(status: int, left: list[dict[str, Any]]) -> None:
    with pytest.raises(Blocked) as blocked:
        given.has_been_written(deleting(status, *left), "Ada", None, None)
    said = (blocked.value.criterion, blocked.value.expected, blocked.value.actual)
    expected = "the call to be there" if status == 404 else "Ada to be deleted"
    assert said == ("AC-609", expected, str(status))


CONTROLS = [
    (
        ("a template", "categories"),
        Upsert("category_templates", {"name": f"control-{MARK}"}, ["name"]),
        Upsert("categories", {"name": f"control-{MARK}", "template_id": 100}, ["template_id", "name"]),
    ),
    (
        ("an account", "transactions"),
        Upsert("accounts", {"name": f"control-{MARK}", "currency": "EUR"}, ["name"]),
        Upsert(
            "transactions",
            {"reference": f"control-{MARK}", "date": "2024-01-15", "amount": "1.00", "account_id": 100},
            ["reference"],
        ),
    ),
]


@pytest.mark.parametrize(("control", "parent", "child"), CONTROLS)
def test_the_cascade_control_runs_once(control: tuple[str, str], parent: Upsert, child: Upsert) -> None:
    memory, controls = Storing(), ControlResults()
    for _ in range(2):
        world = world_of(memory, controls=controls)
        given.deleting_cascades(world, *control)
        assert (world.stored, world.attempts) == ([], [])
    assert controls.cascades == {parent.table: True}
    changes = [(who, operation) for who, operation in memory.asked if operation.changes]
    assert changes == [("editor", each) for each in (parent, child, Delete(parent.table, 100))]


@pytest.mark.parametrize(("control", "parent", "child"), CONTROLS)
def test_without_a_cascade_the_scenario_is_blocked(control: tuple[str, str], parent: Upsert, child: Upsert) -> None:
    memory, controls = Storing(cascades=False), ControlResults()
    for _ in range(2):
        with pytest.raises(Blocked) as blocked:
            given.deleting_cascades(world_of(memory, controls=controls), *control)
        expected = f"the {child.table} of {parent.table} to be deleted with them"
        said = (blocked.value.criterion, blocked.value.expected, blocked.value.actual)
        assert said == ("AC-404", expected, "they are still there")
    assert controls.cascades == {parent.table: False}


def test_a_record_may_be_deleted_with_a_status_that_the_target_declares() -> None:
    world = deleting(200)
    world.client.deviations = {"deleted": (200,)}
    given.has_been_written(world, "Ada", None, None)
    assert [stored.name for stored in world.deleted] == ["Ada"]
    world = deleting(200, ADA)
    world.client.deviations = {"deleted": (200,)}
    with pytest.raises(Blocked):
        given.has_been_written(world, "Ada", None, None)


class Speechless(Storing):
    """A target whose dialect cannot express an upsert by these fields."""

    def __init__(self, *without: str) -> None:
        super().__init__()
        self.without = without

    def call(self, who: str, operation: Any, alteration: str = "") -> Answer:
        if isinstance(operation, Upsert) and set(operation.match_fields) & set(self.without):
            raise CannotExpress("no such upsert")
        return super().call(who, operation, alteration)


@pytest.mark.parametrize(
    ("without", "kind", "criterion"), [(("email",), Upsert, "AC-001"), (("email", "phone"), Create, "AC-601")]
)
def test_a_setup_is_sent_in_the_first_way_that_the_dialect_can_express(
    without: tuple[str, ...], kind: type, criterion: str
) -> None:
    lines = [["email", "phone"], ["a@x.io", "5"]]
    memory = Speechless(*without)
    world = world_of(memory)
    given.these_are_stored(world, "contacts", lines)
    assert [type(operation) for _, operation in memory.asked if operation.changes] == [kind]
    assert world.stored[0].record["id"] == 100
    memory.wrong = {"name": "other"}
    with pytest.raises(Blocked) as blocked:
        given.these_are_stored(world_of(memory), "contacts", [[*lines[0], "name"], [*lines[1], "Ada"]])
    assert blocked.value.criterion == criterion


def test_a_setup_that_does_not_apply_says_why_its_first_way_does_not() -> None:
    memory = Memory()
    memory.answers = [NotApplicable("no slash"), NotApplicable("no create")]
    with pytest.raises(NotApplicable, match="no slash"):
        given.these_are_stored(world_of(memory), "contacts", TABLE[:2])
    memory.answers = [CannotExpress("no such upsert"), NotApplicable("no create")]
    with pytest.raises(NotApplicable, match="no create"):
        given.these_are_stored(world_of(memory), "contacts", TABLE[:2])


def refusing(status: int, plainest: int) -> Memory:
    """A target that has refused setups up to the limit, and then gives this answer to the simplest upsert."""
    memory = Memory()
    for _ in range(SETUPS_IN_A_ROW):
        assert memory.stopped == ""
        memory.log = [exchange()]
        memory.answers = [Answer(status), Answer(plainest)]
        with pytest.raises(Blocked):
            given.these_are_stored(world_of(memory), "contacts", TABLE[:2])
    return memory


def test_a_run_ends_if_the_simplest_upsert_is_refused_after_many_setups() -> None:
    memory = refusing(404, 500)
    assert memory.stopped.startswith(f"the target answers 404 to nearly everything: {SETUPS_IN_A_ROW} setups in a row")
    assert memory.stopped.endswith(", and 500 to the plainest upsert: curl http://h")
    person = {"email": f"plain.{MARK}@example.com", "name": "Plain"}
    assert memory.asked[-1] == ("editor", Upsert("contacts", person, ["email"]))


@pytest.mark.parametrize(("status", "plainest"), [(404, 200), (400, 500), (422, 404)])
def test_a_run_goes_on_if_it_is_accepted_or_setups_failed_otherwise(status: int, plainest: int) -> None:
    assert refusing(status, plainest).stopped == ""


def test_a_successful_setup_resets_the_count() -> None:
    memory = Storing()
    for _ in range(SETUPS_IN_A_ROW - 1):
        memory.breaker.setup_refused(404)
    given.these_are_stored(world_of(memory), "contacts", TABLE)
    memory.breaker.setup_refused(404)
    assert not memory.breaker.setups_alarmed
