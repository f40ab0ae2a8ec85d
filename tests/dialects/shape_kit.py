"""A shape in a target file whose contacts are people, and whose email is mail."""

from __future__ import annotations

from typing import Any

from upsertspec.dialects.bound import Bound
from upsertspec.dialects.operations import Upsert
from upsertspec.dialects.registry import dialect_for
from upsertspec.target.bindings import renamed
from upsertspec.target.target import Target

FIND = {"path": "/{table}", "query": {"{field}": "{value}"}}
ADA = {"email": "a{b}@x.io", "name": "Ada"}
BY_EMAIL = Upsert("contacts", ADA, ["email"])


def shape(**parts: Any) -> Bound:
    named = renamed({"contacts": "people/1"}, {"contacts": {"email": "mail"}})
    stated = {"upsert": {"path": "/u"}, "find": FIND, **parts}
    return dialect_for(Target("http://h", dialect="shape", dialect_options=stated, bindings=named))
