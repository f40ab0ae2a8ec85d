"""Tokens that are issued when they are needed: by a command, or by an OAuth 2 server. They are kept until refused."""

from __future__ import annotations

import base64
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from upsertspec.errors import NotTestable, TargetSilent
from upsertspec.http.session import Limits, Session
from upsertspec.http.text import printable
from upsertspec.target.references import unsendable
from upsertspec.target.target import ClientCredentials, Credential, Secret, TokenCommand

FORM = "application/x-www-form-urlencoded"
SECONDS = 60.0
SHOWN = 200
_ISSUED: dict[TokenCommand | ClientCredentials, str] = {}
"""The tokens of this process and, since they fork from it, of its workers."""
_LOCK = threading.Lock()


def with_token(held: Credential, settings: Mapping[str, Any], refused: str = "") -> Credential:
    """The credential with its token: the one that was issued before, or a new one if that is the refused one.

    `settings` are the TLS and proxy settings of the target. Raises NotTestable where no token is issued.
    """
    source = held.source
    if source is None:
        return held
    with _LOCK:
        if _ISSUED.get(source, "") in ("", refused):
            _ISSUED[source] = _checked(_run(source) if isinstance(source, TokenCommand) else _asked(source, settings))
        return replace(held, secret=Secret(_ISSUED[source], source.variable, source.shell))


def _run(source: TokenCommand) -> str:
    """What the command prints."""
    name = f"the command for a token ({printable(source.words[0])})"
    try:
        done = subprocess.run(
            source.words, cwd=source.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, ValueError) as wrong:
        raise NotTestable(f"{name} can't be started ({getattr(wrong, 'strerror', None) or wrong}); fix it") from wrong
    except subprocess.TimeoutExpired as late:
        raise NotTestable(f"{name} did not end within {SECONDS:g} s; run it by hand to see why") from late
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = f": {printable(said[-1])[:SHOWN]}" if said else ""
        raise NotTestable(f"{name} ended with exit code {done.returncode}{why}")
    return done.stdout.decode("utf-8", "replace").strip()


def _asked(source: ClientCredentials, settings: Mapping[str, Any]) -> str:
    """The access token for the client credentials (RFC 6749, 4.4)."""
    more = {"scope": source.scope, "audience": source.audience}
    form = {"grant_type": "client_credentials", **{name: value for name, value in more.items() if value}}
    pair = base64.b64encode(f"{source.client_id}:{source.client_secret.value}".encode()).decode("ascii")
    headers = {"Authorization": f"Basic {pair}", "Content-Type": FORM, "Accept": "application/json"}
    session = Session(Limits(SECONDS), settings)
    try:
        answer = session.send("POST", source.token_url, headers, urlencode(form).encode("ascii"))
        return str(answer.parsed()["access_token"])
    except TargetSilent as silent:
        raise NotTestable(f"{source.token_url} gives no token: {silent}") from silent
    except (ValueError, RecursionError, KeyError, TypeError) as wrong:
        raise NotTestable(
            f"{source.token_url} answered {answer.status} without an access_token; check the client"
        ) from wrong
    finally:
        session.close()


def _checked(token: str) -> str:
    if not token or unsendable(token):
        raise NotTestable("what was issued as a token is empty, or has a character that no header can carry")
    return token
