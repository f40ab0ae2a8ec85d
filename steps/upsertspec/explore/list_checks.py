"""Lists and groups: which records the contract lets through, in which order, on which page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Groups, List
from upsertspec.errors import CheckFailed
from upsertspec.explore.pasted_scenario import Story, escaped
from upsertspec.explore.state import Entry, State
from upsertspec.spec.schema import PROTECTED, tables
from upsertspec.spec.types import FieldType, same_json
from upsertspec.steps.assertions import require_body
from upsertspec.steps.equality import shown
from upsertspec.steps.statuses import require_status
from upsertspec.steps.then_lists import require_one_group
from upsertspec.steps.world import World

TABLE = "projects"
OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "contains", "in", "isnull")
PLAIN = re.compile(r"[A-Z][a-z]*")
LIMIT = 1000
MOST = 2**63 - 1
PAGES = 12

Query = Mapping[str, Any]


def play(world: World, state: State, story: Story, who: str, user: Any, query: Query) -> None:
    """A list of a user's projects. Raises CheckFailed where it is not the one that was asked for."""
    told = {"user_id": user, **query}
    words, cells = f"the {who} lists {TABLE} with:", _cells(told)
    sent = {"user_id": user.id, **query}
    if not _allowed(query):
        story.look(words, cells, "the answer is 400")
        require_status(world, world.send(who, List(TABLE, sent)), 400)
        return
    passing = [e for e in state.of(TABLE) if e.values["user_id"] is user and _passes_all(e, query)]
    ordered = _sorted(passing, query.get("_sort", ""))
    story.look(words, cells, *_told(ordered, query))
    _require_list(world, state, who, sent, ordered)


def play_groups(world: World, state: State, story: Story, who: str, query: Query) -> None:
    """Counts and averages. Raises CheckFailed where they are not those of the stored records."""
    known = all(name in tables()[TABLE].fields for name in query.values())
    by = query["group_by"]
    values = list(dict.fromkeys(e.values[by] for e in state.of(TABLE))) if known and by != "user_id" else []
    then = [f"there is one group for each {by} of null"] if None in values else []
    story.look(f"the {who} groups {TABLE} with:", _cells(query), *(then if known else ["the answer is 400"]))
    answer = world.send(who, Groups(TABLE, query))
    if not known:
        require_status(world, answer, 400)
        return
    require_body(world, answer, 200)
    if by != "user_id":
        for value in values:
            require_one_group(world, by, value)
        return
    for user in state.of("users"):
        _require_group(answer, user, [e for e in state.of(TABLE) if e.values["user_id"] is user], "avg" in query)


def _told(wanted: Sequence[Entry], query: Query) -> list[str]:
    """What a scenario says of a list; of a page that is a part of it, how many there are in all."""
    total = f"every list says that there are {len(wanted)} in all"
    if {"_limit", "_offset"} & set(query):
        return [total]
    return [f"the list is {', '.join(entry.name for entry in wanted) or 'empty'}", total]


def _require_group(answer: Answer, user: Entry, mine: Sequence[Entry], average: bool) -> None:
    listed = answer.body.get("groups") if isinstance(answer.body, dict) else None
    if not isinstance(listed, list):
        raise CheckFailed('a list of "groups"', answer.text)
    found = [group for group in listed if isinstance(group, dict) and shown(group.get("user_id")) == shown(user.id)]
    if not mine:
        if found:
            raise CheckFailed(f"no group for {user.name}", shown(found))
        return
    scores = [e.values["validation_score"] for e in mine if e.values["validation_score"] is not None]
    wanted: dict[str, Any] = {"count": len(mine)}
    if average:
        wanted["avg_validation_score"] = sum(scores) / len(scores) if scores else None
    if len(found) != 1 or not all(_near(value, found[0].get(name)) for name, value in wanted.items()):
        raise CheckFailed(f"one group for {user.name} with {shown(wanted)}", shown(found))


def _near(wanted: Any, actual: Any) -> bool:
    numbers = isinstance(wanted, float) and isinstance(actual, (int, float)) and not isinstance(actual, bool)
    return abs(wanted - actual) <= abs(wanted) * 1e-9 if numbers else same_json(wanted, actual)


def _require_list(world: World, state: State, who: str, query: Query, wanted: Sequence[Entry]) -> None:
    limit = int(query.get("_limit", 50))
    start = int(query.get("_offset", 0))
    found: list[Mapping[str, Any]] = []
    for page in range(PAGES):
        answer = world.send(who, List(TABLE, {**query, "_offset": str(start + page * limit)}))
        require_body(world, answer, 200)
        if answer.total != len(wanted):
            raise CheckFailed(f'"total": {len(wanted)}', shown(answer.total))
        expected = max(0, min(limit, len(wanted) - start - page * limit))
        if len(answer.records) != expected:
            raise CheckFailed(f"{expected} records on the page", f"{len(answer.records)}")
        found += answer.records
        if expected < limit:
            break
    _require_records(state, found, wanted, start, query)


def _require_nested(listed: Any, wanted: Sequence[Entry]) -> None:
    """The children of a record in a list: exactly these, in any order."""
    if not isinstance(listed, list) or not all(isinstance(child, dict) for child in listed):
        raise CheckFailed("a list of the children", shown(listed))
    if sorted(shown(child.get("id")) for child in listed) != sorted(shown(entry.id) for entry in wanted):
        raise CheckFailed(f"the children {', '.join(e.name for e in wanted) or 'none'}", shown(listed))


def _require_records(
    state: State, found: Sequence[Mapping[str, Any]], wanted: Sequence[Entry], start: int, query: Query
) -> None:
    by_id = {shown(entry.id): entry for entry in wanted}
    ids = [shown(record.get("id")) for record in found]
    if len(set(ids)) != len(ids) or any(ident not in by_id for ident in ids):
        raise CheckFailed(f"of {', '.join(e.name for e in wanted)} each once", ", ".join(ids))
    _require_order([by_id[ident] for ident in ids], wanted[start:], query.get("_sort", ""))
    for record, ident in zip(found, ids, strict=True):
        _require_shape(record, by_id[ident], query)
        for table in query.get("_include", "").split(",") if "_include" in query else []:
            _require_nested(record.get(table), [e for e in state.of(table) if e.values["project_id"] is by_id[ident]])


def _require_order(found: Sequence[Entry], wanted: Sequence[Entry], sort: str) -> None:
    """Entries that sort alike may change places: the id settles that, and what an id is, is the target's own matter."""
    name = sort.removeprefix("-")
    if name not in ("name", "validation_score", "status"):
        return
    have, want = ([e.values[name] for e in listed] for listed in (found, wanted))
    if sort.startswith("-"):  # where nulls go then is left open
        have, want = ([v for v in values if v is not None] for values in (have, want))
    if (
        all(v is None or not isinstance(v, str) or PLAIN.fullmatch(v) or name == "status" for v in want)
        and have != want
    ):
        raise CheckFailed(f"{sort} in the order {shown(want)}", shown(have))


def _require_shape(record: Mapping[str, Any], entry: Entry, query: Query) -> None:
    if "_fields" in query:
        known = {*tables()[TABLE].fields, *PROTECTED} & set(record)
        if known != {"id", *query["_fields"].split(",")}:
            raise CheckFailed(f"just id, {query['_fields']}", ", ".join(record))
    wrong = [
        n for n in record if n in entry.read and n in tables()[TABLE].fields and not same_json(entry.read[n], record[n])
    ]
    if wrong:
        raise CheckFailed(f"{entry.name} as it is stored", shown({n: record[n] for n in wrong}))


def _allowed(query: Query) -> bool:
    return all(
        _is_parameter(name, value) if name.startswith("_") else _is_filter(name, value) for name, value in query.items()
    )


def _is_parameter(name: str, value: str) -> bool:
    fields = {*tables()[TABLE].fields, *PROTECTED}
    if name in ("_limit", "_offset"):
        least, most = (1, LIMIT) if name == "_limit" else (0, MOST)
        return value.removeprefix("-").isdecimal() and least <= int(value) <= most
    known = {"_sort": fields, "_fields": fields, "_include": {"conversations", "artifacts"}}
    return name in known and not {part.removeprefix("-" * (name == "_sort")) for part in value.split(",")} - known[name]


def _is_filter(name: str, value: str) -> bool:
    field, _, operator = name.partition("__")
    if field not in {*tables()[TABLE].fields, *PROTECTED} or (operator or "eq") not in OPERATORS:
        return False
    values = [] if operator == "isnull" else value.split(",") if operator == "in" else [value]
    return all(_is_of(tables()[TABLE].type_of(field), value) for value in values)


def _is_of(kind: FieldType, text: str) -> bool:
    try:
        kind.parse(text)
    except ValueError:
        return False
    return True


def _filters(query: Query) -> list[tuple[str, str, str]]:
    parts = [(*name.partition("__")[::2], value) for name, value in query.items() if not name.startswith("_")]
    return [(field, operator or "eq", value) for field, operator, value in parts]


def _passes_all(entry: Entry, query: Query) -> bool:
    return all(_passes(entry, *each) for each in _filters(query))


def _passes(entry: Entry, field: str, operator: str, text: str) -> bool:
    value = entry.values[field]
    if operator == "isnull":
        return (value is None) == (text == "true")
    if value is None:
        return False
    kind = tables()[TABLE].type_of(field)

    def given(part: str = text) -> Any:
        return kind.order(kind.parse(part))

    own = kind.order(value)
    tests: dict[str, Any] = {
        "eq": lambda: own == given(), "ne": lambda: own != given(), "gt": lambda: own > given(),
        "gte": lambda: own >= given(), "lt": lambda: own < given(), "lte": lambda: own <= given(),
        "contains": lambda: text in value, "in": lambda: own in map(given, text.split(",")),
    }  # fmt: skip
    return bool(tests[operator]())


def _sorted(entries: Sequence[Entry], sort: str) -> list[Entry]:
    name = sort.removeprefix("-")
    if name not in ("name", "validation_score", "status"):
        return list(entries)
    order = tables()[TABLE].type_of(name).order
    return sorted(
        entries,
        key=lambda e: (e.values[name] is not None, e.values[name] is not None and order(e.values[name])),
        reverse=sort.startswith("-"),
    )


def _cells(query: Query) -> list[list[str]]:
    return [[escaped(name) for name in query], [_cell(value) for value in query.values()]]


def _cell(value: Any) -> str:
    return f"{{{value.name}.id}}" if isinstance(value, Entry) else escaped(str(value))
