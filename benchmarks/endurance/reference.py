"""The reference server as a process that can be killed and restarted on the same port and file, and a soak of it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROLES = ("editor", "creator", "updater", "viewer")
PROFILES = ("--profile", "conflict", "--profile", "batch")


class Reference:
    """The reference server on one free loopback port, with one database file and the same tokens at every start."""

    def __init__(self, folder: Path, server: Sequence[str] = ("-m", "upsertspec_server")) -> None:
        """`server` is what Python runs."""
        self._server = server
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._file = folder / "records.db"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("UPSERTSPEC_")}
        self.environment = kept | {f"UPSERTSPEC_TOKEN_{role.upper()}": secrets.token_urlsafe(24) for role in ROLES}
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start it and wait until it answers. Raises RuntimeError if it does not start."""
        options = ("--port", str(self._port), "--database", str(self._file), "--announce", "json")
        self.process = subprocess.Popen(
            [sys.executable, *self._server, *options, "--until-stdin-closes"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self.environment,
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the server did not start")
        self.url = str(json.loads(line)["url"])
        return self.process

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def soak(self, users: int, seconds: float) -> subprocess.Popen[str]:
        """Start a soak of it, with its output in a pipe."""
        options = ("--users", str(users), "--seconds", str(seconds), *PROFILES)
        return subprocess.Popen(
            [sys.executable, "-m", "upsertspec", "soak", self.url, *options],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
