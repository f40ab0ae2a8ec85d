"""Descriptions of a table that are not true of it."""

from __future__ import annotations

from dataclasses import replace

from upsertspec_broken.catalogue import fault
from upsertspec_server.answers import Answer, Answers
from upsertspec_server.schema import Table


@fault("AC-112")
class NoKeysDescribed(Answers):
    """Describes the fields, and leaves the unique keys to be guessed."""

    def described(self, table: Table) -> Answer:
        return super().described(replace(table, unique_keys=()))


@fault("AC-112")
class KeysTakenApart(Answers):
    """Describes each field of a key as a key by itself."""

    def described(self, table: Table) -> Answer:
        return super().described(
            replace(table, unique_keys=tuple((name,) for key in table.unique_keys for name in key))
        )


@fault("AC-112")
class OnlySingleKeysDescribed(Answers):
    """Describes only keys of one field: those of several are an index of the database."""

    def described(self, table: Table) -> Answer:
        return super().described(replace(table, unique_keys=tuple(key for key in table.unique_keys if len(key) == 1)))


@fault("AC-112")
class DescriptionOfAnOldVersion(Answers):
    """Describes a table as it was before its last field was added."""

    def described(self, table: Table) -> Answer:
        return super().described(replace(table, fields=dict(list(table.fields.items())[:-1])))


@fault("AC-112")
class RequiredIsTheKey(Answers):
    """Describes the required fields as the one key of the table."""

    def described(self, table: Table) -> Answer:
        return super().described(replace(table, unique_keys=(table.required,)))
