"""What the tests of the harness share: the tokens of the roles, and how a command ended."""

from __future__ import annotations

from dataclasses import dataclass

from upsertspec.spec.schema import ROLES

TOKENS = {f"UPSERTSPEC_TOKEN_{role.upper()}": f"s3cret-{role}/token+9=" for role in ROLES}


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err
