"""Errors with other words, other members, and other numbers where the contract leaves the number open."""

# ruff: noqa: ARG002 - what takes the place of a method has its parameters
from __future__ import annotations

import dataclasses
from http import HTTPStatus
from typing import Any

from upsertspec_conforming.catalogue import variant
from upsertspec_server.answers import Answer, Answers
from upsertspec_server.auth import Auth
from upsertspec_server.body import Body
from upsertspec_server.errors import Problem
from upsertspec_server.schema import Field, Table
from upsertspec_server.store import Store
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values

AT_STAKE = "The suite accepts 400, 409 or 422 wherever AC-013 or AC-403 is at stake (3.1)."
WORDS = {400: "Ungültige Anfrage", 401: "Nicht angemeldet", 403: "Nicht erlaubt", 404: "Nicht gefunden", 409: "Besetzt"}


@variant("At least `status` and `title`; a validation error SHOULD carry `errors` (3).")
class ErrorsAreBare(Answers):
    """Answers an error with status and title alone; where a batch or a transaction fails, the title has the place."""

    def problem(self, problem: Problem) -> Answer:
        title = "No." if problem.index is None else f"No: [{problem.index}]"
        return Answer(problem.status, {"status": problem.status, "title": title})


@variant("At least `status` and `title` (3): RFC 9457, 3.2, lets a problem have further members.")
class ErrorsSayMore(Answers):
    """Adds members to an error: a type of its own, an instance, a trace, help; the words are German."""

    def problem(self, problem: Problem) -> Answer:
        answer = super().problem(problem)
        body: dict[str, Any] = {
            **(answer.body or {}),
            "type": f"https://api.example.com/problems/{problem.status}",
            "title": WORDS.get(problem.status, "Fehler"),
            "instance": "urn:uuid:7d3ef5a4-3f0a-4b8e-9a55-0d3c4f3a1f10",
            "trace": {"id": "4bf92f3577b34da6", "span": None, "sampled": True},
            "help": ["https://api.example.com/help"],
        }
        body["errors"] = [{**error, "code": "E42", "pointer": "#/fields"} for error in body.get("errors", [])]
        return Answer(answer.status, body, answer.headers)


@variant("401: no credentials, or credentials that are not valid (3.1); it asks for no header.")
class NoChallenge(Auth):
    """Answers 401 without WWW-Authenticate."""

    def refuse_credentials(self) -> Problem:
        return Problem(HTTPStatus.UNAUTHORIZED, "Log in.")


class RuleBroken(Problem):
    """A value of the right type, outside of its field's rule."""


class RulesApart(Validator):
    """Refuses a value that is outside of its field's rule apart from one of another type."""

    status: int = HTTPStatus.CONFLICT

    def value(self, field: Field, value: Any) -> Any:
        loose = dataclasses.replace(field, options=None, minimum=None, pattern=None, required=False)
        if value is not None:
            self.values.encode(loose, value)
        if value is None and not self.counts_null(field):
            return super().value(field, value)
        try:
            return super().value(field, value)
        except ValueError as error:
            raise RuleBroken(self.status, f"{field.name} {error}") from None

    def counts_null(self, field: Field) -> bool:
        """Whether a null for a required field is such a broken rule too."""
        return False


@variant(AT_STAKE)
class BrokenRulesAre409(RulesApart):
    """Answers 409 for a value outside of its field's options or minimum, as for a unique key."""


class ConflictsAre422(Store):
    """Answers 422 for a unique key or a reference that would be broken."""

    def write(self, *arguments: Any) -> Any:
        try:
            return super().write(*arguments)
        except Problem as problem:
            problem.status = 422 if problem.status == HTTPStatus.CONFLICT else problem.status
            raise


@variant(AT_STAKE, using=(ConflictsAre422,))
class BrokenRulesAre422(RulesApart):
    """Answers 422 for options, minimum, unique keys and references, and for a reference that is null."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def counts_null(self, field: Field) -> bool:
        return field.references is not None


@variant(AT_STAKE)
class ConflictsAre400(Store):
    """Answers 400 for a unique key or a reference that would be broken."""

    def write(self, *arguments: Any) -> Any:
        try:
            return super().write(*arguments)
        except Problem as problem:
            problem.status = 400 if problem.status == HTTPStatus.CONFLICT else problem.status
            raise


@variant("The suite accepts … 400 or 415 for a wrong content type (3.1).")
class WrongContentTypeIs400(Body):
    """Answers 400 for a body that is not declared as application/json, also where it ends in +json."""

    def check_type(self, mimetype: str) -> None:
        if mimetype != "application/json":
            raise Problem(HTTPStatus.BAD_REQUEST, "Send application/json.")


@variant("An empty batch, and one over the limit, is refused with 400 or 413 (AC-304).")
class BatchLimitsAre413(Validator):
    """Answers 413 for an empty batch and for one over the limit, and counts before it looks at anything else."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Any:
        if isinstance(body.get("records"), list):
            self.check_count("records", len(body["records"]))
        return super().upsert(table, body)

    def check_count(self, member: str, count: int) -> None:
        if not 1 <= count <= 1000:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{member} must hold 1 to 1000 entries.")


@variant("Text kept or refused, numbers kept or refused, never changed in silence (AC-805, AC-806).")
class RefusesWhatItCantKeep(Values):
    """Refuses NUL in text, as Postgres does, and numbers inside of JSON that a double can't hold."""

    def check_text(self, value: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("must not hold NUL")
        return super().check_text(value)

    def check_json(self, value: Any) -> Any:
        if "\\u0000" in (text := super().check_json(value)) or too_large(value):
            raise ValueError("holds what can't be kept")
        return text


def too_large(value: Any) -> bool:
    """Whether a JSON value holds an integer beyond 53 bits."""
    if isinstance(value, dict):
        return any(map(too_large, value.values()))
    if isinstance(value, list):
        return any(map(too_large, value))
    return isinstance(value, int) and abs(value) > 2**53
