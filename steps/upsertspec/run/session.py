"""One run, from the check of the target to the written report."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from upsertspec.errors import ReportNotWritten
from upsertspec.http.masking import Masker
from upsertspec.http.text import printable
from upsertspec.report import document, junit, page, terminal
from upsertspec.report.cast import cast
from upsertspec.report.finding import FATAL, Finding
from upsertspec.report.progress import Progress, Style, json_line, progress
from upsertspec.report.proof import last_proof
from upsertspec.report.result import Result, Status
from upsertspec.run import preflight
from upsertspec.run.clean_up import clean_up
from upsertspec.run.runner import run, unrun
from upsertspec.run.settings import Settings
from upsertspec.run.workers import CAN_FORK
from upsertspec.spec import criteria as spec


def run_session(
    settings: Settings,
    jobs: int,
    folder: Path | None,
    junit_file: Path | None,
    output: TextIO,
    style: Style = Style.NORMAL,
) -> int:
    """Check the target, run what is selected, write and print the results; return the exit code.

    `folder` is for report.json and report.html. Raises ConfigError for a selection that names what does not exist,
    ReportNotWritten if a file can't be written.
    """
    target = settings.target
    out = output if style.talks else io.StringIO()
    settings.selection.require_planned_cases()
    planned = len(settings.selection.planned_cases())
    out.write(f"upsertspec judges {target.name or target.url}: {planned} scenarios of {', '.join(target.profiles)}\n")
    if jobs > 1 and not CAN_FORK:
        out.write(f"--jobs {jobs}: this system can't fork a process, so one worker runs all scenarios\n")
        jobs = 1
    began, clock = datetime.now(UTC), time.perf_counter()
    findings = preflight.preflight(target)
    terminal.findings(findings, out)
    results = _results(settings, findings, jobs, progress(style, output, planned))
    masker = Masker(secret.value for secret in target.secrets())
    cleaned = clean_up(target, results, settings.run_id, settings.keep)
    cleaned = replace(cleaned, why=printable(masker.text(cleaned.why)))
    finished, seconds = _stamp(datetime.now(UTC)), time.perf_counter() - clock
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
        finished=finished,
        seconds=seconds,
        proof=last_proof(),
        clean_up=cleaned.as_dict(),
    )
    written = _write(ended, folder, junit_file)
    _print(ended, out, str(cleaned) if cleaned.left else "")
    out.writelines(f"{line}\n" for line in written)
    if style is Style.JSONL:
        json_line(output, "verdict", **document.verdict(ended.tally))
    elif style is Style.QUIET:
        terminal.findings([finding for finding in findings if finding.level == FATAL], output)
        terminal.verdict(ended.tally, output)
    return ended.tally.exit_code


def _results(settings: Settings, findings: list[Finding], jobs: int, shown: Progress) -> list[Result]:
    selection = settings.selection
    if why := preflight.fatal(findings):
        return [unrun(case, selection, Status.NOT_TESTABLE, why) for case in selection.selected_cases()]
    results = run(settings, jobs, shown.step)
    shown.end()
    return results


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
    terminal.verdict(ended.tally, out)


def _write(ended: document.Run, folder: Path | None, junit_file: Path | None) -> list[str]:
    """Write the files. This comes before any output, so that a closed pipe does not cost the report."""
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
            f"{wrong.filename} can't be written ({wrong.strerror}); run again with another path"
        ) from wrong
    return lines


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
