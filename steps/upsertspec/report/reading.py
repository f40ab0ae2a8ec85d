"""Read a `report.json` back, of this version of the suite or another; what is wrong with it is told with its mend."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from upsertspec.errors import ConfigError
from upsertspec.http.evidence import printable

SCHEMA = "urn:upsertspec:report:"
READ = ("1",)
LARGEST = 128 * 1024 * 1024
DEEPEST = 60
SHOWN = 5
TAIL = 6
ANEW = "have `upsertspec run --report DIR` write it anew"

Shape = Any
NUMBER = (int, float)
COUNTS = {str: int}
STEP = {"keyword": str, "text": str, "state": str, "table": [[str]]}
TEXT_OR_NONE = (str, type(None))
EXCHANGE = {
    "step": str,
    "role": str,
    "attempt": int,
    "method": str,
    "url": str,
    "request": {"headers": {str: str}, "body": TEXT_OR_NONE},
    "response?": {"status": int, "headers": {str: str}, "body": str},
    "failure?": str,
    "started": NUMBER,
    "elapsed": NUMBER,
    "curl": str,
}
RESULT = {
    "id": str,
    "profile": str,
    "criterion": str,
    "level": str,
    "rule": str,
    "title": str,
    "file": str,
    "line": int,
    "example": {str: str},
    "status": str,
    "reason": str,
    "expected": str,
    "actual": str,
    "blocked_by": str,
    "steps": [STEP],
    "exchanges": [EXCHANGE],
    "seconds": NUMBER,
    "worker": str,
}
REPORT = {
    "suite": {"version": str, "features_digest": str},
    "target": {"name": str, "url": str, "dialect": str, "profiles": [str], "not_claimed": [str], "roles": [str]},
    "run": {
        "id": str,
        "started": str,
        "finished": str,
        "seconds": NUMBER,
        "jobs": int,
        "selection": {"criteria": [str], "keyword": str},
    },
    "verdict": {"verdict": str, "headline": str, "exit_code": int, "planned": int, "counts": COUNTS},
    "preflight": [{"level": str, "what": str, "hint": str}],
    "criteria": [{"id": str, "profile": str, "level": str, "sentence": str, "planned": int, "counts": COUNTS}],
    "results": [RESULT],
}


def load(path: Path | str) -> dict[str, Any]:
    """The report in this file, or in the `report.json` of this folder.

    It has every member that report.schema.json asks for, each of its type; statuses, profiles and members that this
    version does not know are left in it. Text is what the file holds: pass it through `printable` and the escaping of
    what it is shown in. Raises ConfigError, with the place and the mend, for everything that is wrong with the file.
    """
    place = Path(path)
    file = place / "report.json" if os.path.isdir(place) else place
    source = printable(str(file))
    raw = _parsed(_text(file, source), source)
    if not isinstance(raw, dict) or not isinstance(raw.get("schema"), str):
        _wrong(source, "is no report of upsertspec", "name the report.json that `upsertspec run --report DIR` wrote")
    _check_version(raw["schema"], source)
    if found := list(islice(_shape(raw, REPORT, ""), SHOWN)) or list(islice(_sums(raw), SHOWN)):
        raise ConfigError([f"{fault}; {ANEW}" for fault in found], source)
    return raw


def _text(file: Path, source: str) -> str:
    try:
        with file.open("rb") as opened:
            content = b"" if file.stat().st_size > LARGEST else opened.read(LARGEST + 1)
    except FileNotFoundError:
        _wrong(source, "is not there", "name a report.json; `upsertspec run --report DIR` writes one")
    except (OSError, ValueError) as wrong:
        why = getattr(wrong, "strerror", None) or wrong
        _wrong(source, f"can't be read ({why})", "name a file that can be")
    if len(content) > LARGEST or (not content and file.stat().st_size > LARGEST):
        _wrong(source, f"is over {LARGEST >> 20} MiB long", "name a report.json; none is so large")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        _wrong(source, "is no UTF-8 text", "name a report.json")


def _parsed(text: str, source: str) -> Any:
    if not text.strip():
        _wrong(source, "is empty", ANEW)
    try:
        raw = json.loads(text, parse_constant=_no_number, parse_float=_number)
    except json.JSONDecodeError as wrong:
        if _half(text, wrong):
            _wrong(source, f"ends in the middle (line {wrong.lineno}): it is half written", ANEW)
        _wrong(source, f"is no JSON (line {wrong.lineno}, column {wrong.colno}: {wrong.msg})", "name a report.json")
    except RecursionError:
        _wrong(source, "is no report: it is nested too deeply", "name a report.json")
    except ValueError as wrong:
        _wrong(source, f"is no report: {printable(str(wrong))[:120]}", "name a report.json")
    if _deep(raw):
        _wrong(source, "is no report: it is nested too deeply", "name a report.json")
    return raw


def _half(text: str, wrong: json.JSONDecodeError) -> bool:
    """Whether what is wrong is that the text ends: in a string, or in the last word or escape of it."""
    at_end = wrong.pos >= len(text.rstrip()) - TAIL and not wrong.msg.startswith("Extra data")
    return at_end or wrong.msg.startswith("Unterminated")


def _number(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is no number of JSON's")


def _deep(raw: Any) -> bool:
    """Whether there are more levels than any report has. A loop, since a recursion would be too deep itself."""
    level = [raw]
    for _ in range(DEEPEST):
        level = [inner for outer in level if isinstance(outer, dict | list) for inner in _inside(outer)]
    return bool(level)


def _inside(outer: dict[str, Any] | list[Any]) -> Iterator[Any]:
    yield from outer.values() if isinstance(outer, dict) else outer


def _check_version(schema: str, source: str) -> None:
    version = schema.removeprefix(SCHEMA)
    if not schema.startswith(SCHEMA):
        _wrong(source, f"is no report of upsertspec (schema {_short(schema)})", "name a report.json")
    if version not in READ:
        mend = "read it with the version of upsertspec that wrote it, or a later one"
        _wrong(source, f"is a report of version {_short(version)}; this upsertspec reads {', '.join(READ)}", mend)


def _shape(value: Any, shape: Shape, place: str) -> Iterator[str]:
    """What in the value is not as the shape says. Members that the shape does not name are let through."""
    if isinstance(shape, dict) and str not in shape:
        yield from _members(value, shape, place)
    elif isinstance(shape, dict):
        named = value.items() if isinstance(value, dict) else [("", None)]
        for name, inner in named:
            yield from _shape(inner, shape[str], f"{place}.{_short(name)}")
    elif isinstance(shape, list):
        for index, inner in enumerate(value if isinstance(value, list) else [None]):
            yield from _shape(inner, shape[0], f"{place}[{index}]")
    elif not isinstance(value, shape) or isinstance(value, bool):
        yield f"{place} is not what belongs there"


def _members(value: Any, shape: Mapping[str, Shape], place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place or 'the whole'} is no object"
        return
    for member, inner in shape.items():
        name = member.rstrip("?")  # one that ends in ? may be missing
        inside = f"{place}.{name}" if place else name
        if name in value:
            yield from _shape(value[name], inner, inside)
        elif name == member:
            yield f"{inside} is missing"


def _sums(raw: Mapping[str, Any]) -> Iterator[str]:
    """What does not add up: a report tells of every planned scenario once."""
    results, verdict = raw["results"], raw["verdict"]
    if verdict["planned"] != len(results):
        yield f"results has {len(results)} scenarios, and verdict.planned says {verdict['planned']}"
    seen: set[str] = set()
    for index, result in enumerate(results):
        if result["id"] in seen:
            yield f"results[{index}].id comes twice"
        seen.add(result["id"])
    there = Counter(result["status"] for result in results)
    for status in there.keys() | verdict["counts"].keys():
        if verdict["counts"].get(status, 0) != there[status]:
            yield f"verdict.counts says another number of {_short(status)!r} than the {there[status]} in results"


def _short(text: str) -> str:
    return printable(text)[:40]


def _wrong(source: str, what: str, mend: str) -> NoReturn:
    raise ConfigError([f"{what}; {mend}"], source)
