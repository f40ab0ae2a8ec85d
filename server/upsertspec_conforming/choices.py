"""What the contract leaves to the implementation in so many words: its MAYs, its choices, its SHOULDs."""

# ruff: noqa: ARG002 - what takes the place of a method has its parameters
from __future__ import annotations

from typing import Any

from upsertspec_conforming.catalogue import variant
from upsertspec_server.errors import bad_field, bad_request
from upsertspec_server.filters import Filters
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.query import Query
from upsertspec_server.schema import Field, Role, Table
from upsertspec_server.statements import quote
from upsertspec_server.transactions import Results, Transactions
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values


@variant("Whether `ignored` needs the permission to update is the implementation's choice (3.1).")
class IgnoredNeedsUpdate(Operations):
    """Asks for the permission to update also where a match is left untouched."""

    def permission_for(self, outcome: Outcome) -> str | None:
        return "update" if outcome.operation == "ignored" else super().permission_for(outcome)


@variant("A name that is not in `fields` writes nothing; an empty list is MAY (3.1).")
class NothingToWriteIsUpdated(Operations):
    """Says updated, and moves updated_at, where updateFields leaves nothing to write."""

    def leaves_untouched(self, plan: Upsert, row: Row, match: Row) -> bool:
        return plan.ignore or not self.where_agrees(plan, match)


@variant("An empty list is MAY (3.1, `updateFields`).")
class EmptyUpdateFieldsAreRefused(Validator):
    """Answers 400 for an empty list of updateFields."""

    def update_fields(self, table: Table, names: Any) -> frozenset[str]:
        if names == []:
            raise bad_field("updateFields", "must name a field")
        return super().update_fields(table, names)


@variant("Of a key that comes twice the later record is applied …, or the batch is refused whole (3.1).")
class TwinsInABatchAreRefused(Validator):
    """Answers 400 for a batch in which a key comes twice, before it looks at what is stored."""

    def upsert_rows(self, table: Table, key: tuple[str, ...], records: list[Any]) -> list[Row]:
        rows = super().upsert_rows(table, key, records)
        seen: set[tuple[Any, ...]] = set()
        for index, row in enumerate(rows):
            values = tuple(row[name] for name in key)
            if None not in values and values in seen:
                raise bad_request("A key comes twice.").at(index)
            seen.add(values)
        return rows


@variant("Whether 3.0 is an integer is the implementation's choice (2, MAY).")
class WholeFloatsAreIntegers(Values):
    """Takes 3.0 for the integer 3."""

    def check_integer(self, value: Any) -> Any:
        return super().check_integer(int(value) if isinstance(value, float) and value.is_integer() else value)


@variant("The order between 400 and 404 of one operation and those of the next is open (3, 3.3).")
class OperationsOneByOne(Transactions):
    """Checks an operation of a transaction only when those before it are done."""

    def check(self, body: dict[str, Any], role: Role) -> list[dict[str, Any]]:
        self.caller = role
        return self.read_operations(body)

    def run_one(self, operation: dict[str, Any], results: Results) -> Outcome:
        self.check_shape(operation)
        self.check_table(operation)
        self.check_permission(operation, self.caller)
        return super().run_one(operation, results)


@variant("`_sort` says how to sort (3.2); without it no order is promised, nor one among groups.")
class NoOrderOfItsOwn(Query):
    """Lists records in another order each time where no _sort is given; groups too."""

    def order(self, listing: Any) -> str:
        return super().order(listing) if listing.sort else "random()"

    def groups_sql(self, grouping: Any) -> tuple[str, list[Any]]:
        sql, parameters = super().groups_sql(grouping)
        return f"SELECT * FROM ({sql}) ORDER BY random()", parameters  # noqa: S608 - the statement of the base


class DictionaryOrder(Query):
    """Orders lists of text as a dictionary does."""

    def order(self, listing: Any) -> str:
        columns = [
            quote(name)
            + (" COLLATE NOCASE" if listing.table.all_fields[name].type == "text" else "")
            + (" DESC" if down else "")
            + " NULLS FIRST"
            for name, down in listing.sort
            if listing.table.all_fields[name].type != "decimal"
        ]
        return ", ".join([*columns, '"id"'])


@variant("`_sort` (3.2) names no collation for text.", using=(DictionaryOrder,))
class SortsAsADictionary(Filters):
    """Sorts and compares text without regard to case; equality stays exact."""

    def op_gt(self, field: Field, text: str) -> tuple[str, list[Any]]:
        return self.loosely(field, ">", text)

    def op_gte(self, field: Field, text: str) -> tuple[str, list[Any]]:
        return self.loosely(field, ">=", text)

    def op_lt(self, field: Field, text: str) -> tuple[str, list[Any]]:
        return self.loosely(field, "<", text)

    def op_lte(self, field: Field, text: str) -> tuple[str, list[Any]]:
        return self.loosely(field, "<=", text)

    def loosely(self, field: Field, operator: str, text: str) -> tuple[str, list[Any]]:
        """A comparison in the order of a dictionary."""
        sql, parameters = self.compare(field, operator, text)
        return sql + (" COLLATE NOCASE" if field.type == "text" else ""), parameters


@variant("`_limit` (default 50, at most 1,000) (3.2): nothing is said of 0.")
class LimitMayBe0(Query):
    """Answers `_limit=0` with an empty page and the total."""

    def limit(self, options: dict[str, str]) -> int:
        return 0 if options.get("_limit") == "0" else super().limit(options)


@variant("AC-110 is a SHOULD: null never matches null.", warns=("AC-110",))
class NullMatchFieldsAreRefused(Validator):
    """Answers 400 where a match field is null, rather than create a record."""

    def check_match_given(self, key: tuple[str, ...], row: Row) -> None:
        super().check_match_given(key, row)
        if any(row[name] is None for name in key):
            raise bad_field("matchFields", "must not be null")


class FoldedFind(Operations):
    """Finds a match without regard to case and surrounding white space; writes it by its id."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        where = " AND ".join(f"lower(trim({quote(name)})) = lower(trim(?))" for name in plan.key)
        exact = super().find_match(plan, row)
        table = self.store.statements.find(plan.table, ()).removesuffix("WHERE ")
        return exact or self.store.one(plan.table, f"{table}WHERE {where}", [row[name] for name in plan.key])

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        changes = {name: row[name] for name in self.written(plan, row)}
        stored = self.store.update(plan.table, match["id"], changes, self.updated_at(now, match))
        return Outcome(plan.table, "updated", stored["id"], stored)


@variant("AC-111 is a SHOULD: matching is exact.", warns=("AC-111",))
class MatchesWithoutCase(FoldedFind):
    """Matches without regard to case and surrounding white space, as many databases collate text."""
