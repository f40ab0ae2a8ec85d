"""A `curl` command for bash that sends a request again, with each secret replaced by a shell variable."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from upsertspec.http.text import without_userinfo
from upsertspec.target.proxy import PROXY_PASSWORD, PROXY_USERNAME

CURL_BODY_CAP = 100_000


def curl_line(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    secrets: Mapping[str, str],
    flags: Iterable[str] = (),
    mask: Callable[[str], str] = str,
) -> str:
    """The command, on one line of printable text.

    `secrets` maps each secret to the shell expression that replaces it, such as `${UPSERTSPEC_TOKEN_EDITOR}`.
    All other text goes through `mask`.
    A body of more than 100,000 bytes is left out, and a comment says so.
    """
    globs = ["-g"] if set(url) & set("[]{}") else []
    parts = [
        "curl",
        "-sS",
        "-i",
        *globs,
        *flags,
        *([] if method == "GET" else ["-X", method]),
        _quoted(url, secrets, mask),
    ]
    for name, value in [(name, line) for name, text in headers.items() for line in getattr(text, "lines", [text])]:
        parts += ["-H", _quoted(f"{name}: {value}" if value else f"{name};", secrets, lambda t: _as_bytes(mask(t)))]
    if body is not None and len(body) > CURL_BODY_CAP:
        parts += ["--data-binary", "@body", f"# the body of {len(body)} bytes is left out here"]
    elif body is not None:
        parts += ["--data-raw", _quoted(body.decode("utf-8", "surrogateescape"), secrets, mask)]
    return " ".join(parts)


def curl_flags(settings: Mapping[str, Any]) -> list[str]:
    """The flags for the TLS and proxy settings of a session."""
    proxy = settings.get("proxies", {}).get("http")
    verify, cert = settings.get("verify", True), settings.get("cert")
    certificate, key = cert if isinstance(cert, tuple) else (cert, None)
    flags = {
        "--cacert": verify if isinstance(verify, str) else None,
        "--cert": certificate,
        "--key": key,
        "--proxy": without_userinfo(proxy) if proxy else None,
    }
    given = [word for flag, value in flags.items() if value for word in (flag, _shell_text(value))]
    user = ["--proxy-user", f'"${{{PROXY_USERNAME}}}:${{{PROXY_PASSWORD}}}"'] if proxy and "@" in proxy else []
    return (["-k"] if verify is False else []) + given + user


def _quoted(text: str, secrets: Mapping[str, str], mask: Callable[[str], str]) -> str:
    if not secrets:
        return _shell_text(mask(text))
    longest_first = sorted(secrets, key=len, reverse=True)
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    words = [f'"{secrets[piece]}"' if at % 2 else _shell_text(mask(piece)) for at, piece in enumerate(pieces) if piece]
    return "".join(words) or "''"


def _as_bytes(header: str) -> str:
    """A header as the bytes that are sent, which are Latin-1. Shell words are UTF-8."""
    try:
        return header.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return header


def _shell_text(text: str) -> str:
    """The text as one shell word: in plain quotes if it is printable, else as `$'...'` with escaped bytes."""
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(map(_shell_letter, text)) + "'"


def _shell_letter(letter: str) -> str:
    if letter.isprintable() and letter not in "'\\!":
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogateescape"))
