"""Handmade reports that fit the schema."""

from __future__ import annotations

import json
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

from upsertspec.report.document import SCHEMA_ID
from upsertspec.report.status import Status
from upsertspec.spec.ids import new_id

NUMBERS = count(1)
STATUSES = tuple(status.value for status in Status)


def result(status: str = "passed", criterion: str = "AC-001", title: str = "", **more: Any) -> dict[str, Any]:
    """A result of this status; where it isn't passed, it has a reason, an expectation and an exchange."""
    title = title or f"A contact is looked at, {next(NUMBERS)}"
    wrong = status not in ("passed", "not claimed", "not applicable")
    exchange = {
        "step": "When a contact is upserted",
        "role": "editor",
        "attempt": 1,
        "method": "POST",
        "url": "http://127.0.0.1:1/api",
        "request": {"headers": {}, "body": "{}"},
        "response": {"status": 500, "headers": {}, "body": "no"},
        "started": 1.0,
        "elapsed": 0.1,
        "curl": f"curl -sS -i -X POST http://127.0.0.1:1/{criterion}",
    }
    step = {"keyword": "When", "text": "a contact is upserted", "state": "passed", "table": [["a"]]}
    return {
        "id": new_id("core/one.feature", title),
        "profile": "core",
        "criterion": criterion,
        "level": "MUST",
        "rule": f"{criterion} {sentence(criterion)}",
        "title": title,
        "file": "core/one.feature",
        "line": 3,
        "example": {},
        "status": status,
        "reason": "" if status == "passed" else f"why it is {status}",
        "expected": "an answer of 200" if wrong else "",
        "actual": "500" if wrong else "",
        "blocked_by": "",
        "steps": [step],
        "exchanges": [exchange] if wrong else [],
        "seconds": 0.1,
        "worker": "main",
        **more,
    }


def sentence(criterion: str) -> str:
    """What a criterion of ours asks for."""
    return f"What {criterion} asks for"


def shaped(*results: dict[str, Any], name: str = "mine", verdict: str = "conformant", **suite: str) -> dict[str, Any]:
    """A report with these results."""
    counts = dict.fromkeys(STATUSES, 0) | Counter(r["status"] for r in results)
    said = " + ".join(f"{number} {status}" for status, number in counts.items() if number)
    identity = {"version": "0.1.0", "features_digest": "ab" * 32}
    return {
        "schema": SCHEMA_ID,
        "suite": {"name": "upsertspec", **identity, **suite},
        "target": {
            "name": name,
            "url": "http://127.0.0.1:1",
            "dialect": "native",
            "profiles": ["core"],
            "not_claimed": ["batch"],
            "roles": ["editor"],
        },
        "run": {
            "id": "abc123",
            "started": "2026-01-02T03:04:05.678Z",
            "finished": "2026-01-02T03:04:06.678Z",
            "seconds": 1.0,
            "jobs": 1,
            "selection": {"criteria": [], "keyword": ""},
        },
        "verdict": {
            "verdict": verdict,
            "headline": f"{verdict}: {len(results)} planned = {said}",
            "exit_code": 0,
            "planned": len(results),
            "counts": counts,
        },
        "preflight": [],
        "proof": None,
        "criteria": [
            {
                "id": criterion,
                "profile": "core",
                "level": "MUST",
                "sentence": sentence(criterion),
                "planned": sum(r["criterion"] == criterion for r in results),
                "counts": dict(Counter(r["status"] for r in results if r["criterion"] == criterion)),
            }
            for criterion in sorted({r["criterion"] for r in results} | {"AC-001", "AC-002"})
        ],
        "results": list(results),
    }


def saved(file: Path, report: dict[str, Any]) -> str:
    """The report, written; its name."""
    file.write_text(json.dumps(report), "utf-8")
    return str(file)
