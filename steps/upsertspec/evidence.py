"""Evidence: the exchanges that a result rests on, with credentials masked, bodies capped, and a `curl` line for each."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

BODY_CAP = 8192
HEADER_CAP = 1024
HEADERS_KEPT = 40
MASK = "•••"


@dataclass
class Exchange:
    """One request and what came back. Times are in seconds; `failure` is set where no usable answer came."""

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
    elapsed: float = 0.0
    attempt: int = 1
    step: str = ""
    curl: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The exchange as `report.json` holds it."""
        answer = {"status": self.status, "headers": dict(self.response_headers), "body": self.response_body}
        request = {"headers": dict(self.request_headers), "body": self.request_body}
        timing = {"started": round(self.started, 6), "elapsed": round(self.elapsed, 6)}
        head = {"step": self.step, "role": self.role, "attempt": self.attempt, "method": self.method, "url": self.url}
        outcome = {"failure": self.failure} if self.failure else {"response": answer}
        return {**head, "request": request, **outcome, **timing, "curl": self.curl}


class Masker:
    """Hides secrets wherever they turn up: in headers, bodies, URLs and messages, plain or URL-encoded."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= 4 for form in (secret, quote(secret, safe=""))}
        ordered = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """The text without its secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers without their secrets, each value capped, the first forty of them."""
        kept = list(headers.items())[:HEADERS_KEPT]
        return {self.text(printable(k))[:HEADER_CAP]: self.text(printable(v))[:HEADER_CAP] for k, v in kept}


def shown_body(body: bytes | None, masker: Masker, cap: int = BODY_CAP) -> str:
    """A body as text: masked before it is capped, so that no half of a secret stays at the edge."""
    if not body:
        return ""
    text = masker.text(body[: cap * 2].decode("utf-8", "backslashreplace"))
    return text if len(text) <= cap and len(body) <= cap * 2 else f"{text[:cap]}… ({len(body)} bytes in all)"


def printable(text: str) -> str:
    """The text with control characters (terminal escapes, bidi overrides, line breaks) written out, safe to print."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def without_userinfo(url: str) -> str:
    """The URL without a user name or password in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def curl_line(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: str | None,
    secrets: Mapping[str, str],
    flags: Iterable[str] = (),
) -> str:
    """A shell line that sends the request again.

    `secrets` maps a secret to the environment variable that holds it: the line names the variable, never the secret.
    """
    parts = ["curl", "-sS", "-i", *flags, *([] if method == "GET" else ["-X", method]), shlex.quote(url)]
    for name, value in headers.items():
        parts += ["-H", _quoted(f"{name}: {value}" if value else f"{name};", secrets)]
    if body is not None:
        parts += ["--data-binary", _quoted(body, secrets)]
    return " ".join(parts)


def _quoted(text: str, secrets: Mapping[str, str]) -> str:
    found = next((secret for secret in secrets if secret and secret in text), None)
    if found is None:
        return shlex.quote(text)
    before, _, after = text.partition(found)
    return f'{shlex.quote(before) if before else ""}"${{{secrets[found]}}}"{_quoted(after, secrets) if after else ""}'
