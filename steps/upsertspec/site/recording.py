"""A recorded request and its answer for each scenario, from one run against the reference server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from upsertspec.errors import ConfigError
from upsertspec.http.text import printable
from upsertspec.report import document
from upsertspec.report.evidence import writes
from upsertspec.report.html.kit import visible
from upsertspec.run.embedded import started
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.spec import criteria as spec

SERVED = "http://127.0.0.1:8080"
"""Where `upsertspec serve` listens."""
CLIENTS = 4
"""Concurrent clients: the pages show one request of them."""
LONGEST = 4000
_NOT_SHOWN = {"accept", "accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"}
_NOTED = {"content-type", "etag", "location"}

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Recorded:
    """An exchange as the pages show it: the names have no mark of the run, and the URL is that of `upsertspec serve`.

    `title` is the title of the case: of an outline, the first row. `more` counts the other requests of its When step.
    """

    title: str
    role: str
    method: str
    url: str
    headers: Headers
    body: str | None
    status: int
    answer_headers: Headers
    answer: str
    curl: str
    more: int

    @property
    def path(self) -> str:
        """The URL without the server."""
        return self.url.removeprefix(SERVED)


def record(jobs: int, criteria: tuple[str, ...] = ()) -> dict[str, Recorded]:
    """Run the first case of every scenario, or of those of some criteria, against the reference server.

    Returns an exchange by the id of its scenario.
    """
    with started() as server:
        target = replace(server.target(), profiles=spec.PROFILES, clients=CLIENTS)
        settings = Settings(target, criteria, scenarios=frozenset(_first_cases()), temporary=True)
        results = map(document.Shown, run(settings, jobs))
    return dict(_recorded(results, target.url, settings.run_id))


def read(report: Mapping[str, Any]) -> dict[str, Recorded]:
    """The same from a report of the reference server. Raises ConfigError if the report has no exchanges of passes."""
    found = dict(_recorded(report["results"], report["target"]["url"], report["run"]["id"]))
    if not found:
        raise ConfigError(
            ["the report has no exchanges to show; make it with: upsertspec run --evidence full --report DIR"]
        )
    return found


def _first_cases() -> set[str]:
    first: dict[str, str] = {}
    for case in spec.cases():
        first.setdefault(case.scenario, case.id)
    return set(first.values())


def _recorded(results: Iterable[Mapping[str, Any]], url: str, run_id: str) -> Iterator[tuple[str, Recorded]]:
    mark = re.compile(rf"(?:[.+_-]|%2B)?{run_id}[a-z]{{0,2}}\d{{3,6}}", re.IGNORECASE)
    first = _first_cases()
    for result in results:
        asked = [each for each in result["exchanges"] if each["step"].startswith("When") and "response" in each]
        if result["id"] in first and asked:
            shown = (writes(asked) or asked)[-1]
            yield result["id"].partition(".")[0], _shown(shown, result["title"], url, mark, len(asked) - 1)


def _shown(raw: Mapping[str, Any], title: str, url: str, mark: re.Pattern[str], more: int) -> Recorded:
    def clean(text: str) -> str:
        return mark.sub("", text.replace(url, SERVED))

    request, answer = raw["request"], raw["response"]
    asked = request["headers"].items()
    return Recorded(
        title=printable(title),
        role=raw["role"],
        method=raw["method"],
        url=printable(clean(raw["url"])),
        headers={name: printable(clean(text)) for name, text in asked if name.lower() not in _NOT_SHOWN},
        body=None if request["body"] is None else clean(request["body"]),
        status=answer["status"],
        answer_headers={name: printable(text) for name, text in answer["headers"].items() if name.lower() in _NOTED},
        answer=visible(clean(answer["body"]), LONGEST),
        curl=printable(clean(raw["curl"])),
        more=more,
    )
