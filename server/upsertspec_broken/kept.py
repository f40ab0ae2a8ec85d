"""Answers and credentials that are kept, and serve somebody else."""

from __future__ import annotations

from typing import Any

from upsertspec_broken import broken
from upsertspec_server import Server
from upsertspec_server.views import request


@broken("AC-809")
class AnswersAreKeptForAll(Server):
    """Keeps the answers to reads until something is written, and gives them to everybody, with a token or not."""

    def setup(self) -> None:
        super().setup()
        self.kept: dict[str, Any] = {}
        self.before_request_funcs.setdefault(None, []).insert(0, self.keep_or_find)
        self.after_request(self.keep)

    def keep_or_find(self) -> Any:
        """The answer that was kept for this address."""
        if request.method == "GET":
            return self.kept.get(request.full_path)
        self.kept.clear()
        return None

    def keep(self, response: Any) -> Any:
        """Keep a good answer to a read."""
        if request.method == "GET" and response.status_code == 200:
            self.kept[request.full_path] = response
        return response


@broken("AC-809")
class ConnectionKeepsItsCredential(Server):
    """Checks the credential of the first request of a connection, and lets in what follows on it."""

    def authenticate(self) -> None:
        connections = self.config.setdefault("SEEN", {})
        place = (request.environ.get("REMOTE_ADDR"), request.environ.get("REMOTE_PORT"))
        if place in connections and self.is_protected(request.path):
            request.environ["HTTP_AUTHORIZATION"] = connections[place]
        super().authenticate()
        if sent := request.headers.get("Authorization"):
            connections.setdefault(place, sent)
