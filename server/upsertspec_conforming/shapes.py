"""The same answers with more in them, in another order, or in other JSON text."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from upsertspec_conforming.catalogue import variant
from upsertspec_server import jsontext
from upsertspec_server.answers import Answer, Answers
from upsertspec_server.api import Api
from upsertspec_server.plans import Outcome
from upsertspec_server.schema import Table
from upsertspec_server.values import Values

OBJECTS = "JSON (3): RFC 8259, 4, an object is an unordered collection; white space between tokens says nothing."
RANDOM = random.Random(7)  # noqa: S311 - not for secrets
PROMPT = 40


class Rewriting(Api):
    """Looks at every response once more before it goes out."""

    def register(self, app: Flask) -> None:
        super().register(app)
        app.after_request(self.rewrite)

    def rewrite(self, response: Response) -> Response:
        """The response as it goes out: with JSON written in another way."""
        if response.data:
            response.data = self.text(json.loads(response.data)).encode()
        return response

    def text(self, value: Any) -> str:
        """A value as JSON text."""
        return jsontext.write(value)


@variant(OBJECTS)
class MembersInAnyOrder(Rewriting):
    """Writes the members of every object in another order each time."""

    def text(self, value: Any) -> str:
        return jsontext.write(shuffled(value))


def shuffled(value: Any) -> Any:
    """The value, the members of its objects in any order."""
    if isinstance(value, dict):
        names = RANDOM.sample(sorted(value), len(value))
        return {name: shuffled(value[name]) for name in names}
    return [shuffled(each) for each in value] if isinstance(value, list) else value


@variant(f"{OBJECTS} 7: any character may be escaped.")
class PrettyAndEscaped(Rewriting):
    """Indents its JSON, escapes all but ASCII and the slash, ends with a newline, and names the charset."""

    def text(self, value: Any) -> str:
        return json.dumps(value, indent=4).replace("/", "\\/") + "\r\n"

    def rewrite(self, response: Response) -> Response:
        if response.data:
            response.headers["Content-Type"] += ";charset=UTF-8"
        return super().rewrite(response)


@variant("The answers to a stored json value keep the value (AC-611), not its text: as a binary json column does.")
class StoredJsonIsSorted(Values):
    """Stores json with the members of its objects sorted."""

    def check_json(self, value: Any) -> Any:
        super().check_json(value)
        return jsontext.canonical(value)


@variant("`decimal` is a decimal number as text (2); how many zeros end it is not said.")
class DecimalsHaveFourPlaces(Values):
    """Shows decimals with four places, as a column of that scale does."""

    def decode(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        record = super().decode(table, row)
        for name, value in record.items():
            if table.all_fields[name].type == "decimal" and value is not None:
                whole, _, places = value.partition(".")
                record[name] = f"{whole}.{places.ljust(4, '0')}"
        return record


class MoreInRecords(Values):
    """Adds members to every record, and to every list of fields too."""

    def decode(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        links = {"self": {"href": f"/api/tables/{table.name}/records/{row['id']}"}}
        return {**super().decode(table, row), "_links": links, "_revision": RANDOM.random(), "_owner": None}


@variant(
    "`record` is the stored record, whole (3.1); nothing says that an answer has no other members.",
    using=(MoreInRecords,),
)
class AnswersSayMore(Answers):
    """Adds members to records, answers, lists and descriptions: links, a revision, an owner, a version."""

    def outcome(self, outcome: Outcome) -> dict[str, Any]:
        return {**super().outcome(outcome), "table": outcome.table.name, "changed": ["name"], "warnings": []}

    def listed(self, body: dict[str, Any]) -> Answer:
        return super().listed({**body, "_links": {"next": None}, "took_ms": 1, "version": {"major": 2}})

    def batch(self, outcomes: list[Outcome]) -> Answer:
        answer = super().batch(outcomes)
        return answer._replace(body={**(answer.body or {}), "total": len(outcomes), "errors": []})

    def transaction(self, operations: list[dict[str, Any]], outcomes: list[Outcome]) -> Answer:
        answer = super().transaction(operations, outcomes)
        return answer._replace(body={**(answer.body or {}), "committed": True})


@variant("`_fields` (comma-separated; `id` always) chooses among the fields of the table (3.2); a link is none.")
class ListedRecordsHaveLinks(Rewriting):
    """Adds `_links` to each record of a list, also where the client chose its fields."""

    def text(self, value: Any) -> str:
        if isinstance(value, dict) and "offset" in value:
            value["records"] = [{**record, "_links": {}} for record in value["records"]]
        return super().text(value)


@variant("The table's description names its fields and its unique keys (AC-112); more is not forbidden.")
class DescriptionSaysMore(Answers):
    """Describes the id as a key, the protected fields, and each field with all it could have."""

    def described(self, table: Table) -> Answer:
        body = super().described(table).body or {}
        unset = {"required": False, "unique": False, "label": "A field", "max_length": None}
        fields = {name: {**unset, **described} for name, described in body["fields"].items()}
        for name, field in table.all_fields.items():
            if name not in fields:
                fields[name] = {"type": field.type, "read_only": True, **unset, "unique": name == "id"}
            elif "references" in fields[name]:
                fields[name]["type"] = "uuid" if field.type == "uuid" else "integer"
        keys = [["id"], *body["unique_keys"]]
        return Answer(200, {**body, "fields": fields, "unique_keys": keys, "count": 3, "primary_key": "id"})


@variant("The table's description names its fields and its unique keys (AC-112); no order is said.")
class DescriptionInAnotherOrder(Answers):
    """Lists the unique keys, the fields of each key, and the options of a field in another order."""

    def described(self, table: Table) -> Answer:
        body = super().described(table).body or {}
        for field in body["fields"].values():
            if "options" in field:
                field["options"] = field["options"][::-1]
        return Answer(200, {**body, "unique_keys": [key[::-1] for key in body["unique_keys"][::-1]]})


@variant("201 and the record, `Location` (3.2): RFC 9110, 10.2.2, a URI reference.")
class LocationIsAbsolute(Answers):
    """Gives Location as an absolute URL, by the table's number."""

    def created(self, outcome: Outcome) -> Answer:
        where = f"{request.host_url}api/tables/{outcome.table.number}/records/{outcome.id}"
        return super().created(outcome)._replace(headers={"Location": where})


@variant("201 and the record, `Location` (3.2): RFC 9110, 10.2.2, a URI reference, which may be relative.")
class LocationIsRelative(Answers):
    """Gives Location relative to the path of the request."""

    def created(self, outcome: Outcome) -> Answer:
        return super().created(outcome)._replace(headers={"Location": f"records/{outcome.id}"})


@variant("The calls of 3.1 to 3.4 are not said to be the only ones.")
class MoreCalls(Api):
    """Answers HEAD and OPTIONS, PUT like PATCH, and has a page of its own."""

    def calls(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        known = super().calls()
        heads = [("HEAD", path, handler) for method, path, handler in known if method == "GET"]
        options = [("OPTIONS", path, self.options) for path in dict.fromkeys(path for _, path, _ in known)]
        puts = [("PUT", path, handler) for method, path, handler in known if method == "PATCH"]
        return [*known, *heads, *options, *puts, ("GET", "/", self.health)]

    def options(self, **_: str) -> Answer:
        """204, for a browser that asks."""
        return Answer(204, None, {"Allow": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"})


@variant("RFC 6585: a server may ask a client to come again later; a 429 was not carried out.")
class AsksToWait(Rewriting):
    """Answers every fortieth request with 429 and Retry-After, and carries it out only when it comes again."""

    def register(self, app: Flask) -> None:
        self.count = 0
        app.before_request(self.refuse)
        super().register(app)

    def refuse(self) -> Response | None:
        """A 429 now and then."""
        self.count += 1
        return Response(status=429, headers={"Retry-After": "0"}) if self.count % PROMPT == 0 else None
