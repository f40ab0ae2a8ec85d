"""JUnit XML, as CI systems read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from upsertspec.report.document import Run
from upsertspec.report.files import write_whole
from upsertspec.results import Result, Status

_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FAILURES = (Status.FAILED, Status.STALE)
_ERRORS = (Status.ERROR,)
_SKIPPED = (Status.NOT_TESTABLE, Status.NOT_CLAIMED, Status.KNOWN_FAILURE)


def write(path: Path, run: Run) -> None:
    """Write the run as one test suite, in one piece.

    What was not tested is skipped, with its reason; the verdict is a property.
    """
    results = run.results
    counts = {"tests": len(results), "failures": _number(results, _FAILURES), "errors": _number(results, _ERRORS)}
    sums = {**counts, "skipped": _number(results, _SKIPPED)}
    attributes = {name: str(number) for name, number in sums.items()} | {"time": f"{run.seconds:.3f}"}
    root = Element("testsuites", attributes)
    suite = SubElement(root, "testsuite", {"name": "upsertspec", "timestamp": run.started, **attributes})
    properties = SubElement(suite, "properties")
    for name, value in (("verdict", run.tally.verdict.value), ("headline", run.tally.headline)):
        SubElement(properties, "property", {"name": name, "value": value})
    for result in results:
        _case(suite, result)
    write_whole(path, tostring(root, encoding="utf-8", xml_declaration=True))


def _number(results: Sequence[Result], statuses: tuple[Status, ...]) -> int:
    return sum(result.status in statuses for result in results)


def _case(suite: Element, result: Result) -> None:
    case = result.case
    names = {"classname": f"{case.profile}.{case.criterion}", "name": _clean(case.title), "file": case.file}
    element = SubElement(suite, "testcase", {**names, "time": f"{result.seconds:.3f}"})
    properties = SubElement(element, "properties")
    SubElement(properties, "property", {"name": "status", "value": result.status.value})
    reason = _clean(result.reason)
    if result.status in _FAILURES:
        SubElement(element, "failure", {"message": reason}).text = _evidence(result)
    elif result.status in _ERRORS:
        SubElement(element, "error", {"message": reason}).text = _evidence(result)
    elif result.status is Status.WARNED:
        SubElement(element, "system-out").text = f"warned: {reason}"
    elif result.status in _SKIPPED:
        SubElement(element, "skipped", {"message": f"{result.status.value}: {reason}"})


def _evidence(result: Result) -> str:
    return _clean("\n".join(exchange["curl"] for exchange in result.exchanges))


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
