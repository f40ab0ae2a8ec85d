"""`upsertspec soak` against conforming and broken servers; each run takes a few seconds."""

from __future__ import annotations

import io
import json
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kit import TOKEN_VARIABLES, TOKENS, Done
from upsertspec.soak.invariants import HALF, IDS, INVARIANTS, LOST, TWICE
from upsertspec_server import create_app

pytestmark = pytest.mark.slow

Served = Callable[..., str]
Soak = Callable[..., Done]
SHORT = ("--users", "4", "--seconds", "1")
OPERATIONS = ("batch", "find", "ignore", "list", "read", "upsert", "upsert shared", "total")


def sent(text: str) -> dict[str, tuple[int, int]]:
    """Of each operation how many were sent, and how many failed."""
    rows = re.findall(r"^  ([a-z ]+?) +(\d+) +(\d+) +[\d.]+ ", text, re.MULTILINE)
    return {name: (int(all_of), int(failed)) for name, all_of, failed in rows}


def test_the_reference_keeps_every_invariant(served: Served, soak: Soak) -> None:
    done = soak(served(), *SHORT, "--profile", "conflict", "--profile", "batch")
    assert done.code == 0, done.text
    assert done.out.rstrip().endswith("every invariant holds")
    rows = sent(done.out)
    assert tuple(rows) == OPERATIONS
    assert all(number > 0 and failed == 0 for number, failed in rows.values())
    for invariant in INVARIANTS:
        assert re.search(rf"^  {invariant} +holds$", done.out, re.MULTILINE)


def test_without_a_url_the_bundled_server_is_soaked(soak: Soak) -> None:
    done = soak(*SHORT)
    assert done.code == 0, done.text
    assert "the reference server" in done.out
    assert "batch" not in sent(done.out)  # not claimed
    assert "ignore" not in sent(done.out)


@pytest.mark.parametrize(
    ("fault", "invariant"),
    [("answers-without-writing", LOST), ("inserts-every-time", TWICE), ("delete-then-insert", IDS)],
)
def test_a_broken_server_is_found(
    served: Served, soak: Soak, environment: dict[str, str], fault: str, invariant: str
) -> None:
    done = soak(served(fault), *SHORT, "--profile", "batch")
    assert done.code == 1, done.text
    assert re.search(rf"^  {invariant} +broken \d+ times$", done.out, re.MULTILINE)
    found = re.search(
        rf"^  {invariant}: (?P<key>soak\.\S+@example\.com)\n    acknowledged  (?P<was>.+)\n"
        r"    stored        (?P<now>.+)\n    read by       (?P<curl>curl .+)$",
        done.out,
        re.MULTILINE,
    )
    assert found, done.out
    read = subprocess.run(["bash", "-c", found["curl"]], capture_output=True, text=True, env=environment, check=True)
    assert "200 OK" in read.stdout
    assert found["key"] in read.stdout


def test_a_token_that_the_target_stores_is_not_shown(served: Served, soak: Soak) -> None:
    def echoes(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] != "POST":
            return app(environ, start_response)
        body = json.loads(environ["wsgi.input"].read())
        body["fields"]["name"] = environ["HTTP_AUTHORIZATION"]
        return app(with_body(environ, body), start_response)

    done = soak(served(wrapper=echoes), *SHORT)
    assert done.code == 1, done.text
    assert "Bearer •••" in done.out


def first_half(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
    """Does half of a batch, and then fails."""
    if environ["REQUEST_METHOD"] != "POST":
        return app(environ, start_response)
    body = json.loads(environ["wsgi.input"].read())
    if "records" not in body:
        return app(with_body(environ, body), start_response)
    body["records"] = body["records"][: len(body["records"]) // 2]
    list(app(with_body(environ, body), lambda *_: None))
    return answered(start_response, "500 Internal Server Error")


def with_body(environ: dict[str, Any], body: Any) -> dict[str, Any]:
    data = json.dumps(body).encode()
    return {**environ, "wsgi.input": io.BytesIO(data), "CONTENT_LENGTH": str(len(data))}


def lagging(seconds: float) -> Callable[..., Any]:
    """Reads are answered from a copy, on which every write is repeated after this many seconds."""
    copy: Any = create_app({"TOKENS": TOKENS})
    lock, writes = threading.Lock(), queue.Queue[tuple[float, Any]]()

    def repeat() -> None:
        while True:
            due, environ = writes.get()
            time.sleep(max(0.0, due - time.monotonic()))
            list(copy(environ, lambda *_: None))

    threading.Thread(target=repeat, daemon=True).start()

    def wrapper(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "GET":
            return copy(environ, start_response)
        body = environ["wsgi.input"].read()
        with lock:
            answer = list(app({**environ, "wsgi.input": io.BytesIO(body)}, start_response))
            writes.put((time.monotonic() + seconds, {**environ, "wsgi.input": io.BytesIO(body)}))
        return answer

    return wrapper


def test_a_write_that_appears_later_is_not_called_lost(served: Served, soak: Soak) -> None:
    done = soak(served(wrapper=lagging(0.3)), *SHORT, "--profile", "batch")
    assert done.code == 0, done.text
    words = "reads did not show the last acknowledged write at first; it appeared later"
    assert re.search(rf"^[1-9]\d* {words}", done.out, re.MULTILINE)
    assert re.search(rf"^  {LOST} +holds$", done.out, re.MULTILINE)


def test_a_member_that_the_records_lack_is_named_and_no_write_is_called_lost(served: Served, soak: Soak) -> None:
    def without_notes(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
        headers: list[Any] = []
        content = b"".join(app(environ, lambda status, listed, *_: headers.extend([status, listed])))
        content = re.sub(rb'"notes": ?"[^"]*", ?', b"", content)
        kept = [(name, value) for name, value in headers[1] if name.lower() != "content-length"]
        start_response(headers[0], [*kept, ("Content-Length", str(len(content)))])
        return [content]

    done = soak(served(wrapper=without_notes), *SHORT)
    assert done.code == 3, done.text
    assert "records of contacts lack notes; its values were not compared" in done.out
    assert "null" not in done.out
    assert "broken" not in done.out


def answered(start_response: Any, status: str, *headers: tuple[str, str]) -> list[bytes]:
    start_response(status, [("Content-Type", "application/json"), *headers])
    return [b"{}"]


def test_half_a_batch_is_found(served: Served, soak: Soak) -> None:
    done = soak(served(wrapper=first_half), *SHORT, "--profile", "batch")
    assert done.code == 1, done.text
    assert re.search(rf"^  {HALF} +broken \d+ times$", done.out, re.MULTILINE)
    assert re.search(r"stored +\d of \d records; not soak\.", done.out)
    assert re.search(r"keys read back, and \d+ batches with an unknown outcome", done.out)


def test_what_a_dialect_has_no_words_for_is_not_sent(
    served: Served, soak: Soak, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "single.py").write_text(DIALECT, "utf-8")
    environment["PYTHONPATH"] = str(tmp_path)
    target = tmp_path / "target.toml"
    target.write_text(f'url = "{served()}"\ndialect = "single:Single"\nprofiles = ["core", "batch"]\n', "utf-8")
    done = soak("--target", str(target), *SHORT)
    assert done.code == 0, done.text
    assert "\nnot sent: batch (one at a time)\n" in done.out
    assert "batch" not in sent(done.out)
    assert sent(done.out)["upsert"][0] > 0


DIALECT = """
from upsertspec.dialects.native import Native
from upsertspec.dialects.operations import UpsertBatch
from upsertspec.errors import CannotExpress

class Single(Native):
    def request(self, operation):
        if isinstance(operation, UpsertBatch):
            raise CannotExpress("one at a time")
        return super().request(operation)
"""


def test_an_error_after_the_write_is_of_unknown_outcome_and_not_lost(served: Served, soak: Soak) -> None:
    numbers = iter(range(10**9))

    def fails_after(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] != "POST" or next(numbers) % 3:
            return app(environ, start_response)
        list(app(environ, lambda *_: None))
        return answered(start_response, "500 Internal Server Error")

    done = soak(served(wrapper=fails_after), *SHORT, "--profile", "batch")
    assert done.code == 0, done.text
    assert re.search(r"\d+ x [a-z ]+: status 500", done.out)
    assert int(re.search(r"(\d+) with an unknown outcome", done.out)[1]) > 0


def test_a_target_that_answers_429_ends_and_is_not_judged(served: Served, soak: Soak) -> None:
    def refuses(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] != "POST":
            return app(environ, start_response)
        return answered(start_response, "429 Too Many Requests")

    done = soak(served(wrapper=refuses), *SHORT)
    assert done.code == 3, done.text
    assert re.search(r"\d+ x upsert: status 429", done.out)
    assert "could not be judged: no write was acknowledged" in done.out
    assert "0 writes acknowledged, 0 with an unknown outcome" in done.out
    assert "holds" not in done.out


def test_a_target_that_answers_429_or_503_now_and_then_is_judged(served: Served, soak: Soak) -> None:
    numbers = iter(range(10**9))
    refusals = ["429 Too Many Requests", "503 Service Unavailable"]

    def refuses(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
        number = next(numbers)
        if number % 3:
            return app(environ, start_response)
        return answered(start_response, refusals[number % 2], ("Retry-After", "0"))

    done = soak(served(wrapper=refuses), *SHORT)
    assert done.code == 0, done.text
    assert re.search(r"\d+ x upsert: status 503", done.out)
    assert done.out.rstrip().endswith("every invariant holds")


def test_a_target_that_hangs_ends_and_is_not_judged(served: Served, soak: Soak) -> None:
    over = threading.Event()

    def hangs(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST":
            over.wait(60)
        return app(environ, start_response)

    url = served(wrapper=hangs)
    try:
        done = soak(url, *SHORT, "--timeout", "0.5")
    finally:
        over.set()
    assert done.code == 3, done.text
    assert re.search(r"\d+ x upsert: no answer in time", done.out)
    assert "no write was acknowledged" in done.out


def test_a_target_that_trickles_bytes_is_too_late(served: Served, soak: Soak) -> None:
    """The limit for a whole exchange holds under gevent too; each byte comes within the socket's own timeout."""

    def drips(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] != "POST":
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "1000")])
        return (time.sleep(0.1) or b" " for _ in range(1000))

    done = soak(served(wrapper=drips), *SHORT, "--timeout", "0.5")
    assert done.code == 3, done.text
    assert re.search(r"\d+ x upsert: no answer in time", done.out)


def test_a_target_that_dies_is_not_judged(start_soak: Callable[..., subprocess.Popen[str]]) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "upsertspec_server", "--port", "0", "--announce", "json", "--until-stdin-closes"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with server:
        assert server.stdout
        started = json.loads(server.stdout.readline())
        environment = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in started["tokens"].items()}
        process = start_soak(started["url"], "--users", "4", "--seconds", "60", **environment)
        assert process.stdout
        process.stdout.readline()
        wait_for_records(started)
        server.kill()
        process.send_signal(signal.SIGINT)  # ends the load, which is then judged
        out, _ = process.communicate(timeout=300)
    assert process.returncode == 3, out
    assert "unreachable" in out
    assert re.search(r"(\d+) of \1 keys were not read back", out)
    assert "holds" not in out


def wait_for_records(started: dict[str, Any]) -> None:
    import requests

    for _ in range(600):
        listed = requests.get(
            f"{started['url']}/api/tables/contacts/records",
            headers={"Authorization": f"Bearer {started['tokens']['editor']}"},
            timeout=60,
        )
        if listed.json()["total"] > 20:
            return
        time.sleep(0.1)
    pytest.fail("the soak writes nothing")


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def test_two_workers_and_a_master(served: Served, soak: Soak, start_soak: Callable[..., Any]) -> None:
    port, url = free_port(), served()
    place = ("--profile", "batch", "--master-port", port)
    workers = [start_soak(url, "--worker", *place) for _ in range(2)]
    done = soak(url, *SHORT, "--master", "--expect-workers", "2", *place)
    outputs = [worker.communicate(timeout=120)[0] for worker in workers]
    assert done.code == 0, done.text
    assert [worker.returncode for worker in workers] == [0, 0], outputs
    parts = [int(re.search(r"(\d+) writes acknowledged; the master", text)[1]) for text in outputs]
    assert all(parts)
    assert f"\n{sum(parts)} writes acknowledged" in done.out
    assert sent(done.out)["total"][0] > 0
    assert [token for token in TOKEN_VARIABLES.values() if any(token in text for text in outputs)] == []


def test_a_port_in_use_is_reported(served: Served, soak: Soak) -> None:
    url = served()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = str(taken.getsockname()[1])
        done = soak(url, *SHORT, "--master", "--master-port", busy)
    assert done.code == 2
    assert f"--master-port {busy}: the master cannot listen there" in done.err


def test_missing_locust_is_reported(environment: dict[str, str]) -> None:
    hidden = "import sys; sys.modules['locust'] = None; from upsertspec.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", hidden, "soak"], capture_output=True, text=True, timeout=120, env=environment
    )
    assert done.returncode == 2
    assert done.stderr == "upsertspec: soak needs Locust; install it with: pip install 'upsertspec[load]'\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--worker"], "--worker needs a URL or --target FILE"),
        (["--master"], "--master needs a URL or --target FILE"),
        (["--seconds", "nan"], "nan is not a number of seconds"),
        (["--users", "0"], "--users"),
        (["http://127.0.0.1:9"], "gives no usable answer"),
    ],
)
def test_wrong_options_are_reported(soak: Soak, arguments: list[str], words: str) -> None:
    done = soak(*arguments)
    assert done.code == (3 if "answer" in words else 2)
    assert words in done.err
