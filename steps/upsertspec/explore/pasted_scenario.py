"""A sequence as a scenario that can be pasted into a feature file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from upsertspec.explore.expectations import Expected
from upsertspec.explore.moves.move import Move
from upsertspec.explore.rules import REFUSED, NoRecord
from upsertspec.explore.state import Done, Entry
from upsertspec.explore.values import LEFT_OUT
from upsertspec.spec.schema import PROTECTED, ROLES, Field, tables

FEW = 4
NOTHING = "nothing has been written"

Row = Mapping[str, Any]


@dataclass
class Line:
    """A step: its keyword, its words, its table or docstring."""

    keyword: str
    text: str
    rows: Sequence[Sequence[str]] = ()
    doc: str = ""


@dataclass
class Request:
    """One request: the step that sends it, what should come of it, and the setup that comes to the same, if any."""

    when: Line | None = None
    then: list[Line] = field(default_factory=list)
    given: list[Line] = field(default_factory=list)


class Story:
    """The requests of a sequence, in the order in which they were sent."""

    def __init__(self) -> None:
        self._requests: list[Request] = []

    def stored(self, entry: Entry, row: Row) -> None:
        """A record that is there beforehand."""
        self._requests.append(Request(given=[_stored(entry, row)]))

    def upsert(self, move: Move, row: Any, extra: Row, expected: Expected) -> None:
        """An upsert of one record."""
        self._add(Line("When", _upserts(move, extra), rows(move.table, [row])), expected, "the last answer is", [row])

    def batch(self, move: Move, records: Sequence[Row], extra: Row, expected: Expected) -> None:
        """An upsert of several records."""
        words = _upserts(move, extra).replace(" upserts into ", " upserts a batch into ")
        nothing = Line("When", "the editor upserts a batch of 0 numbered contacts")
        when = Line("When", words, rows(move.table, records)) if records else nothing
        self._add(when, expected, "the last answer is", records)

    def bulk(self, count: int, holder: str, refusals: Sequence[int]) -> None:
        """An upsert of very many records; the last may have the phone number of a holder, and so be refused."""
        last = f", the last with the phone number of {holder}" if holder else ""
        when = Line("When", f"the editor upserts a batch of {count} numbered contacts{last}")
        stored = Line("Then", f"all {count} numbered contacts are stored, each with its own values")
        self._requests.append(Request(when, [Line("Then", _refusal(refusals)) if refusals else stored]))

    def altered(self, way: str, how: str, row: Row, then: str) -> None:
        """A request whose body is altered on its way, and what comes of it."""
        said = {"create": "creates in contacts", "batch": "upserts a batch into contacts by email"}
        when = Line("When", f"the editor {said.get(way, 'upserts into contacts by email')}, the body {how}:")
        status = 201 if way == "create" else 200
        self._requests.append(
            Request(replace(when, rows=rows("contacts", [row])), [Line("Then", then or f"the answer is {status}")])
        )

    def written(self, move: Move, row: Row, then: str) -> None:
        """An upsert with one field to the letter."""
        name, text, _ = move.words
        words = f"the editor upserts into {move.table} by {', '.join(move.match)}, {name} written as {text}:"
        self._requests.append(Request(Line("When", words, rows(move.table, [row])), [Line("Then", then)]))

    def telling(self) -> None:
        """What the last answer told was too much."""
        self._requests[-1].then = [Line("Then", "every answer is a refusal that reveals nothing internal")]

    def blame(self, place: int) -> None:
        """The last answer has to say which record is wrong."""
        self._requests[-1].then.append(Line("Then", f"the error says that the record at index {place} is wrong"))

    def simple(self, words: str, table: str, row: Row | None, expected: Expected) -> None:
        """A call of the profile records."""
        when = Line("When", words, rows(table, [row]) if row is not None else [])
        self._add(when, expected, "", [row] if row is not None else [])

    def transaction(self, who: str, operations: Sequence[Row], expected: Expected) -> None:
        """Several operations."""
        listed = ",\n  ".join(json.dumps(_plain(operation), ensure_ascii=False) for operation in operations)
        when = Line("When", f"the {who} sends the transaction:", doc=f"[\n  {listed}\n]")
        self._add(when, expected, "the last answer is", [])

    def look(self, words: str, listed: Sequence[Sequence[str]], *then: str) -> None:
        """A list, groups or a description."""
        self._requests.append(Request(Line("When", words, listed), [Line("Then", text) for text in then]))

    def _add(self, when: Line, expected: Expected, told: str, sent: Sequence[Row]) -> None:
        done = expected.done or ()
        plain = len(done) == len(sent) and all(one.operation == "created" for one in done)
        given = [_stored(one.entry, row) for one, row in zip(done, sent, strict=True)] if done and plain else []
        self._requests.append(Request(when, self._outcome(expected, told), given))

    def _outcome(self, expected: Expected, told: str) -> list[Line]:
        if expected.done is None:
            untouched = all(request.given for request in self._requests)
            return [Line("Then", _refusal(expected.refusals)), *([Line("Then", NOTHING)] if untouched else [])]
        operations = ", ".join(one.operation for one in expected.done)
        said = f"{told} 200 and says {operations}" if told else f"the answer is {expected.status}"
        return [Line("Then", said), *(line for one in expected.done[:FEW] for line in _now_stored(one))]

    def text(self, title: str) -> str:
        """The scenario: what was found by its last request, and the way there."""
        said, before = [f"Scenario: {title}"], ""
        for line in self._lines():
            said.append(f"  {line.keyword if line.keyword != before else 'And'} {line.text}")
            before = line.keyword
            said += [f"    {row}" for row in _aligned(line.rows)]
            said += [f"    {part}" for part in ('"""', *line.doc.splitlines(), '"""') if line.doc]
        return "\n".join(said) + "\n"

    def _lines(self) -> list[Line]:
        """The last request is the one that is judged: what stands before it is said without its outcome."""
        if not self._requests:
            return []
        *before, last = self._requests
        way: list[Line] = []
        for request in before:
            way += request.given or ([request.when] if request.when else [])
        if last.when is None:
            return [*way, *last.given]
        return [*way, last.when, *last.then]


def _stored(entry: Entry, row: Row) -> Line:
    kept = {name: value for name, value in row.items() if name not in PROTECTED}
    return Line("Given", f"these {entry.table} are stored:", rows(entry.table, [kept], [entry.name]))


def _now_stored(done: Done) -> list[Line]:
    """Where a record can be found by a key: its values."""
    values = {name: value for name, value in (done.values or {}).items() if value is not None}
    found = any(all(name in values for name in key) for key in tables()[done.entry.table].unique_keys)
    if not found or done.operation not in ("created", "updated", "ignored"):
        return []
    return [Line("Then", f"these {done.entry.table} are now stored:", rows(done.entry.table, [values]))]


def rows(table: str, listed: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> list[list[str]]:
    """A step's table; `names` are what the records are called."""
    header = list(dict.fromkeys(name for row in listed for name in row))
    known = tables().get(table) or tables()["contacts"]
    body = [[cell(known.fields.get(name), row[name]) if name in row else "" for name in header] for row in listed]
    if not names:
        return [[escaped(name) for name in header], *body]
    return [["as", *header], *([name, *line] for name, line in zip(names, body, strict=True))]


def cell(spec: Field | None, value: Any) -> str:
    """A cell that reads as this value."""
    if value is None:
        return "null"
    if isinstance(value, Entry):
        return f"{{{value.name}.id}}"
    if isinstance(value, NoRecord):
        return f"`{json.dumps(getattr(value, 'id', None))}`"
    if spec is not None and spec.type.cells_are_json:
        return escaped(json.dumps(value, ensure_ascii=False))
    plain = isinstance(value, str) and value.isprintable() and value.strip() == value and value not in ("", "null")
    if plain and value[:1] not in "`{" and (spec is not None or not value[:1].isdigit()):
        return escaped(value)
    return escaped(f"`{json.dumps(value, ensure_ascii=False)}`")


def _upserts(move: Move, extra: Row) -> str:
    who = f"the {move.who}" if move.who in ROLES else f"somebody with {move.who}"
    named = (
        isinstance(move.match, list) and move.match and all(isinstance(n, str) and n.isidentifier() for n in move.match)
    )
    if not named:
        value = "left out" if move.match == LEFT_OUT else json.dumps(move.match)
        return f"{who} upserts into {move.table} with matchFields {value}:"
    return f"{who} upserts into {move.table} by {', '.join(move.match)}{_members(extra)}:"


def _members(extra: Row) -> str:
    said = []
    for name, value in extra.items():
        if (name, value) == ("onConflict", "ignore"):
            said.append(" and ignores a match")
        elif name == "updateFields" and isinstance(value, list):
            said.append(f" and updates only {', '.join(value)}")
        elif name == "updateWhere" and isinstance(value, Mapping):
            pairs = [
                f"{field} is {cell(None, inner) if inner is not None else 'null'}" for field, inner in value.items()
            ]
            said.append(f" and updates only where {', '.join(pairs)}")
        else:
            said.append(f" with {name} {json.dumps(_plain(value))}")
    return "".join(said)


def _refusal(statuses: Sequence[int]) -> str:
    if len(statuses) > 3:
        return "the transaction is refused"
    if tuple(statuses) == REFUSED:
        return "the request is refused"
    return f"the answer is {' or '.join(map(str, sorted(set(statuses))))}"


def _plain(value: Any) -> Any:
    """A value inside a docstring: a record is named."""
    if isinstance(value, Entry):
        return f"{{{value.name}.id}}"
    if isinstance(value, NoRecord):
        return getattr(value, "id", None)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def escaped(text: str) -> str:
    """A text as a cell of a table has it."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n")


def _aligned(listed: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    return ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in listed]
