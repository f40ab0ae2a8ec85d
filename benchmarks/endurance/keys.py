"""Kill the reference server repeatedly under requests with an Idempotency-Key: are a key and its write ever parted?"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from reference import Reference

PATH = "/api/tables/activity_log/records"
WRITTEN = "SELECT type FROM activity_log"
KEPT = "SELECT key FROM _idempotency_keys"
APART = Path(__file__).with_name("apart.py")
PAUSE = 0.02

Answer = tuple[int, bytes]


class Client(threading.Thread):
    """Sends creates, each with a key of its own, and sends each again until it is answered."""

    def __init__(self, number: int, server: Reference, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.number, self.server, self.stop = number, server, stop
        self.answers: dict[str, Answer] = {}
        self.repeated = 0

    def run(self) -> None:
        """Send until the stop; what was begun is ended."""
        count = 0
        while not self.stop.is_set():
            key = f"{self.number}-{count}"
            count += 1
            while (answer := send(self.server, key)) is None:
                self.repeated += 1
                time.sleep(PAUSE)
            self.answers[key] = answer


def send(server: Reference, key: str) -> Answer | None:
    """Create the record of a key; None where no answer comes. It has no unique field: sent twice, it is there twice."""
    headers = {
        "Authorization": f"Bearer {server.environment['UPSERTSPEC_TOKEN_EDITOR']}",
        "Content-Type": "application/json",
        "Idempotency-Key": f'"{key}"',
    }
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    try:
        connection.request("POST", PATH, json.dumps({"fields": {"type": key}}), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def parted(file: Path) -> list[str]:
    """What is wrong in the database: a key without its write, a write without its key, a write that is there twice."""
    with closing(sqlite3.connect(file)) as db:
        written, kept = ([name for (name,) in db.execute(sql)] for sql in (WRITTEN, KEPT))
    return [
        *(f"{key}: a key without its write" for key in {*kept} - {*written}),
        *(f"{key}: a write without its key" for key in {*written} - {*kept}),
        *([f"{len(written) - len(set(written))} records are there twice"] if len(written) > len(set(written)) else []),
    ]


def replayed(server: Reference, answers: Mapping[str, Answer]) -> list[str]:
    """What is wrong with the answers: one that is no success, or another one when the request is sent again."""
    wrong = [f"{key}: {status} {body!r}" for key, (status, body) in answers.items() if status != 201]
    return wrong + [f"{key}: another answer" for key, answer in answers.items() if send(server, key) != answer]


def main() -> int:
    """0 if no key and write are parted and every answer is replayed, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--between", type=float, default=0.5, help="seconds of load before a kill, on average")
    parser.add_argument("--apart", action="store_true", help="keep keys after the transaction of the write: must fail")
    options = parser.parse_args()
    program = (str(APART),) if options.apart else ("-m", "upsertspec_server")
    with tempfile.TemporaryDirectory(prefix="upsertspec-") as folder:
        server = Reference(Path(folder), program)
        try:
            return killed(server, options, Path(folder) / "records.db")
        finally:
            server.kill()


def killed(server: Reference, options: Any, file: Path) -> int:
    """Load, kill, look into the database, restart; then send all again."""
    stop, wrong = threading.Event(), []
    clients = [Client(number, server, stop) for number in range(options.users)]
    for client in clients:
        client.start()
    for _ in range(options.kills):
        time.sleep(random.uniform(0, 2 * options.between))
        server.kill()
        wrong += parted(file)
        server.start()
    stop.set()
    for client in clients:
        client.join()
    answers = {key: answer for client in clients for key, answer in client.answers.items()}
    wrong += parted(file) + replayed(server, answers) + parted(file)
    repeated = sum(client.repeated for client in clients)
    print(f"killed {options.kills} times: {len(answers)} keys, {repeated} requests without an answer sent again")
    print("\n".join(wrong[:20]) or "no key and write were parted, and every answer came again")
    return 1 if wrong or not answers or not repeated else 0


sys.exit(main())
