"""The modes of a conflict: matches that are refused or replaced, updates only, other values, operators, any key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_broken.bases import FindThenWrite, of_type, planned
from upsertspec_broken.integrity import OrReplace
from upsertspec_catalogue import Answer, answers
from upsertspec_server.errors import Problem, bad_field
from upsertspec_server.fields import FieldType
from upsertspec_server.schema import Row, Table
from upsertspec_server.upsert import Comparison, Outcome, Plan, Upserts, agrees
from upsertspec_server.validation import Validator

Change = Callable[[Plan, Row], Plan]
change: Change


def with_mode(mode: str, other: str, *, batch: bool = False) -> Change:
    """A plan that treats one mode of onConflict as another; perhaps in a batch only."""
    return lambda plan, _: (
        replace(plan, on_conflict=other) if plan.on_conflict == mode and plan.batch >= batch else plan
    )


for name, violates, change, says in (
    ("error-updates", "AC-207", with_mode("error", "update"),
     "Updates a match although onConflict says error."),
    ("error-ignores", "AC-207", with_mode("error", "ignore"),
     "Says \"ignored\" of a match that onConflict says to refuse."),
    ("batch-knows-no-error", "AC-207", with_mode("error", "ignore", batch=True),
     "Skips the matches of a batch that onConflict says to refuse."),
    ("empty-update-values-are-none", "AC-209",
     lambda plan, row: replace(plan, update_values=plan.update_values or None),
     "Writes the fields to a match where updateValues are empty."),
    ("on-missing-is-not-heard", "AC-208", lambda plan, row: replace(plan, on_missing="create"),
     "Creates what is missing although onMissing says error."),
    ("on-missing-is-not-heard-in-a-batch", "AC-208",
     lambda plan, row: replace(plan, on_missing="create") if plan.batch else plan,
     "Creates what is missing in a batch although onMissing says error."),
    ("update-values-are-not-heard", "AC-209", lambda plan, row: replace(plan, update_values=None),
     "Writes the fields to a match, whatever updateValues says."),
    ("update-values-come-on-top", "AC-209",
     lambda plan, row: plan if plan.update_values is None
     else replace(plan, update_values={**row, **plan.update_values}),
     "Writes the fields and updateValues to a match."),
    ("update-values-that-are-null-are-skipped", "AC-209",
     lambda plan, row: plan if plan.update_values is None
     else replace(plan, update_values={n: v for n, v in plan.update_values.items() if v is not None}),
     "Skips the nulls of updateValues: a time is never reset."),
    ("update-values-skip-the-condition", "AC-209",
     lambda plan, row: plan if plan.update_values is None else replace(plan, update_where=None),
     "Writes updateValues whatever updateWhere says."),
    ("batch-knows-no-update-values", "AC-209",
     lambda plan, row: replace(plan, update_values=None) if plan.batch else plan,
     "Writes the fields to the matches of a batch, whatever updateValues says."),
    ("replace-merges", "AC-211", with_mode("replace", "update"),
     "Keeps what a replacement does not mention."),
    ("batch-knows-no-replace", "AC-211", with_mode("replace", "update", batch=True),
     "Keeps what a replacement in a batch does not mention."),
    ("replace-skips-the-condition", "AC-211",
     lambda plan, row: replace(plan, update_where=None) if plan.on_conflict == "replace" else plan,
     "Replaces a match whatever updateWhere says."),
):  # fmt: skip
    add(name, says, violates, planned(change))


class ErrorFirst(Upserts):
    """Does something where onConflict says error, before the match is refused."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        match = self.find_match(plan, row) if plan.on_conflict == "error" else None
        return (self.refused(plan, row, match) if match else None) or super().upsert_one(plan, row, now)

    def refused(self, plan: Plan, row: Row, match: Row) -> Outcome | None:
        """An outcome in place of the refusal."""
        raise NotImplementedError


@broken("AC-207")
class ErrorOnlyForOtherValues(ErrorFirst):
    """Says "ignored" of a match that has the sent values already, and refuses only what differs."""

    def refused(self, plan: Plan, row: Row, match: Row) -> Outcome | None:
        return Outcome(plan.table, "ignored", match["id"], match) if agrees(plan.table, match, row) else None


@broken("AC-207")
class ErrorOnlyUnderTheCondition(ErrorFirst):
    """Refuses a match only where updateWhere holds, and else ignores it."""

    def refused(self, plan: Plan, row: Row, match: Row) -> Outcome | None:
        is_written = agrees(plan.table, match, plan.update_where)
        return None if is_written else Outcome(plan.table, "ignored", match["id"], match)


@broken("AC-207")
class ErrorByPartOfTheKey(Upserts):
    """Refuses a create where onConflict says error and a record has the first field of the key."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        key = plan.key[:1] if plan.on_conflict == "error" else plan.key
        return self.store.find(plan.table, key, row) if key else super().find_match(plan, row)


@broken("AC-207")
@answers
def a_match_is_400(answer: Answer) -> None:
    """Answers 400 in place of 409 where a match is refused."""
    if answer.status == 409 and answer.body.get("detail") == "The record exists already.":
        answer.status = answer.body["status"] = 400


class Missing(Upserts):
    """Does something else where onMissing says error and nothing matches."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        if plan.on_missing == "error" and self.find_match(plan, row) is None:
            return self.missing(plan, row, now)
        return super().upsert_one(plan, row, now)

    def missing(self, plan: Plan, row: Row, now: str) -> Outcome:
        """An outcome in place of the refusal."""
        return super().upsert_one(plan, row, now)


@broken("AC-208")
class MissingIsIgnored(Missing):
    """Answers 200 and "ignored" where nothing matches and onMissing says error, as an UPDATE of no rows does."""

    def missing(self, plan: Plan, row: Row, now: str) -> Outcome:
        return Outcome(plan.table, "ignored", None, None)


@broken("AC-208")
class MissingNeedsRequiredFields(Missing):
    """Asks for every required field before it looks for a match, also where it never creates."""

    def missing(self, plan: Plan, row: Row, now: str) -> Outcome:
        self.app.validator.check_required(plan.table, row)
        return super().missing(plan, row, now)


@broken("AC-208")
class MissingIsFoundByPartOfTheKey(FindThenWrite):
    """Updates a record that has the first field of the key only, where onMissing says error."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        match = super().find_match(plan, row)
        if match is None and plan.on_missing == "error" and len(plan.key) > 1:
            return self.store.find(plan.table, plan.key[-1:], row)
        return match


@broken("AC-209")
class UpdateValuesOnCreateToo(Upserts):
    """Writes updateValues to a new record as well."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        return super().create(plan, {**row, **(plan.update_values or {})}, now)


@broken("AC-209", "AC-206")
class UpdateValuesAreNotChecked(Validator):
    """Skips the updateValues that it can't read."""

    def update_values(self, table: Table, value: Any) -> Row:
        row: Row = {}
        for name, each in value.items() if isinstance(value, dict) else ():
            try:
                row.update(super().update_values(table, {name: each}))
            except Problem:
                continue
        return row


@broken("AC-209")
class OtherAmountsAreFloats(Validator):
    """Reads the amounts in updateValues as floating-point numbers."""

    def update_values(self, table: Table, value: Any) -> Row:
        row = super().update_values(table, value)
        return {**row, **{name: f"{float(amount):f}" for name, amount in of_type(table, row, "decimal").items()}}


class Conditions(Validator):
    """Reads the operators of updateWhere in its own way."""

    comparison_class: type[Comparison] = Comparison

    def comparison(self, field: Any, value: dict[str, Any]) -> Comparison:
        read = super().comparison(field, value)
        return self.comparison_class(read.operator, read.value)


def compares(changed: Callable[[Comparison, FieldType, Any], bool | None]) -> type[Conditions]:
    """A validator whose comparisons hold where `changed` says so; None leaves it to the contract."""

    class Changed(Comparison):
        def holds(self, kind: FieldType, stored: Any) -> bool:
            said = changed(self, kind, stored)
            return super().holds(kind, stored) if said is None else said

    return type("Compares", (Conditions,), {"comparison_class": Changed})


def at_the_boundary(one: Comparison, kind: FieldType, stored: Any) -> bool | None:
    """Whether `lt` and `gt` hold for an equal value, as if they were `lte` and `gte`."""
    is_strict = one.operator in ("lt", "gt") and stored is not None
    return True if is_strict and kind.equal(stored, one.value) else None


def by_letters(one: Comparison, _: FieldType, stored: Any) -> bool | None:
    """Compares numbers as texts."""
    if stored is None or one.operator not in ("lt", "gt"):
        return None
    return str(stored) < str(one.value) if one.operator == "lt" else str(stored) > str(one.value)


changed: Callable[[Comparison, FieldType, Any], bool | None]
for name, changed, says in (
    ("boundary-is-older", at_the_boundary, "Writes what is as old as the stored value where updateWhere says lt."),
    ("conditions-compare-letters", by_letters, "Compares numbers in updateWhere by their letters: 450 is above 1000."),
    ("conditions-take-null-for-the-smallest",
     lambda one, kind, stored: True if stored is None and one.operator in ("lt", "lte") else None,
     "Takes a stored null for older than anything."),
    ("not-equal-leaves-out-null",
     lambda one, kind, stored: False if stored is None and one.operator == "ne" else None,
     "Compares ne with <>, which is never true of a stored null."),
    ("one-of-knows-its-first-value",
     lambda one, kind, stored: None if one.operator != "in" or stored is None else kind.equal(stored, one.value[0]),
     "Compares with the first value of a list in updateWhere only."),
    ("operators-are-equality",
     lambda one, kind, stored: None if one.operator == "in" or stored is None else kind.equal(stored, one.value),
     "Takes every operator of updateWhere for equality."),
):  # fmt: skip
    add(name, says, "AC-210", compares(changed))


@broken("AC-210")
class ConditionsOfTheSentValue(Upserts):
    """Compares an operator of updateWhere with the value that was sent, not with the stored one."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        compared = {n: v for n, v in (plan.update_where or {}).items() if isinstance(v, Comparison) and n in row}
        if compared and self.find_match(plan, row) and agrees(plan.table, row, compared):
            plan = replace(plan, update_where={n: v for n, v in (plan.update_where or {}).items() if n not in compared})
        return super().upsert_one(plan, row, now)


@broken("AC-206")
class UnknownOperatorsAreSkipped(Validator):
    """Skips the conditions of updateWhere whose operator it does not know."""

    def guard(self, table: Table, member: str, values: Any) -> Row:
        if isinstance(values, dict):
            values = {n: v for n, v in values.items() if not isinstance(v, dict) or self.is_known(v)}
        return super().guard(table, member, values)

    def is_known(self, value: dict[str, Any]) -> bool:
        """Whether an object has an operator that is known."""
        return value.keys() <= {"lt", "lte", "gt", "gte", "ne", "in"}


@broken("AC-210")
class EmptyListIsNoCondition(Validator):
    """Leaves out a condition whose list is empty, like a query builder that has nothing to bind."""

    def guard(self, table: Table, member: str, values: Any) -> Row:
        kept = values.items() if isinstance(values, dict) else ()
        return super().guard(table, member, {n: v for n, v in kept if v != {"in": []}} if kept else values)


@broken("AC-210")
class FirstDayOfSeveral(Validator):
    """Compares a day with the first of those that updateWhere allows."""

    def guard(self, table: Table, member: str, values: Any) -> Row:
        return {
            name: Comparison("in", wanted.value[:1])
            if isinstance(wanted, Comparison) and wanted.operator == "in" and table.all_fields[name].type.name == "date"
            else wanted
            for name, wanted in super().guard(table, member, values).items()
        }


class Replacing(FindThenWrite):
    """Replaces a match in its own way."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if plan.on_conflict == "replace":
            return self.replaced(plan, row, match, now)
        return super().update(plan, row, match, now)

    def replaced(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        """The outcome for a match that is replaced."""
        raise NotImplementedError


@broken("AC-211", using=(OrReplace,))
class ReplaceDeletesAndInserts(Replacing):
    """Replaces a match by deleting it and inserting another record: its id and its children are lost."""

    def replaced(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        self.store.delete(plan.table, match["id"])
        stored = self.store.insert(plan.table, self.records.new_row(plan.table, row, now))
        return Outcome(plan.table, "updated", stored["id"], stored)


@broken("AC-211")
class ReplaceForgetsDefaults(Replacing):
    """Sets a field with a default to null where a replacement does not mention it."""

    def replaced(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        stored = self.save(plan.table, match, {**dict.fromkeys(plan.table.fields), **row}, now)
        return Outcome(plan.table, "updated", stored["id"], stored)


@broken("AC-211")
class ReplaceMovesCreatedAt(Replacing):
    """Gives a replaced record a new created_at."""

    def replaced(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        stored = self.save(plan.table, match, {**plan.table.defaults, **row, "created_at": now}, now)
        return Outcome(plan.table, "updated", stored["id"], stored)


@broken("AC-211")
class ReplaceKeepsRequiredFields(Validator):
    """Keeps the required fields that a replacement does not mention."""

    def check_replace(self, plan: Plan) -> None:
        if plan.on_conflict != "replace":
            super().check_replace(plan)
            return
        object.__setattr__(plan, "on_conflict", "update")
        nulls = {n: v for n, v in plan.table.defaults.items() if n not in plan.table.required}
        object.__setattr__(plan, "rows", [{**nulls, **row} for row in plan.rows])


@broken("AC-211")
class ReplacementsKeepTimes(Upserts):
    """Keeps the times of a match that is replaced."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        kept = of_type(plan.table, match, "datetime") if plan.on_conflict == "replace" else {}
        return super().update(plan, {**kept, **row}, match, now)


@broken("AC-211")
class ReplacementsRoundAmounts(Upserts):
    """Rounds the amounts of a replacement to cents, through a floating-point number."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        amounts = of_type(plan.table, row, "decimal") if plan.on_conflict == "replace" else {}
        return super().update(plan, {**row, **{n: f"{float(a):.2f}" for n, a in amounts.items()}}, match, now)


class AnyKey(Upserts):
    """Looks for a conflict with any key in its own way."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        return super().find_match(plan, row) if plan.key else self.any_match(plan.table, row)

    def any_match(self, table: Table, row: Row) -> Row | None:
        """A record that stands in the way."""
        keys = [key for key in table.unique_keys if row.keys() >= set(key)]
        return next(filter(None, (self.store.find(table, key, row) for key in keys)), None)


@broken("AC-212")
class AnyKeyIsTheFirst(AnyKey):
    """Ignores a conflict with the first unique key only; one with another key is 409."""

    def any_match(self, table: Table, row: Row) -> Row | None:
        return self.store.find(table, table.unique_keys[0], row) if table.unique_keys else None


@broken("AC-212")
class AnyKeyByEachField(AnyKey):
    """Takes a record for a conflict that has one field of a unique key in common."""

    def any_match(self, table: Table, row: Row) -> Row | None:
        fields = [name for key in table.unique_keys for name in key if row.get(name) is not None]
        return next(filter(None, (self.store.find(table, (name,), row) for name in fields)), None)


@broken("AC-212")
class AnyKeyNeverCreates(AnyKey):
    """Says "ignored" without match fields whatever is stored, and creates nothing."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        return super().create(plan, row, now) if plan.key else Outcome(plan.table, "ignored", None, None)


@broken("AC-212")
class AnyKeyMatchesNull(AnyKey):
    """Takes a null in a unique field for a conflict with another null."""

    def any_match(self, table: Table, row: Row) -> Row | None:
        nulls = [name for key in table.unique_keys if len(key) == 1 for name in key if row.get(name, "") is None]
        found = [other for name in nulls for other in self.store.rows(table, f'"{name}" IS NULL', limit=1)]
        return super().any_match(table, row) or next(iter(found), None)


@broken("AC-212")
class MatchFieldsAreAlwaysNeeded(Validator):
    """Refuses an upsert without match fields, also where it ignores conflicts."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Plan:
        if "matchFields" not in body:
            raise bad_field("matchFields", "is missing")
        return super().upsert(table, body)


@broken("AC-212")
class AnyKeyUpdates(FindThenWrite):
    """Updates the record that stands in the way where there are no match fields."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        return super().upsert_one(plan if plan.key else replace(plan, on_conflict="update"), row, now)
