"""Runs a proof in several processes: each serves and judges its share of the broken servers, one after the other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from upsertspec.prove.matrix import Proof, Row, row_of
from upsertspec.prove.processes import processes
from upsertspec.prove.quiet import quiet
from upsertspec.prove.servers import BrokenServer, fleet
from upsertspec.report.result import Result
from upsertspec.report.status import Counts, Status, row
from upsertspec.run.embedded import Embedded, process_of
from upsertspec.run.runner import run, run_each
from upsertspec.run.settings import Settings
from upsertspec.spec import criteria as spec
from upsertspec.target.target import Target

SECONDS = 5.0
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
        )


def rows_of(share: Sequence[BrokenServer], criteria: tuple[str, ...], quick: bool) -> list[Row]:
    """The rows of these broken servers. One process serves them all, and one pytest session judges them."""
    with quiet() as show, fleet() as serve:

        def each() -> Iterator[Settings]:
            for server in share:
                own = tuple(c for c in server.violates if not criteria or c in criteria)
                yield _settings(serve(server.name), own if quick else criteria)

        rows = [row_of(server, results) for server, results in zip(share, run_each(each()), strict=True)]
        if any(row.errors for row in rows):
            show()
        return rows


def unclean(criteria: tuple[str, ...]) -> list[str]:
    """The scenarios that the reference server does not pass. There should be none."""
    with quiet() as show, fleet() as serve:
        results = run(_settings(serve(""), criteria))
        failed = [result.case.id for result in results if result.status is not Status.PASSED]
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
    return [result.case.id for result in results if row(result.status).counts is Counts.PASS]


def _settings(target: Target, criteria: tuple[str, ...]) -> Settings:
    """A short timeout is enough: our own servers answer at once or hang forever."""
    target = replace(target, profiles=spec.PROFILES, timeout=SECONDS)
    return Settings(target, criteria=criteria, patient=True)
