"""Writes that take time: a task that is asked until it is done, and reads that wait until a write shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.http.wire import Wire, by_request, reply
from upsertspec.dialects.operations import Find, Upsert
from upsertspec.errors import TargetSilent
from upsertspec.http import client as client_module
from upsertspec.http.client import Client
from upsertspec.http.settling import Settling

Connect = Callable[..., Client]

SHAPE: dict[str, Any] = {
    "upsert": {"path": "/{table}", "body": "{fields}", "query": {"by": "{matchFields}"}, "answer": {"id": "id"}},
    "find": {"path": "/{table}"},
    "task": {
        "path": "/tasks/{task}",
        "id": "task",
        "pending": {"at": "state", "values": ["waiting"]},
        "failed": {"at": "state", "values": ["failed"]},
    },
}
UPSERT = Upsert("contacts", {"email": "ada@example.com"}, ["email"])


def answering(*states: str) -> Any:
    """A write names task 7; the task is in these states, one after the other, the last for ever."""
    left = list(states)

    def handler(method: str, path: str, body: bytes) -> bytes:
        if method == "POST":
            return reply({"task": 7}, 202, Location="/tasks/7")
        state = left.pop(0) if len(left) > 1 else left[0]
        return reply({"state": state, "id": 3}) if path.endswith("/tasks/7") else reply([])

    return by_request(handler)


@pytest.mark.parametrize("named", ["task", {"header": "Location", "pattern": "[^/]+$"}])
@pytest.mark.parametrize(("states", "status", "asked"), [(["waiting", "done"], 200, 2), (["failed"], 400, 1)])
def test_a_write_is_answered_by_its_task(
    states: list[str], status: int, asked: int, named: Any, serve: Callable[..., Wire], client: Connect
) -> None:
    shape = {**SHAPE, "task": {**SHAPE["task"], "id": named}}
    one = client(serve(answering(*states)).url, dialect="shape", dialect_options=shape)
    answer = one.call("editor", UPSERT)
    assert (answer.status, answer.id) == (status, 3 if status == 200 else None)
    assert [exchange.method for exchange in one.log] == ["POST", *["GET"] * asked]
    assert one.answered is one.log[-1]


def test_a_task_that_is_never_done_is_no_answer(
    serve: Callable[..., Wire], client: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "LONGEST_PAUSE", 0.02)
    one = client(serve(answering("waiting")).url, dialect="shape", dialect_options=SHAPE, timeout=0.3)
    with pytest.raises(TargetSilent, match=r"the task of a write is not done after 0\.3 s"):
        one.call("editor", UPSERT)


def test_a_read_waits_for_the_last_write_of_any_client(
    serve: Callable[..., Wire], client: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[str] = []
    monkeypatch.setattr(Settling, "wait", lambda self: waited.append("read"))
    monkeypatch.setattr(Settling, "written", lambda self: waited.append("write"))
    one = client(serve(answering("done")).url, dialect="shape", dialect_options=SHAPE, settle=0.1)
    assert one.settles
    one.call("editor", UPSERT)
    one.for_thread().call("editor", Find("contacts", {}))
    assert waited == ["write", "read"]


def test_settling_sleeps_for_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [100.0], []
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", slept.append)
    settling = Settling(2.0)
    settling.wait()
    settling.written()
    now[0] += 0.5
    settling.wait()
    Settling(0.0).wait()
    assert slept == [0.0, 1.5]


def test_a_target_file_states_them(load: Callable[..., Any]) -> None:
    shape = json.loads(json.dumps(SHAPE["task"]))
    text = f"""
url = "http://127.0.0.1:1"
settle = 1.5
[shape.upsert]
path = "/x"
query = {{ by = "{{matchFields}}" }}
replaces = true
[shape.find]
path = "/x"
[shape.task]
path = "{shape["path"]}"
id = "task"
pending = {{ at = "state", values = ["waiting"] }}
"""
    target = load(text)
    assert target.settle == 1.5
    assert target.dialect_options["task"]["pending"] == {"at": "state", "values": ["waiting"]}
