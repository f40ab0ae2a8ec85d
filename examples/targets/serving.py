"""What the start scripts share: a server as a child process in a temporary folder, until it is stopped."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

ROLES = ("editor", "creator", "updater", "viewer")
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 20.0

Started = Callable[[Path, int], contextlib.AbstractContextManager[Mapping[str, str]]]
"""Starts the server in a folder, on a port, and gives a token for each role; leaving it stops the server."""


class NotStartedError(Exception):
    """A server that ended or did not answer before it was ready."""


def serve(description: str, port: int, started: Started, path: str = "") -> int:
    """The command: start, print the URL and the tokens, wait for Ctrl-C, SIGTERM or the end of standard input.

    `path` is where the API begins.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--port", type=int, default=port, help="the port on 127.0.0.1 (default: %(default)s; 0: a free one)"
    )
    parser.add_argument("--announce", choices=["text", "json"], default="text", help="how to say where it listens")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    try:
        with (
            contextlib.suppress(KeyboardInterrupt, SystemExit),
            tempfile.TemporaryDirectory(prefix="upsertspec-") as at,
        ):
            number = options.port or free_port()
            with started(Path(at), number) as tokens:
                _announce(f"http://127.0.0.1:{number}{path}", tokens, options.announce)
                _wait()
    except NotStartedError as wrong:
        print(f"{wrong} did not start", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def child(command: Sequence[str], url: str, log: Path, **environment: str) -> Iterator[None]:
    """The server as a child process, once `url` answers. If it ends first, its last output goes to standard error."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        if not _answers(url, process):
            print(log.read_text("utf-8", "replace")[-2000:], file=sys.stderr)
            raise NotStartedError(command[0])
        yield
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own server
            return True
        time.sleep(0.05)
    return False


def _announce(url: str, tokens: Mapping[str, str], kind: str) -> None:
    if kind == "json":
        print(json.dumps({"url": url, "tokens": dict(tokens)}), flush=True)
        return
    print(f"listening on {url}; stop with Ctrl-C or by closing standard input")
    for role, token in tokens.items():
        print(f"export UPSERTSPEC_TOKEN_{role.upper()}={token}")
    sys.stdout.flush()


def _wait() -> None:
    if not sys.stdin.isatty():
        threading.Thread(target=_stop_with_stdin, daemon=True).start()
    while True:
        time.sleep(3600)


def _stop_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(*_: object) -> None:
    raise SystemExit
