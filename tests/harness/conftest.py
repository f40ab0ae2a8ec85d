"""Wrong servers, target files, and the command line as a user calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.harness.kit import TOKENS, Done
from tests.harness.wire import Answer, Wire
from upsertspec.cli.main import main
from upsertspec.dialects.registry import dialect_for
from upsertspec.http.client import Client
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_file, roles_from


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens of every role, and nothing else that the harness reads."""
    for name in [name for name in os.environ if name.startswith("UPSERTSPEC_")]:
        monkeypatch.delenv(name)
    for name, token in TOKENS.items():
        monkeypatch.setenv(name, token)


@pytest.fixture
def serve() -> Iterator[Callable[..., Wire]]:
    """`serve(answer)` starts a server; all are stopped in the end."""
    started: list[Wire] = []

    def start(answer: Answer, asked: bool = True) -> Wire:
        started.append(Wire(answer, asked))
        return started[-1]

    yield start
    for wire in started:
        wire.stop()


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """The command line, in this process: for what ends before a scenario is run."""

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["upsertspec", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0, *capsys.readouterr())

    return call


@pytest.fixture
def command() -> Callable[..., Done]:
    """The command line, as a process of its own."""

    def call(*arguments: str, env: Mapping[str, str] | None = None) -> Done:
        line = [sys.executable, "-c", "from upsertspec.cli import main; main()", *arguments]
        done = subprocess.run(
            line, capture_output=True, text=True, encoding="utf-8", timeout=120, env={**os.environ, **(env or {})}
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """`client(url, timeout=0.5, …)`: a client of a target there, with the tokens of every role."""
    made: list[Client] = []

    def make(url: str, **settings: object) -> Client:
        target = Target(url=url, **{"timeout": 5.0, "roles": roles_from(os.environ), **settings})  # type: ignore[arg-type]
        made.append(Client(target, dialect_for(target)))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Target]:
    """`load(toml, NAME="value")`: the target of a file with this text, with this environment."""

    def read(text: str, **env: str) -> Target:
        file = tmp_path / "target.toml"
        file.write_bytes(text.encode("utf-8"))
        return from_file(file, env)

    return read
