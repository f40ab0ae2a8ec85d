"""Bodies that are not JSON, not an object, of another type or too large; and errors that reveal internals."""

from __future__ import annotations

import json
import sqlite3
import traceback
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import flask

from upsertspec_broken import add, broken
from upsertspec_broken.bases import reads
from upsertspec_catalogue import Answer, answers, view
from upsertspec_server.config import MAX_CONTENT_LENGTH
from upsertspec_server.errors import Problem, bad_request
from upsertspec_server.fields import Json
from upsertspec_server.request import Request
from upsertspec_server.schema import PROTECTED, Row, Table
from upsertspec_server.store import Store
from upsertspec_server.transactions import Operation, Results, Transactions
from upsertspec_server.upsert import Outcome
from upsertspec_server.validation import Validator

MEGABYTE = 1024 * 1024
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


def first_value(data: bytes) -> bytes:
    """The first JSON value of a body."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        end = len(text)
    return text[:end].encode("utf-8", "surrogateescape")


def fail_where_deep(data: bytes) -> bytes:
    """Fail where a body nests deeply."""
    if data.count(b"[") + data.count(b"{") > 1000:
        json.loads(data.decode("utf-8", "replace"))
    return data


add(
    "takes-the-first-value", "Reads the first JSON value of a body, and ignores the rest.", "AC-801", reads(first_value)
)
add("deep-bodies-fail", "Fails where a body nests deeper than its stack.", "AC-803 AC-807", reads(fail_where_deep))
add("list-of-one-is-taken", "Takes a list of one object as the object.", "AC-803",
    reads(lambda data: data[1:-1] if data.startswith(b"[{") and data.endswith(b"}]") else data))  # fmt: skip


@broken("AC-801")
class ChangesAreReadToTheirEnd(Request):
    """Reads the first JSON value of a change, and ignores the rest."""

    def parse(self, data: bytes) -> dict[str, Any]:
        return super().parse(first_value(data) if self.method == "PATCH" else data)


@broken("AC-803")
class ChangesOfNothing(Request):
    """Takes a change without an object of fields as one that changes nothing."""

    def parse(self, data: bytes) -> dict[str, Any]:
        try:
            body = super().parse(data)
        except Problem as problem:
            if self.method != "PATCH" or "must be a JSON object" not in problem.detail:
                raise
            return {"fields": {}}
        return body if self.method != "PATCH" or body.get("fields") else {"fields": {}}


class Parsing(Request):
    """Does something else where a body is refused."""

    def parse(self, data: bytes) -> dict[str, Any]:
        try:
            return super().parse(data)
        except Problem as problem:
            self.refused(problem)
            raise

    def refused(self, problem: Problem) -> None:
        """The body is refused."""


@broken("AC-801", "AC-807")
class MalformedIs500(Parsing):
    """Lets the error of its JSON library through: 500 for a body that is not JSON."""

    def refused(self, problem: Problem) -> None:
        if "not JSON" in problem.detail or "UTF-8" in problem.detail:
            raise RuntimeError("The body can't be read.")


@broken("AC-803", "AC-807")
class OnlyObjectsAreExpected(Parsing):
    """Never checks whether the body is an object, and fails where it is not."""

    def refused(self, problem: Problem) -> None:
        if "must be a JSON object" in problem.detail:
            raise AttributeError("'list' object has no attribute 'keys'")


@broken("AC-807")
class TellsItsLibrary(Parsing):
    """Answers with the error of its JSON library, name included."""

    def refused(self, problem: Problem) -> None:
        if "must be a JSON object" not in problem.detail:
            problem.detail = f"json.decoder.JSONDecodeError: {problem.detail}"


def accepts_type(accepted: Callable[[Request], bool]) -> type[Request]:
    """A request that takes bodies of other types too."""

    class AcceptsType(Request):
        def check_content_type(self) -> None:
            if not accepted(self):
                super().check_content_type()

    return AcceptsType


for name, accepted, says in (
    ("any-type-will-do", lambda request: True, "Reads every body as JSON, whatever its content type."),
    ("plain-text-will-do", lambda request: request.mimetype == "text/plain",
     "Reads text/plain as JSON for old clients, and so also from any page on the web."),
    ("any-type-will-do-in-a-change", lambda request: request.method == "PATCH",
     "Reads the body of a change as JSON, whatever its content type."),
    ("more-than-json-will-do", lambda request: request.mimetype.startswith("application/json"),
     "Reads a body of any type that begins like that of JSON."),
    ("no-type-is-json", lambda request: not request.mimetype, "Reads a body without a content type as JSON."),
    ("type-has-json-in-it", lambda request: "json" in request.headers.get("Content-Type", ""),
     "Checks only whether the content type contains the letters json."),
):  # fmt: skip
    add(name, says, "AC-802", accepts_type(accepted))


@broken("AC-802")
class CharsetIsAnotherType(Request):
    """Compares the whole content type: JSON with a charset is refused."""

    def check_content_type(self) -> None:
        if self.headers.get("Content-Type", "") != "application/json":
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be declared as application/json.")


@broken("AC-802")
class ReadsForms(Request):
    """Takes forms too: `fields[email]=…` from any page on the web."""

    def read_object(self) -> dict[str, Any]:
        if self.mimetype not in (FORM, PARTS):
            return super().read_object()
        fields = {name[7:-1]: value for name, value in self.form.items() if name.startswith("fields[")}
        return {"fields": fields, "matchFields": self.form.getlist("matchFields[]")}


@broken("AC-803", "AC-804")
class UnknownFieldsAreDropped(Validator):
    """Silently drops the fields that the table does not have."""

    def row(self, table: Table, fields: Any) -> Row:
        if isinstance(fields, dict):
            fields = {name: fields[name] for name in fields if name in table.fields or name in PROTECTED}
        return super().row(table, fields)


@broken("AC-803")
class UnknownNullsAreDropped(Validator):
    """Drops a field that the table does not have where its value is null, and refuses it only with another."""

    def row(self, table: Table, fields: Any) -> Row:
        is_known = {*table.all_fields}.__contains__
        kept = (
            fields
            if not isinstance(fields, dict)
            else {n: v for n, v in fields.items() if v is not None or is_known(n)}
        )
        return super().row(table, kept)


@broken("AC-803")
class DeepJsonIsCut(Json):
    """Stores null for JSON that nests too deeply."""

    def parse(self, value: Any) -> Any:
        try:
            return super().parse(value)
        except ValueError:
            return "null"


NO_LIMIT = {"MAX_CONTENT_LENGTH": None}
add("no-limit", "Takes a body of any size.", "AC-808", NO_LIMIT)
add("limit-of-a-megabyte", "Keeps the default limit of its web server, which is a megabyte.", "AC-808 AC-805",
    {"MAX_CONTENT_LENGTH": MEGABYTE})  # fmt: skip
add(
    "limit-is-too-large",
    "Refuses a body of exactly the limit.",
    "AC-808",
    {"MAX_CONTENT_LENGTH": MAX_CONTENT_LENGTH - 1},
)
add("reads-up-to-the-limit", "Reads a body up to the limit, and ignores the rest.", "AC-808",
    NO_LIMIT, reads(lambda data: data[:MAX_CONTENT_LENGTH]))  # fmt: skip


@broken("AC-808")
@answers
def too_large_is_400(answer: Answer) -> None:
    """Answers 400 for a body that is too large."""
    if answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        answer.status = HTTPStatus.BAD_REQUEST


@broken("AC-808", using=(NO_LIMIT,))
class TooLargeIs500(Request):
    """Fails where a body is too large."""

    def read_data(self) -> bytes:
        if (self.content_length or 0) > MAX_CONTENT_LENGTH:
            raise MemoryError
        return super().read_data()


@broken("AC-808", using=(NO_LIMIT,))
class CountsLetters(Request):
    """Measures a body in characters instead of bytes."""

    def read_data(self) -> bytes:
        data = super().read_data()
        if len(data.decode("utf-8", "replace")) > MAX_CONTENT_LENGTH:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.")
        return data


@broken("AC-808", using=(NO_LIMIT,))
@view("records.upsert")
def measures_at_the_end(original: Any, table: str) -> Any:
    """Measures the body at the end: the answer is 413, but the record is written."""
    answer = original(table=table)
    if (flask.request.content_length or 0) > MAX_CONTENT_LENGTH:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.")
    return answer


@broken("AC-807")
@answers
def debug_is_on(answer: Answer) -> None:
    """Adds a stack trace to every error, as during development."""
    if answer.is_problem and answer.body:
        answer.body["trace"] = "Traceback (most recent call last):\n" + "".join(traceback.format_stack())


@broken("AC-807")
@answers
def tells_the_database(answer: Answer) -> None:
    """Names its database and its version in a header of every error."""
    if answer.is_problem:
        answer.headers["X-Backed-By"] = f"SQLite {sqlite3.sqlite_version}"


class Tells(Store):
    """Reveals internals when the database refuses a write."""

    def refused(self, table: Table, row: Row, error: sqlite3.IntegrityError) -> Problem:
        problem = super().refused(table, row, error)
        problem.detail = self.detail(error, table)
        return problem

    def detail(self, error: sqlite3.IntegrityError, table: Table) -> str:
        """The detail of the answer."""
        return str(error)


@broken("AC-807")
class TellsTheConstraint(Tells):
    """Answers a conflict with the message of the database."""


@broken("AC-807")
class TellsTheStatement(Tells):
    """Answers a conflict with the statement that failed."""

    def detail(self, error: sqlite3.IntegrityError, table: Table) -> str:
        return f"Could not run: {self.upsert_sql(table, table.unique_keys[0], ())}"


@broken("AC-807")
class TransactionsTellTheStorage(Transactions):
    """Answers a refused operation with the words of the database."""

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        try:
            return super().run_one(operation, results)
        except Problem as problem:
            if problem.status == HTTPStatus.CONFLICT:
                problem.detail = f"UNIQUE constraint failed: {operation['table']}.{next(iter(operation['fields']))}"
            raise


@broken("AC-801")
class JsonBeginsAtOnce(Request):
    """Looks at the first byte of a body: a line end before the JSON is refused."""

    def parse(self, data: bytes) -> dict[str, Any]:
        if data[:1].isspace():
            raise bad_request("The body is not JSON.")
        return super().parse(data)


@broken("AC-803")
class FieldsAreThere(Validator):
    """Takes the fields out of the body of a create or a change without a look whether they are there."""

    def fields(self, table: Table, body: dict[str, Any]) -> Row:
        return self.row(table, body["fields"])
