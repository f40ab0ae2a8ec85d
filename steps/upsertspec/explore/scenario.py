"""A sequence as a Gherkin scenario that can be pasted into a feature file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from upsertspec.explore.contract import Expected
from upsertspec.explore.field_rules import REFUSED
from upsertspec.explore.model_state import Effect, ModelRecord, NoRecord
from upsertspec.explore.schema import Schema
from upsertspec.explore.values import LEFT_OUT, Organization
from upsertspec.spec.options import OPTIONS
from upsertspec.spec.schema import CALLERS, PROTECTED, Field
from upsertspec.steps.phrases import OPERATORS
from upsertspec.target.bindings import LIKE

FEW = 4

Row = Mapping[str, Any]
Cells = Sequence[Sequence[str]]


@dataclass
class Step:
    """A step: keyword, text, and its table or docstring."""

    keyword: str
    text: str
    cells: Cells = ()
    doc: str = ""


@dataclass
class Request:
    """The step that sends a request, the steps that check it, and the setup that has the same effect, if any."""

    when: Step | None = None
    then: list[Step] = field(default_factory=list)
    given: list[Step] = field(default_factory=list)


class Scenario:
    """The requests of a sequence, in the order in which they were sent."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._requests: list[Request] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing was sent."""
        return not self._requests

    def stored(self, record: ModelRecord, row: Row) -> None:
        """A record that a setup stores."""
        self._requests.append(Request(given=[self._stored(record, row)]))

    def request(self, words: str, *then: str, cells: Cells = ()) -> None:
        """A request that changes nothing, or whose effects the steps of `then` name."""
        self._requests.append(Request(Step("When", words, cells), [Step("Then", text) for text in then]))

    def write(
        self, words: str, table: str, rows: Sequence[Row], expected: Expected, reports: str = "", doc: str = ""
    ) -> None:
        """A request that writes these records. `reports` begins the step that names the operations it reports."""
        effects = expected.effects or ()
        created = bool(rows) and len(effects) == len(rows) and all(e.operation == "created" for e in effects)
        given = [self._stored(e.record, row) for e, row in zip(effects, rows, strict=True)] if created else []
        when = Step("When", words, self.rows(table, rows) if rows else (), doc)
        self._requests.append(Request(when, self._outcome(expected, reports), given))

    def set_up_by(self, words: str) -> None:
        """Let the setup that stands for the last request be this sentence."""
        for step in self._requests[-1].given:
            step.text = words

    def drop_last(self) -> None:
        """Forget the last request: it was not sent."""
        del self._requests[-1:]

    def then(self, text: str) -> None:
        """Replace the outcome of the last request."""
        self._requests[-1].then = [Step("Then", text)]

    def also(self, text: str, cells: Cells = ()) -> None:
        """Add to the outcome of the last request."""
        self._requests[-1].then.append(Step("Then", text, cells))

    def text(self, title: str) -> str:
        """The scenario. Only the last request has its outcome checked: the others lead to it."""
        lines, before = [f"Scenario: {title}"], ""
        for step in self._steps():
            lines.append(f"  {step.keyword if step.keyword != before else 'And'} {step.text}")
            before = step.keyword
            lines += [f"    {row}" for row in _aligned(step.cells)]
            lines += [f"    {part}" for part in ('"""', *step.doc.splitlines(), '"""') if step.doc]
        return "\n".join(lines) + "\n"

    def rows(self, table: str, rows: Sequence[Row], name: str = "") -> list[list[str]]:
        """The table of a step. `name` is what the one record in it is called."""
        known = (self._schema[table] if table in self._schema else self._schema[LIKE]).fields
        header = list(dict.fromkeys(field for row in rows for field in row))
        body = [[cell(known.get(field), row[field]) if field in row else "" for field in header] for row in rows]
        if name:
            return [["as", *header], [name, *body[0]]]
        return [[escaped(field) for field in header], *body]

    def _steps(self) -> list[Step]:
        if not self._requests:
            return []
        *before, last = self._requests
        way = [step for request in before for step in request.given or ([request.when] if request.when else [])]
        return [*way, last.when, *last.then] if last.when else [*way, *last.given]

    def _outcome(self, expected: Expected, reports: str) -> list[Step]:
        if expected.effects is None:
            untouched = all(request.given for request in self._requests)
            nothing = [Step("Then", "nothing has been written")] if untouched else []
            return [Step("Then", refusal(expected.refusals)), *nothing]
        operations = ", ".join(effect.operation for effect in expected.effects)
        answer = f"{reports} 200 and says {operations}" if reports else f"the answer is {expected.status}"
        return [Step("Then", answer), *(step for e in expected.effects[:FEW] for step in self._now_stored(e))]

    def _stored(self, record: ModelRecord, row: Row) -> Step:
        kept = {name: value for name, value in row.items() if name not in PROTECTED}
        return Step("Given", f"these {record.table} are stored:", self.rows(record.table, [kept], record.name))

    def _now_stored(self, effect: Effect) -> list[Step]:
        table = effect.record.table
        values = {name: value for name, value in (effect.values or {}).items() if value is not None}
        has_key = any(all(name in values for name in key) for key in self._schema[table].unique_keys)
        if not has_key or effect.operation not in ("created", "updated", "ignored"):
            return []
        return [Step("Then", f"these {table} are now stored:", self.rows(table, [values]))]


def upserts(who: str, table: str, match: Any, extra: Row) -> str:
    """The sentence of an upsert."""
    caller = f"the {who}" if who in CALLERS else f"somebody with {who}"
    if isinstance(match, list) and match and all(isinstance(name, str) and name.isidentifier() for name in match):
        return f"{caller} upserts into {table} by {', '.join(match)}{''.join(_member(n, v) for n, v in extra.items())}:"
    if match == LEFT_OUT and extra == {"onConflict": "ignore"}:
        return f"{caller} upserts into {table} and ignores any conflict:"
    return f"{caller} upserts into {table} with matchFields {'left out' if match == LEFT_OUT else json.dumps(match)}:"


def _member(name: str, value: Any) -> str:
    """A further member of an upsert: the words of its option, or JSON where it has none."""
    option = next((each for each in OPTIONS if each.member == name and each.value in ("", value)), None)
    if option and option.value:
        return f" and {option.says}"
    if option and name == "updateFields" and isinstance(value, list):
        return f" and {option.says} {', '.join(value)}"
    if option and name == "updateWhere" and isinstance(value, Mapping):
        return f" and {option.says} {', '.join(f'{n} is {_condition(v)}' for n, v in value.items())}"
    if option and name == "updateValues" and isinstance(value, Mapping):
        return f" and {option.says} {', '.join(f'{n} to {cell(None, v)}' for n, v in value.items())}"
    return f" with {name} {json.dumps(as_json(value))}"


def _condition(value: Any) -> str:
    """A condition of `updateWhere` in words."""
    if isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in OPERATORS.values():
        [(operator, operand)] = value.items()
        word = next(word for word, each in OPERATORS.items() if each == operator)
        listed = operand if isinstance(operand, list) else [operand]
        return f"{word} {' or '.join(cell(None, each) for each in listed)}"
    return cell(None, value)


def refusal(statuses: Sequence[int]) -> str:
    """The step that checks a refusal."""
    if len(statuses) > len(REFUSED):
        return "the transaction is refused"
    if tuple(statuses) == REFUSED:
        return "the request is refused"
    return f"the answer is {' or '.join(map(str, sorted(set(statuses))))}"


def cell(spec: Field | None, value: Any) -> str:
    """A cell that reads as this value."""
    if value is None:
        return "null"
    if isinstance(value, ModelRecord):
        return f"{{{value.name}.id}}"
    if isinstance(value, NoRecord):
        return f"`{json.dumps(value.id)}`"
    if isinstance(value, Organization):
        return f"{{{value.member}.organization}}"
    if spec is not None and spec.type.cells_are_json:
        return escaped(json.dumps(value, ensure_ascii=False))
    plain = isinstance(value, str) and value.isprintable() and value.strip() == value and value not in ("", "null")
    if plain and value[:1] not in "`{" and (spec is not None or not value[:1].isdigit()):
        return escaped(value)
    return escaped(f"`{json.dumps(value, ensure_ascii=False)}`")


def as_json(value: Any) -> Any:
    """A value in a docstring: records by their names."""
    if isinstance(value, ModelRecord):
        return f"{{{value.name}.id}}"
    if isinstance(value, NoRecord):
        return value.id
    if isinstance(value, Mapping):
        return {name: as_json(inner) for name, inner in value.items()}
    return [as_json(inner) for inner in value] if isinstance(value, list) else value


def escaped(text: str) -> str:
    """A text as a cell of a table writes it."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n")


def _aligned(cells: Cells) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in cells]
