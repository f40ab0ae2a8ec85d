"""Run the scenario of a report again, and compare its exchanges with those that the report holds, one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from upsertspec.errors import ConfigError
from upsertspec.http.text import printable
from upsertspec.report.result import Result
from upsertspec.run.clean_up import clean_up
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings

Raw = Mapping[str, Any]
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
RUN = "…"
"""What stands for the letters that make a name unique."""
SHOWN = 80
MOST = 6
"""Differences that are shown of an answer."""


@dataclass(frozen=True)
class Replayed:
    """A scenario that was run again. `lines` tell each exchange, `same` says whether all is as it was recorded."""

    lines: tuple[str, ...]
    same: bool
    result: Result


def recorded(report: Raw, scenario: str) -> Raw:
    """The result with this id. Raises ConfigError if the report has none, or if it sent nothing."""
    found: Raw | None = next((result for result in report["results"] if result["id"] == scenario), None)
    if found is None:
        raise ConfigError([f"{printable(scenario)}: the report has no such scenario; name an id like S-ab12 from it"])
    if not found["exchanges"]:
        if "elapsed" in found:
            raise ConfigError([f"the report has no exchanges of {scenario}; make it with --evidence full"])
        raise ConfigError([f"{scenario} sent nothing ({found['status']}); name another scenario"])
    return found


def replay(report: Raw, scenario: str, settings: Settings) -> Replayed:
    """Run it again and compare. Ids and times of the server, and the names that a run makes unique, may differ.

    Raises ConfigError as `recorded` does.
    """
    before = recorded(report, scenario)
    [result] = run(settings)
    marks = (_mark(report["run"]["id"]), _mark(settings.run_id))
    lines, same = [], True
    left = len(before["exchanges"]) - len(result.exchanges)
    for number, (old, new) in enumerate(zip_longest(before["exchanges"], result.exchanges), start=1):
        if new is None and left > 1:
            lines.append(f"{number:>3}  and the other {left} requests are not sent any more")
            same = False
            break
        shown = new or old
        url = marks[1].sub(RUN, marks[0].sub(RUN, shown["url"]))
        lines.append(f"{number:>3}  {shown['step']}\n     {shown['method']} {url}")
        found = list(_differences(old, new, marks))
        same = same and not found
        lines += [f"     {line}" for line in found[:MOST]] or [f"     {_status(new)}, as recorded"]
        lines += [f"     and {len(found) - MOST} more differences"] if len(found) > MOST else []
    same = same and before["status"] == result.status
    clean_up(settings.target, [result], settings.run_id, settings.keep)
    return Replayed(tuple(map(printable, "\n".join(lines).splitlines())), same, result)


def _mark(run_id: str) -> re.Pattern[str]:
    """What makes the names of a run unique: its id, the letters of a worker, and a number."""
    return re.compile(rf"{run_id}[a-z]{{0,2}}\d{{3,6}}", re.IGNORECASE)


def _status(exchange: Raw) -> str:
    return str(exchange["response"]["status"]) if "response" in exchange else "no answer"


def _differences(old: Raw | None, new: Raw | None, marks: Sequence[re.Pattern[str]]) -> Iterator[str]:
    if old is None or new is None:
        yield "it was not sent when the report was made" if old is None else "it is not sent any more"
        return
    if "response" not in new:
        if "response" in old:
            yield f"no answer instead of {_status(old)}: {new['failure']}"
        return
    if _status(old) != _status(new):
        yield f"status: {_status(new)} instead of {_status(old)}"
    bodies = [
        _parsed(mark.sub(RUN, each["response"]["body"])) if "response" in each else None
        for each, mark in zip((old, new), marks, strict=True)
    ]
    yield from _unlike(bodies[0], bodies[1], ())


def _parsed(body: str | None) -> Any:
    try:
        return json.loads(body or "null")
    except (ValueError, RecursionError):
        return body


def _unlike(old: Any, new: Any, path: Sequence[str]) -> Iterator[str]:
    """Each value that differs, except for ids and times: those are the server's own."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [*old, *(name for name in new if name not in old)]:
            if name not in new or name not in old:
                yield f"{'.'.join((*path, name))}: {'is gone' if name not in new else 'is new'}"
            else:
                yield from _unlike(old[name], new[name], (*path, name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _unlike(one, other, (*path, str(number)))
    elif old != new and not _is_the_servers(path[-1] if path else "", old, new):
        yield f"{'.'.join(path) or 'the body'}: {_short(new)} instead of {_short(old)}"


def _is_the_servers(name: str, old: Any, new: Any) -> bool:
    if re.search(r"(^|_)(id|pk|uuid)$|[a-z](Id|ID|Uuid)$", name) or name.lower() in ("id", "_id"):
        return type(old) is type(new)
    both = isinstance(old, str) and isinstance(new, str)
    return both and any(kind.match(old) and kind.match(new) for kind in (TIME, UUID))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
