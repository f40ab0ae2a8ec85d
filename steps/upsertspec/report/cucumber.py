"""Cucumber Messages: one JSON object a line, as Cucumber's formatters and dashboards read a run.

Source: https://github.com/cucumber/messages. A file of features is a feature, a criterion a rule, and each result a
scenario of its own, also the row of an outline.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, groupby
from typing import Any

from upsertspec.report.evidence import curls, message
from upsertspec.report.status import row
from upsertspec.report.times import seconds_since_1970

Raw = Mapping[str, Any]
PROTOCOL = "34.2.0"
KEYWORDS = {"Given": "Context", "When": "Action", "Then": "Outcome"}
AT = {"line": 1}
NO_TIME = {"seconds": 0, "nanos": 0}


def render(report: Raw) -> str:
    """The run as Cucumber Messages, in lines of JSON. Raises ConfigError if a time of the report is none."""
    return "".join(f"{json.dumps(message)}\n" for message in _messages(report))


def _messages(report: Raw) -> Iterator[dict[str, Any]]:
    made = count(1)
    scenarios = [_Scenario(result, made) for result in report["results"]]
    product = {"name": "upsertspec", "version": report["suite"]["version"]}
    machine = {"cpu": {"name": platform.machine()}, "os": {"name": platform.system()}, "runtime": {"name": "Python"}}
    yield {"meta": {"protocolVersion": PROTOCOL, "implementation": product, **machine}}
    for file, members in groupby(scenarios, key=lambda each: each.result["file"]):
        yield _document(str(file), list(members), made)
    for each in scenarios:
        yield each.pickle()
    start, stop = (_moment(seconds_since_1970(report["run"], name)) for name in ("started", "finished"))
    yield {"testRunStarted": {"id": "run", "timestamp": start}}
    for each in scenarios:
        yield from each.run(start)
    success = report["verdict"]["exit_code"] == 0
    yield {"testRunFinished": {"testRunStartedId": "run", "success": success, "timestamp": stop}}


def _document(file: str, scenarios: Sequence[_Scenario], made: Iterator[int]) -> dict[str, Any]:
    rules = []
    for name, members in groupby(scenarios, key=lambda each: each.result["rule"]):
        children = [{"scenario": each.node()} for each in members]
        rules.append({"rule": {**_named("Rule", str(name), made), "children": children}})
    feature = {"location": AT, "keyword": "Feature", "name": file, "description": "", "language": "en", "tags": []}
    return {"gherkinDocument": {"uri": file, "comments": [], "feature": {**feature, "children": rules}}}


def _named(keyword: str, name: str, made: Iterator[int]) -> dict[str, Any]:
    return {"id": str(next(made)), "location": AT, "keyword": keyword, "name": name, "description": "", "tags": []}


class _Scenario:
    """A result as a scenario, a pickle and a test case. What was not begun has one step that says why."""

    def __init__(self, result: Raw, made: Iterator[int]) -> None:
        self.result, self.row = result, row(result["status"])
        self.at = {"line": result["line"]}
        self.head = {**_named("Scenario", result["title"], made), "location": self.at, "examples": []}
        self.head["tags"] = [
            self._tag(made, name) for name in (result["profile"], result["criterion"], result["level"])
        ]
        reason = {"keyword": "*", "text": message(result) or str(result["status"]), "state": "", "table": []}
        self.steps = [(step, str(next(made))) for step in result["steps"] or [reason]]
        self.rows = {ident: [str(next(made)) for _ in step["table"]] for step, ident in self.steps}

    def node(self) -> dict[str, Any]:
        return {**self.head, "steps": [self._step(step, ident) for step, ident in self.steps]}

    def pickle(self) -> dict[str, Any]:
        steps = []
        for step, ident in self.steps:
            table = [{"cells": [{"value": cell} for cell in cells]} for cells in step["table"]]
            argument = {"argument": {"dataTable": {"rows": table}}} if table else {}
            steps.append({"id": f"p{ident}", "astNodeIds": [ident], "text": step["text"], **argument})
        tags = [{"name": tag["name"], "astNodeId": tag["id"]} for tag in self.head["tags"]]
        names = {"id": f"p{self.head['id']}", "uri": self.result["file"], "name": self.head["name"], "language": "en"}
        return {"pickle": {**names, "astNodeIds": [self.head["id"]], "steps": steps, "tags": tags}}

    def run(self, otherwise: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        ident, exchanges = f"t{self.head['id']}", self.result["exchanges"]
        began = _moment(exchanges[0]["started"]) if exchanges else otherwise
        ended = _moment(exchanges[-1]["started"] + exchanges[-1].get("elapsed", 0)) if exchanges else otherwise
        steps = [{"id": f"t{step}", "pickleStepId": f"p{step}", "stepDefinitionIds": []} for _, step in self.steps]
        yield {"testCase": {"id": ident, "pickleId": f"p{self.head['id']}", "testSteps": steps}}
        started = {"id": f"r{ident}", "testCaseId": ident, "attempt": 0, "timestamp": began}
        yield {"testCaseStarted": {**started, "workerId": self.result["worker"] or "main"}}
        for (_, step), outcome in zip(self.steps, self._outcomes(), strict=True):
            names = {"testCaseStartedId": f"r{ident}", "testStepId": f"t{step}"}
            yield {"testStepStarted": {**names, "timestamp": began}}
            yield {"testStepFinished": {**names, "timestamp": ended, "testStepResult": outcome}}
        if exchanges and self.result["reason"]:
            names = {"testCaseStartedId": f"r{ident}", "mediaType": "text/plain", "contentEncoding": "IDENTITY"}
            yield {"attachment": {**names, "fileName": "requests.sh", "body": curls(exchanges)}}
        yield {"testCaseFinished": {"testCaseStartedId": f"r{ident}", "timestamp": ended, "willBeRetried": False}}

    def _outcomes(self) -> Iterator[dict[str, Any]]:
        """The result of each step; the first that did not pass, or the last one, has the status of the scenario."""
        states = [step["state"] for step, _ in self.steps]
        decisive = next((n for n, state in enumerate(states) if state != "passed"), len(states) - 1)
        duration = _moment(self.result["seconds"])
        for number in range(len(states)):
            if number == decisive:
                said = {"message": message(self.result)} if self.result["reason"] else {}
                yield {"status": self.row.cucumber, "duration": duration, **said}
            else:
                yield {"status": "PASSED" if number < decisive else "SKIPPED", "duration": NO_TIME}

    def _step(self, step: Raw, ident: str) -> dict[str, Any]:
        kind = KEYWORDS.get(step["keyword"], "Conjunction")
        made = {"id": ident, "location": self.at, "keyword": f"{step['keyword']} ", "text": step["text"]}
        lines = zip(step["table"], self.rows[ident], strict=True)
        rows = [{"id": row, "location": self.at, "cells": [self._cell(cell) for cell in cells]} for cells, row in lines]
        return {**made, "keywordType": kind, **({"dataTable": {"location": self.at, "rows": rows}} if rows else {})}

    def _cell(self, value: str) -> dict[str, Any]:
        return {"location": self.at, "value": value}

    def _tag(self, made: Iterator[int], name: str) -> dict[str, Any]:
        return {"id": str(next(made)), "location": self.at, "name": f"@{name}"}


def _moment(seconds: float) -> dict[str, int]:
    """Seconds, as whole ones and nanoseconds."""
    whole = int(seconds)
    return {"seconds": whole, "nanos": round((seconds - whole) * 1_000_000) * 1000}
