"""A whole `upsertspec run`, against a bare replay of the same exchanges.

Both sides are whole processes, from their start to their end: each starts an interpreter and a fresh reference server,
sends, and stops the server. The replay sends the same methods, paths, headers and bodies in the same order over one
plain `requests` session; it looks at nothing but the status.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kit

HERE = str(Path(__file__).resolve())
SUITE = ("-m", "upsertspec", "run")
PROFILES = {"core": (), "all profiles": ("--profile", "all")}
NARROW = ("--criterion", "AC-003")

DEFAULTS = {"rounds": 5, "narrow": 0}


def main(options: argparse.Namespace) -> list[kit.Finding]:
    """Print a finding for the core profile and one for all profiles."""
    narrow = NARROW if options.narrow else ()
    return [measured(name, (*chosen, *narrow), options.rounds) for name, chosen in PROFILES.items()]


def measured(name: str, chosen: tuple[str, ...], rounds: int) -> kit.Finding:
    """Run and replay in turns, after one recorded run that also fills the bytecode cache."""
    with tempfile.TemporaryDirectory(prefix="upsertspec-") as folder:
        tape = str(Path(folder) / "tape.json")
        process(HERE, "record", tape, *chosen)
        replayed = json.loads(process(HERE, "replay", tape))
        runs, replays = kit.in_turns(
            rounds,
            lambda _: kit.seconds(lambda: process(*SUITE, *chosen)),
            lambda _: kit.seconds(lambda: process(HERE, "replay", tape)),
        )
    note = (
        f"{replayed['sent']} exchanges, {replayed['same']} answered with the same status; "
        f"fastest run {min(runs):.1f} s, fastest replay {min(replays):.1f} s"
    )
    return kit.compared((f"upsertspec run, {name}", "a bare replay"), (runs, replays), aim="under 3", note=note)


def process(*arguments: str) -> str:
    """The output of a process. Raises if it fails."""
    done = subprocess.run(
        [sys.executable, *arguments], env=kit.own_environment(), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def record(tape: str, chosen: list[str]) -> None:
    """Run the suite in this process, and record what it sends at the level of connections."""
    from upsertspec.cli.main import commands
    from upsertspec.http.session import AGENT, Session
    from upsertspec.run import embedded

    exchanges: list[dict[str, Any]] = []
    tokens: dict[str, str] = {}
    send, target = Session.send, embedded.Embedded.target

    def sent(self: Session, method: str, url: str, headers: Any, body: bytes | None) -> Any:
        answer = send(self, method, url, headers, body)
        parts = urlsplit(url)
        exchanges.append(
            {
                "method": method,
                "path": parts._replace(scheme="", netloc="").geturl(),
                "headers": {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers},
                "body": None if body is None else base64.b64encode(body).decode(),
                "status": answer.status,
            }
        )
        return answer

    def found(self: embedded.Embedded) -> Any:
        there = target(self)
        tokens.update((role, held.secret.value) for role, held in there.roles.items() if held.secret)
        return there

    Session.send, embedded.Embedded.target = sent, found
    try:
        commands.main(["run", *chosen], standalone_mode=False)
    finally:
        Path(tape).write_text(json.dumps({"tokens": tokens, "exchanges": exchanges}))


def replay(tape: str) -> None:
    """Send the recorded requests to a fresh reference server; print how many answers had the recorded status."""
    import requests

    held = json.loads(Path(tape).read_text())
    kit.TOKENS.update(held["tokens"])
    exchanges = [(each, each["body"] and base64.b64decode(each["body"])) for each in held["exchanges"]]
    with kit.served() as url, requests.Session() as session:
        session.trust_env = False
        session.headers.clear()
        statuses = [
            session.request(
                each["method"], url + each["path"], headers=each["headers"], data=body, allow_redirects=False
            ).status_code
            for each, body in exchanges
        ]
    same = sum(status == each["status"] for status, (each, _) in zip(statuses, exchanges, strict=True))
    print(json.dumps({"sent": len(exchanges), "same": same}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["record"]:
        record(sys.argv[2], sys.argv[3:])
    elif sys.argv[1:2] == ["replay"]:
        replay(sys.argv[2])
    else:
        kit.command(main, DEFAULTS)
