"""One run, from the check of the target to the written report."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from upsertspec.errors import ConfigError
from upsertspec.http.masking import Masker
from upsertspec.http.text import printable
from upsertspec.process import INCOMPLETE, can_open, held
from upsertspec.report import document, junit, page, terminal
from upsertspec.report.cast import cast
from upsertspec.report.finding import FATAL, Finding
from upsertspec.report.progress import Progress, Style, json_line, progress
from upsertspec.report.proof import last_proof
from upsertspec.report.result import Result, Status
from upsertspec.run import preflight, provenance
from upsertspec.run.clean_up import Cleaned, clean_up
from upsertspec.run.runner import INTERRUPTED, RunInterrupted, run, unrun
from upsertspec.run.selection import scenarios_of
from upsertspec.run.settings import Settings
from upsertspec.run.workers import CAN_FORK
from upsertspec.spec import criteria as spec
from upsertspec.target.target import Target

SPARE = 40
"""Open files that a run needs besides the connections of concurrent clients."""


def run_session(
    settings: Settings,
    jobs: int,
    folder: Path | None,
    junit_file: Path | None,
    output: TextIO,
    style: Style = Style.NORMAL,
) -> int:
    """Check the target, run what is selected, write and print the results; return the exit code.

    `folder` is for report.json and report.html. A file that can't be written is named on standard error; the exit code
    is then not 0. Raises ConfigError for a selection that names what does not exist.
    """
    target = settings.target
    out = output if style.talks else io.StringIO()
    settings.selection.require_planned_cases()
    _require_connections(target)
    planned = len(settings.selection.planned_cases())
    out.write(f"upsertspec judges {target.name or target.url}: {scenarios_of(planned, target.profiles)}\n")
    if jobs > 1 and not CAN_FORK:
        out.write(f"--jobs {jobs}: this system can't fork a process, so one worker runs all scenarios\n")
        jobs = 1
    began, clock = datetime.now(UTC), time.perf_counter()
    with held():
        findings, results = _judged(settings, jobs, progress(style, output, planned), out)
        masker = Masker(secret.value for secret in target.secrets())
        cleaned = _cleaned(settings, results, masker, jobs)
        ended = document.Run(
            target=target,
            run_id=settings.run_id,
            criteria=settings.criteria,
            keyword=settings.keyword,
            scenarios=sorted(settings.scenarios),
            scope=settings.selection.scope,
            shard=str(settings.shard or ""),
            findings=findings,
            results=results,
            jobs=jobs,
            started=_stamp(began),
            finished=_stamp(datetime.now(UTC)),
            seconds=time.perf_counter() - clock,
            proof=last_proof(),
            evidence=settings.evidence,
            clean_up=cleaned.as_dict(),
            implementation=provenance.implementation(target, results, masker),
            environment=provenance.environment(),
            command=provenance.command_line(sys.argv[1:], masker),
        )
        written, unwritten = _write(ended, folder, junit_file)
        _print(ended, out, str(cleaned) if cleaned.left else "")
        out.writelines(f"{line}\n" for line in written)
        sys.stderr.writelines(f"upsertspec: {line}\n" for line in unwritten)
        if style is Style.JSONL:
            json_line(output, "verdict", **document.verdict(ended.tally))
        elif style is Style.QUIET:
            terminal.findings([finding for finding in findings if finding.level == FATAL], output)
            terminal.verdict(ended.tally, output, ended.early)
        return ended.tally.exit_code or (INCOMPLETE if unwritten else 0)


def _require_connections(target: Target) -> None:
    """Raise ConfigError where this system does not allow a connection for each concurrent client."""
    if "concurrency" in target.profiles and not can_open(target.clients + SPARE):
        number = f"{target.clients} concurrent clients need {target.clients + SPARE} open files"
        raise ConfigError([f"{number}, and this process may not open so many; raise `ulimit -n`, or lower --clients"])


def _judged(settings: Settings, jobs: int, shown: Progress, out: TextIO) -> tuple[list[Finding], list[Result]]:
    """What was found before the run, and a result for every selected case, also if a signal ends it."""
    findings: list[Finding] = []
    results: list[Result] = []
    try:
        with held(False):
            findings = preflight.preflight(settings.target, jobs)
            terminal.findings(findings, out)
            if why := preflight.fatal(findings):
                return findings, _none(settings, Status.NOT_TESTABLE, why)
            results = run(replace(settings, accepted=preflight.accepted(findings)), jobs, shown.step)
    except RunInterrupted as interrupted:
        results = interrupted.results
    except KeyboardInterrupt:
        results = results or _none(settings, Status.ERROR, INTERRUPTED)
    shown.end()
    return findings, results


def _cleaned(settings: Settings, results: list[Result], masker: Masker, jobs: int) -> Cleaned:
    """What became of the records of the run. A signal ends the clean-up, as it ends a run."""
    if settings.temporary:
        return Cleaned()
    try:
        with held(False):
            cleaned = clean_up(settings.target, results, settings.run_id, settings.keep, jobs=jobs)
    except KeyboardInterrupt:
        cleaned = clean_up(settings.target, results, settings.run_id, settings.keep, seconds=0)
    return replace(cleaned, why=printable(masker.text(cleaned.why)))


def _none(settings: Settings, status: Status, why: str) -> list[Result]:
    selection = settings.selection
    return [unrun(case, selection, status, why) for case in selection.selected_cases()]


def _print(ended: document.Run, out: TextIO, left: str) -> None:
    if not preflight.fatal(list(ended.findings)):
        out.write("\n")
        terminal.table(ended.results, {c.id: c.sentence for c in spec.criteria()}, out)
        terminal.failures(ended.results, out, cast(ended.target))
        terminal.retried(ended.results, out)
        terminal.untested(ended.results, out)
        terminal.deviations(ended.tally, ended.results, out)
        out.write(f"\n{left}\n" if left else "")
        terminal.proof(last_proof(), spec.digest(), out)
    terminal.verdict(ended.tally, out, ended.early)


def _write(ended: document.Run, folder: Path | None, junit_file: Path | None) -> tuple[list[str], list[str]]:
    """Write the files: what was written, and what could not be. Each is tried, whatever became of the others."""
    report = document.document(ended)
    files: list[tuple[str, Path, Callable[[Path, Mapping[str, Any]], None]]] = []
    if folder:
        files += [("report", folder / "report.json", document.write), ("report", folder / "report.html", page.write)]
    if junit_file:
        files.append(("JUnit", junit_file, junit.write))
    written, unwritten = [], []
    for what, path, write in files:
        try:
            if path.parent == folder:
                folder.mkdir(parents=True, exist_ok=True)  # it may have been deleted during the run
            write(path, report)
            written.append(f"{what}: {path}")
        except OSError as wrong:
            unwritten.append(f"{path} can't be written ({wrong.strerror or wrong}); run again with another path")
    return written, unwritten


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
