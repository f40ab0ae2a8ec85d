"""Lawful variants, served on loopback, and the suite run against them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from upsertspec.report.result import Result
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.spec import criteria as spec
from upsertspec.target.bindings import renamed
from upsertspec.target.target import Credential, Secret, Target
from upsertspec_conforming import Variant
from upsertspec_conforming.serving import serve_in_thread

TOKENS = {role: f"{role}-token" for role in ("editor", "creator", "updater", "viewer")}
ROLES = {role: Credential(secret=Secret(token)) for role, token in TOKENS.items()}
Judge = Callable[[Variant], list[Result]]


@pytest.fixture
def judge() -> Judge:
    """`judge(variant)`: the results of the whole suite, all profiles, against a variant."""

    def judge_variant(variant: Variant) -> list[Result]:
        with serve_in_thread(variant, TOKENS) as url:
            target = Target(
                url=url, profiles=spec.PROFILES, roles=ROLES, bindings=renamed(variant.tables, variant.fields)
            )
            return run(Settings(target))

    return judge_variant
