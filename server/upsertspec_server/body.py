"""The body of a request: its type, its size, its JSON (CONTRACT 3)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from upsertspec_server import jsontext
from upsertspec_server.errors import Problem, bad_field, bad_request

MAX_BYTES = 8 * 1024 * 1024


class Body:
    """Reads bodies. Each refusal is a method of its own."""

    def check_type(self, mimetype: str) -> None:
        """Raises 415 where the body is not declared as JSON."""
        if mimetype != "application/json" and not (mimetype.startswith("application/") and mimetype.endswith("+json")):
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be declared as application/json.")

    def check_size(self, size: int) -> None:
        """Raises 413 for a body over 8 MiB."""
        if size > MAX_BYTES:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body must not be over {MAX_BYTES} bytes.")

    def parse(self, data: bytes) -> dict[str, Any]:
        """The object that the body holds. Raises 400."""
        try:
            value = jsontext.read(data)
        except ValueError as error:
            raise bad_request(self.explain(error)) from None
        if not isinstance(value, dict):
            raise bad_request("The body must be a JSON object.")
        return value

    def explain(self, error: ValueError) -> str:
        """What to tell the client; the limit on the digits of an integer is Python's own message."""
        message = str(error)
        return message if message.endswith(".") else "A number in the body has too many digits."

    def check_members(self, body: dict[str, Any], known: frozenset[str]) -> None:
        """Raises 400 for a member that the request does not have."""
        unknown = body.keys() - known
        if unknown:
            raise bad_field(min(unknown), "is not a member of this request")
