"""The body of a request: its size, its content type, its JSON (CONTRACT 3)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import flask
from werkzeug.exceptions import RequestEntityTooLarge

from upsertspec_server import jsontext
from upsertspec_server.errors import Problem, bad_field, bad_request


class Request(flask.Request):
    """A request whose body is a JSON object."""

    def read_object(self) -> dict[str, Any]:
        """The object in the body. Raises 413, 415 and 400, in this order."""
        data = self.read_data()
        self.check_content_type()
        return self.parse(data)

    def read_data(self) -> bytes:
        """The bytes of the body. Raises 413 for more than MAX_CONTENT_LENGTH."""
        try:
            return self.get_data()
        except RequestEntityTooLarge:
            detail = f"The body must not be over {self.max_content_length} bytes."
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail) from None

    def check_content_type(self) -> None:
        """Raises 415 for a body that is not declared as JSON."""
        if self.content_type != "application/json" and not self.is_json:
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be declared as application/json.")

    def parse(self, data: bytes) -> dict[str, Any]:
        """The object in these bytes. Raises 400."""
        try:
            value = jsontext.read(data)
        except ValueError as error:
            message = str(error)  # where an integer has too many digits, the message is Python's own
            known = message.endswith(".")
            raise bad_request(message if known else "A number in the body has too many digits.") from None
        if not isinstance(value, dict):
            raise bad_request("The body must be a JSON object.")
        return value


def check_members(body: dict[str, Any], known: frozenset[str]) -> None:
    """Raises 400 for a member that the request does not have."""
    unknown = body.keys() - known
    if unknown:
        raise bad_field(min(unknown), "is not a member of this request")
