"""Requests with an Idempotency-Key are done once, as long as the key is kept."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from upsertspec_server import create_app
from upsertspec_server.idempotency import Idempotency

TOKENS = {"editor": "editor-token"}
UPSERT = "/api/tables/contacts/records/upsert"
ADA = {"fields": {"email": "ada@example.com", "name": "Ada"}, "matchFields": ["email"]}


def post(app, key, body=ADA, path=UPSERT):
    headers = {"Authorization": "Bearer editor-token", **({} if key is None else {"Idempotency-Key": key})}
    return app.test_client().post(path, data=json.dumps(body), content_type="application/json", headers=headers)


def said(answer):
    return answer.status_code, answer.json.get("operation"), answer.json.get("id")


def test_quotes_around_a_key_say_nothing(app):
    first = post(app, '"a \\"key\\""')
    assert first.json == post(app, 'a "key"').json
    assert said(post(app, "another")) == (200, "updated", 1)


@pytest.mark.parametrize("key", ["", '""', "k" * 256, f'"{"k" * 256}"'])
def test_keys_that_are_refused(app, key):
    assert post(app, key).status_code == 400


def test_a_created_record_is_answered_with_its_location_again(app):
    body, path = {"fields": ADA["fields"]}, "/api/tables/contacts/records"
    first, second = (post(app, "k", body, path) for _ in range(2))
    assert (first.status_code, first.data, first.headers["Location"]) == (
        second.status_code,
        second.data,
        second.headers["Location"],
    )


def test_a_refused_request_leaves_no_key(app):
    wrong = {**ADA, "fields": {"email": "ada@example.com"}}
    assert post(app, "k", wrong).status_code == 400
    assert said(post(app, "k")) == (200, "created", 1)


def test_keys_outlive_a_restart_and_expire(tmp_path, monkeypatch):
    config = {"TOKENS": TOKENS, "DATABASE": tmp_path / "a.db", "IDEMPOTENCY_SECONDS": 60}
    for _ in range(2):
        app = create_app(config)
        assert said(post(app, "k")) == (200, "created", 1)
        app.close()
    app = create_app(config)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=61)
    monkeypatch.setattr(app.store, "now", lambda: later.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    assert said(post(app, "k")) == (200, "updated", 1)
    app.close()


def test_a_key_is_kept_if_and_only_if_its_write_is(tmp_path, monkeypatch):
    config = {"TOKENS": TOKENS, "DATABASE": tmp_path / "a.db"}
    app = create_app(config)
    with monkeypatch.context() as patch:
        patch.setattr(Idempotency, "remember", lambda *_: 1 / 0)  # as a kill between the write and its key
        assert post(app, "k").status_code == 500
    assert said(post(app, "k")) == (200, "created", 1)
    app.close()
