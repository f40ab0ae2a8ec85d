"""Single upserts through HTTP, against the same SQL on a bare connection, and a Flask view that does nothing."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import kit
from client import Client, request
from flask import Flask

from upsertspec_server.serving import listen

CLIENTS = (1, 8)

DEFAULTS = {"rounds": 15, "size": 400}


def main(options: argparse.Namespace) -> list[kit.Finding]:
    """Print two findings for each number of clients."""
    with kit.served() as url, kit.served(str(Path(__file__).resolve()), "nothing") as idle, kit.bare() as bare:
        return [finding for clients in CLIENTS for finding in measured(clients, url, idle, bare, options)]


def measured(clients: int, url: str, idle: str, bare: kit.Bare, options: argparse.Namespace) -> list[kit.Finding]:
    """The same number of upserts for each, in turns: half create, half update what was created."""
    each = max(2, options.size // clients)

    def people(number: int, client: int) -> list[dict[str, object]]:
        half = [kit.person(f"{clients}-{client}-{number}", n) for n in range(each // 2)]
        return [*half, *half]

    def through(address: str, number: int) -> float:
        sent = [
            [request({"fields": fields, "matchFields": ["email"]}) for fields in people(number, client)]
            for client in range(clients)
        ]
        return kit.seconds(lambda: all_at_once(address, sent))

    def sql(number: int) -> float:
        rows = [kit.row_of(fields) for client in range(clients) for fields in people(number, client)]

        def one_by_one() -> None:
            for row in rows:
                bare.single(row)

        return kit.seconds(one_by_one)

    kit.in_turns(1, lambda _: through(url, -1), lambda _: sql(-1), lambda _: through(idle, -1))
    upserts, statements, nothing = kit.in_turns(
        options.rounds, lambda n: through(url, n), sql, lambda n: through(idle, n)
    )
    name = f"an upsert through HTTP, {clients} client{'s' if clients > 1 else ''}"
    note = f"{clients * (each // 2) * 2 / min(upserts):.0f} a second in the fastest round"
    return [
        kit.compared((name, "the same SQL on a bare connection"), (upserts, statements), note=note),
        kit.compared((name, "a Flask view that does nothing"), (upserts, nothing)),
    ]


def all_at_once(url: str, requests: list[list[bytes]]) -> None:
    """Send each list of requests over its own connection, all at the same time."""

    def one(sent: list[bytes]) -> None:
        client = Client(url)
        for each in sent:
            client.send(each)
        client.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        list(pool.map(one, requests))


def serve_nothing() -> None:
    """A Flask view that reads the body and answers with a constant, under waitress like the reference server."""
    from flask import request as asked

    app = Flask("nothing")

    @app.post(kit.UPSERT)
    def nothing() -> dict[str, str]:
        asked.get_data()
        return {"status": "ok"}

    logging.getLogger("waitress").setLevel(logging.ERROR)
    server = listen(app, "127.0.0.1", 0)
    threading.Thread(target=server.run, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.effective_port}"}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    if sys.argv[1:] == ["nothing"]:
        serve_nothing()
    else:
        kit.command(main, DEFAULTS)
