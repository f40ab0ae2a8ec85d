"""A record matches by something that is only nearly equal, or by null."""

from __future__ import annotations

from upsertspec_broken.bases import FindThenWrite, key_fields
from upsertspec_broken.catalogue import fault
from upsertspec_server.plans import Row, Upsert
from upsertspec_server.statements import Statements, quote


class NullSafe(Statements):
    """Compares with IS, for which null is null."""

    def equals(self, columns: tuple[str, ...]) -> str:
        return super().equals(columns).replace(" = ", " IS ")


@fault("AC-110", using=(NullSafe,))
class NullMatchesNull(FindThenWrite):
    """Matches the first record that has no value either."""


class Optional(Statements):
    """Leaves out a condition whose value is null."""

    def equals(self, columns: tuple[str, ...]) -> str:
        return " AND ".join(f"{quote(column)} = coalesce(?, {quote(column)})" for column in columns)


@fault("AC-110", using=(Optional,))
class NullMatchesAnything(FindThenWrite):
    """Leaves out a match field whose value is null, as an optional filter: the first record matches."""


@fault("AC-110")
class NullMatchesEveryNull(FindThenWrite):
    """Updates all records that have no value either, and then creates the new one."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        if any(row[name] is None for name in plan.key):
            written = {name: row[name] for name in row if name not in key_fields(plan.table)}
            for other in self.all_rows(plan.table):
                if all(other[name] == row[name] for name in plan.key):
                    self.save(plan.table, other, written, self.store.now())
        return super().find_match(plan, row)


class Folded(Statements):
    """Compares text by a function of it, or by another operator."""

    def equals(self, columns: tuple[str, ...]) -> str:
        return " AND ".join(self.equal(quote(column)) for column in columns)

    def equal(self, column: str) -> str:
        """The condition for one column."""
        return f"{column} = ?"


class NoCase(Folded):
    """Compares without case."""

    def equal(self, column: str) -> str:
        return f"{column} = ? COLLATE NOCASE"


class Trimmed(Folded):
    """Compares without spaces around."""

    def equal(self, column: str) -> str:
        return f"trim({column}) = trim(?)"


class Padded(Folded):
    """Compares without spaces behind."""

    def equal(self, column: str) -> str:
        return f"{column} = ? COLLATE RTRIM"


class Like(Folded):
    """Compares with LIKE."""

    def equal(self, column: str) -> str:
        return f"{column} LIKE ?"


@fault("AC-111", using=(NoCase,))
class MatchIgnoresCase(FindThenWrite):
    """Matches text whatever its case, as a database does whose collation says so."""


@fault("AC-111", using=(Trimmed,))
class MatchTrims(FindThenWrite):
    """Matches text whatever white space is around it."""


@fault("AC-111", using=(Padded,))
class MatchPads(FindThenWrite):
    """Matches text whatever spaces follow it, as CHAR columns do."""


@fault("AC-111", using=(Like,))
class MatchByLike(FindThenWrite):
    """Matches with LIKE: case is one, and _ and % stand for other characters."""


class Beginning(Folded):
    """Compares as many letters as an index on text of four bytes a letter has room for."""

    def equal(self, column: str) -> str:
        return f"substr({column}, 1, 191) = substr(?, 1, 191)"


@fault("AC-101", using=(Beginning,))
class MatchByABeginning(FindThenWrite):
    """Matches by the first 191 letters of a text: its index reaches no further."""
