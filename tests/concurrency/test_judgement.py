"""The concurrency scenarios: what they report, which criterion they blame, when they run."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.concurrency.conftest import Judge
from tests.http.wire import Answer, Wire, reply
from tests.kit import TOKEN_VARIABLES
from upsertspec.concurrency.then_concurrent import _word
from upsertspec.dialects import base as dialects
from upsertspec.http.transport import Transport
from upsertspec.prove.runner import ROUNDS
from upsertspec.report import terminal
from upsertspec.report.result import Result, Status
from upsertspec.spec.files import report_schema_file
from upsertspec_server import config

HISTORY = json.loads(report_schema_file().read_text("utf-8"))


def contradicting(result: Result) -> list[dict[str, object]]:
    assert result.history
    return [each for each in result.history["operations"] if each["contradicts"]]


def test_the_history_is_in_the_result_and_keeps_to_the_schema(judge: Judge) -> None:
    results = judge("", "AC-701", "AC-704")
    assert {result.status for result in results} == {Status.PASSED}
    schema = {"$ref": "#/$defs/history", "$defs": HISTORY["$defs"]}
    for result in results:
        assert result.history is not None
        assert list(Draft202012Validator(schema).iter_errors(result.history)) == []
        assert result.history["clients"] == 6
        assert result.history["explanation"] == ""
        for each in result.history["operations"]:
            exchange = result.exchanges[each["exchange"]]
            assert exchange["method"] == ("GET" if each["call"] == "read" else "POST")
            assert each["outcome"].startswith(str(exchange["response"]["status"]))
        assert Result.from_dict(json.loads(json.dumps(result.as_dict()))).as_dict() == result.as_dict()


def test_two_clients_that_both_created_are_named(judge: Judge) -> None:
    [result] = judge("created-to-all-who-looked", keyword="several and fields and 701")
    assert result.status is Status.FAILED
    assert len(contradicting(result)) == 2
    assert {each["outcome"] for each in contradicting(result)} == {"200 created"}
    assert "a record is created once, and more than one answer says created: client " in result.actual
    shown = terminal.telling(result.exchanges, result.history)
    assert [exchange["method"] for exchange in shown] == ["POST", "POST"]
    assert shown == [result.exchanges[int(str(each["exchange"]))] for each in contradicting(result)]


def test_a_torn_read_says_whose_values_it_saw(judge: Judge) -> None:
    results = judge("reads-in-two-statements", "AC-704", clients=12)
    [torn] = [result for result in results if "Readers of a contact that many clients update" in result.case.title]
    assert torn.status is Status.FAILED
    assert torn.actual.startswith("no request wrote what was seen, name ")
    assert " from client " in torn.actual
    assert [each["call"] for each in contradicting(torn)] == ["read"]


@pytest.mark.parametrize(("fault", "blamed"), [("always-created", "AC-012"), ("created-is-201", "AC-001")])
def test_a_failing_control_with_one_client_blocks_the_scenario(judge: Judge, fault: str, blamed: str) -> None:
    results = judge(fault, "AC-701", "AC-703", "AC-001", "AC-002", "AC-012")
    concurrent = [result for result in results if result.case.profile == "concurrency"]
    assert {result.status for result in concurrent} == {Status.NOT_TESTABLE}
    assert {result.blocked_by for result in concurrent} == {"AC-001" if blamed == "AC-001" else "AC-002"}
    assert blamed in {result.case.criterion for result in results if result.status is Status.FAILED}


def test_a_server_that_hangs_ends_the_run_but_not_the_next_one(judge: Judge) -> None:
    results = judge("waits-for-good", "AC-703", clients=10, timeout=1.0)
    first, *others = results
    assert first.status is Status.FAILED
    assert "to answer a read on a new connection" in first.expected
    assert "POST" in first.expected
    assert {result.status for result in others} == {Status.NOT_TESTABLE}
    assert all("no longer answers" in result.reason for result in others)
    assert {result.status for result in judge("", "AC-703")} == {Status.PASSED}


def test_a_scenario_that_needs_an_unclaimed_profile_is_left_out(judge: Judge) -> None:
    results = judge("", profiles=("core", "concurrency"), keyword="concurrency")
    left_out = [result for result in results if result.status is Status.NOT_CLAIMED]
    assert {result.case.criterion for result in left_out} == {f"AC-70{number}" for number in (2, 4, 5, 6, 7, 8)}
    assert {result.reason for result in left_out if result.case.criterion == "AC-705"} == {
        "the target does not claim batch"
    }
    assert {result.status for result in results} == {Status.PASSED, Status.NOT_CLAIMED}


def test_requests_of_which_none_overlap_are_not_testable(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, send = threading.Lock(), Transport.send

    def one_at_a_time(*args: Any, **options: Any) -> Any:
        with lock:
            return send(*args, **options)

    monkeypatch.setattr(Transport, "send", one_at_a_time)
    results = judge("", "AC-703", keyword="account", clients=3)
    assert [result.status for result in results] == [Status.NOT_TESTABLE]
    assert "no two requests were under way at the same time; raise rate_limit" in results[0].reason


def test_with_several_workers_it_runs_last_and_no_two_scenarios_have_many_clients_at_once(judge: Judge) -> None:
    results = judge("", "AC-003", "AC-701", jobs=2)
    assert {result.status for result in results} == {Status.PASSED}
    spans: dict[str, list[tuple[float, float]]] = {"core": [], "concurrency": []}
    for result in results:
        places = [operation["exchange"] for operation in result.history["operations"]] if result.history else []
        sent = [result.exchanges[place] for place in places] or result.exchanges
        ends = max(exchange["started"] + exchange["elapsed"] for exchange in sent)
        spans[result.case.profile].append((min(exchange["started"] for exchange in sent), ends))
    assert {result.worker for result in results} == {"gw0", "gw1", "gw2", "gw3"}
    assert max(spans["core"]) < min(spans["concurrency"])
    assert all(one[1] <= other[0] for one, other in pairwise(sorted(spans["concurrency"])))


def test_two_runs_at_once_on_one_target_leave_each_other_alone(server: Callable[[str], str], tmp_path: Path) -> None:
    url = server("")
    env = TOKEN_VARIABLES
    line = [sys.executable, "-m", "upsertspec", "run", url, "--profile", "all", "--clients", "5"]
    narrowed = [*line, "--criterion", "AC-012,AC-106,AC-308,AC-701,AC-702,AC-704,AC-705"]
    both = [subprocess.Popen(narrowed, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], "\n".join(outputs)


UNNOTICED = [
    ("loser-of-the-race-is-dropped", "ten and contacts", "AC-701"),
    ("batch-saves-what-it-read", "batches and different and fields", "AC-702"),
    ("write-is-rolled-back-under-load", "repeatedly", "AC-703"),
]


@pytest.mark.parametrize(("fault", "keyword", "criterion"), UNNOTICED)
def test_bugs_that_one_run_on_one_key_hides_are_found(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, fault: str, keyword: str, criterion: str
) -> None:
    monkeypatch.setattr(config, "THREADS", 24)  # all at once: no later write hides what is wrong
    [whole] = judge("", criterion, keyword=keyword, clients=20)
    assert whole.status is Status.PASSED, (whole.actual, whole.reason)
    broken = (judge(fault, criterion, keyword=keyword, clients=20)[0].status for _ in range(ROUNDS))
    assert Status.FAILED in broken  # the race of one round may not be lost


def test_an_answer_with_another_records_id_is_found(judge: Judge) -> None:
    [result] = judge("answers-with-the-last-outcome", "AC-702", keyword="two and records and half")
    assert result.status is Status.FAILED


def test_a_serial_target_that_is_too_slow_is_reported_with_the_time_limit(
    judge: Judge, wire: Callable[[Answer], Wire]
) -> None:
    lock, known = threading.Lock(), {"id": 1, "email": "", "name": ""}

    def answer(connection: socket.socket, request: bytes) -> bool:
        body = request.partition(b"\r\n\r\n")[2]
        if not body:
            found = [known] if known["email"] and str(known["email"]).split("@")[0].encode() in request else []
            connection.sendall(reply({"records": found, "total": len(found)}))
            return True
        with lock:
            fields = json.loads(body)["fields"]
            said = "updated" if fields["email"] == known["email"] else "created"
            known.update(fields)
            time.sleep(0.4 if "ada" in fields["email"] else 0)
        with contextlib.suppress(OSError):
            connection.sendall(reply({"id": 1, "operation": said, "record": known}))
        return True

    url = wire(answer).url
    results = judge("", "AC-701", keyword="same and request", clients=6, timeout=1.0, url=url)
    [result] = [each for each in results if each.case.title.startswith("Many clients send the same")]
    assert result.status is Status.FAILED
    assert "a target that handles one request at a time needs a longer --timeout, or fewer --clients" in result.actual


@pytest.mark.parametrize(
    ("said", "word"), [("created", "created"), (["created"], '["created"]'), ({"is": 1}, '{"is": 1}'), (None, "null")]
)
def test_an_operation_that_is_no_word_is_counted_as_what_it_is(said: object, word: str) -> None:
    assert _word(dialects.Answer(200, operation=said)) == word


def test_the_number_of_clients_is_an_option(judge: Judge) -> None:
    for clients in (2, 30):
        results = judge("", "AC-701", keyword="one and contact and not phone", clients=clients)
        assert {result.status for result in results} == {Status.PASSED}
        assert {result.history["clients"] for result in results if result.history} == {clients}
