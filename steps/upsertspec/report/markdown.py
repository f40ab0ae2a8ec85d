"""A run as Markdown, for the summary of a CI job or a pull request: short, the verdict first, and bounded in size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from upsertspec.report.cast import lines
from upsertspec.report.evidence import telling
from upsertspec.report.markdown_text import block, code, cut, prose
from upsertspec.report.mistakes import in_document
from upsertspec.report.status import NOT_SELECTED, TABLE, Listed, Status, by_severity, rank, row, worst
from upsertspec.report.verdict import VERDICTS, Verdict

Raw = Mapping[str, Any]
SHORT = 30_000
"""Bytes by default: half of what a comment on a pull request holds."""
LARGEST = 1_048_576
"""Bytes at most: what GitHub takes as the summary of a step."""
LEAST = 16_384
"""Bytes that always hold the head with the longest names and findings, and something more."""
LONGEST_CURL = 3_000
MARGIN = 400


def render(report: Raw, limit: int = SHORT) -> str:
    """The run in at most `limit` bytes (LEAST to LARGEST): verdict, failures, reasons, criteria.

    What does not fit is counted. The table takes at most half of the room, so that failures have the other half.
    """
    head = _head(report)
    room = limit - MARGIN - _size(head)
    table = _fitting(_table(report), room // 2, "rows", "\n")
    grouped = [row.status for row in TABLE if row.listed is Listed.BY_REASON]
    groups = [_fitting(_grouped(report, status), room // 8, "reasons", "\n\n") for status in grouped]
    room -= sum(map(_size, [table, *groups]))
    failures = _fitting(_failures(report), room, "scenarios", "\n\n")
    return "\n\n".join(part for part in (head, failures, *groups, table) if part) + "\n"


def _head(report: Raw) -> str:
    verdict, target, run, suite = report["verdict"], report["target"], report["run"], report["suite"]
    name = f"**{prose(target['name'], 120)}** at " if target["name"] else ""
    profiles, version, started = ", ".join(target["profiles"]), suite["version"], run["started"]
    lines = [
        f"## {VERDICTS[Verdict(verdict['verdict'])].emoji} {verdict['verdict']}",
        f"**{prose(verdict['headline'], 600)}**",
        f"{name}{code(target['url'], 300)}, judged by {prose(profiles, 150)} (upsertspec {prose(version, 40)}, "
        f"{prose(started, 40)}, {run['seconds']:.1f} s)",
        *([f"**The run ended early:** {prose(run['ended_early'], 1000)}"] if "ended_early" in run else []),
        *(f"- {f['level']}: {prose(f['what'], 150)} {prose(f['hint'], 150)}" for f in _findings(report)),
    ]
    return "\n\n".join(lines)


def _findings(report: Raw) -> list[Raw]:
    return [finding for finding in report["preflight"] if finding["level"] != "ok"][:5]


def _failures(report: Raw) -> Iterator[str]:
    """A heading, then each finding: the worst first, and the first of each criterion before the others of it."""
    listed = in_document(report)
    seen: Counter[str] = Counter()
    places = []
    for root, _, _ in listed:
        seen[root["criterion"]] += 1
        places.append((rank(root["status"]), seen[root["criterion"]]))
    if listed:
        yield f"### To look at ({len(listed)})"
    for number in sorted(range(len(listed)), key=places.__getitem__):
        root, _, why = listed[number]
        failure = _failure(root, report["target"].get("cast", []))
        yield f"{failure}\n\n- follows: {prose(why, 600)}" if why else failure


def _failure(result: Raw, cast: Sequence[Raw]) -> str:
    status, place = result["status"], f"{result['file']}:{result['line']} {result['id']}"
    names = prose(f"{result['criterion']} {result['level']} {status}: {result['title']}")
    parts = [f"#### {row(status).emoji} {names}", f"{code(place, 200)}{_broken(result)}"]
    if played := lines(cast, result["steps"]):
        parts.append("\n".join(f"- {prose(line, 600)}" for line in played))
    if result["expected"]:
        parts.append(f"- expected: {code(result['expected'])}\n- got: {code(result['actual'])}")
    if hint := result.get("hint"):
        parts.append(f"- hint: {prose(hint)}")
    if result["reason"] and (not result["expected"] or status == Status.KNOWN_FAILURE):
        parts.append(f"- why: {prose(result['reason'], 1000)}")
    curls = [_curl(exchange["curl"]) for exchange in telling(result["exchanges"], result.get("history"))]
    return "\n\n".join([*parts, block(curls, "sh")] if curls else parts)


def _broken(result: Raw) -> str:
    step = next((step for step in result["steps"] if step["state"] == "failed"), None)
    return f" at the step {code(step['keyword'] + ' ' + step['text'], 300)}" if step else ""


def _curl(line: str) -> str:
    return line if len(line) <= LONGEST_CURL else f"# a line of {len(line)} letters is left out; report.json has it"


def _grouped(report: Raw, status: Status) -> Iterator[str]:
    """A heading, then each reason once, with its criteria."""
    reasons: dict[str, list[Raw]] = {}
    for result in report["results"]:
        if result["status"] == status:
            why = f"blocked by {result['blocked_by']}" if result["blocked_by"] else result["reason"]
            reasons.setdefault(cut(why, 300), []).append(result)
    if reasons:
        yield f"### {status.capitalize()} ({sum(map(len, reasons.values()))})"
    for why, group in reasons.items():
        names = ", ".join(sorted({result["criterion"] for result in group}))
        yield f"- {len(group)} of {prose(names, 200)}: {prose(why)}"


def _table(report: Raw) -> Iterator[str]:
    """The heading and the head of the table, then a row for each criterion that was planned."""
    yield "### Criteria\n\n| | criterion | level | scenarios | asks for |\n| --- | --- | --- | --- | --- |"
    for criterion in report["criteria"]:
        if (state := worst(by_severity(criterion["counts"]))) != NOT_SELECTED:
            counts = ", ".join(f"{number} {status}" for status, number in criterion["counts"].items())
            cells = [criterion["id"], criterion["level"], counts, prose(criterion["sentence"], 200)]
            yield f"| {row(state).emoji} | {' | '.join(cells)} |"


def _fitting(parts: Iterable[str], room: int, what: str, between: str) -> str:
    """As many parts as fit into this many bytes, but at least the first; and the number of parts left out."""
    kept: list[str] = []
    left = 0
    for part in parts:
        size = _size(part + between)
        if kept and size > room:
            left += 1
        else:
            kept.append(part)
            room -= size
    listed = between.join(kept)
    return f"{listed}\n\n*{left} more {what} are left out here; report.json has them.*" if left else listed


def _size(text: str) -> int:
    return len(text.encode())
