"""What the views share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import flask

from upsertspec_server.errors import bad_request, not_found
from upsertspec_server.request import Request
from upsertspec_server.schema import Table

if TYPE_CHECKING:
    from upsertspec_server.app import Server

current_app = cast("Server", flask.current_app)
request = cast(Request, flask.request)


def parse_id(table: Table, text: str) -> Any:
    """The id in a path. Raises 404 for a text that cannot be an id of this table."""
    try:
        return table.id_type.parse(table.id_type.read(text))
    except ValueError:
        raise not_found() from None


def refuse_parameters() -> None:
    """Raises 400 for a parameter where the call has none."""
    if request.query_string:
        raise bad_request("This call has no parameters.")
