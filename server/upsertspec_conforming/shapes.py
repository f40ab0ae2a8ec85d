"""The same answers with more in them, in another order, or in other JSON text; and more calls."""

from __future__ import annotations

import itertools
import json
import random
from typing import Any

from flask import Response, request

from upsertspec_catalogue import Answer, answers, shown, stored
from upsertspec_conforming import add, conforming
from upsertspec_server import Server, jsontext
from upsertspec_server.fields import DecimalText, Json
from upsertspec_server.jsontext import StrictJSON
from upsertspec_server.queries import Include, Listing, Queries, Record
from upsertspec_server.views import current_app

OBJECTS = "JSON (3): RFC 8259, 4, an object is an unordered collection; white space between tokens says nothing."
RANDOM = random.Random(7)  # noqa: S311 - not for secrets
EVERY = 40


def shuffled(value: Any) -> Any:
    """The value, the members of its objects in any order."""
    if isinstance(value, dict):
        names = RANDOM.sample(sorted(value), len(value))
        return {name: shuffled(value[name]) for name in names}
    return [shuffled(each) for each in value] if isinstance(value, list) else value


@conforming(OBJECTS)
class MembersInAnyOrder(StrictJSON):
    """Writes the members of every object in another order each time."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(shuffled(obj), **kwargs)


def with_charset(app: Server) -> None:
    """Name the charset of every answer."""

    @app.after_request
    def add_charset(response: Response) -> Response:
        if response.data:
            response.headers["Content-Type"] += ";charset=UTF-8"
        return response


@conforming(f"{OBJECTS} 7: any character may be escaped.", using=(with_charset,))
class PrettyAndEscaped(StrictJSON):
    """Indents its JSON, escapes all but ASCII and the slash, ends with a newline, and names the charset."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return json.dumps(obj, indent=4).replace("/", "\\/") + "\r\n"


add("stored-json-is-sorted", "Stores JSON with the members of its objects sorted.",
    "The answers to a stored json value keep the value (AC-611), not its text: as a binary json column does.",
    stored(Json, lambda text: jsontext.canonical(jsontext.read(text.encode()))))  # fmt: skip


def four_places(text: str) -> str:
    """A decimal with at least four places."""
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(4, '0')}"


add("decimals-have-four-places", "Shows decimals with four places, like a column of that scale.",
    "`decimal` is a decimal number as text (2); how many zeros end it is not said.",
    shown(DecimalText, four_places))  # fmt: skip


def extend_records(value: Any) -> None:
    """Add members to every whole record."""
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        extend_records(each)
    if isinstance(value, dict) and {"id", "created_at", "updated_at"} <= value.keys():
        value |= {"_links": {"self": {"href": f"#{value['id']}"}}, "_revision": RANDOM.random(), "_owner": None}


@conforming("`record` is the stored record, whole (3.1); nothing says that an answer has no other members.")
@answers
def answers_say_more(answer: Answer) -> None:
    """Adds members to records, answers, lists and descriptions: links, a revision, an owner, a version."""
    if answer.is_problem or not isinstance(answer.body, dict):
        return
    for outcome in answer.outcomes:
        outcome |= {"changed": ["name"], "warnings": []}
    extend_records(answer.body)
    match answer.endpoint:
        case "records.upsert" if "records" in answer.body:
            answer.body |= {"total": len(answer.body["records"]), "errors": []}
        case "transactions.transact":
            answer.body["committed"] = True
        case "records.list_records" | "tables.stats" | "meta.health":
            answer.body |= {"_links": {"next": None}, "took_ms": 1, "version": {"major": 2}}


@conforming("`_fields` (comma-separated; `id` always) chooses among the fields of the table (3.2); a link is none.")
@answers
def listed_records_have_links(answer: Answer) -> None:
    """Adds `_links` to each record of a list, also where the client chose its fields."""
    if answer.endpoint == "records.list_records" and not answer.is_problem:
        answer.body["records"] = [{**record, "_links": {}} for record in answer.body["records"]]


@answers
def reads_with_nested_records_have_tags(answer: Answer) -> None:
    """Gives a read a tag where it nests records, which is another one each time."""
    if answer.endpoint == "records.read" and not answer.is_problem and "_include" in request.args:
        answer.headers["ETag"] = f'"{RANDOM.random()}"'


@conforming(
    "`_fields` of what is nested chooses among the fields of its table (3.6); what a read with nested records says of"
    " its tag is not tested (5).",
    using=(reads_with_nested_records_have_tags,),
)
class NestedRecordsSayMore(Queries):
    """Adds a link to what is nested, also where its fields are chosen; a read with nested records has a tag."""

    def choose_fields(self, listing: Listing | Include, record: Record) -> Record:
        chosen = super().choose_fields(listing, record)
        is_nested = isinstance(listing, Include)
        return {"_links": {"self": f"#{record['id']}"}, **chosen} if is_nested else chosen


@conforming("The table's description names its fields and its unique keys (AC-112); more is not forbidden.")
@answers
def description_says_more(answer: Answer) -> None:
    """Describes the id as a key, the protected fields, and each field with everything it could have."""
    if answer.endpoint != "tables.describe" or answer.is_problem:
        return
    body, table = answer.body, current_app.schema.tables[answer.body["name"]]
    unset = {"required": False, "unique": False, "label": "A field", "max_length": None}
    fields = {name: {**unset, **described} for name, described in body["fields"].items()}
    for name, field in table.all_fields.items():
        if name not in fields:
            kind = {"id": "integer", "timestamp": "datetime"}.get(field.type.name, field.type.name)
            fields[name] = {"type": kind, "read_only": True, **unset, "unique": name == "id"}
        elif "references" in fields[name]:
            fields[name]["type"] = "uuid" if field.type.name == "uuid" else "integer"
    body |= {"fields": fields, "unique_keys": [["id"], *body["unique_keys"]], "count": 3, "primary_key": "id"}


@conforming("The table's description names its fields and its unique keys (AC-112); no order is said.")
@answers
def description_in_another_order(answer: Answer) -> None:
    """Lists the unique keys, the fields of each key, and the options of a field in another order."""
    if answer.endpoint == "tables.describe" and not answer.is_problem:
        for field in answer.body["fields"].values():
            if "options" in field:
                field["options"] = field["options"][::-1]
        answer.body["unique_keys"] = [key[::-1] for key in answer.body["unique_keys"][::-1]]


@conforming("201 and the record, `Location` (3.2): RFC 9110, 10.2.2, a URI reference.")
@answers
def location_is_absolute(answer: Answer) -> None:
    """Gives Location as an absolute URL, by the table's number."""
    if "Location" in answer.headers:
        *_, name, records, ident = answer.headers["Location"].split("/")
        number = current_app.schema.tables[name].number
        answer.headers["Location"] = f"{request.host_url}api/tables/{number}/{records}/{ident}"


@conforming("201 and the record, `Location` (3.2): RFC 9110, 10.2.2, a URI reference, which may be relative.")
@answers
def location_is_relative(answer: Answer) -> None:
    """Gives Location relative to the path of the request."""
    if "Location" in answer.headers:
        answer.headers["Location"] = "/".join(answer.headers["Location"].split("/")[-2:])


@conforming("The calls of 3.1 to 3.4 are not said to be the only ones.")
def more_calls(app: Server) -> None:
    """Answers HEAD and OPTIONS, PUT like PATCH, and has a page of its own."""
    app.view_functions["meta.page"] = app.view_functions["meta.health"]
    rules = {rule.rule: rule for rule in app.url_map.iter_rules()}
    for path in rules:
        app.add_url_rule(path, f"options {path}", options, methods=["OPTIONS"])
    app.add_url_rule(
        "/api/tables/<table>/records/<record_id>", "put", app.view_functions["records.update"], methods=["PUT"]
    )


def options(**_: str) -> tuple[str, int, dict[str, str]]:
    """204, for a browser that asks."""
    return "", 204, {"Allow": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}


@conforming("RFC 6585: a server may ask a client to come again later; a 429 was not carried out.")
def asks_to_wait(app: Server) -> None:
    """Answers every fortieth request with 429 and Retry-After, and carries it out only when it is repeated."""
    count = itertools.count(1)

    def refuse() -> Response | None:
        return Response(status=429, headers={"Retry-After": "0"}) if next(count) % EVERY == 0 else None

    app.before_request_funcs[None].insert(0, refuse)
