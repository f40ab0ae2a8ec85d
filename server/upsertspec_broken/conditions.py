"""Conditions that are ignored, read too loosely or checked too late."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any, ClassVar, cast

from flask import g
from werkzeug.datastructures import ETags

from upsertspec_broken import add, broken
from upsertspec_broken.bases import keep
from upsertspec_broken.clients import ManyClients
from upsertspec_catalogue import Answer, answers, view
from upsertspec_server.conditions import Condition, Conditions
from upsertspec_server.errors import Problem, busy, not_found
from upsertspec_server.request import Request
from upsertspec_server.schema import Row, Table
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.views import current_app, parse_id, request

WRITES = ("records.upsert", "records.update", "records.delete")


class IgnoresConditions(Conditions):
    """Knows no conditions in some requests."""

    endpoints: ClassVar[tuple[str, ...]] = WRITES
    headers: ClassVar[tuple[str, ...]] = ("If-Match", "If-None-Match")

    def read(self, request: Request, is_about_one: bool = True) -> Condition:
        if request.endpoint not in self.endpoints:
            return super().read(request, is_about_one)
        known = Condition() if len(self.headers) == 2 else super().read(request, is_about_one)
        return replace(known, **{"match" if name == "If-Match" else "none_match": None for name in self.headers})


def ignoring(*endpoints: str, headers: tuple[str, ...] = IgnoresConditions.headers) -> type[IgnoresConditions]:
    """Conditions that are ignored in the requests of these views."""
    return type("Ignoring", (IgnoresConditions,), {"endpoints": endpoints, "headers": headers})


add("conditions-are-ignored", "Has tags, but takes no notice of conditions.", "AC-902 AC-903 AC-904 AC-905 AC-907",
    IgnoresConditions)  # fmt: skip
add("upsert-ignores-if-match", "Looks at If-Match where a record is changed by its id, but not in an upsert.",
    "AC-902 AC-904", ignoring("records.upsert", headers=("If-Match",)))  # fmt: skip
add("patch-ignores-conditions", "Takes no notice of conditions in a partial update.", "AC-902 AC-907",
    ignoring("records.update"))  # fmt: skip
add("delete-ignores-conditions", "Takes no notice of conditions in a deletion.", "AC-902 AC-907",
    ignoring("records.delete"))  # fmt: skip
add("upsert-ignores-if-none-match", "Takes no notice of If-None-Match in an upsert, since it is for reads.",
    "AC-903", ignoring("records.upsert", headers=("If-None-Match",)))  # fmt: skip
add("read-ignores-if-none-match", "Answers every read with the whole record.", "AC-906",
    ignoring("records.read", headers=("If-None-Match",)))  # fmt: skip
add("change-ignores-if-none-match", "Takes no notice of If-None-Match in a partial update, since it is for reads.",
    "AC-907", ignoring("records.update", headers=("If-None-Match",)))  # fmt: skip
add("deletion-ignores-if-none-match", "Takes no notice of If-None-Match in a deletion, since it is for reads.",
    "AC-907", ignoring("records.delete", headers=("If-None-Match",)))  # fmt: skip
add("read-ignores-if-match", "Takes no notice of If-Match in a read, since it is for writes.", "AC-907",
    ignoring("records.read", headers=("If-Match",)))  # fmt: skip
add("batch-ignores-conditions", "Takes no notice of conditions in a batch, since no one record is meant.", "AC-907",
    type("InABatch", (Conditions,), {"read": lambda self, request, is_about_one=True: (
        Conditions.read(self, request, True) if is_about_one else Condition())}))  # fmt: skip


class Holds(Conditions):
    """Compares in its own way."""

    def holds(self, condition: Condition, tag: str | None) -> bool:
        match, none_match = condition.match, condition.none_match
        if match is not None and not self.matches(match, tag):
            return False
        return none_match is None or not self.is_known_by(none_match, tag)

    def matches(self, match: ETags, tag: str | None) -> bool:
        """Whether `If-Match` is met."""
        return tag is not None and match.contains(tag)

    def is_known_by(self, none_match: ETags, tag: str | None) -> bool:
        """Whether `If-None-Match` has the tag."""
        return tag is not None and none_match.contains_weak(tag)


@broken("AC-902")
class WeakTagsMatch(Holds):
    """Takes a weak tag for a strong one in If-Match."""

    def matches(self, match: ETags, tag: str | None) -> bool:
        return tag is not None and match.contains_weak(tag)


@broken("AC-902", "AC-904")
class NothingToMatchIsNoConflict(Holds):
    """Creates the record where an upsert with If-Match has no match: there is nothing that could be lost."""

    def matches(self, match: ETags, tag: str | None) -> bool:
        return tag is None or match.contains(tag)


@broken("AC-902")
class AnyKnownTagMatches(Holds):
    """Asks whether the tag was ever given out, and not whether the record has it."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.known: set[str] = set()

    def tag(self, table: Table, row: Row) -> str:
        found = super().tag(table, row)
        self.known.add(found)
        return found

    def matches(self, match: ETags, tag: str | None) -> bool:
        return tag is not None and (match.star_tag or bool(self.known & match.as_set()))


@broken("AC-902")
class OnlyTheFirstTagCounts(Conditions):
    """Reads the first tag of a list in If-Match only."""

    def read(self, request: Request, is_about_one: bool = True) -> Condition:
        found = super().read(request, is_about_one)
        first = request.headers.get("If-Match", "").split(",")[0].strip()
        one = ETags([first.strip('"')]) if first.startswith('"') else ETags([])
        return replace(found, match=one) if found.match is not None and first != "*" else found


@broken("AC-902")
class TagsAreSplitAtBlanks(Conditions):
    """Splits the tags of If-Match at a comma and a blank: without the blank none is found."""

    def read_header(self, name: str, text: str | None, is_about_one: bool) -> ETags | None:
        tags = super().read_header(name, text, is_about_one)
        return ETags() if name == "If-Match" and text and '","' in text else tags


class RemembersWhatIsIgnored(Upserts):
    """Remembers whether a match was left as it is."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        g.ignored = outcome.operation == "ignored"
        return outcome


@broken("AC-902", using=(RemembersWhatIsIgnored,))
class IgnoredSkipsTheCondition(Conditions):
    """Looks at the condition where it writes: an upsert that leaves the match as it is answers 200."""

    def check(self, condition: Condition, table: Table, stored: Row | None) -> None:
        if not g.get("ignored"):
            super().check(condition, table, stored)


@broken("AC-902", "AC-903", "AC-904", "AC-905", "AC-907")
class ConditionIsCheckedAfterTheCommit(Conditions):
    """Checks the condition when all is done: the answer is 412, but the record is written."""

    def check(self, condition: Condition, table: Table, stored: Row | None) -> None:
        if request.endpoint in WRITES:
            keep(self.app.store)
        super().check(condition, table, stored)


@broken("AC-902", "AC-903", "AC-904", "AC-905", "AC-907")
@answers
def failed_condition_is_409(answer: Answer) -> None:
    """Answers 409 where a condition is not met, like any other conflict."""
    if answer.status == HTTPStatus.PRECONDITION_FAILED:
        answer.status = HTTPStatus.CONFLICT


@broken("AC-902", "AC-903", "AC-904", "AC-905")
@view("records.upsert")
def failed_condition_is_ignored(original: Any, table: str) -> Any:
    """Answers an upsert whose condition is not met with 200 and "ignored", and leaves the record as it is."""
    try:
        return original(table=table)
    except Problem as problem:
        if problem.status != HTTPStatus.PRECONDITION_FAILED:
            raise
        return {"id": None, "operation": "ignored", "record": None}


@broken("AC-903")
class StarIsATag(Holds):
    """Takes the star in If-None-Match for a tag, which no record has."""

    def is_known_by(self, none_match: ETags, tag: str | None) -> bool:
        return tag is not None and not none_match.star_tag and none_match.contains_weak(tag)


@broken("AC-903")
class NothingIsNew(Holds):
    """Refuses every upsert with If-None-Match and a star, also one that would create."""

    def is_known_by(self, none_match: ETags, tag: str | None) -> bool:
        return none_match.star_tag or super().is_known_by(none_match, tag)


@broken("AC-903", "AC-907")
@answers
def write_is_not_modified(answer: Answer) -> None:
    """Answers 304 to a write where If-None-Match is not met, as to a read."""
    if answer.status == HTTPStatus.PRECONDITION_FAILED and "If-None-Match" in request.headers:
        answer.status, answer.body = HTTPStatus.NOT_MODIFIED, None


@broken("AC-902", "AC-903")
class NewByTheFirstKey(Conditions):
    """Looks by the table's first key whether a record is there, whatever the upsert matches by."""

    def check(self, condition: Condition, table: Table, stored: Row | None) -> None:
        first = list(table.unique_keys[0]) if table.unique_keys else []
        if request.endpoint == "records.upsert" and request.read_object().get("matchFields", first) != first:
            stored = None
        super().check(condition, table, stored)


@broken("AC-904")
class StarMatchesNothing(Holds):
    """Takes the star in If-Match for a tag, which no record has."""

    def matches(self, match: ETags, tag: str | None) -> bool:
        return tag is not None and match.is_strong(tag)


@broken("AC-904")
class StarIsNoCondition(Holds):
    """Takes If-Match with a star for no condition: it creates."""

    def matches(self, match: ETags, tag: str | None) -> bool:
        return match.star_tag or super().matches(match, tag)


@broken("AC-904")
@answers
def nothing_matches_is_404(answer: Answer) -> None:
    """Answers 404 to an upsert with If-Match where there is nothing to update."""
    if answer.status == HTTPStatus.PRECONDITION_FAILED and request.headers.get("If-Match") == "*":
        answer.status = HTTPStatus.NOT_FOUND


@broken("AC-906")
class ReadsCompareStrongly(Conditions):
    """Answers a read with the whole record where If-None-Match has its tag as a weak one."""

    def is_known(self, condition: Condition, table: Table, row: Row) -> bool:
        known = condition.none_match
        return condition.match is None and known is not None and known.contains(self.tag(table, row))


@broken("AC-906")
class KnownIsRefused(Conditions):
    """Answers 412 to a read of a record that the caller has already."""

    def is_known(self, condition: Condition, table: Table, row: Row) -> bool:
        return False


@broken("AC-906")
class AnyTagIsKnown(Conditions):
    """Answers every read with If-None-Match with 304."""

    def is_known(self, condition: Condition, table: Table, row: Row) -> bool:
        return condition.none_match is not None


class Unreadable(Conditions):
    """Does something else with what it can't read."""

    def read(self, request: Request, is_about_one: bool = True) -> Condition:
        try:
            return super().read(request, is_about_one)
        except Problem:
            if not is_about_one:
                raise
            return self.instead(request)

    def instead(self, request: Request) -> Condition:
        """The condition in place of one that can't be read."""
        return Condition()


@broken("AC-907")
class UnreadableIsIgnored(Unreadable):
    """Takes a condition that it can't read for none."""


@broken("AC-907")
class UnreadableFails(Unreadable):
    """Answers 500 to a condition that it can't read."""

    def instead(self, request: Request) -> Condition:
        raise ValueError("not enough values to unpack")


@broken("AC-907")
class WordsAreTags(Unreadable):
    """Reads as loosely as many libraries do: in If-None-Match a word without quotes is a tag."""

    def instead(self, request: Request) -> Condition:
        return Condition(
            request.if_match if "If-Match" in request.headers else None,
            request.if_none_match if "If-None-Match" in request.headers else None,
        )


@broken("AC-907")
@view("records.upsert")
def condition_in_place_of_a_permission(original: Any, table: str) -> Any:
    """Lets every role write that knows the tag of the record, as if it were a key."""
    if "If-Match" in request.headers:
        g.role = replace(g.role, create=True, update=True)
    return original(table=table)


@broken("AC-907")
@view("records.update")
def no_record_has_no_tag(original: Any, table: str, record_id: str) -> Any:
    """Answers 412 to a partial update with a condition where the record is not there."""
    try:
        return original(table=table, record_id=record_id)
    except Problem as problem:
        if problem.status == not_found().status and {"If-Match", "If-None-Match"} & set(request.headers.keys()):
            raise Problem(HTTPStatus.PRECONDITION_FAILED, "There is no such record.") from None
        raise


class ChecksAhead(ManyClients):
    """Among many clients, can check a condition before the transaction that writes."""

    def check_ahead(self, table: Table, stored: Row | None) -> None:
        """Check the condition of the request, and wait for others who do."""
        if condition := Conditions.read(self.conditions, request):
            self.conditions.check(condition, table, stored)
            self.clients.meet()


class UpsertsCheckAhead(ChecksAhead):
    """Checks the condition of an upsert ahead."""

    def upsert(self, table: str) -> Any:
        if self.clients.are_many():
            plan = self.validator.upsert(self.enter(table, "create", "update"), request.read_object())
            self.check_ahead(plan.table, self.upserts.find_match(plan, plan.rows[0]))
        return super().upsert(table)


class ChangesCheckAhead(ChecksAhead):
    """Checks the condition of a partial update ahead."""

    def setup(self) -> None:
        super().setup()
        original = self.view_functions["records.update"]

        def update(table: str, record_id: str) -> Any:
            if self.clients.are_many():
                found = self.enter(table, "update")
                self.check_ahead(found, self.store.get(found, parse_id(found, record_id)))
            return original(table=table, record_id=record_id)

        self.view_functions["records.update"] = update


class CheckedAhead(IgnoresConditions):
    """Conditions that were checked ahead among many clients."""

    def read(self, request: Request, is_about_one: bool = True) -> Condition:
        server = cast(ManyClients, current_app)
        reads = super().read if server.clients.are_many() else super(IgnoresConditions, self).read
        return reads(request, is_about_one)


for name, part, says in (
    ("condition-is-checked-ahead", UpsertsCheckAhead,
     "Checks the condition of an upsert, and then begins the transaction that writes."),
    ("patch-is-checked-ahead", ChangesCheckAhead,
     "Reads a record, compares its tag, and then writes it in another transaction."),
):  # fmt: skip
    endpoint = "records.upsert" if part is UpsertsCheckAhead else "records.update"
    add(name, says, "AC-905", part, type("Checked", (CheckedAhead,), {"endpoints": (endpoint,)}))


class RefusesAllWhoMeet(ManyClients):
    """Refuses everybody who has sent a condition while others do."""

    def upsert(self, table: str) -> Any:
        if self.clients.are_many() and self.conditions.read(request):
            raise Problem(HTTPStatus.PRECONDITION_FAILED, "Others are at work on this record.")
        return super().upsert(table)


add("all-who-meet-are-refused", "Refuses all clients that change one record at the same time, so that none is done.",
    "AC-905", RefusesAllWhoMeet)  # fmt: skip


class LosersAreBusy(ManyClients):
    """Answers 503 to the losers of a race, as a database does that can't serialize them."""

    def upsert(self, table: str) -> Any:
        try:
            return super().upsert(table)
        except Problem as problem:
            if problem.status == HTTPStatus.PRECONDITION_FAILED and self.clients.are_many():
                raise busy() from None
            raise


add("losers-are-told-to-try-again", "Answers 503 to those who come too late, as if another try could succeed.",
    "AC-905", LosersAreBusy)  # fmt: skip
