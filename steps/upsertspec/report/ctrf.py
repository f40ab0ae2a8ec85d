"""CTRF, the Common Test Report Format (ctrf.io), as dashboards and CI summaries read it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from upsertspec.report.evidence import curls, message
from upsertspec.report.status import row
from upsertspec.report.times import seconds_since_1970

Raw = Mapping[str, Any]
SPEC_VERSION = "0.0.0"
STATUSES = ("passed", "failed", "skipped", "pending", "other")


def render(report: Raw) -> str:
    """The run as CTRF. Each test keeps its own status as `rawStatus`; the verdict is in `summary.extra`."""
    run, suite = report["run"], report["suite"]
    found = {
        "reportFormat": "CTRF",
        "specVersion": SPEC_VERSION,
        "runId": run["id"],
        "timestamp": run["finished"],
        "generatedBy": f"upsertspec {suite['version']}",
        "results": {
            "tool": {"name": "upsertspec", "version": suite["version"]},
            "summary": _summary(report),
            "tests": [_test(result) for result in report["results"]],
            "environment": {"appName": report["target"]["name"] or report["target"]["url"]},
        },
    }
    return json.dumps(found, ensure_ascii=True, indent=1) + "\n"


def _summary(report: Raw) -> dict[str, Any]:
    counted = Counter(row(result["status"]).ctrf for result in report["results"])
    start, stop = (round(seconds_since_1970(report["run"], name) * 1000) for name in ("started", "finished"))
    return {
        "tests": len(report["results"]),
        **{status: counted[status] for status in STATUSES},
        "suites": len({result["criterion"] for result in report["results"]}),
        "start": start,
        "stop": stop,
        "duration": round(report["run"]["seconds"] * 1000),
        "extra": dict(report["verdict"]),
    }


def _test(result: Raw) -> dict[str, Any]:
    status = result["status"]
    test: dict[str, Any] = {
        "name": result["title"],
        "testId": result["id"],
        "status": row(status).ctrf,
        "rawStatus": status,
        "duration": round(result["seconds"] * 1000),
        "suite": [result["profile"], result["criterion"]],
        "filePath": result["file"],
        "line": result["line"],
        "tags": [result["profile"], result["criterion"], result["level"]],
        "threadId": result["worker"],
    }
    if result["reason"]:
        test |= {"message": message(result)}
    if result["reason"] and result["exchanges"]:
        test |= {"trace": curls(result["exchanges"])}
    return test
