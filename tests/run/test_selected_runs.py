"""What a run leaves out, repeats or excuses, when it ends, and how much it prints."""

from __future__ import annotations

import http.client
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.http.wire import Wire, always, headers_of, reply
from tests.kit import CREDENTIALS, TOKENS, Done
from upsertspec.report.evidence import FULL
from upsertspec.report.result import Evidence, Result
from upsertspec.report.status import Status
from upsertspec.report.verdict import tally
from upsertspec.run import runner
from upsertspec.run.finalize import finalize
from upsertspec.run.preflight import wait_until_up
from upsertspec.run.runner import run
from upsertspec.run.selection import Selection, Shard
from upsertspec.run.session import run_session
from upsertspec.run.settings import Settings
from upsertspec.spec import criteria as spec
from upsertspec.target.baseline import read_baseline
from upsertspec.target.target import Target
from upsertspec_server import create_app
from upsertspec_server.serving import serve_in_thread

Cli = Callable[..., Done]
CASE = next(case for case in spec.cases() if case.criterion == "AC-010")
NA, NT, F, P, S, K = (
    Status.NOT_APPLICABLE,
    Status.NOT_TESTABLE,
    Status.FAILED,
    Status.PASSED,
    Status.STALE,
    Status.KNOWN_FAILURE,
)


def entry(status: str, reason: str = "tracked in 41") -> str:
    return (
        f'[[known]]\ncriterion = "{CASE.criterion}"\nstatus = "{status}"\n'
        f'scenarios = ["{CASE.id}"]\nreason = "{reason}"\n'
    )


@pytest.mark.parametrize(
    ("listed", "found", "status", "code"),
    [
        ("failed", P, S, 1),
        ("not testable", NT, NT, 0),
        ("not testable", NA, NA, 0),
        ("not testable", P, S, 1),
        ("not testable", F, F, 1),
        ("not applicable", NA, NA, 0),
        ("not applicable", NT, NT, 3),
        ("not applicable", P, S, 1),
        ("failed", NT, NT, 3),
        ("failed", NA, NT, 3),
        ("failed", K, K, 0),
        ("failed", F, F, 1),
    ],
)
def test_only_what_is_new_or_stale_is_red(
    listed: str, found: Status, status: Status, code: int, tmp_path: Path
) -> None:
    file = tmp_path / "baseline.toml"
    file.write_text(entry(listed), "utf-8")
    target = Target("http://h", known_failures=read_baseline(file), baseline=str(file))
    other = next(case for case in spec.cases() if case.criterion == "AC-009")
    results = finalize([Result(CASE, found, "why" if found is not P else ""), Result(other, P)], target)
    assert results[0].status is status
    assert tally(results).exit_code == code


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = 1\n", "line 1: a baseline has only"),
        ('[[known]]\ncriterion = "AC-010"\n', r"line 1: \[\[known\]\] has criterion, status, scenarios, reason"),
        (entry("passed"), "line 3: status is one of failed, not testable, not applicable"),
        (entry("failed").replace(CASE.id, "S-zzzz"), "line 4: AC-010 has no scenario 'S-zzzz'"),
        ("[[", "is no baseline"),
        (None, "there is no baseline"),
    ],
)
def test_a_faulty_baseline_is_named_with_its_line(text: str | None, why: str, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "baseline.toml"
    if text is not None:
        file.write_text(text, "utf-8")
    done = cli("run", "http://127.0.0.1:1", "--baseline", str(file))
    assert done.code == 2
    assert re.search(why, done.err), done.err


@pytest.fixture(scope="module")
def red() -> Iterator[str]:
    """The URL of a server that stores nothing, and so fails AC-001 and blocks others."""
    wire = Wire(always(reply({"records": [], "fields": {}})))
    yield wire.url
    wire.stop()


@pytest.fixture(scope="module")
def good() -> Iterator[Target]:
    """The reference server."""
    with serve_in_thread(create_app({"TOKENS": TOKENS})) as url:
        yield Target(url, roles=CREDENTIALS)


@pytest.fixture(scope="module")
def report(red: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("red")
    with (folder / "out").open("w") as out:
        settings = Settings(Target(red, roles=CREDENTIALS), ("AC-007", "AC-001"))
        assert run_session(settings, 1, folder, None, out) == 1
    return folder


def test_a_baseline_of_a_report_makes_its_run_green(red: str, report: Path, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "baseline.toml"
    assert cli("baseline", str(report), "-o", str(file)).code == 0
    file.write_text(file.read_text("utf-8").replace('reason = ""', 'reason = "see 41"', 1), "utf-8")
    again = cli("run", red, "--criterion", "AC-007,AC-001", "--baseline", str(file), "--report", str(tmp_path / "r"))
    assert again.code == 0, again.out
    assert "not conformant in what was selected" in again.out
    assert cli("baseline", str(tmp_path / "r"), "-o", str(file)).code == 2
    before = file.read_text("utf-8")
    assert cli("baseline", str(tmp_path / "r"), "-o", str(file), "--force").code == 0
    kept = file.read_text("utf-8")
    assert kept.count('reason = "see 41"') == 1
    listed = {(known.scenario, known.status) for known in read_baseline(file)}
    file.write_text(before, "utf-8")
    assert listed == {(known.scenario, known.status) for known in read_baseline(file)}


def test_what_failed_last_is_run_again(red: str, report: Path, cli: Cli) -> None:
    results = json.loads((report / "report.json").read_text("utf-8"))["results"]
    wanted = {r["id"] for r in results if r["status"] in ("failed", "not testable")}
    assert 0 < len(wanted) < sum(case.profile == "core" for case in spec.cases())
    listed = cli("run", red, "--last-failed", str(report), "--list")
    assert listed.code == 0
    assert {line.split()[1] for line in listed.out.splitlines()[:-2]} == wanted


def test_fail_fast_ends_a_run(red: str) -> None:
    for limit, jobs in ((1, 1), (3, 2)):
        settings = Settings(Target(red, roles=CREDENTIALS), ("AC-001",), fail_fast=limit)
        results = run(settings, jobs)
        assert sum(result.status is F for result in results) >= limit
        assert {r.reason for r in results if not r.exchanges} <= {
            f"the run was ended: {n} scenario{'s' if n > 1 else ''} failed (--fail-fast)"
            for n in range(limit, limit + 3)
        }
        assert any(not result.exchanges for result in results)


@pytest.mark.parametrize(("jobs", "full"), [(1, False), (2, False), (1, True)])
def test_a_long_run_takes_several_sessions(
    jobs: int, full: bool, good: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each collects few scenarios. The evidence is read back from disk, or stays in memory where the disk is full."""
    settings = Settings(good, ("AC-001", "AC-002"), evidence=FULL)
    monkeypatch.setattr(runner, "MOST", 40)
    if full:
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: open("/dev/full", "wb", buffering=0))  # noqa: SIM115 - in place of a file that its user closes
    results = run(settings, jobs)
    assert [result.case for result in results] == settings.selection.planned_cases()
    assert {result.status for result in results} == {P}
    assert all(result.steps and result.exchanges for result in results)
    assert isinstance(results[0].evidence, Evidence) is full


def test_a_scenario_that_met_a_5xx_is_run_again(serve: Callable[..., Wire], good: Target) -> None:
    flaky = serve(Flaky(urlsplit(good.url).netloc))
    settings = Settings(replace(good, url=flaky.url), ("AC-001",), retries=2)
    results = run(settings)
    assert {result.status for result in results} == {P}
    [again] = [result for result in results if result.attempts > 1]
    assert again.attempts == 2
    steps = [str(exchange["step"]).split(":")[0] for exchange in again.exchanges]
    assert set(steps) == {"attempt 1", "attempt 2"}
    assert 502 in [exchange["response"]["status"] for exchange in again.exchanges]
    assert sum(result.attempts for result in run(replace(settings, target=good))) == len(results)


class Flaky:
    """Passes everything on to a server, except for one request, which it answers with 502."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.writes = 0

    def __call__(self, connection: object, request: bytes) -> bool:
        head, _, body = request.partition(b"\r\n\r\n")
        method, path, _ = head.split(b"\r\n")[0].decode().split(" ", 2)
        self.writes += method == "POST"
        if method == "POST" and self.writes == 2:
            connection.sendall(reply({}, 502))
            return True
        behind = http.client.HTTPConnection(self.place)
        behind.request(method, path, body or None, dict(headers_of(head)))
        answer = behind.getresponse()
        connection.sendall(reply(raw=answer.read(), status=answer.status))
        behind.close()
        return True


def test_a_target_that_is_not_up_yet_is_waited_for(serve: Callable[..., Wire]) -> None:
    answers = iter([reply({}, 503), reply({}, 502), reply({}, 401)])

    def starting(connection: object, request: bytes) -> bool:
        connection.sendall(next(answers))
        return False

    wait_until_up(Target(serve(starting).url, roles=CREDENTIALS), 60, pause=0)
    assert next(answers, None) is None
    wait_until_up(Target("http://127.0.0.1:1", roles=CREDENTIALS), 0.01, pause=0)


@pytest.mark.parametrize(
    ("options", "code", "lines"),
    [
        (("-q",), 1, 1),
        (("--progress", "jsonl"), 1, None),
        (("-q", "--progress", "jsonl"), 2, 0),
        (("--shard", "3/2"), 2, 0),
        (("--scenario", "S-zzzz"), 2, 0),
    ],
)
def test_how_much_a_run_prints(options: tuple[str, ...], code: int, lines: int | None, red: str, cli: Cli) -> None:
    done = cli("run", red, "--criterion", "AC-001", *options)
    assert done.code == code
    printed = done.out.split("\n")[:-1]
    if lines is None:
        events = [json.loads(line) for line in printed]
        assert [event["event"] for event in events] == ["scenario"] * (len(events) - 1) + ["verdict"]
        assert events[-1]["exit_code"] == 1
        assert events[-2]["done"] == events[-2]["planned"] == len(events) - 1
    else:
        assert len([line for line in printed if line]) == lines


def test_verbose_has_a_line_for_each_scenario(red: str, cli: Cli) -> None:
    shown = cli("run", red, "--criterion", "AC-007", "-v").out
    for case in (case for case in spec.cases() if case.criterion == "AC-007"):
        assert f"AC-007 {case.id:<11} {case.title}" in shown


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_shards_hold_each_scenario_once_and_whole_criteria(of: int) -> None:
    shards = [Shard(number, of) for number in range(1, of + 1)]
    held = [[case for case in spec.cases() if shard.holds(case, spec.PROFILES)] for shard in shards]
    assert sorted(case.id for cases in held for case in cases) == sorted(case.id for case in spec.cases())
    criteria = [criterion for cases in held for criterion in {case.criterion for case in cases}]
    assert len(criteria) == len(set(criteria))
    assert sum(any(any(spec.turn(case)) for case in cases) for cases in held) == 1
    core = [len(Selection(("core",), shard=shard).planned_cases()) for shard in shards]
    assert min(core) > 0
