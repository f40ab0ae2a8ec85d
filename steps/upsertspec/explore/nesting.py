"""What a list or a single read nests: parents, children, a second level; ordered, cut, with some of their fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upsertspec.errors import CheckFailed
from upsertspec.explore.model_state import ModelRecord
from upsertspec.explore.schema import Schema
from upsertspec.spec.schema import PROTECTED, Table
from upsertspec.spec.types import instant, same_json
from upsertspec.steps.equality import shown
from upsertspec.steps.then_lists import member_of, parent_table
from upsertspec.steps.world import World

LEVELS = 2
MOST = 1000
OPTIONS = ("_sort", "_limit", "_fields")

Query = Mapping[str, Any]
Records = Sequence[ModelRecord]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Nested:
    """What is nested in the records of `holder` under one name. `path` leads there from the records that are read."""

    holder: str
    name: str
    path: str
    table: str
    is_parent: bool

    def of(self, record: ModelRecord, everything: Records) -> Records:
        """What a record holds, whatever the options say."""
        if self.is_parent:
            return [record.values[f"{self.name}_id"]]
        return [r for r in everything if r.table == self.table and any(v is record for v in r.values.values())]


class NestsOtherwise(CheckFailed):
    """A record holds something else than was asked for. `sentence` is the step that says what it should hold."""

    def __init__(self, wrong: CheckFailed, sentence: str) -> None:
        super().__init__(wrong.expected, wrong.actual)
        self.sentence = sentence


def is_option(parameter: str) -> bool:
    """Whether a parameter is about what is nested."""
    return parameter == "_include" or "._" in parameter


def is_valid(schema: Schema, table: str, query: Query) -> bool:
    """Whether the contract accepts these parameters, as far as they are about what is nested."""
    try:
        tree = list(included(schema, table, query))
    except LookupError:
        return False
    options = [(*name.rpartition(".")[::2], value) for name, value in query.items() if "._" in name]
    return all(any(_accepts(schema, each, path, name, value) for each in tree) for path, name, value in options)


def included(schema: Schema, table: str, query: Query) -> Iterator[Nested]:
    """All that is nested, on both levels. Raises LookupError for what the contract refuses."""
    paths = query["_include"].split(",") if "_include" in query else []
    steps = {".".join(names[:end]): None for names in (p.split(".") for p in paths) for end in range(1, len(names) + 1)}
    known: dict[str, str] = {"": table}
    for path in steps:
        above, _, name = path.rpartition(".")
        if path.count(".") >= LEVELS or known[above] not in schema:
            raise LookupError(path)
        parent = parent_table(known[above], name)
        is_child = name in schema and any(f.references == known[above] for f in schema[name].fields.values())
        if not (is_child or parent):
            raise LookupError(path)
        known[path] = parent or name
        yield Nested(known[above], name, path, known[path], bool(parent))


def _accepts(schema: Schema, each: Nested, path: str, option: str, value: str) -> bool:
    """Whether this is what the option is about, and the option is right."""
    if path != each.path or option not in (OPTIONS[-1:] if each.is_parent else OPTIONS):
        return False
    if option == "_limit":
        return value.isdecimal() and 1 <= int(value) <= MOST
    names = [part.removeprefix("-") if option == "_sort" else part for part in value.split(",")]
    return set(names) <= {*schema[each.table].fields, *PROTECTED}


def require_nested(
    world: World, schema: Schema, query: Query, found: Sequence[tuple[ModelRecord, Row]], everything: Records
) -> None:
    """Raise NestsOtherwise unless each of these records holds what the query asks for.

    `found` has each record with what was answered; `everything` are the stored records.
    """
    levels: dict[str, Sequence[tuple[ModelRecord, Row]]] = {"": found}
    table = found[0][0].table if found else ""
    for each in included(schema, table, query) if found else ():
        below = []
        for record, listed in levels[each.path.rpartition(".")[0]]:
            wanted, options = each.of(record, everything), _options(query, each.path)
            try:
                below += _required(world, each, record, wanted, options, listed)
            except CheckFailed as wrong:
                raise NestsOtherwise(wrong, _sentence(each, record, wanted, options)) from wrong
        levels[each.path] = below


def _options(query: Query, path: str) -> Query:
    return {name: query[f"{path}.{name}"] for name in OPTIONS if f"{path}.{name}" in query}


def _sentence(each: Nested, record: ModelRecord, wanted: Records, options: Query) -> str:
    """What a record should hold, in the words of a scenario; empty where the contract does not say which and in what
    order."""
    sort, order = options.get("_sort", ""), ""
    if sort:
        values = [_sorted_by(one, sort.removeprefix("-")) for one in wanted]
        if None in values or len(set(values)) < len(values):
            return ""
        ranks = dict(zip(map(id, wanted), values, strict=True))
        wanted = sorted(wanted, key=lambda one: ranks[id(one)], reverse=sort.startswith("-"))
        order = ", in this order" if len(wanted) > 1 else ""
    elif "_limit" in options and int(options["_limit"]) < len(wanted):
        return ""
    names = ", ".join(one.name for one in wanted[: int(options.get("_limit", MOST))]) or "none"
    just = (
        f", with just {', '.join(dict.fromkeys(['id', *options['_fields'].split(',')]))}"
        if "_fields" in options
        else ""
    )
    return f"in the answer {record.name} holds the {each.name} {names}{order}{just}"


def _required(
    world: World, each: Nested, record: ModelRecord, wanted: Records, options: Query, listed: Row
) -> list[tuple[ModelRecord, Row]]:
    """What is nested in one record, each with its answered row. Raises CheckFailed where it is not as it should be."""
    member = listed.get(member_of(world, each.holder, each.name))
    rows = [member] if each.is_parent else member
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CheckFailed(f"{each.name} in {record.name}", shown(member))
    words = world.words(each.table)
    by_id = {shown(one.id): one for one in wanted}
    ours = [words.ours(row) for row in rows]
    ids = [shown(row.get("id")) for row in ours]
    count = min(len(wanted), int(options.get("_limit", len(wanted))))
    if len(ids) != count or len(set(ids)) != count or not set(ids) <= set(by_id):
        names = ", ".join(one.name for one in wanted) or "none"
        raise CheckFailed(f"in {record.name} {count} of the {each.name} {names}", shown(member))
    have = [by_id[ident] for ident in ids]
    _require_order(have, wanted, options)
    for one, row in zip(have, ours, strict=True):
        require_as_stored(world.table(each.table), one, row, options.get("_fields"))
    return list(zip(have, rows, strict=True))


def _require_order(have: Records, wanted: Records, options: Query) -> None:
    """Compare the sorted values. Where nulls go in descending order is left to the target, and so is what a limit cuts
    then."""
    sort = options.get("_sort", "")
    name = sort.removeprefix("-")
    if not sort:
        return
    values = [_sorted_by(one, name) for one in wanted]
    if sort.startswith("-") and None in values:
        return
    values.sort(key=lambda value: (value is not None, value), reverse=sort.startswith("-"))
    found = [_sorted_by(one, name) for one in have]
    if found != values[: len(found)]:
        raise CheckFailed(f"{sort} in the order {shown(values)}", shown(found))


def _sorted_by(record: ModelRecord, name: str) -> Any:
    return instant(record.read.get(name)) if name in PROTECTED else record.values[name]


def require_as_stored(table: Table, record: ModelRecord, listed: Row, fields: str | None) -> None:
    """Raise CheckFailed unless a record is answered as it is stored, with just these fields if some were chosen."""
    if fields is not None and {*table.fields, *PROTECTED} & set(listed) != {"id", *fields.split(",")}:
        raise CheckFailed(f"just id, {fields}", ", ".join(listed))
    known = [name for name in listed if name in record.read and name in table.fields]
    if wrong := [name for name in known if not same_json(record.read[name], listed[name])]:
        raise CheckFailed(f"{record.name} as it is stored", shown({name: listed[name] for name in wrong}))
