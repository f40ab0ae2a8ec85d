"""Broken servers, served on loopback, and the suite run against them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from upsertspec import spec
from upsertspec.results import Result
from upsertspec.runner import run
from upsertspec.settings import Settings
from upsertspec.target.model import Credential, Secret, Target
from upsertspec_server import create_app, load_schema
from upsertspec_server.app import Parts
from upsertspec_server.serving import serve_in_thread

TOKENS = {role: f"{role}-token" for role in ("editor", "creator", "updater", "viewer")}
ROLES = {role: Credential(secret=Secret(token)) for role, token in TOKENS.items()}
Judge = Callable[..., list[Result]]


@pytest.fixture
def judge() -> Judge:
    """`judge(parts, "AC-001")`: the results of the suite against a server made of these parts."""

    def judge_parts(parts: Parts, *criteria: str) -> list[Result]:
        with serve_in_thread(create_app(load_schema(), TOKENS, parts=parts)) as url:
            return run(Settings(Target(url=url, profiles=spec.PROFILES, roles=ROLES), criteria=criteria))

    return judge_parts
