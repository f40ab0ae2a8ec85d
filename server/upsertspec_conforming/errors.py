"""Errors with other words, other members, and other statuses where the contract leaves the status open."""

from __future__ import annotations

import dataclasses
import sqlite3
from http import HTTPStatus
from typing import Any

from upsertspec_catalogue import Answer, answers
from upsertspec_conforming import add, conforming
from upsertspec_server.errors import Problem
from upsertspec_server.fields import Json, Text
from upsertspec_server.request import Request
from upsertspec_server.schema import Field, Row, Table
from upsertspec_server.store import Store
from upsertspec_server.upsert import Plan
from upsertspec_server.validation import Validator

AT_STAKE = "The suite accepts 400, 409 or 422 wherever AC-013 or AC-403 is at stake (3.1)."
WORDS = {400: "Ungültige Anfrage", 401: "Nicht angemeldet", 403: "Nicht erlaubt", 404: "Nicht gefunden", 409: "Besetzt"}


@conforming("At least `status` and `title`; a validation error SHOULD carry `errors` (3).")
@answers
def errors_are_bare(answer: Answer) -> None:
    """Answers an error with status and title only; where a batch or a transaction fails, the title has the index."""
    if answer.is_problem and answer.body:
        title = f"No: [{answer.body['index']}]" if "index" in answer.body else "No."
        answer.body = {"status": answer.status, "title": title}


@conforming("At least `status` and `title` (3): RFC 9457, 3.2, lets a problem have further members.")
@answers
def errors_say_more(answer: Answer) -> None:
    """Adds members to an error: a type of its own, an instance, a trace, help; the words are German."""
    if answer.is_problem and answer.body:
        answer.body |= {
            "type": f"https://api.example.com/problems/{answer.status}",
            "title": WORDS.get(answer.status, "Fehler"),
            "instance": "urn:uuid:7d3ef5a4-3f0a-4b8e-9a55-0d3c4f3a1f10",
            "trace": {"id": "4bf92f3577b34da6", "span": None, "sampled": True},
            "help": ["https://api.example.com/help"],
            "errors": [{**error, "code": "E42", "pointer": "#/fields"} for error in answer.body.get("errors", [])],
        }


@conforming("401 carries WWW-Authenticate, 405 carries Allow: both are a SHOULD (3.1).", warns=("AC-811", "AC-812"))
@answers
def refusals_offer_nothing(answer: Answer) -> None:
    """Answers 401 without WWW-Authenticate, and 405 without Allow."""
    answer.headers.pop("WWW-Authenticate", None)
    answer.headers.pop("Allow", None)


@conforming("Several challenges, schemes in any case, methods in any order (RFC 9110, 10.2.1, 11.6.1).")
@answers
def refusals_offer_more(answer: Answer) -> None:
    """Answers 401 with several challenges in two headers, and 405 with more methods, in another order."""
    if answer.status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'bearer realm="records, and more", Basic realm="x"'
        answer.headers.add("WWW-Authenticate", "Negotiate")
    if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ",".join(["QUERY", *sorted(answer.headers["Allow"].split(", "), reverse=True)])


class RulesApart(Validator):
    """Refuses a value that breaks a rule of its field with another status than one of the wrong type."""

    status: int = HTTPStatus.CONFLICT

    def value(self, field: Field, value: Any) -> Any:
        if value is None and field.required and not self.counts_null(field):
            return super().value(field, value)
        loose = dataclasses.replace(field, options=None, minimum=None, pattern=None, required=False)
        loose.parse(value)
        try:
            return super().value(field, value)
        except ValueError as error:
            raise Problem(self.status, f"{field.name} {error}") from None

    def counts_null(self, field: Field) -> bool:
        """Whether null for a required field counts as a broken rule too."""
        return False


@conforming(AT_STAKE)
class BrokenRulesAre409(RulesApart):
    """Answers 409 for a value outside of its field's options or minimum, as for a unique key."""


def conflicts(status: int) -> type[Store]:
    """A store that refuses a unique key or a reference with this status."""

    class Conflicts(Store):
        def refused(self, table: Table, row: Row, error: sqlite3.IntegrityError) -> Problem:
            problem = super().refused(table, row, error)
            problem.status = status if problem.status == HTTPStatus.CONFLICT else problem.status
            return problem

    return Conflicts


@conforming(AT_STAKE, using=(conflicts(422),))
class BrokenRulesAre422(RulesApart):
    """Answers 422 for options, minimum, unique keys and references, and for a reference that is null."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def counts_null(self, field: Field) -> bool:
        return field.references is not None


add("conflicts-are-400", "Answers 400 where a unique key or a reference would be broken.", AT_STAKE, conflicts(400))


@conforming("The suite accepts … 400 or 415 for a wrong content type (3.1).")
class WrongContentTypeIs400(Request):
    """Answers 400 for a body that is not declared as application/json, even where it ends in +json."""

    def check_content_type(self) -> None:
        if self.mimetype != "application/json":
            raise Problem(HTTPStatus.BAD_REQUEST, "Send application/json.")


@conforming("An empty batch, and one over the limit, is refused with 400 or 413 (AC-304).")
class BatchLimitsAre413(Validator):
    """Answers 413 for an empty batch and for one over the limit, and counts before it checks anything else."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Plan:
        if isinstance(body.get("records"), list):
            self.check_list("records", body["records"])
        return super().upsert(table, body)

    def check_list(self, member: str, value: Any) -> list[Any]:
        if isinstance(value, list) and not 1 <= len(value) <= self.max_records:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{member} must hold 1 to 1000 entries.")
        return super().check_list(member, value)


class TextWithoutNul(Text):
    """Refuses NUL in text."""

    def parse(self, value: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("must not hold NUL")
        return super().parse(value)


@conforming(
    "Text kept or refused, numbers kept or refused, never changed in silence (AC-805, AC-806).", using=(TextWithoutNul,)
)
class RefusesWhatItCantKeep(Json):
    """Refuses NUL in text, like Postgres, and numbers in JSON that a double cannot hold."""

    def parse(self, value: Any) -> Any:
        if "\\u0000" in (text := super().parse(value)) or too_large(value):
            raise ValueError("holds what can't be kept")
        return text


def too_large(value: Any) -> bool:
    """Whether a JSON value holds an integer beyond 53 bits."""
    if isinstance(value, (dict, list)):
        return any(map(too_large, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int) and abs(value) > 2**53
