"""Ids of other kinds. Clients treat an id as opaque."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from upsertspec_catalogue import shown
from upsertspec_conforming import add, conforming
from upsertspec_server.fields import Id, Uuid
from upsertspec_server.schema import Table
from upsertspec_server.store import Store

OPAQUE = "`id` is an integer, except where the table says UUID; clients treat it as opaque (2)."
MASK = 0x5EED0FF1CEC0FFEE5EED0FF1CEC0FFEE


@conforming(OPAQUE)
class IdsAreRandom(Store):
    """Draws integer ids at random from 63 bits, so that they neither ascend nor fit into a double."""

    def new_id(self, table: Table) -> Any:
        return super().new_id(table) or secrets.randbelow(2**62) + 2**62


@conforming(OPAQUE)
class IdsAreNegative(Id):
    """Counts integer ids down from -1."""

    def parse(self, value: Any) -> Any:
        return -super().parse(value)

    def show(self, stored: Any) -> Any:
        return -stored


class OtherIds(Id):
    """Integer ids that are shown in another form."""

    def read(self, text: str) -> Any:
        return text

    def parse(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("must be an id")
        return super().parse(self.number(value))

    def number(self, text: str) -> int:
        """The id in the store. Raises ValueError."""
        raise NotImplementedError


@conforming(OPAQUE)
class IdsAreText(OtherIds):
    """Shows integer ids as text with a colon and an equals sign, which are percent-encoded in a path."""

    def show(self, stored: Any) -> Any:
        return f"rec:{stored:x}="

    def number(self, text: str) -> int:
        if not text.startswith("rec:") or not text.endswith("="):
            raise ValueError("must be an id")
        return int(text[4:-1], 16)


@conforming(OPAQUE)
class EveryIdIsAUuid(OtherIds):
    """Shows integer ids as UUIDs."""

    def show(self, stored: Any) -> Any:
        return str(uuid.UUID(int=stored ^ MASK))

    def number(self, text: str) -> int:
        return uuid.UUID(text).int ^ MASK


add("uuids-in-upper-case", "Shows UUIDs in upper case, like SQL Server.",
    "`id` … UUID; clients treat it as opaque (2): RFC 9562 reads both cases.", shown(Uuid, str.upper))  # fmt: skip
