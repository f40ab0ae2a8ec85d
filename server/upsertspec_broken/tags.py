"""Tags of records that do not say what is stored."""

from __future__ import annotations

import itertools
from typing import Any, ClassVar

from flask import g
from werkzeug.http import generate_etag

from upsertspec_broken import add, broken
from upsertspec_catalogue import Answer, answers
from upsertspec_server.conditions import Conditions
from upsertspec_server.schema import Row, Table
from upsertspec_server.upsert import Outcome, Plan, Upserts


class TagOf(Conditions):
    """Makes the tag of less than the whole record."""

    def tag(self, table: Table, row: Row) -> str:
        return generate_etag(repr(self.state(table, row)).encode())

    def state(self, table: Table, row: Row) -> Any:
        """What the tag is made of."""
        return row["id"]


@broken("AC-901", "AC-902", "AC-906")
class TagOfTheId(TagOf):
    """Makes the tag of the id alone: it never changes."""


@broken("AC-901", "AC-902")
class TagByTheSecond(TagOf):
    """Makes the tag of updated_at to the second: two writes within a second have one tag."""

    def state(self, table: Table, row: Row) -> Any:
        return row["id"], str(row["updated_at"])[:19]


@broken("AC-901")
class TagOfWhatIsRequired(TagOf):
    """Makes the tag of the required fields alone, as if the others did not count."""

    def state(self, table: Table, row: Row) -> Any:
        return row["id"], [row[name] for name in table.required]


@broken("AC-901")
class TagWithoutJson(TagOf):
    """Makes the tag of the fields that are no JSON."""

    def state(self, table: Table, row: Row) -> Any:
        return row["id"], [row[name] for name, field in table.fields.items() if field.type.name != "json"]


@broken("AC-901", "AC-902", "AC-906")
class TagOfTheMoment(TagOf):
    """Makes a new tag for each answer, as some frameworks do of a page with a time in it."""

    numbers: ClassVar[Any] = itertools.count()

    def state(self, table: Table, row: Row) -> Any:
        return next(self.numbers)


@broken("AC-901", "AC-902")
class TagOfTheTable(TagOf):
    """Makes the tag of the latest write to the table: a write of another record changes it."""

    def state(self, table: Table, row: Row) -> Any:
        return [(each["id"], each["updated_at"]) for each in self.app.store.rows(table)]


@broken("AC-901")
class TagCountsTheChildren(Conditions):
    """Makes the tag of the record with its children: a new child gives its parent another tag."""

    def tag(self, table: Table, row: Row) -> str:
        children = self.app.schema.children(table).values()
        counts = [
            self.app.store.db.table(each.name).count_where(f"{each.parent_field(table)} = ?", [row["id"]])
            for each in children
        ]
        return f"{super().tag(table, row)}-{sum(counts)}"


class RemembersTheMatch(Upserts):
    """Remembers the match of an upsert as it was."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        g.match = match
        return super().update(plan, row, match, now)


@broken("AC-901", using=(RemembersTheMatch,))
class UpsertHasTheTagOfBefore(Conditions):
    """Answers an update with the tag that the record had before."""

    def header(self, table: Table, row: Row | None) -> dict[str, str]:
        return super().header(table, g.get("match") or row)


def tags(change: Any, *endpoints: str) -> Any:
    """A part: the tag in the answers of these views is changed, or left out where the change is None."""

    @answers
    def changed(answer: Answer) -> None:
        if answer.endpoint in endpoints and "ETag" in answer.headers:
            tag = answer.headers.pop("ETag")
            if change:
                answer.headers["ETag"] = change(tag)

    return changed


add("only-reads-have-tags", "Answers with a tag to a read, but to no write.", "AC-901",
    tags(None, "records.upsert", "records.create", "records.update"))  # fmt: skip


add("tags-are-weak", "Answers with weak tags, as a proxy that compresses makes them.", "AC-901",
    tags(lambda tag: f"W/{tag}", "records.read", "records.upsert", "records.create", "records.update"))  # fmt: skip


add("tags-have-no-quotes", "Answers with tags without their quotes.", "AC-901",
    tags(lambda tag: tag.strip('"'), "records.read", "records.upsert", "records.create", "records.update"))  # fmt: skip
