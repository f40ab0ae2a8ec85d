"""What the report tests share: servers to judge, the command as a process, and the files that it wrote."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.kit import TOKEN_VARIABLES, serving
from upsertspec.run.embedded import SERVER, command
from upsertspec.spec.files import report_schema_file

BROKEN = "upsertspec_broken"
SCHEMA = json.loads(report_schema_file().read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
CLI = [sys.executable, "-c", "from upsertspec.cli import main; main()"]
PACKED = re.compile(r'<script type="text/plain" id="exchanges">([A-Za-z0-9+/=]*)</script>')
Reply = tuple[int, bytes, Mapping[str, str]]


@dataclass(frozen=True)
class Done:
    """A run that has ended: its exit code, what it printed, and the folder of its files."""

    code: int
    out: str
    err: str
    folder: Path

    @cached_property
    def report(self) -> dict[str, Any]:
        """The report, which keeps to its schema."""
        found: dict[str, Any] = json.loads(self.text)
        faults = [f"{error.json_path}: {error.message[:300]}" for error in VALIDATOR.iter_errors(found)]
        assert faults == []
        return found

    @property
    def text(self) -> str:
        """The report as it is written."""
        return (self.folder / "report.json").read_text("utf-8")

    @property
    def page(self) -> str:
        """The page as it is written, with the exchanges that it holds packed."""
        text = (self.folder / "report.html").read_text("utf-8")
        [block] = PACKED.findall(text)
        return text.replace(block, zlib.decompress(base64.b64decode(block)).decode("ascii"))

    @property
    def junit(self) -> Path:
        """The JUnit file."""
        return self.folder / "junit.xml"

    @property
    def results(self) -> list[dict[str, Any]]:
        """The results in the report."""
        listed: list[dict[str, Any]] = self.report["results"]
        return listed

    def one(self, status: str) -> dict[str, Any]:
        """The first result of this status."""
        return next(result for result in self.results if result["status"] == status)


class Tty(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def environment(**changes: str | None) -> dict[str, str]:
    """This process's environment with a token for each role and no other variable that upsertspec reads."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UPSERTSPEC_")}
    changed = {**kept, "PYTHONIOENCODING": "utf-8", **TOKEN_VARIABLES, **changes}
    return {name: value for name, value in changed.items() if value is not None}


def run_line(folder: Path, *arguments: str) -> list[str]:
    """The command line of a run that writes both files into the folder."""
    files = ("--report", str(folder), "--junit", str(folder / "junit.xml"))
    defaults = {"--evidence": "full", "--jobs": "1"}
    others = [word for option, value in defaults.items() if option not in arguments for word in (option, value)]
    return [*CLI, "run", *arguments, *files, *others]


def run(folder: Path, *arguments: str, **changes: str | None) -> Done:
    """Run it to its end."""
    done = subprocess.run(
        run_line(folder, *arguments), capture_output=True, text=True, encoding="utf-8", env=environment(**changes)
    )
    return Done(done.returncode, done.stdout, done.stderr, folder)


@contextlib.contextmanager
def started(module: str = SERVER, *options: str) -> Iterator[str]:
    """One of our servers as a process, with the tokens of every role; yields its URL and stops it at the end."""
    line = command(module, *options, "--port", "0", "--announce", "json", "--until-stdin-closes")
    with subprocess.Popen(
        line, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout
        assert process.stdin
        yield json.loads(process.stdout.readline())["url"]
        process.stdin.close()


def answering(upsert: Callable[[BaseHTTPRequestHandler, bytes], Reply | None]) -> AbstractContextManager[str]:
    """A server whose tables are there and empty, and whose upserts get this answer; None drops the connection."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            known = {"records": [], "total": 0, "limit": 50, "offset": 0}
            self.reply((200, json.dumps(known).encode(), {"Content-Type": "application/json"}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.reply(upsert(self, body))

        def reply(self, reply: Reply | None) -> None:
            self.close_connection = reply is None
            if reply is not None:
                status, body, headers = reply
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
