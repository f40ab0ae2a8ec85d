"""The canary: a server that answers nothing right, and on which no scenario may pass.

It is wrong in a way that lets the scenarios get as far as they can. What a scenario stores first is there when it
looks, so that it goes on; and then nothing holds. No status but 200, 204 and 299 is ever answered; a caller without
credentials may do everything; a record that is written again loses what is not mentioned; no two looks at a record see
the same timestamps; a list with conditions of its own holds a stranger; only the first generation is deleted by
cascade.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import threading
from http import HTTPStatus
from typing import Any

from flask import request

from upsertspec_conforming import CATALOGUE
from upsertspec_server import Server
from upsertspec_server.errors import Problem

WRONG = 299
BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
STRANGER = {"id": "stranger"}
CASCADE = {"category_templates": "categories"}
"""The one cascade that there is, since the scenarios check it before they begin."""
Record = dict[str, Any]
Said = tuple[Any, int]


class Canary(Server):
    """Keeps what it is sent in memory, and answers wrongly."""

    def setup(self) -> None:
        super().setup()
        self.kept: dict[str, list[Record]] = {}
        self.numbers = itertools.count(1)
        self.lock = threading.Lock()
        records = ("upsert", "create", "read", "update", "delete", "list_records")
        self.view_functions |= {f"records.{name}": getattr(self, f"view_{name}") for name in records}
        self.view_functions |= {
            "tables.stats": lambda table: ({"groups": []}, self.seen()),
            "tables.describe": lambda table: (
                {"id": 0, "name": "no_table", "fields": {}, "unique_keys": []},
                self.seen(),
            ),
            "transactions.transact": self.view_transact,
            "meta.health": lambda: ({"status": "ill"}, WRONG),
            "meta.openapi": lambda: ({"openapi": "0"}, WRONG),
        }
        for status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
            self.register_error_handler(status, lambda _: ({}, WRONG))

    def authenticate(self) -> None:
        """Everybody is welcome."""

    def sent(self) -> Record:
        """What was sent, or an empty object."""
        try:
            sent = json.loads(request.get_data())
        except ValueError:
            return {}
        return sent if isinstance(sent, dict) else {}

    def keep(self, table: str, fields: Any, key: Any) -> Record:
        """Keep the fields as they are, in place of what has the same key, under the id that was sent or a new one."""
        sent = fields if isinstance(fields, dict) else {}
        names = key if isinstance(key, list) and all(isinstance(name, str) for name in key) else []
        with self.lock:
            kept = self.kept.setdefault(table, [])
            old = [each for each in kept if names and all(each.get(name) == sent.get(name) for name in names)]
            record = {"id": next(self.numbers), **sent}
            kept[:] = [each for each in kept if each not in old] + [record]
        return record

    def outcome(self, record: Record) -> Record:
        """An outcome with another id than the record's."""
        return {"id": -1, "operation": "done", "record": record}

    def view_upsert(self, table: str) -> Said:
        body = self.sent()
        if not isinstance(body.get("records"), list):
            return self.outcome(self.keep(table, body.get("fields"), body.get("matchFields"))), WRONG
        kept = [self.keep(table, fields, body.get("matchFields")) for fields in body["records"]]
        return {"created": -1, "records": [self.outcome(record) for record in kept[::-1]]}, WRONG

    def view_create(self, table: str) -> Said:
        return self.keep(table, self.sent().get("fields"), None), WRONG

    def view_update(self, table: str, record_id: str) -> Said:
        return self.keep(table, {**self.sent().get("fields", {}), "id": record_id}, ["id"]), WRONG

    def view_transact(self) -> Said:
        listed = self.sent().get("operations")
        operations = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        kept = [self.keep(str(each.get("table")), each.get("fields"), None) for each in operations]
        return {"results": [self.outcome(record) for record in kept]}, WRONG

    def view_read(self, table: str, record_id: str) -> Said:
        found = [record for record in self.kept.get(table, []) if str(record["id"]) == record_id]
        return self.shown(found[-1]) if found else {}, self.seen()

    def view_delete(self, table: str, record_id: str) -> Said:
        with self.lock:
            everything = [record for kept in self.kept.values() for record in kept]
            status = WRONG if any(str(record.get("user_id")) == record_id for record in everything) else 204
            for name in (table, CASCADE.get(table, "")):
                kept = self.kept.get(name, [])
                kept[:] = [record for record in kept if not refers(record, record_id)]
        return "", status

    def view_list_records(self, table: str) -> Said:
        wanted = request.args.to_dict()
        known = {name for record in self.kept.get(table, []) for name in record}
        if wanted and (table == "projects" or not wanted.keys() <= known):
            return {"records": [STRANGER], "total": -1, "limit": 0, "offset": 0}, self.seen()
        found = [record for record in self.kept.get(table, []) if fits(record, wanted)]
        return {"records": [self.shown(record) for record in found], "total": len(found)}, self.seen()

    def shown(self, record: Record) -> Record:
        """A record with timestamps that go back from look to look."""
        then = (BEGINNING - dt.timedelta(seconds=next(self.numbers))).isoformat()
        return {"created_at": then, "updated_at": then, **record}

    def seen(self) -> int:
        """200 for the role that looks at what is stored; else a status that the contract does not have."""
        try:
            role = self.auth.identify(request.headers.get("Authorization")).name
        except Problem:
            role = ""
        return 200 if role == "editor" else WRONG


def refers(record: Record, record_id: str) -> bool:
    """Whether it is the record of this id, or refers to it as a category does."""
    return record_id in (str(record["id"]), str(record.get("template_id")))


def fits(record: Record, wanted: dict[str, str]) -> bool:
    """Whether a record has all of these values, as a query writes them."""
    return all(text in (record.get(name), json.dumps(record.get(name))) for name, text in wanted.items())


CATALOGUE.add("canary", "Answers nothing right.", Canary, listed=False)
