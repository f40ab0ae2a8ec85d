"""The baseline of a report: what did not pass, as a file that a run reads (`target.baseline`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from upsertspec.http.text import printable
from upsertspec.report.status import Status
from upsertspec.target.target import KnownFailure

Raw = Mapping[str, Any]
SHOWN = 160


def render(report: Raw, before: Sequence[KnownFailure] = ()) -> str:
    """The baseline, as TOML. The reasons of an earlier one are kept for what it lists with the same status."""
    reasons = {(known.scenario, known.status): known.reason for known in before}
    groups: dict[tuple[str, str, str, str], list[Raw]] = {}
    for result in report["results"]:
        if status := _listed(result):
            reason = reasons.get((result["id"], status), "")
            groups.setdefault((result["criterion"], status, reason, _why(result)), []).append(result)
    return "\n".join([*_head(report), *(line for key, group in groups.items() for line in _entry(*key, group))]) + "\n"


def _listed(result: Raw) -> str:
    """The status under which a baseline lists the result; empty where it does not."""
    status = result["status"]
    if status == Status.KNOWN_FAILURE:  # one of the target file stays there
        return Status.FAILED.value if result.get("baseline") else ""
    return status if status in (Status.FAILED, Status.NOT_TESTABLE, Status.NOT_APPLICABLE) else ""


def _why(result: Raw) -> str:
    if result["expected"] and result["status"] in (Status.FAILED, Status.KNOWN_FAILURE):
        return _short(f"expected {result['expected']}; got {result['actual']}")
    return f"blocked by {result['blocked_by']}" if result["blocked_by"] else _short(result["reason"])


def _head(report: Raw) -> Iterator[str]:
    target = report["target"]
    yield f"# What {_short(target['name'] or target['url'])} does not pass, as of {report['run']['started']}."
    yield "# A run that reads this file is red only for what is new, and for what is in here and no longer true."
    yield "# Give each entry its reason: why it is so, and where it is tracked."


def _entry(criterion: str, status: str, reason: str, why: str, group: Sequence[Raw]) -> Iterator[str]:
    yield from ("", "[[known]]", f'criterion = "{criterion}"', f'status = "{status}"', "scenarios = [")
    yield from (f'    "{result["id"]}",  # {_short(result["title"])}' for result in group)
    yield from ("]", f"reason = {json.dumps(printable(reason), ensure_ascii=False)}  # {why}")


def _short(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
