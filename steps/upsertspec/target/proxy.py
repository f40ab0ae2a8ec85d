"""An HTTP proxy, and its credentials from the environment."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from upsertspec.target.target import Secret

PROXY_USERNAME, PROXY_PASSWORD = "UPSERTSPEC_PROXY_USERNAME", "UPSERTSPEC_PROXY_PASSWORD"


def proxied(url: str, env: Mapping[str, str]) -> tuple[dict[str, Any], tuple[Secret, ...]]:
    """The settings of a session that goes through this proxy, and the secrets in them."""
    user, password = env.get(PROXY_USERNAME, ""), env.get(PROXY_PASSWORD, "")
    if not (user and password):
        return {"proxies": {"http": url, "https": url}}, ()
    scheme, _, place = url.partition("://")
    address = f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{place}"
    pair = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"proxies": {"http": address, "https": address}}, (Secret(password, PROXY_PASSWORD), Secret(pair))
