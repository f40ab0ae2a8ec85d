"""EARL 1.0, the W3C vocabulary for test results, as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from upsertspec.report.status import row

Raw = Mapping[str, Any]
CONTEXT: dict[str, Any] = {
    "earl": "http://www.w3.org/ns/earl#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "upsertspec": "urn:upsertspec:terms#",
    "id": "@id",
    "type": "@type",
    "title": "dct:title",
    "description": "dct:description",
    "identifier": "dct:identifier",
    "date": {"@id": "dct:date", "@type": "xsd:dateTime"},
    "isPartOf": {"@id": "dct:isPartOf", "@type": "@id"},
    "hasVersion": "dct:hasVersion",
    "source": "dct:source",
    "assertedBy": {"@id": "earl:assertedBy", "@type": "@id"},
    "subject": {"@id": "earl:subject", "@type": "@id"},
    "test": {"@id": "earl:test", "@type": "@id"},
    "mode": {"@id": "earl:mode", "@type": "@id"},
    "result": "earl:result",
    "outcome": {"@id": "earl:outcome", "@type": "@id"},
    "info": "earl:info",
    "level": "upsertspec:level",
    "status": "upsertspec:status",
    "verdict": "upsertspec:verdict",
    "headline": "upsertspec:headline",
}
ASSERTOR, SUBJECT, CRITERION = "urn:upsertspec:assertor", "urn:upsertspec:subject", "urn:upsertspec:criterion"


def render(report: Raw) -> str:
    """The run as a graph: the suite, the target, the criteria, the scenarios, and an assertion for each scenario.

    Each result keeps its own status as `upsertspec:status`. The context is in the file, so nothing has to be fetched.
    """
    run = _name(report["run"]["id"])
    graph: list[Raw] = [_assertor(report), _subject(report, f"{SUBJECT}:{run}")]
    graph += [_requirement(criterion) for criterion in report["criteria"]]
    for number, result in enumerate(report["results"], 1):
        case = f"urn:upsertspec:run:{run}:test:{number}"
        graph += [_test(result, case), _assertion(result, case, f"{SUBJECT}:{run}", report["run"]["finished"])]
    return json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=True, indent=1) + "\n"


def _assertor(report: Raw) -> Raw:
    suite = report["suite"]
    name = {"id": ASSERTOR, "type": ["earl:Assertor", "earl:Software"], "title": "upsertspec"}
    return {**name, "hasVersion": suite["version"], "identifier": suite["features_digest"]}


def _subject(report: Raw, ident: str) -> Raw:
    target, verdict = report["target"], report["verdict"]
    outcome = {"verdict": verdict["verdict"], "headline": verdict["headline"]}
    title = target["name"] or target["url"]
    return {"id": ident, "type": "earl:TestSubject", "title": title, "source": target["url"], **outcome}


def _requirement(criterion: Raw) -> Raw:
    ident = f"{CRITERION}:{_name(criterion['id'])}"
    named = {"id": ident, "type": "earl:TestRequirement", "identifier": criterion["id"]}
    return {**named, "title": criterion["sentence"], "level": criterion["level"]}


def _test(result: Raw, case: str) -> Raw:
    named = {"id": case, "type": "earl:TestCase", "identifier": result["id"], "title": result["title"]}
    return {**named, "level": result["level"], "isPartOf": f"{CRITERION}:{_name(result['criterion'])}"}


def _assertion(result: Raw, case: str, subject: str, date: str) -> Raw:
    found = {"type": "earl:TestResult", "outcome": f"earl:{row(result['status']).earl}", "status": result["status"]}
    why = {"info": result["reason"]} if result["reason"] else {}
    return {
        "type": "earl:Assertion",
        "assertedBy": ASSERTOR,
        "subject": subject,
        "test": case,
        "mode": "earl:automatic",
        "result": {**found, **why, "date": date},
    }


def _name(text: str) -> str:
    """The text as the part of an IRI."""
    return quote(text, safe="", errors="replace")
