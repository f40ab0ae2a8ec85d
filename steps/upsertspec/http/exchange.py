"""One exchange: a request and its response, as a report shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from upsertspec.http.masking import Masker


@dataclass
class Exchange:
    """A request and its response. What is shown of them has secrets masked and bodies capped.

    The `raw` parts hold secrets: never show them. They are masked only when somebody reads what is shown, because most
    exchanges are read by nobody. A raw response body may be only the start of one of `response_size` bytes.

    `failure` says why there is no usable response; it is empty where there is one. Times are in seconds: `started`
    since 1970, `clock` by `time.perf_counter`, `elapsed` for the whole exchange. `attempt` counts from 1. `command`
    makes the line of `curl`.
    """

    role: str
    method: str
    raw_url: str = field(repr=False)
    raw_request_headers: Mapping[str, str] = field(repr=False)
    raw_request_body: bytes | None = field(repr=False)
    status: int | None = None
    raw_response_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    raw_response_body: bytes = field(default=b"", repr=False)
    response_size: int = 0
    failure: str = ""
    started: float = 0.0
    clock: float = 0.0
    elapsed: float = 0.0
    attempt: int = 1
    step: str = ""
    command: Callable[[], str] = field(default=str, repr=False)
    masker: Masker = field(default_factory=Masker, repr=False)

    @property
    def url(self) -> str:
        """The URL of the request."""
        return self.masker.text(self.raw_url)

    @property
    def request_headers(self) -> Mapping[str, str]:
        """The headers of the request."""
        return self.masker.headers(self.raw_request_headers)

    @property
    def request_body(self) -> str | None:
        """The body of the request, or None where it had none."""
        return None if self.raw_request_body is None else self.masker.body(self.raw_request_body)

    @property
    def response_headers(self) -> Mapping[str, str]:
        """The headers of the response."""
        return self.masker.headers(self.raw_response_headers)

    @property
    def response_body(self) -> str:
        """The body of the response."""
        return self.masker.body(self.raw_response_body, size=self.response_size)

    @cached_property
    def curl(self) -> str:
        """A command that sends the request again."""
        return self.command()

    def response_header(self, name: str) -> str:
        """A header of the response, or an empty text."""
        return next((value for own, value in self.response_headers.items() if own.lower() == name.lower()), "")

    def as_dict(self) -> dict[str, Any]:
        """The exchange as `report.json` holds it."""
        response = {"status": self.status, "headers": self.response_headers, "body": self.response_body}
        return {
            "step": self.step,
            "role": self.role,
            "attempt": self.attempt,
            "method": self.method,
            "url": self.url,
            "request": {"headers": self.request_headers, "body": self.request_body},
            **({"failure": self.failure} if self.failure else {"response": response}),
            "started": round(self.started, 6),
            "elapsed": round(self.elapsed, 6),
            "curl": self.curl,
        }
