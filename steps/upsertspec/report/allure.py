"""Allure results: a file of JSON for each scenario, as Allure's report and Allure TestOps read them.

Source: https://allurereport.org/docs/how-it-works-test-result-file/.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from upsertspec.report.evidence import curls, message
from upsertspec.report.status import row
from upsertspec.report.times import seconds_since_1970

Raw = Mapping[str, Any]
JUDGED = ("passed", "failed")
"""The states of a step that Allure knows by the same words."""


def files(report: Raw) -> Iterator[tuple[str, str]]:
    """The name and the text of each file. Raises ConfigError if a time of the report is none."""
    otherwise = seconds_since_1970(report["run"], "started")
    for result in report["results"]:
        ident = str(uuid5(NAMESPACE_URL, f"urn:upsertspec:{report['run']['id']}:{result['id']}"))
        yield f"{ident}-result.json", json.dumps(_result(report, result, ident, otherwise), indent=1) + "\n"


def _result(report: Raw, result: Raw, ident: str, otherwise: float) -> dict[str, Any]:
    exchanges, status = result["exchanges"], result["status"]
    start = round((exchanges[0]["started"] if exchanges else result.get("started", otherwise)) * 1000)
    labels = {
        "framework": "upsertspec", "epic": result["profile"], "feature": result["rule"], "story": result["criterion"],
        "severity": "critical" if result["level"] == "MUST" else "minor", "tag": status, "thread": result["worker"],
    }  # fmt: skip
    said = {"message": message(result), "trace": curls(exchanges)} if result["reason"] else {}
    details = {name: text for name, text in said.items() if text}
    return {
        "uuid": ident,
        "historyId": f"{report['target']['url']} {result['id']}",
        "testCaseId": result["id"],
        "fullName": f"{result['file']}:{result['line']}",
        "titlePath": [result["profile"], result["rule"]],
        "name": result["title"],
        "status": row(status).allure,
        "statusDetails": {**details, "known": status == "known failure"},
        "stage": "finished",
        "start": start,
        "stop": start + round(result["seconds"] * 1000),
        "labels": [{"name": name, "value": value} for name, value in labels.items() if value],
        "parameters": [{"name": name, "value": value} for name, value in result["example"].items()],
        "steps": [_step(step) for step in result["steps"]],
        "attachments": [],
    }


def _step(step: Raw) -> dict[str, Any]:
    table = "".join(f"\n| {' | '.join(cells)} |" for cells in step["table"])
    return {
        "name": f"{step['keyword']} {step['text']}{table}",
        "status": step["state"] if step["state"] in JUDGED else "skipped",
        "stage": "finished",
    }
