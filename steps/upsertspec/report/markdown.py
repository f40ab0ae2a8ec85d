"""A run as Markdown, for the summary of a CI job or a pull request: short, the verdict first, and bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from upsertspec.report.bounds import SHORT, seconds
from upsertspec.report.kinds import OTHER, kind_of
from upsertspec.report.markdown_text import block, code, cut, prose
from upsertspec.report.page.words import weight, worst
from upsertspec.report.terminal import telling

Raw = Mapping[str, Any]
LONGEST_CURL = 3_000
MARGIN = 400
MARKS = {"conformant": "✅", "not conformant": "❌", "incomplete": "❔"}
GROUPED = ("not testable", "deviates")
UNREPORTED = ("passed", "not claimed", *GROUPED)


def render(report: Raw, limit: int = SHORT) -> str:
    """The run in at most so many bytes (LEAST to LARGEST): verdict, failures, what could not be tested, the criteria.

    Where not all fits, the rest is counted. The table takes half of the room at most, so that failures have the other.
    """
    head = _head(report)
    room = limit - MARGIN - _size(head)
    table = _fitting(_table(report), room // 2, "rows", "\n")
    groups = [_fitting(_grouped(report, status), room // 8, "reasons", "\n\n") for status in GROUPED]
    room -= sum(map(_size, [table, *groups]))
    told = _fitting(_failures(report), room, "scenarios", "\n\n")
    return "\n\n".join(part for part in (head, told, *groups, table) if part) + "\n"


def _head(report: Raw) -> str:
    verdict, target, run, suite = report["verdict"], report["target"], report["run"], report["suite"]
    mark = MARKS.get(verdict["verdict"], OTHER.mark)
    name = f"**{prose(target['name'], 120)}** at " if target["name"] else ""
    profiles, version, started = ", ".join(target["profiles"]), suite["version"], run["started"]
    lines = [
        f"## {mark} {prose(verdict['verdict'], 40)}",
        f"**{prose(verdict['headline'], 600)}**",
        f"{name}{code(target['url'], 300)}, judged by {prose(profiles, 150)} (upsertspec {prose(version, 40)}, "
        f"{prose(started, 40)}, {seconds(run['seconds']):.1f} s)",
        *(f"- {prose(f['level'], 20)}: {prose(f['what'], 150)} {prose(f['mend'], 150)}" for f in _findings(report)),
    ]
    return "\n\n".join(lines)


def _findings(report: Raw) -> list[Raw]:
    return [finding for finding in report["preflight"] if finding["level"] != "ok"][:5]


def _failures(report: Raw) -> Iterator[str]:
    """A heading, then each case that is told: the worst first, and of each criterion the first before its others."""
    told = [result for result in report["results"] if result["status"] not in UNREPORTED]
    seen: Counter[str] = Counter()
    places = []
    for result in told:
        seen[result["criterion"]] += 1
        places.append((weight(result["status"]), seen[result["criterion"]]))
    if told:
        yield f"### What is to be looked at ({len(told)})"
    for number in sorted(range(len(told)), key=places.__getitem__):
        yield _failure(told[number])


def _failure(result: Raw) -> str:
    status, place = result["status"], f"{result['file']}:{result['line']}"
    names = prose(f"{result['criterion']} {result['level']} {status}: {result['title']}")
    parts = [f"#### {kind_of(status).mark} {names}", f"{code(place, 200)}{_broken(result)}"]
    if result["expected"]:
        parts.append(f"- expected: {code(result['expected'])}\n- got: {code(result['actual'])}")
    if result["reason"] and (not result["expected"] or status == "known failure"):
        parts.append(f"- why: {prose(result['reason'], 1000)}")
    lines = [_curl(exchange["curl"]) for exchange in telling(result["exchanges"], result.get("history"))]
    return "\n\n".join([*parts, block(lines, "sh")] if lines else parts)


def _broken(result: Raw) -> str:
    step = next((step for step in result["steps"] if step["state"] == "failed"), None)
    return f" at the step {code(step['keyword'] + ' ' + step['text'], 300)}" if step else ""


def _curl(line: str) -> str:
    return line if len(line) <= LONGEST_CURL else f"# a line of {len(line)} letters is left out; report.json has it"


def _grouped(report: Raw, status: str) -> Iterator[str]:
    """A heading, then each reason once, with the criteria that have it."""
    reasons: dict[str, list[Raw]] = {}
    for result in report["results"]:
        if result["status"] == status:
            why = f"blocked by {result['blocked_by']}" if result["blocked_by"] else result["reason"]
            reasons.setdefault(cut(why, 300), []).append(result)
    if reasons:
        yield f"### {status.capitalize()} ({sum(map(len, reasons.values()))})"
    for why, alike in reasons.items():
        names = ", ".join(sorted({result["criterion"] for result in alike}))
        yield f"- {len(alike)} of {prose(names, 200)}: {prose(why)}"


def _table(report: Raw) -> Iterator[str]:
    """A heading with the head of the table, then a row for each criterion that was planned."""
    yield "### Criteria\n\n| | criterion | level | scenarios | asks for |\n| --- | --- | --- | --- | --- |"
    for criterion in report["criteria"]:
        if criterion["planned"]:
            counts = ", ".join(f"{number} {prose(status)}" for status, number in criterion["counts"].items())
            words = [prose(criterion["id"]), prose(criterion["level"]), counts, prose(criterion["sentence"], 200)]
            yield f"| {_mark(criterion)} | {' | '.join(words)} |"


def _mark(criterion: Raw) -> str:
    """The mark of the worst that became of a criterion's scenarios."""
    return kind_of(worst(criterion["counts"])).mark


def _fitting(parts: Iterable[str], room: int, what: str, between: str) -> str:
    """As many parts as there is room for, in bytes, the first in any case; then how many were left out."""
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
