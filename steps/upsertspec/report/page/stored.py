"""What was stored before and after the request of a scenario, taken from its exchanges."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

JSON = Mapping[str, Any]
MOST_RECORDS = 3
MOST_FIELDS = 30
SHOWN = 200
ABSENT = "(none)"


@dataclass(frozen=True)
class Row:
    """A field: its value in the request, its values before and after, and whether they differ."""

    field: str
    sent: str
    before: str
    after: str
    changed: bool


@dataclass(frozen=True)
class Record:
    """A record that was read: its URL and its fields."""

    url: str
    rows: tuple[Row, ...]


def records(exchanges: Sequence[JSON]) -> list[Record]:
    """The records that were read after the request of the When step, each with what the same URL returned before it.

    Empty if no request writes, or if the bodies are not records in JSON (or were cut).
    """
    writes = [n for n, each in enumerate(exchanges) if each["method"] != "GET" and each["step"].startswith("When")]
    if not writes:
        return []
    before = {(url, n): record for url, n, record in _read(exchanges[: writes[0]])}
    after = {(url, n): record for url, n, record in _read(exchanges[writes[-1] + 1 :])}
    sent = [fields for n in writes for fields in _sent(exchanges[n])]
    found = [_record(place, before.get(place), record, sent) for place, record in after.items()]
    return [record for record in found if any(row.changed for row in record.rows)][:MOST_RECORDS]


def _read(exchanges: Sequence[JSON]) -> Iterator[tuple[str, int, JSON]]:
    for exchange in exchanges:
        body = _parsed(exchange.get("response", {}).get("body")) if exchange["method"] == "GET" else None
        listed = body.get("records") if isinstance(body, dict) else None
        members = listed if isinstance(listed, list) else [body]
        for number, record in enumerate(members):
            if isinstance(record, dict) and "id" in record:
                yield exchange["url"], number, record


def _sent(exchange: JSON) -> list[JSON]:
    body = _parsed(exchange["request"]["body"])
    if not isinstance(body, dict):
        return []
    inner = body.get("fields", body.get("records", body))
    return [each for each in (inner if isinstance(inner, list) else [inner]) if isinstance(each, dict)]


def _record(place: tuple[str, int], before: JSON | None, after: JSON, sent: Sequence[JSON]) -> Record:
    said = max(sent, key=lambda fields: sum(after.get(name) == value for name, value in fields.items()), default={})
    rows = [
        _row(name, said, before, after) for name in [*(before or {}), *(n for n in after if n not in (before or {}))]
    ]
    return Record(place[0], tuple(rows[:MOST_FIELDS]))


def _row(name: str, sent: JSON, before: JSON | None, after: JSON) -> Row:
    base = before if before is not None else sent
    changed = name in base and (name not in after or base[name] != after[name])
    return Row(name, _shown(sent, name), _shown(before or {}, name), _shown(after, name), changed)


def _shown(record: JSON, name: str) -> str:
    if name not in record:
        return ABSENT
    text = json.dumps(record[name], ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _parsed(text: object) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
