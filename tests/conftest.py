"""What all tests share: fixtures for targets and commands, and the note at the end about what was not run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.http.wire import Answer, Wire
from tests.kit import TOKEN_VARIABLES, Done
from upsertspec import process
from upsertspec.cli.main import main
from upsertspec.dialects.registry import dialect_for
from upsertspec.http.client import Client
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_file, roles_from

TESTS = Path(__file__).parent
ON_ONE_WORKER = ("examples", "provision", "report", "site")
SLOW_LEFT_OUT = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """A shell starts background jobs with Ctrl-C ignored, `nohup` with SIGHUP, and their children inherit that: here,
    they do not."""
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
    config.stash[SLOW_LEFT_OUT] = 0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests in a browser as slow, and give the tests of a package that share runs or servers to one worker."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
        package = item.path.relative_to(TESTS).parts[0]
        if package in ON_ONE_WORKER:
            item.add_marker(pytest.mark.xdist_group(package))


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count the slow tests. What `-k` leaves out comes first, and is not counted."""
    if items:
        items[0].config.stash[SLOW_LEFT_OUT] = sum(item.get_closest_marker("slow") is not None for item in items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """An xdist worker reports to the main process how many slow tests it left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["slow"] = session.config.stash[SLOW_LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Each worker collects every test, so that one worker's count is the count."""
    node.config.stash[SLOW_LEFT_OUT] = getattr(node, "workeroutput", {}).get("slow", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was not run, and how to run it."""
    slow = config.stash[SLOW_LEFT_OUT]
    skipped = Counter(reason(report) for report in terminalreporter.stats.get("skipped", []))
    if not slow and not skipped:
        return
    terminalreporter.section("not run")
    if slow:
        terminalreporter.line(f"{slow:>5} slow tests; to run them: python -m pytest -m slow")
    for why, number in skipped.most_common():
        terminalreporter.line(f"{number:>5} skipped: {why}")


def reason(report: pytest.TestReport) -> str:
    """Why a test was skipped."""
    _, _, words = report.longrepr
    return str(words).removeprefix("Skipped: ")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token of every role, and no other variable that upsertspec reads."""
    for name in [name for name in os.environ if name.startswith("UPSERTSPEC_")]:
        monkeypatch.delenv(name)
    for name, token in TOKEN_VARIABLES.items():
        monkeypatch.setenv(name, token)


@pytest.fixture
def serve() -> Iterator[Callable[..., Wire]]:
    """`serve(answer)` starts a server that writes these bytes; all are stopped at the end."""
    started: list[Wire] = []

    def start(answer: Answer, asked: bool = True) -> Wire:
        started.append(Wire(answer, asked))
        return started[-1]

    yield start
    for wire in started:
        wire.stop()


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """`cli("compare", …)`: a command, run in this process."""

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["upsertspec", *arguments])
        monkeypatch.setattr(process, "exit_now", sys.exit)
        handlers = {number: signal.getsignal(number) for number in process.SIGNALS}
        with pytest.raises(SystemExit) as ended:
            main()
        for number, handler in handlers.items():
            signal.signal(number, handler)
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0, *capsys.readouterr())

    return call


@pytest.fixture
def command() -> Callable[..., Done]:
    """`command("run", …)`: a command, run as a process of its own."""

    def call(*arguments: str, env: Mapping[str, str] | None = None) -> Done:
        line = [sys.executable, "-c", "from upsertspec.cli import main; main()", *arguments]
        done = subprocess.run(line, capture_output=True, text=True, encoding="utf-8", env={**os.environ, **(env or {})})
        return Done(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """`client(url, timeout=0.5, …)`: a client of a target there, with the tokens of every role."""
    made: list[Client] = []

    def make(url: str, **settings: object) -> Client:
        target = Target(url=url, **{"timeout": 5.0, "roles": roles_from(os.environ), **settings})
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
