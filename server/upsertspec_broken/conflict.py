"""Conflict members: onConflict, updateFields and updateWhere, ignored, misread or accepted where they mean nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_broken.bases import FindThenWrite, changes, planned
from upsertspec_catalogue import Answer, answers
from upsertspec_server.errors import Problem, conflict
from upsertspec_server.schema import Row, Table
from upsertspec_server.upsert import Outcome, Plan, Upserts, agrees
from upsertspec_server.validation import UPSERT_MEMBERS, Validator


def lowered(table: Table, row: Row | None) -> Row:
    """The row, its text in lower case."""
    texts = {name for name, field in table.fields.items() if field.type.name == "text"}
    return {n: v.lower() if n in texts and isinstance(v, str) else v for n, v in (row or {}).items()}


change: Any
for name, violates, change, says in (
    ("ignore-updates", "AC-201", lambda plan, row: replace(plan, on_conflict="update") if plan.ignore else plan,
     "Updates a match although onConflict says ignore."),
    ("update-where-goes-before-ignore", "AC-201",
     lambda plan, row: replace(plan, on_conflict="update") if plan.ignore and plan.update_where else plan,
     "Checks updateWhere first, and onConflict only where there is none."),
    ("update-fields-are-not-heard", "AC-203", lambda plan, row: replace(plan, update_fields=None),
     "Writes all fields to the match, whatever updateFields says."),
    ("update-where-is-not-heard", "AC-204", lambda plan, row: replace(plan, update_where=None),
     "Updates the match, whatever updateWhere says."),
    ("update-where-skips-what-is-false", "AC-204",
     lambda plan, row: replace(
         plan, update_where={n: v for n, v in (plan.update_where or {}).items() if v is None or v}),
     "Tests `if value`, so that false, 0 and empty text in updateWhere are no conditions."),
    ("update-fields-are-spared", "AC-203",
     lambda plan, row: replace(plan, update_fields=None if plan.update_fields is None
                               else frozenset(plan.table.fields) - plan.update_fields),
     "Writes all fields except the updateFields."),
):  # fmt: skip
    add(name, says, violates, planned(change))

for name, violates, change, says in (
    ("update-where-stops-creates", "AC-204", lambda self, plan, row, now: not agrees(
        plan.table, self.records.new_row(plan.table, row, now), plan.update_where),
     "Applies updateWhere to the record to be created too."),
    ("ignore-never-creates", "AC-202", lambda self, plan, row, now: plan.ignore,
     "Says \"ignored\" where nothing matches, and creates nothing."),
):  # fmt: skip

    def without_create(stops: Callable[..., bool]) -> type[Upserts]:
        """An upsert that does not create some records, and says "ignored"."""

        class WithoutCreate(Upserts):
            def create(self, plan: Plan, row: Row, now: str) -> Outcome:
                if stops(self, plan, row, now):
                    return Outcome(plan.table, "ignored", None, None)
                return super().create(plan, row, now)

        return WithoutCreate

    add(name, says, violates, without_create(change))


class OtherAgreement(Upserts):
    """Compares updateWhere with the match in its own way."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        match = self.find_match(plan, row)
        if plan.matches is not None and match is not None:
            plan.matches[tuple([row[name] for name in plan.key])] = match
        holds = match is None or plan.update_where is None or self.holds(plan, row, match)
        on_conflict = plan.on_conflict if holds or plan.on_conflict == "error" else "ignore"
        return super().upsert_one(replace(plan, update_where=None, on_conflict=on_conflict), row, now)

    def holds(self, plan: Plan, row: Row, match: Row) -> bool:
        """Whether the match may be written."""
        raise NotImplementedError


@broken("AC-204")
class UpdateWhereAny(OtherAgreement):
    """Updates the match where one of the conditions of updateWhere holds."""

    def holds(self, plan: Plan, row: Row, match: Row) -> bool:
        return any(agrees(plan.table, match, {name: value}) for name, value in (plan.update_where or {}).items())


@broken("AC-204", "AC-210")
class UpdateWhereOfTheNewValues(OtherAgreement):
    """Compares updateWhere with the values that were sent, mixing up `excluded` and the table."""

    def holds(self, plan: Plan, row: Row, match: Row) -> bool:
        return agrees(plan.table, {**match, **row}, plan.update_where)


@broken("AC-204")
class UpdateWhereNullIsNeverTrue(OtherAgreement):
    """Compares null in updateWhere with =, which is never true."""

    def holds(self, plan: Plan, row: Row, match: Row) -> bool:
        return None not in (plan.update_where or {}).values() and agrees(plan.table, match, plan.update_where)


@broken("AC-204")
class UpdateWhereIgnoresCase(OtherAgreement):
    """Compares text in updateWhere in any case, like its database."""

    def holds(self, plan: Plan, row: Row, match: Row) -> bool:
        return agrees(plan.table, lowered(plan.table, match), lowered(plan.table, plan.update_where))


add("no-condition-never-holds", "Leaves the match as it is where updateWhere has no conditions.", "AC-204",
    planned(lambda plan, row: replace(plan, on_conflict="ignore") if plan.update_where == {} else plan))  # fmt: skip


@broken("AC-203")
class UpdateFieldsOnCreateToo(Upserts):
    """Writes only the updateFields, the match fields and the required fields, even to a new record."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        kept = {*(plan.update_fields or row), *plan.key, *plan.table.required}
        return super().create(plan, {name: row[name] for name in row if name in kept}, now)


add("update-fields-not-sent-are-cleared", "Sets a field that updateFields names but that was not sent to null.",
    "AC-203",
    changes(lambda plan, row, match, given: {
        **dict.fromkeys((plan.update_fields or frozenset()) - set(plan.table.required)), **given}))  # fmt: skip


class Ignores(FindThenWrite):
    """Does something with a match that it ignores."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        match = self.find_match(plan, row) if plan.ignore else None
        return self.ignored(plan, row, match) if match else super().upsert_one(plan, row, now)

    def ignored(self, plan: Plan, row: Row, match: Row) -> Outcome:
        """The outcome for a match that is ignored."""
        return Outcome(plan.table, "ignored", match["id"], match)


@broken("AC-201")
class IgnoreTouches(Ignores):
    """Moves updated_at of a match that it ignores, as SET id = id does to return the row."""

    def ignored(self, plan: Plan, row: Row, match: Row) -> Outcome:
        return super().ignored(plan, row, self.save(plan.table, match, {}, self.store.now()))


@broken("AC-201")
@answers
def ignored_says_updated(answer: Answer) -> None:
    """Says "updated" of a match that it left as it is."""
    for outcome in answer.outcomes:
        outcome["operation"] = outcome["operation"].replace("ignored", "updated")


@broken("AC-201")
class IgnoreIs409(Ignores):
    """Answers 409 where there is a match to ignore."""

    def ignored(self, plan: Plan, row: Row, match: Row) -> Outcome:
        raise conflict("The record exists already.")


@broken("AC-201")
class IgnoreFillsGaps(Ignores):
    """Writes the fields that are null in a match that it ignores."""

    def ignored(self, plan: Plan, row: Row, match: Row) -> Outcome:
        gaps = {name: row[name] for name in row if match[name] is None}
        return super().ignored(plan, row, self.save(plan.table, match, gaps, self.store.now()) if gaps else match)


@broken("AC-201")
class IgnoreFirstChecks(Ignores):
    """Checks the constraints before it ignores: 409 for a value that the match could not have."""

    def ignored(self, plan: Plan, row: Row, match: Row) -> Outcome:
        for key in plan.table.unique_keys:
            other = self.store.find(plan.table, key, row) if row.keys() >= set(key) else None
            if other and other["id"] != match["id"]:
                raise conflict("A value is already taken.")
        return super().ignored(plan, row, match)


@broken("AC-202")
class IgnoreNeverSaysCreated(Upserts):
    """Says "ignored" of a record that it has just created."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        done = super().create(plan, row, now)
        return replace(done, operation="ignored") if plan.ignore else done


@broken("AC-202")
class IgnoreByAnyKey(Upserts):
    """Writes DO NOTHING without a key: a record whose other unique value is taken is ignored too."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        try:
            return super().create(plan, row, now)
        except Problem as problem:
            if problem.status != 409 or not plan.ignore:
                raise
        return Outcome(plan.table, "ignored", None, None)


@broken("AC-202")
class IgnoreCreatesTheKeyOnly(FindThenWrite):
    """Creates a record with the required fields only where onConflict says ignore."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        bare = {name: row[name] for name in row if name in plan.table.required}
        return super().create(plan, bare if plan.ignore else row, now)


@broken("AC-206", "AC-207", "AC-211", "AC-707")
class UnknownOnConflictUpdates(Validator):
    """Takes everything that is not "ignore" as "update"."""

    def on_conflict(self, value: Any) -> str:
        return "ignore" if value == "ignore" else "update"


@broken("AC-206")
class OnConflictInAnyCase(Validator):
    """Reads onConflict in any case."""

    def on_conflict(self, value: Any) -> str:
        return super().on_conflict(value.lower() if isinstance(value, str) else value)


@broken("AC-206")
class UnknownUpdateFieldsAreSkipped(Validator):
    """Skips the names in updateFields that it does not know."""

    def update_fields(self, table: Table, value: Any) -> frozenset[str]:
        known = [name for name in value if name in table.fields] if isinstance(value, list) else value
        return super().update_fields(table, known)


@broken("AC-206")
class UnknownConditionsAreSkipped(Validator):
    """Skips the names in updateWhere that it does not know."""

    def guard(self, table: Table, member: str, values: Any) -> Row:
        if isinstance(values, dict):
            values = {name: value for name, value in values.items() if name in table.all_fields}
        return super().guard(table, member, values)


class ReadsConditions(Validator):
    """Reads the values of updateWhere in another way."""

    def guard(self, table: Table, member: str, values: Any) -> Row:
        if member == "updateWhere" and isinstance(values, dict):
            values = {name: self.wanted(table, name, value) for name, value in values.items()}
        return super().guard(table, member, values)

    def wanted(self, table: Table, name: str, value: Any) -> Any:
        """What is compared in place of the given value."""
        raise NotImplementedError


@broken("AC-206")
class ConditionsTakeNumerals(ReadsConditions):
    """Takes a text of digits for a number in updateWhere."""

    def wanted(self, table: Table, name: str, value: Any) -> Any:
        field = table.all_fields.get(name)
        is_numeral = field is not None and field.type.name == "integer" and isinstance(value, str) and value.isdecimal()
        return int(value) if is_numeral else value


@broken("AC-204")
class ConditionsAreDoubles(ReadsConditions):
    """Reads a number in updateWhere as a double."""

    def wanted(self, table: Table, name: str, value: Any) -> Any:
        return int(float(value)) if isinstance(value, int) and not isinstance(value, bool) else value


@broken("AC-206", "AC-803")
class UnknownMembersAreSkipped(Validator):
    """Skips the members of the request that it does not know."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Plan:
        return super().upsert(table, {name: body[name] for name in body if name in UPSERT_MEMBERS})


@broken("AC-206")
class NullMembersAreLeftOut(Validator):
    """Takes a member of the request that is null as missing."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Plan:
        return super().upsert(table, {name: value for name, value in body.items() if value is not None})
