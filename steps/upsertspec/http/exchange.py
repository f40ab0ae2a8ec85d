"""One exchange: a request and its response, as a report shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass
class Exchange:
    """A request and its response, with secrets masked and bodies capped.

    `failure` says why there is no usable response; it is empty where there is one. Times are in seconds: `started`
    since 1970, `clock` by `time.perf_counter`, `elapsed` for the whole exchange. `attempt` counts from 1. `command`
    makes the line of `curl`: most are never read.
    """

    role: str
    method: str
    url: str
    request_headers: Mapping[str, str]
    request_body: str | None
    status: int | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: str = ""
    failure: str = ""
    started: float = 0.0
    clock: float = 0.0
    elapsed: float = 0.0
    attempt: int = 1
    step: str = ""
    command: Callable[[], str] = field(default=str, repr=False)  # it holds secrets

    @cached_property
    def curl(self) -> str:
        """A command that sends the request again."""
        return self.command()

    def response_header(self, name: str) -> str:
        """A header of the response, or an empty text."""
        return next((value for own, value in self.response_headers.items() if own.lower() == name.lower()), "")

    def as_dict(self) -> dict[str, Any]:
        """The exchange as `report.json` holds it."""
        response = {"status": self.status, "headers": dict(self.response_headers), "body": self.response_body}
        return {
            "step": self.step,
            "role": self.role,
            "attempt": self.attempt,
            "method": self.method,
            "url": self.url,
            "request": {"headers": dict(self.request_headers), "body": self.request_body},
            **({"failure": self.failure} if self.failure else {"response": response}),
            "started": round(self.started, 6),
            "elapsed": round(self.elapsed, 6),
            "curl": self.curl,
        }
