"""One run from the first look at the target to the written report."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from upsertspec.errors import ConfigError, ReportNotWritten
from upsertspec.report import document, junit, page, terminal
from upsertspec.report.finding import Finding
from upsertspec.report.proof import last_proof
from upsertspec.report.result import Result, Status
from upsertspec.run import preflight as check
from upsertspec.run.runner import run, unrun
from upsertspec.run.settings import Settings, check_keyword
from upsertspec.spec import criteria as spec
from upsertspec.target.target import Target


def judge(
    target: Target,
    criteria: tuple[str, ...],
    keyword: str,
    jobs: int,
    folder: Path | None,
    junit_file: Path | None,
    out: TextIO,
) -> int:
    """Check the target, run what is selected, print and write what was found; give the exit code.

    Raises ConfigError where the selection names what is not there.
    """
    settings = _settings(target, criteria, keyword)
    planned = sum(settings.selected(case) and settings.claimed(case) for case in spec.cases())
    out.write(f"upsertspec judges {target.name or target.url}: {planned} scenarios of {', '.join(target.profiles)}\n")
    began, clock = datetime.now(UTC), time.perf_counter()
    findings = check.preflight(target)
    terminal.findings(findings, out)
    results = _results(settings, findings, jobs, planned, out)
    finished, seconds = _stamp(datetime.now(UTC)), time.perf_counter() - clock
    ended = document.Run(
        target=target,
        run_id=settings.run_id,
        criteria=criteria,
        keyword=keyword,
        scope=settings.scope,
        findings=findings,
        results=results,
        jobs=jobs,
        started=_stamp(began),
        finished=finished,
        seconds=seconds,
        proof=last_proof(),
    )
    written = _write(ended, folder, junit_file)
    _tell(ended, out)
    out.writelines(f"{line}\n" for line in written)
    return ended.tally.exit_code


def _settings(target: Target, criteria: tuple[str, ...], keyword: str) -> Settings:
    known = [criterion.id for criterion in spec.criteria()]
    if unknown := sorted(set(criteria) - set(known)):
        raise ConfigError([f"{', '.join(unknown)}: no such criterion; `upsertspec list` names them all"])
    if keyword:
        check_keyword(keyword)
    settings = Settings(target, criteria, keyword)
    if not any(settings.selected(case) and settings.claimed(case) for case in spec.cases()):
        chosen = ", ".join(target.profiles)
        raise ConfigError([f"nothing is selected: no scenario of {chosen} fits {settings.scope or 'this'}"])
    return settings


def _results(settings: Settings, findings: list[Finding], jobs: int, planned: int, out: TextIO) -> list[Result]:
    if why := check.fatal(findings):
        return [unrun(case, settings, Status.NOT_TESTABLE, why) for case in spec.cases() if settings.selected(case)]
    progress = terminal.Progress(out, planned)
    results = run(settings, jobs, progress.step)
    progress.end()
    return results


def _tell(ended: document.Run, out: TextIO) -> None:
    if not check.fatal(list(ended.findings)):
        out.write("\n")
        terminal.table(ended.results, {c.id: c.sentence for c in spec.criteria()}, out)
        terminal.failures(ended.results, out)
        terminal.untested(ended.results, out)
        terminal.deviations(ended.tally, ended.results, out)
        terminal.proof(last_proof(), spec.digest(), out)
    terminal.verdict(ended.tally, out)


def _write(ended: document.Run, folder: Path | None, junit_file: Path | None) -> list[str]:
    """Write the files before anything is printed: a reader who has seen enough must not cost the report."""
    lines = []
    written = document.document(ended)
    try:
        if folder:
            document.write(folder / "report.json", written)
            page.write(folder / "report.html", written)
            lines += [f"report: {folder / name}" for name in ("report.json", "report.html")]
        if junit_file:
            junit.write(junit_file, written)
            lines.append(f"JUnit: {junit_file}")
    except OSError as wrong:
        raise ReportNotWritten(
            f"{wrong.filename} can't be written ({wrong.strerror}); run again with another"
        ) from wrong
    return lines


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
