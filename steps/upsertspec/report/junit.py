"""JUnit XML, as CI systems read it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from upsertspec.report.evidence import curls
from upsertspec.report.files import write_whole
from upsertspec.report.status import row

Raw = Mapping[str, Any]
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(path: Path, report: Raw) -> None:
    """Write the report as JUnit."""
    write_whole(path, (piece.encode("utf-8") for piece in _pieces(report)))


def render(report: Raw) -> str:
    """The run as one test suite. What was not tested is skipped, with its reason.

    The verdict, its headline and the number of each status (`count of passed` …) are properties of the suite.
    """
    return "".join(_pieces(report))


def _pieces(report: Raw) -> Iterator[str]:
    results, run = report["results"], report["run"]
    kinds = Counter(row(result["status"]).junit for result in results)
    sums = {"tests": len(results), "failures": kinds["failure"], "errors": kinds["error"], "skipped": kinds["skipped"]}
    attributes = {name: str(number) for name, number in sums.items()} | {"time": f"{run['seconds']:.3f}"}
    root = Element("testsuites", attributes)
    suite = SubElement(root, "testsuite", {"name": "upsertspec", "timestamp": _clean(run["started"]), **attributes})
    _properties(suite, _verdict(report))
    head, end, rest = tostring(root, encoding="unicode", xml_declaration=True).rpartition("</testsuite>")
    yield head
    for result in results:
        yield tostring(_case(result), encoding="unicode")
    yield f"{end}{rest}\n"


def _verdict(report: Raw) -> dict[str, str]:
    verdict, target = report["verdict"], report["target"]
    return {
        "verdict": verdict["verdict"],
        "headline": verdict["headline"],
        "exit code": str(verdict["exit_code"]),
        "profiles": ", ".join(target["profiles"]),
        **{f"count of {status}": str(number) for status, number in verdict["counts"].items()},
    }


def _case(result: Raw) -> Element:
    names = {"classname": f"{result['profile']}.{result['criterion']}", "name": result["title"], "file": result["file"]}
    attributes = {name: _clean(value) for name, value in names.items()}
    element = Element("testcase", {**attributes, "time": f"{result['seconds']:.3f}"})
    blocked = {"blocked by": result["blocked_by"]} if result["blocked_by"] else {}
    own = {name: result[name] for name in ("status", "level", "criterion", "id")}
    _properties(element, own | blocked)
    _outcome(element, result)
    return element


def _outcome(element: Element, result: Raw) -> None:
    kind, status, reason = row(result["status"]).junit, result["status"], _clean(result["reason"])
    if kind == "skipped":
        SubElement(element, kind, {"message": _clean(f"{status}: {reason}")})
    elif kind:
        SubElement(element, kind, {"message": reason}).text = _evidence(result)
    elif reason:
        SubElement(element, "system-out").text = _clean(f"{status}: {reason}")


def _properties(parent: Element, named: Mapping[str, str]) -> None:
    listed = SubElement(parent, "properties")
    for name, value in named.items():
        SubElement(listed, "property", {"name": _clean(name), "value": _clean(value)})


def _evidence(result: Raw) -> str:
    return _clean(curls(result["exchanges"]))


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
