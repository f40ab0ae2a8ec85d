"""The settings and their defaults.

`create_app(config)` starts from this module, adds what ENVIRONMENTS has for the ENVIRONMENT, then reads
`UPSERTSPEC_SERVER_…` variables (such as `UPSERTSPEC_SERVER_DATABASE`), and then takes what `config` holds. The command
also reads `UPSERTSPEC_TOKEN_…`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from upsertspec_server.errors import StartError
from upsertspec_server.schema import Schema

ENVIRONMENT = "development"
"""One of ENVIRONMENTS."""
ENVIRONMENTS: Mapping[str, Mapping[str, Any]] = {
    "test": {"BUSY_SECONDS": 2.0, "THREADS": 4},
    "development": {},
    "production": {"BUSY_SECONDS": 30.0, "THREADS": 16, "PROXIES": 1},
}
"""What differs from the defaults below. Production also needs a DATABASE: a temporary one would lose the records."""
DATABASE: str | None = None
"""The path of the database file; without one the server uses a temporary file, and removes it at the end."""
TOKENS: Mapping[str, str] = {}
"""Role to token."""
EXPIRED_TOKENS: Mapping[str, str] = {}
"""Role to a token that was valid once. It is refused like any token that is not in TOKENS."""
MAX_CONTENT_LENGTH = 8 * 1024 * 1024
"""The largest body, in bytes."""
MAX_RECORDS = 1000
"""The most records in a batch, and the most operations in a transaction."""
DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
"""How many records a page has, by default and at most."""
MAX_ANSWER = 32 * 1024 * 1024
"""How many characters the records of one answer may have together; a larger answer is refused with 400."""
THREADS = 8
"""How many requests are worked on at once."""
PROXIES = 0
"""How many proxies stand in front, such as the one that speaks TLS: so many `X-Forwarded-…` headers are believed."""
BUSY_SECONDS = 10.0
"""How long a request waits for its turn to write."""
IDEMPOTENCY_SECONDS = 24 * 60 * 60.0
"""How long an Idempotency-Key is kept, and so how long after the first request a retry still counts as one."""
PRAGMAS = ("foreign_keys = ON", "synchronous = NORMAL")
"""The settings of every SQLite connection."""
DURABLE = True
"""Whether a write is on the disk before it is answered, so that it survives a power cut; not in a temporary file."""

VARIABLES = "UPSERTSPEC_SERVER"
_TOKEN = re.compile(r"[!-~]+")


def settings_of(environment: str) -> Mapping[str, Any]:
    """The settings of an environment. Raises StartError for one that there is not."""
    if environment not in ENVIRONMENTS:
        raise StartError(f"{environment} is not an environment. Choose one of {', '.join(ENVIRONMENTS)}.")
    return ENVIRONMENTS[environment]


def variable(role: str) -> str:
    """The environment variable that holds the token of a role."""
    return f"UPSERTSPEC_TOKEN_{role.upper()}"


def tokens_from(environment: Mapping[str, str], schema: Schema) -> dict[str, str]:
    """The tokens that the environment holds, by role. Raises StartError for a token that cannot work."""
    tokens = {role: environment[variable(role)] for role in schema.roles if variable(role) in environment}
    for role, token in tokens.items():
        if not _TOKEN.fullmatch(token):
            raise StartError(f"{variable(role)} must be visible ASCII characters without spaces. Change or unset it.")
    if len(set(tokens.values())) != len(tokens):
        raise StartError("Two roles have the same token. Give each UPSERTSPEC_TOKEN_… a different value.")
    return tokens


def expired_tokens() -> dict[str, str]:
    """An expired token of the editor, so that a run can try one."""
    return {"editor": secrets.token_urlsafe(24)}


def new_tokens(schema: Schema, tokens: Mapping[str, str]) -> dict[str, str]:
    """Random tokens for the roles that have none."""
    return {role: secrets.token_urlsafe(24) for role in schema.roles if role not in tokens}
