"""A run in a page of Markdown for whoever has to fix the target, a person or a coding agent: the root finding first.

For each finding: the sentence of the criterion, the request that shows it, what was expected and what came, and where
to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from upsertspec.report.document import result_from
from upsertspec.report.evidence import telling, writes
from upsertspec.report.markdown_text import block, code, prose
from upsertspec.report.mistakes import in_document
from upsertspec.report.status import Status, rank
from upsertspec.report.traits import traits_of

Raw = Mapping[str, Any]
MOST = 4_000
"""Bytes."""
ROOM_OF_THE_REST = 300
LONGEST_CURL = 1_200
WORD = re.compile(r"[^\s\"'/&=?,:]+")


def render(report: Raw) -> str:
    """The verdict and as many findings as go into MOST bytes, the worst first; the others are counted."""
    target, verdict = report["target"], report["verdict"]
    parts = [f"# {verdict['verdict']}: {code(target['url'], 200)}", prose(verdict["headline"], 400)]
    if "ended_early" in report["run"]:
        parts.append(f"The run ended early: {prose(report['run']['ended_early'], 300)}")
    found = sorted(in_document(report), key=lambda finding: rank(finding[0]["status"]))
    listed, room = 0, MOST - ROOM_OF_THE_REST - _size(*parts)
    for number, (root, followers, why) in enumerate(found, start=1):
        part = "\n\n".join(_finding(number, root, followers, why, report["run"]["id"]))
        if _size(part) > room:
            part = f"## {number}. {_name(root)}"
        if _size(part) > room:
            break
        parts.append(part)
        room, listed = room - _size(part), number
    if left := len(found) - listed:
        parts.append(f"{left} more finding{'s' if left > 1 else ''}: `upsertspec render --format markdown` lists all.")
    return "\n\n".join(parts) + "\n"


def _finding(number: int, root: Raw, followers: Sequence[Raw], why: str, run: str) -> Iterator[str]:
    yield f"## {number}. {_name(root)}"
    place = f"{root['file']}:{root['line']} {root['id']}"
    yield f"{prose(root['title'])} ({code(place, 200)})"
    if root["expected"]:
        said = f"- expected: {code(root['expected'], 300)}\n- got: {code(root['actual'], 300)}"
        hint = f"\n- hint: {prose(root['hint'])}" if "hint" in root else ""
        yield f"{said}{hint}\n- look at: {_place(root)}"
    else:
        yield f"- why: {prose(root['reason'], 300)}"
    if curls := _curls(root, run):
        yield block(curls, "sh")
    if followers:
        yield f"Fails for it as well: {prose(why, 300)}"


def _curls(result: Raw, run: str) -> list[str]:
    """The requests that show the failure; without the lines that are too long."""
    shown = telling(result["exchanges"], result.get("history"), result.get("actual", ""))
    chosen = (shown if "history" in result else _last_write(result["exchanges"], run)) or shown[:1]
    return [each["curl"] for each in chosen if len(each["curl"]) <= LONGEST_CURL]


def _last_write(exchanges: Sequence[Raw], run: str) -> list[Raw]:
    """The last write, after the write before it that has a name of the run in common: it made the match."""
    wrote = writes(exchanges)
    last = wrote[-1:]
    made = [each for each in wrote[:-1] if _names(each, run) & _names(last[0], run)]
    return made[-1:] + last


def _names(exchange: Raw, run: str) -> set[str]:
    """The words in a request that hold the id of the run, so that no other scenario has them."""
    sent = f"{unquote(exchange['url'])} {exchange['request']['body'] or ''}"
    return {word for word in WORD.findall(sent) if run in word}


def _name(result: Raw) -> str:
    status = "" if result["status"] == Status.FAILED else f" ({result['status']})"
    return prose(f"{result['level']} {result['rule']}{status}", 200)


def _place(result: Raw) -> str:
    """Where in the target the mistake is likely to be: by the last write, its answer and the step that failed."""
    answered = [each for each in writes(result["exchanges"]) if "response" in each]
    exchange = (answered or result["exchanges"] or [None])[-1]
    if exchange is None or "response" not in exchange:
        return "why the target does not answer"
    request = code(f"{exchange['method']} {exchange['url'].partition('?')[0]}", 160)
    status, refused = exchange["response"]["status"], bool(traits_of(result_from(result)).refusals)
    if status >= 500:
        return f"the log of the target: it answers {request} with {status}"
    if status < 400 and refused:
        return f"the checks before the write: {request} is accepted and has to be refused"
    if status >= 400 and not refused:
        return f"the checks before the write: {request} is refused and has to be accepted"
    failed = next((step["text"] for step in result["steps"] if step["state"] == "failed"), "")
    return f"what {request} {'writes' if 'stored' in failed else 'answers'}"


def _size(*parts: str) -> int:
    return sum(len(part.encode()) + 2 for part in parts)
