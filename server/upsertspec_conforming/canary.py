"""The canary: a server that answers nothing right, and on which no scenario may pass.

It is wrong in a way that lets the scenarios get as far as they can. What a scenario stores beforehand is there when it
looks, so that it goes on; and then nothing holds. No status but 200, 204 and 299 is ever answered; whoever has no
credentials may do all; a record that is written again loses what is not mentioned; no two looks at a record see the
same timestamps; a list with conditions of its own holds a stranger; only the first generation goes by cascade.
"""

# ruff: noqa: ARG002 - what takes the place of a method has its parameters
from __future__ import annotations

import datetime as dt
import itertools
import json
import threading
from http import HTTPStatus
from typing import Any

from flask import Flask, request

from upsertspec_conforming.catalogue import Variant
from upsertspec_server.answers import Answer
from upsertspec_server.api import Api
from upsertspec_server.app import Parts
from upsertspec_server.errors import Problem
from upsertspec_server.responses import respond

WRONG = 299
BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
STRANGER = {"id": "stranger"}
HANGS = {"category_templates": "categories"}
"""The one cascade that is there, since the scenarios look for it before they begin."""
Record = dict[str, Any]


class Canary(Api):
    """Keeps what it is sent, in memory, and tells wrong things of it."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.records: dict[str, list[Record]] = {}
        self.numbers = itertools.count(1)
        self.lock = threading.Lock()

    def register(self, app: Flask) -> None:
        """Its calls; and what is no call of it is answered wrongly too."""
        super().register(app)
        for status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
            app.register_error_handler(status, lambda _: respond(Answer(WRONG, {})))

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
            kept = self.records.setdefault(table, [])
            old = [each for each in kept if names and all(each.get(name) == sent.get(name) for name in names)]
            record = {"id": next(self.numbers), **sent}
            kept[:] = [each for each in kept if each not in old] + [record]
        return record

    def outcome(self, record: Record) -> Record:
        """An outcome that tells another id than the record's."""
        return {"id": -1, "operation": "done", "record": record}

    def upsert(self, table: str) -> Answer:
        body = self.sent()
        if not isinstance(body.get("records"), list):
            return Answer(WRONG, self.outcome(self.keep(table, body.get("fields"), body.get("matchFields"))))
        kept = [self.keep(table, fields, body.get("matchFields")) for fields in body["records"]]
        return Answer(WRONG, {"created": -1, "records": [self.outcome(record) for record in kept[::-1]]})

    def create(self, table: str) -> Answer:
        return Answer(WRONG, self.keep(table, self.sent().get("fields"), None))

    def update(self, table: str, record_id: str) -> Answer:
        return Answer(WRONG, self.keep(table, {**self.sent().get("fields", {}), "id": record_id}, ["id"]))

    def transact(self) -> Answer:
        listed = self.sent().get("operations")
        operations = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        kept = [self.keep(str(each.get("table")), each.get("fields"), None) for each in operations]
        return Answer(WRONG, {"results": [self.outcome(record) for record in kept]})

    def read(self, table: str, record_id: str) -> Answer:
        found = [record for record in self.records.get(table, []) if str(record["id"]) == record_id]
        return Answer(self.seen(), self.shown(found[-1]) if found else {})

    def delete(self, table: str, record_id: str) -> Answer:
        with self.lock:
            everything = [record for kept in self.records.values() for record in kept]
            status = WRONG if any(str(record.get("user_id")) == record_id for record in everything) else 204
            for name in (table, HANGS.get(table, "")):
                kept = self.records.get(name, [])
                kept[:] = [record for record in kept if not hangs(record, record_id)]
        return Answer(status, None)

    def list_records(self, table: str) -> Answer:
        wanted = request.args.to_dict()
        known = {name for record in self.records.get(table, []) for name in record}
        if wanted and (table == "projects" or not wanted.keys() <= known):
            return Answer(self.seen(), {"records": [STRANGER], "total": -1, "limit": 0, "offset": 0})
        found = [record for record in self.records.get(table, []) if fits(record, wanted)]
        return Answer(self.seen(), {"records": [self.shown(record) for record in found], "total": len(found)})

    def stats(self, table: str) -> Answer:
        return Answer(self.seen(), {"groups": []})

    def describe(self, table: str) -> Answer:
        return Answer(self.seen(), {"name": "no_table", "fields": {}, "unique_keys": []})

    def health(self) -> Answer:
        return Answer(WRONG, {"status": "ill"})

    def openapi(self) -> Answer:
        return Answer(WRONG, {"openapi": "0"})

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


def hangs(record: Record, record_id: str) -> bool:
    """Whether it is the record of this id, or refers to it as a category does."""
    return record_id in (str(record["id"]), str(record.get("template_id")))


def fits(record: Record, wanted: dict[str, str]) -> bool:
    """Whether a record has all of these values, as a query spells them."""
    return all(text in (record.get(name), json.dumps(record.get(name))) for name, text in wanted.items())


CANARY = Variant("canary", "Answers nothing right.", "Nothing allows it.", Parts(api=Canary))
