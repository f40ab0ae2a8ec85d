"""Read a `report.json` back, checked with its published JSON Schema."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import jsonschema_rs

from upsertspec.errors import ConfigError
from upsertspec.http.text import printable
from upsertspec.report.document import SCHEMA_ID
from upsertspec.spec.files import report_schema_file

if TYPE_CHECKING:
    from jsonschema import ValidationError

ANY_VERSION = "urn:upsertspec:report:"
LARGEST = 128 * 1024 * 1024
DEEPEST = 60
SHOWN = 5
LONGEST = 200
TAIL = 6
AGAIN = "run again with `upsertspec run --report DIR`"
NAME = "name a report.json"


def load(path: Path | str) -> dict[str, Any]:
    """The report in this file, or in the `report.json` of this folder.

    It keeps to report.schema.json, and its counts add up. Text in it is what the file holds: escape it before you show
    it. Raises ConfigError, with the place and the fix, for everything that is wrong with the file.
    """
    place = Path(path)
    file = place / "report.json" if os.path.isdir(place) else place
    source = printable(str(file))
    raw = _parsed(_text(file, source), source)
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if not isinstance(schema, str) or not schema.startswith(ANY_VERSION):
        _wrong(source, "is not a report of upsertspec", "name the report.json that `upsertspec run --report DIR` wrote")
    if schema != SCHEMA_ID:
        version = printable(schema.removeprefix(ANY_VERSION))[:40]
        _wrong(source, f"was made by another version of upsertspec (report version {version})", AGAIN)
    if wrong := _faults(raw) or list(islice(_sums(raw), SHOWN)):
        raise ConfigError([f"{fault}; {AGAIN}" for fault in wrong], source)
    found: dict[str, Any] = raw
    return found


def _faults(raw: Any) -> list[str]:
    """Where it breaks the schema, by the validator that explains; the fast one only says whether it does."""
    schema = json.loads(report_schema_file().read_text("utf-8"))
    with contextlib.suppress(UnicodeEncodeError):  # half of a surrogate pair
        if jsonschema_rs.validator_for(schema).is_valid(raw):
            return []
    from jsonschema import Draft202012Validator  # takes long to import

    return list(islice(map(_fault, Draft202012Validator(schema).iter_errors(raw)), SHOWN))


def _fault(error: ValidationError) -> str:
    """Where the report breaks its schema and how, in a line of bounded length."""
    what = printable(error.message)
    if len(what) > LONGEST:
        what = f"does not match {error.validator}: {printable(str(error.validator_value))[:LONGEST]}"
    return f"{printable(error.json_path.removeprefix('$.'))[:LONGEST]}: {what}"


def _text(file: Path, source: str) -> str:
    try:
        with file.open("rb") as opened:
            content = b"" if file.stat().st_size > LARGEST else opened.read(LARGEST + 1)
            too_long = len(content) > LARGEST or file.stat().st_size > LARGEST
    except FileNotFoundError:
        _wrong(source, "does not exist", "name a report.json; `upsertspec run --report DIR` writes one")
    except (OSError, ValueError) as wrong:
        _wrong(source, f"can't be read ({getattr(wrong, 'strerror', None) or wrong})", "name another file")
    if too_long:
        _wrong(source, f"is longer than {LARGEST >> 20} MiB", NAME)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        _wrong(source, "is not UTF-8 text", NAME)


def _parsed(text: str, source: str) -> Any:
    if not text.strip():
        _wrong(source, "is empty", AGAIN)
    try:
        raw = json.loads(text, parse_constant=_no_number, parse_float=_number)
    except json.JSONDecodeError as wrong:
        if _cut_short(text, wrong):
            _wrong(source, f"ends in the middle (line {wrong.lineno}): it was only half written", AGAIN)
        _wrong(source, f"is not JSON (line {wrong.lineno}, column {wrong.colno}: {wrong.msg})", NAME)
    except RecursionError:
        _wrong(source, "is not a report: it is nested too deeply", NAME)
    except ValueError as wrong:
        _wrong(source, f"is not a report: {printable(str(wrong))[:120]}", NAME)
    if _deep(raw):
        _wrong(source, "is not a report: it is nested too deeply", NAME)
    return raw


def _cut_short(text: str, wrong: json.JSONDecodeError) -> bool:
    """Whether the text ends too early: in a string, or in the last word or escape of it."""
    at_end = wrong.pos >= len(text.rstrip()) - TAIL and not wrong.msg.startswith("Extra data")
    return at_end or wrong.msg.startswith("Unterminated")


def _number(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is not a JSON number")


def _deep(raw: Any) -> bool:
    """Whether it has more levels than any report. A loop, since a recursion would itself go too deep."""
    level = [raw]
    for _ in range(DEEPEST):
        level = [inner for outer in level if isinstance(outer, dict | list) for inner in _members(outer)]
    return bool(level)


def _members(outer: dict[str, Any] | list[Any]) -> Iterator[Any]:
    yield from outer.values() if isinstance(outer, dict) else outer


def _sums(raw: Mapping[str, Any]) -> Iterator[str]:
    """What does not add up, which a JSON Schema cannot say: every planned scenario has one result."""
    results, verdict = raw["results"], raw["verdict"]
    if verdict["planned"] != len(results):
        yield f"results has {len(results)} scenarios, but verdict.planned is {verdict['planned']}"
    seen: set[str] = set()
    for index, result in enumerate(results):
        if result["id"] in seen:
            yield f"results[{index}].id occurs twice"
        seen.add(result["id"])
    found = Counter(result["status"] for result in results)
    for status, number in verdict["counts"].items():
        if number != found[status]:
            yield f"verdict.counts has {number} {status!r}, but results has {found[status]}"


def _wrong(source: str, what: str, fix: str) -> NoReturn:
    raise ConfigError([f"{what}; {fix}"], source)
