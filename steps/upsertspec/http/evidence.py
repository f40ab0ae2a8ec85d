"""Evidence: the exchanges that a result rests on. Credentials are masked, bodies capped, each has a `curl` line."""

from __future__ import annotations

import html
import re
import shlex
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from upsertspec.target.target import SHORTEST_SECRET

BODY_CAP = 8192
HEADER_CAP = 1024
HEADERS_KEPT = 40
CURL_BODY_CAP = 100_000
LONGEST_FORM = 8
COOKIES = ("cookie", "set-cookie")
MASK = "•••"
CUT = "…"


@dataclass
class Exchange:
    """One request and what came back. `failure` is set where no usable answer came.

    Times are in seconds: `started` since 1970, `clock` by the clock that nobody sets (`time.perf_counter`).
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
    """Hides secrets wherever they turn up: in headers, bodies, URLs and messages, plain or escaped.

    A secret without its last letter is hidden too: it is sent to see whether it is refused.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Hide these too. What is shorter than four letters can't be told from other text, and is left."""
        with self._lock:
            new = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET} - self._secrets
            if new:
                self._secrets = self._secrets | new
                self._pattern = re.compile("|".join(map(_forms, sorted(self._secrets, key=len, reverse=True))))

    def text(self, text: str) -> str:
        """The text without its secrets; nor does a beginning of one stay where a value was cut short (…)."""
        if not self._pattern:
            return text
        *cut, last = self._pattern.sub(MASK, text).split(CUT)
        return CUT.join([*map(self._without_beginning, cut), last])

    def _without_beginning(self, text: str) -> str:
        """The text without the longest beginning of a secret that it ends with."""
        kept = max((len(part) for part in self._beginnings(len(text)) if text.endswith(part)), default=0)
        return text[:-kept] + MASK if kept else text

    def _beginnings(self, longest: int) -> Iterator[str]:
        for secret in self._secrets:
            for length in range(SHORTEST_SECRET, min(len(secret), longest + 1)):
                yield secret[:length]

    def start(self, body: bytes, cap: int) -> str:
        """The first letters of a body, at least `cap` where it has more, without secrets or half of one at the end."""
        edge = LONGEST_FORM * max(map(len, self._secrets), default=0)
        window = 2 * cap + edge
        text = self.text(body[:window].decode("utf-8", "backslashreplace"))
        return text[: len(text) - edge] if len(body) > window else text

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers without their secrets, each value capped, the first forty of them."""
        kept = list(headers.items())[:HEADERS_KEPT]
        return {self.text(printable(k))[:HEADER_CAP]: self._value(k, v)[:HEADER_CAP] for k, v in kept}

    def _value(self, name: str, value: str) -> str:
        return MASK if name.lower() in COOKIES else self.text(printable(value))


def _forms(secret: str) -> str:
    """A pattern for a secret and for what URLs, JSON and HTML make of it."""
    *most, last = map(_letter, secret)
    return "".join(most) + (f"(?:{last})?" if len(secret) > SHORTEST_SECRET else last)


def _letter(letter: str) -> str:
    if letter.isalnum():
        return letter
    code = ord(letter)
    escaped = rf"(?i:%{code:02x}|\\u{code:04x}|&#x0*{code:x};|&#0*{code};)"
    return rf"(?:{re.escape(html.escape(letter))}|\\?{re.escape(letter)}|{escaped}{'|[+]' if letter == ' ' else ''})"


def shown_body(body: bytes | None, masker: Masker, cap: int = BODY_CAP) -> str:
    """A body as text: masked before it is capped, so that no half of a secret stays at the edge."""
    if not body:
        return ""
    text = masker.start(body, cap)
    return text if len(text) <= cap and len(body) <= cap * 2 else f"{text[:cap]}… ({len(body)} bytes in all)"


def printable(text: str) -> str:
    """The text with control characters (terminal escapes, bidi overrides, line breaks) written out, safe to print."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def without_userinfo(url: str) -> str:
    """The URL without a user name or password in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def curl_line(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    secrets: Mapping[str, str],
    flags: Iterable[str] = (),
) -> str:
    """A line for bash that sends the request again; it holds printable text only.

    `secrets` maps a secret to what stands for it between the double quotes of a shell: the line never holds the secret.
    """
    globs = ["-g"] if set(url) & set("[]{}") else []
    parts = ["curl", "-sS", "-i", *globs, *flags, *([] if method == "GET" else ["-X", method]), _quoted(url, secrets)]
    for name, value in [(name, line) for name, text in headers.items() for line in getattr(text, "lines", [text])]:
        parts += ["-H", _quoted(f"{name}: {value}" if value else f"{name};", secrets)]
    if body is not None and len(body) > CURL_BODY_CAP:
        parts += ["--data-binary", "@body", f"# the body of {len(body)} bytes is left out here"]
    elif body is not None:
        parts += ["--data-raw", _quoted(body.decode("utf-8", "surrogateescape"), secrets)]
    return " ".join(parts)


def curl_flags(settings: Mapping[str, Any]) -> list[str]:
    """The TLS and proxy settings of a session, as `curl` has them."""
    verify, cert = settings.get("verify", True), settings.get("cert")
    certificate, key = cert if isinstance(cert, tuple) else (cert, None)
    flags = {
        "--cacert": verify if isinstance(verify, str) else None,
        "--cert": certificate,
        "--key": key,
        "--proxy": settings.get("proxies", {}).get("http"),
    }
    given = [word for flag, value in flags.items() if value for word in (flag, _shell_text(value))]
    return (["-k"] if verify is False else []) + given


def _quoted(text: str, secrets: Mapping[str, str]) -> str:
    if not secrets:
        return _shell_text(text)
    longest_first = sorted(secrets, key=len, reverse=True)
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    words = [f'"{secrets[piece]}"' if at % 2 else _shell_text(piece) for at, piece in enumerate(pieces) if piece]
    return "".join(words) or "''"


def _shell_text(text: str) -> str:
    """The text as one word of bash: as it is where it can be, else with its unprintable bytes written out."""
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(map(_shell_letter, text)) + "'"


def _shell_letter(letter: str) -> str:
    if letter.isprintable() and letter not in "'\\!":
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogateescape"))
