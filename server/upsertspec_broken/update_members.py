"""updateFields and updateWhere are not heard, or misunderstood."""

from __future__ import annotations

from dataclasses import replace

from upsertspec_broken.bases import FindThenWrite
from upsertspec_broken.catalogue import fault
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Table


@fault("AC-203")
class UpdateFieldsAreNotHeard(Operations):
    """Writes all fields to the match, whatever updateFields says."""

    def written(self, plan: Upsert, row: Row) -> tuple[str, ...]:
        return tuple(row)


@fault("AC-203")
class UpdateFieldsOnCreateToo(Operations):
    """Writes only the updateFields, the match fields and what is required, also to a new record."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        kept = {*(plan.update_fields or row), *plan.key, *plan.table.required}
        return super().create_new(plan, {name: row[name] for name in row if name in kept}, now)


@fault("AC-203")
class UpdateFieldsAreSpared(Operations):
    """Writes all fields but the updateFields."""

    def written(self, plan: Upsert, row: Row) -> tuple[str, ...]:
        return tuple(name for name in row if plan.update_fields is None or name not in plan.update_fields)


@fault("AC-203")
class UpdateFieldsNotSentAreCleared(FindThenWrite):
    """Sets a field that updateFields names, and that was not sent, to null."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        named = (plan.update_fields or frozenset()) - set(plan.table.required)
        return {**dict.fromkeys(named), **super().changes(plan, row, match)}


@fault("AC-204")
class UpdateWhereIsNotHeard(Operations):
    """Updates the match, whatever updateWhere says."""

    def where_agrees(self, plan: Upsert, match: Row) -> bool:
        return True


@fault("AC-204")
class UpdateWhereAny(Operations):
    """Updates the match where one of the conditions of updateWhere holds."""

    def agrees(self, table: Table, stored: Row, conditions: Row) -> bool:
        return any(super(UpdateWhereAny, self).agrees(table, stored, {name: conditions[name]}) for name in conditions)


@fault("AC-204")
class UpdateWhereOfTheNewValues(Operations):
    """Compares updateWhere with the values that were sent, as one does who mixes up `excluded` and the table."""

    def leaves_untouched(self, plan: Upsert, row: Row, match: Row) -> bool:
        return super().leaves_untouched(plan, row, {**match, **row})


@fault("AC-204")
class UpdateWhereNullIsNeverTrue(Operations):
    """Compares null with =, which holds for nothing."""

    def agrees(self, table: Table, stored: Row, conditions: Row) -> bool:
        return None not in conditions.values() and super().agrees(table, stored, conditions)


@fault("AC-204")
class UpdateWhereStopsCreates(Operations):
    """Asks updateWhere of the record to be created too."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        if plan.update_where and not self.agrees(plan.table, self.new_row(plan.table, row, now), plan.update_where):
            return Outcome(plan.table, "ignored", None, None)
        return super().create_new(plan, row, now)


@fault("AC-204")
class UpdateWhereSkipsWhatIsFalse(Operations):
    """Asks `if value` where it should ask whether there is a condition: false, 0 and empty text ask for nothing."""

    def where_agrees(self, plan: Upsert, match: Row) -> bool:
        asked = {name: value for name, value in (plan.update_where or {}).items() if value is None or value}
        return self.agrees(plan.table, match, asked)


@fault("AC-204")
class UpdateWhereIgnoresCase(Operations):
    """Compares text in updateWhere whatever its case, as its database does."""

    def where_agrees(self, plan: Upsert, match: Row) -> bool:
        return self.agrees(plan.table, folded(match), folded(plan.update_where or {}))


@fault("AC-201")
class UpdateWhereGoesBeforeIgnore(Operations):
    """Looks at updateWhere first, and at `ignore` only where there is none."""

    def leaves_untouched(self, plan: Upsert, row: Row, match: Row) -> bool:
        return super().leaves_untouched(replace(plan, ignore=plan.ignore and not plan.update_where), row, match)


def folded(row: Row) -> Row:
    """The row, its text in small letters."""
    return {name: value.lower() if isinstance(value, str) else value for name, value in row.items()}
