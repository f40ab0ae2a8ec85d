"""Runs a proof in several processes: each serves and judges its share of the broken servers, one after the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from upsertspec.prove.matrix import Proof, Row, row_of
from upsertspec.prove.processes import processes
from upsertspec.prove.quiet import quiet
from upsertspec.prove.servers import BrokenServer, fleet
from upsertspec.report.evidence import FAILURES
from upsertspec.report.result import Result
from upsertspec.report.status import Counts, Status, row
from upsertspec.run.embedded import Embedded, process_of
from upsertspec.run.runner import run, run_each
from upsertspec.run.settings import Settings
from upsertspec.spec import criteria as spec
from upsertspec.target.target import Target

SECONDS = 10.0
ROUNDS = 3
OUT_OF_REACH = {Status.NOT_APPLICABLE, Status.NOT_CLAIMED}
CONFORMING, CANARY = "upsertspec_conforming", "canary"


def prove(servers: Sequence[BrokenServer], criteria: tuple[str, ...], jobs: int, quick: bool = False) -> Proof:
    """Judge the reference server, the canary and these broken servers.

    `criteria` selects what is run. A quick proof judges each broken server only by the criteria that it violates.
    """
    shares = [list(servers[start::jobs]) for start in range(jobs)]
    with processes(rows_of, [(share, criteria, quick) for share in shares]) as rows:
        not_passed, wrongly_passed = unclean(criteria), lenient(criteria)
        return Proof(
            rows=sorted(itertools.chain.from_iterable(rows()), key=lambda row: row.server.name),
            unclean=not_passed,
            lenient=wrongly_passed,
            criteria=criteria or tuple(criterion.id for criterion in spec.criteria()),
            whole=not (quick or criteria),
        )


def rows_of(share: Sequence[BrokenServer], criteria: tuple[str, ...], quick: bool) -> list[Row]:
    """The rows of these broken servers."""

    def asked(server: BrokenServer) -> tuple[str, ...]:
        return tuple(c for c in server.violates if not criteria or c in criteria) if quick else criteria

    with quiet() as show:
        results = judge({server: asked(server) for server in share}, first_failures=quick)
        rows = [row_of(server, results[server]) for server in share]
        if any(row.errors for row in rows):
            show()
        return rows


def judge(
    asked: Mapping[BrokenServer, tuple[str, ...]],
    *options: str,
    settings: Callable[[Target, tuple[str, ...]], Settings] | None = None,
    first_failures: bool = False,
) -> dict[BrokenServer, list[Result]]:
    """The results of each of these servers by its criteria. One process serves them all; `options` are for it.

    With `first_failures`, a criterion ends at its first failure: it has caught the server.

    A race is sometimes won by a broken server, most of all on a busy machine. So a criterion with scenarios that are
    run alone is judged again if the server violates it and none failed, in at most `ROUNDS` rounds.
    """
    results: dict[BrokenServer, list[Result]] = {server: [] for server in asked}
    settings = settings or _settings
    with fleet(*options) as serve:
        for _ in range(ROUNDS):
            each = (settings(serve(server.name), criteria) for server, criteria in asked.items())
            for server, found in zip(asked, run_each(each, first_failures), strict=True):
                results[server] += found
            asked = {server: lost for server in asked if (lost := _lost_races(server, results[server]))}
            if not asked:
                break
    return results


def failed(result: Result) -> bool:
    """Whether a result shows that the server is broken."""
    return row(result.status).counts is Counts.FAILURE


def _lost_races(server: BrokenServer, results: Sequence[Result]) -> tuple[str, ...]:
    """The criteria that may be about many clients, that the server violates and that applied, but did not fail."""
    races = {case.criterion for case in spec.cases() if spec.turn(case)[1]}
    applied = {result.case.criterion for result in results if result.status not in OUT_OF_REACH}
    caught = {result.case.criterion for result in results if failed(result)}
    return tuple(c for c in server.violates if c in races & applied - caught)


def unclean(criteria: tuple[str, ...]) -> list[str]:
    """The scenarios that the reference server does not pass. There should be none."""
    with quiet() as show, fleet() as serve:
        results = run(_settings(serve(""), criteria))
        failed = [result.case.name for result in results if result.status is not Status.PASSED]
        if failed:
            show()
    return failed


def lenient(criteria: tuple[str, ...]) -> list[str]:
    """The scenarios that pass on a server that answers nothing right. There should be none."""
    with (
        quiet(),
        process_of(CONFORMING, CANARY, "--port", "0", "--announce", "json", "--until-stdin-closes") as process,
    ):
        results: list[Result] = run(_settings(Embedded(process).target(), criteria))
    return [result.case.name for result in results if row(result.status).counts is Counts.PASS]


def _settings(target: Target, criteria: tuple[str, ...]) -> Settings:
    """A short timeout is enough: our own servers answer at once or hang forever."""
    target = replace(target, profiles=spec.PROFILES, timeout=SECONDS)
    return Settings(target, criteria=criteria, patient=True, evidence=FAILURES)
