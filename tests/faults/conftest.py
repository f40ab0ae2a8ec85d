"""Who the roles are on the broken servers."""

from __future__ import annotations

from upsertspec.target.model import Credential, Secret

TOKENS = {role: f"{role}-token" for role in ("editor", "creator", "updater", "viewer")}
ROLES = {role: Credential(secret=Secret(token)) for role, token in TOKENS.items()}
