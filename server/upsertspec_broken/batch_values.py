"""Batches: which record gets which values, and what becomes of a key that comes twice."""

from __future__ import annotations

from dataclasses import replace

from upsertspec_broken.bases import EmailWithoutAnIndex, FindThenWrite
from upsertspec_broken.catalogue import fault
from upsertspec_server.errors import Problem
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert


class Rewritten(Operations):
    """Changes the rows of a batch before it writes them."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        return super().upsert_batch(replace(plan, rows=self.rows(plan)), now)

    def rows(self, plan: Upsert) -> list[Row]:
        """What is written."""
        return plan.rows


@fault("AC-303")
class SetFromTheFirstRecord(FindThenWrite):
    """Writes the values of the batch's first record to every match, where it should write `excluded`."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        changes = super().changes(plan, row, match)
        first = plan.rows[0] if plan.batch else row
        return {name: row[name] if name in plan.key else first.get(name, row[name]) for name in changes}


@fault("AC-303")
class ValuesOfTheLastRecord(Rewritten):
    """Gives every record of a batch the values of the last one: a variable of a loop, read too late."""

    def rows(self, plan: Upsert) -> list[Row]:
        return [{**plan.rows[-1], **{name: row[name] for name in plan.key}} for row in plan.rows]


@fault("AC-303")
class ColumnsOfTheFirstRecord(Rewritten):
    """Takes the columns of a batch from its first record: what that lacks is lost, what others lack is null."""

    def rows(self, plan: Upsert) -> list[Row]:
        return [{name: row.get(name) for name in plan.rows[0]} for row in plan.rows]


@fault("AC-301")
class ColumnsOfAllRecords(Rewritten):
    """Writes all columns that a batch mentions anywhere to each of its records: what one lacks becomes null."""

    def rows(self, plan: Upsert) -> list[Row]:
        columns = {name for row in plan.rows for name in row} - set(plan.table.required)
        return [{**dict.fromkeys(columns), **row} for row in plan.rows]


@fault("AC-303")
class ValuesCarryOver(Rewritten):
    """Fills one object for each record of a batch in turn: what a record lacks it has from the one before."""

    def rows(self, plan: Upsert) -> list[Row]:
        carried: Row = {}
        rows = []
        for row in plan.rows:
            carried = {**carried, **row}
            rows.append(carried)
        return rows


@fault("AC-303", "AC-301")
class MatchesInIdOrder(FindThenWrite):
    """Reads the matches of a batch in the order of their ids, and pairs them with its records as they come."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        matches = [self.find_match(plan, row) for row in plan.rows]
        if None in matches:
            return super().upsert_batch(plan, now)
        found = sorted((match for match in matches if match), key=lambda match: str(match["id"]).zfill(20))
        pairs = zip(plan.rows, found, strict=True)
        return [self.update_match(plan, {**row, **self.key_of(plan, match)}, match, now) for row, match in pairs]

    def key_of(self, plan: Upsert, match: Row) -> Row:
        """The values of the match's key."""
        return {name: match[name] for name in plan.key}


@fault("AC-305")
class TwiceInABatchIs500(Operations):
    """Puts a batch into one statement, which the database refuses where a key comes twice, and answers 500."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        if len({tuple(row[name] for name in plan.key) for row in plan.rows}) < len(plan.rows):
            raise RuntimeError("ON CONFLICT DO UPDATE command cannot affect row a second time")
        return super().upsert_batch(plan, now)


@fault("AC-305")
class FirstOfAKeyWins(Rewritten):
    """Keeps the first record of each key in a batch, and drops the others."""

    def rows(self, plan: Upsert) -> list[Row]:
        kept: dict[tuple[object, ...], Row] = {}
        for row in plan.rows:
            kept.setdefault(tuple(row[name] for name in plan.key), row)
        return list(kept.values())


@fault("AC-305")
class LastRecordIsWrittenFirst(Rewritten):
    """Works through a batch from its end, so that of two records with one key the first has the last word."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        try:
            return super().upsert_batch(plan, now)[::-1]
        except Problem as problem:
            raise problem.at(len(plan.rows) - 1 - (problem.index or 0)) from None

    def rows(self, plan: Upsert) -> list[Row]:
        return plan.rows[::-1]


@fault("AC-305", using=(EmailWithoutAnIndex,))
class MatchesAreFoundFirst(FindThenWrite):
    """Finds all matches of a batch before it writes: a new key that comes twice becomes two records."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        matches = [self.find_match(plan, row) for row in plan.rows]
        return [self.write_one(plan, row, match, now) for row, match in zip(plan.rows, matches, strict=True)]

    def write_one(self, plan: Upsert, row: Row, match: Row | None, now: str) -> Outcome:
        """Create the record, update the match, or leave it."""
        if match is None:
            return self.create_new(plan, row, now)
        if self.leaves_untouched(plan, row, match):
            return self.ignore_match(plan, match)
        return self.update_match(plan, row, match, now)
