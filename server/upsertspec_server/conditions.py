"""Entity tags, and requests under a condition: `If-Match` and `If-None-Match` (CONTRACT 3.9, RFC 9110 13.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.datastructures import ETags
from werkzeug.http import generate_etag, parse_etags, quote_etag

from upsertspec_server.errors import Problem, bad_request
from upsertspec_server.schema import Row, Table

if TYPE_CHECKING:
    from upsertspec_server.app import Server
    from upsertspec_server.request import Request

HEADERS = ("If-Match", "If-None-Match")
_TAG = r'(?:W/)?"[!#-~\x80-\xff]*"'
READABLE = re.compile(rf"\*|[\s,]*{_TAG}(?:\s*,[\s,]*{_TAG})*[\s,]*")


@dataclass(frozen=True)
class Condition:
    """What a request asks of the stored record; None where it does not have the header."""

    match: ETags | None = None
    none_match: ETags | None = None

    def __bool__(self) -> bool:
        return self.match is not None or self.none_match is not None


class Conditions:
    """Makes the tags, reads the conditions and checks them. The caller holds the transaction of the write."""

    def __init__(self, app: Server) -> None:
        self.app = app

    def tag(self, table: Table, row: Row) -> str:
        """The strong tag of a stored record, without quotes: a hash of its fields."""
        return generate_etag(repr([row.get(name) for name in table.columns]).encode())

    def header(self, table: Table, row: Row | None) -> dict[str, str]:
        """The header of an answer about one record."""
        return {} if row is None else {"ETag": quote_etag(self.tag(table, row))}

    def read(self, request: Request, is_about_one: bool = True) -> Condition:
        """The condition of a request. Raises 400 for one that can't be read, or that no one record could meet."""
        return Condition(*[self.read_header(name, request.headers.get(name), is_about_one) for name in HEADERS])

    def read_header(self, name: str, text: str | None, is_about_one: bool) -> ETags | None:
        """The tags in a header, or None without it. Raises 400."""
        if text is None:
            return None
        if not is_about_one:
            raise bad_request(f"{name} has no meaning here: this request is not about one stored record.")
        if not READABLE.fullmatch(text):
            raise bad_request(f'{name} must be * or tags in double quotes, such as "a1", "b2".')
        return parse_etags(text)

    def check(self, condition: Condition, table: Table, stored: Row | None) -> None:
        """Raises 412 where the stored record, or None, does not meet the condition."""
        if condition and not self.holds(condition, None if stored is None else self.tag(table, stored)):
            raise Problem(HTTPStatus.PRECONDITION_FAILED, "The stored record does not meet the condition.")

    def holds(self, condition: Condition, tag: str | None) -> bool:
        """Whether a record with this tag, or none, meets the condition. `If-Match` takes no weak tag."""
        if condition.match is not None and (tag is None or not condition.match.contains(tag)):
            return False
        return condition.none_match is None or tag is None or not condition.none_match.contains_weak(tag)

    def is_known(self, condition: Condition, table: Table, row: Row) -> bool:
        """Whether a caller who reads the record says with `If-None-Match` that it has it; `If-Match` comes first."""
        return condition.match is None and not self.holds(condition, self.tag(table, row))
