"""Mistakes of requests, their headers and names that users of other software reported in public."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, request
from werkzeug.datastructures import ETags

from upsertspec_broken import broken
from upsertspec_server import Server
from upsertspec_server.conditions import Conditions
from upsertspec_server.errors import Problem, bad_request
from upsertspec_server.request import Request
from upsertspec_server.schema import Schema, Table

MEMBERS = (
    "fields", "records", "matchFields", "onConflict", "onMissing", "updateFields", "updateValues", "updateWhere",
    "operations",
)  # fmt: skip
SUFFIX = "--gzip"


@broken("AC-803", report="https://github.com/golang/go/issues/14750")
class MembersInAnyCase(Request):
    """Takes the members of a body in any case."""

    def parse(self, data: bytes) -> dict[str, Any]:
        known = {name.lower(): name for name in MEMBERS}
        return {known.get(name.lower(), name): value for name, value in super().parse(data).items()}


@broken("AC-001", report="https://github.com/connectrpc/vanguard-go/issues/188")
class CharsetInSmallLetters(Request):
    """Refuses a body that is declared as application/json; charset=UTF-8 in any other spelling than its own."""

    def check_content_type(self) -> None:
        super().check_content_type()
        if self.content_type not in ("application/json", "application/json; charset=utf-8"):
            raise Problem(415, "The body must be declared as application/json.")


@broken("AC-003", report="https://github.com/highcharts/highcharts/issues/25181")
class ObjectsHaveAConstructor(Schema):
    """Fails where the name of a table is that of something which each object of its language has."""

    def find(self, name: str) -> Table:
        if name in ("constructor", "__proto__", "toString", "valueOf", "hasOwnProperty"):
            raise RuntimeError("fields is undefined")
        return super().find(name)


@broken("AC-902", report="https://github.com/apache/polaris/pull/5454")
class TagsNeedACommaAndASpace(Conditions):
    """Refuses a list of tags unless one comma and one space are between them."""

    def read_header(self, name: str, text: str | None, is_about_one: bool) -> ETags | None:
        if text is not None and re.search(r"\",(?! )|\",  |\"\s+,", text):
            raise bad_request(f"{name} must be tags, separated by a comma and a space.")
        return super().read_header(name, text, is_about_one)


class StripsSuffixOfNoneMatch(Conditions):
    """Strips the suffix of a compressed answer from the tags in If-None-Match."""

    def read_header(self, name: str, text: str | None, is_about_one: bool) -> ETags | None:
        stripped = text.replace(f'{SUFFIX}"', '"') if text is not None and name == "If-None-Match" else text
        return super().read_header(name, stripped, is_about_one)


@broken("AC-902", using=(StripsSuffixOfNoneMatch,), report="https://github.com/jetty/jetty.project/issues/1416")
def compressed_answers_have_other_tags(app: Server) -> None:
    """Adds a suffix to the tag where a client takes compressed answers, and does not know it again in If-Match."""

    @app.after_request
    def add_suffix(response: Response) -> Response:
        tag = response.headers.get("ETag")
        if tag is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            response.headers["ETag"] = f'{tag[:-1]}{SUFFIX}"'
        return response
