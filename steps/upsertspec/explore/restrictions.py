"""Values that the target refuses, although the contract allows them: ordinary validation, learnt and reported once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from upsertspec.errors import CannotExpress, CheckFailed, NotApplicable
from upsertspec.explore.field_rules import value_problems
from upsertspec.explore.model_state import ModelRecord, NoRecord
from upsertspec.explore.schema import Schema
from upsertspec.explore.sequence import RESTRICTED, OperationSequence
from upsertspec.steps.equality import shown

TIMES = 2
MOST = 40

Value = tuple[str, str, str]
"""Table, field, and the value as JSON."""


class LearntRestrictions:
    """What was learnt on one target. `start` gives a sequence to try single values in."""

    def __init__(self, schema: Schema, start: Callable[[], OperationSequence]) -> None:
        self._schema = schema
        self._start = start
        self.learnt: dict[Value, str] = {}

    def explain(self, rows: Sequence[tuple[str, Any]], status: int) -> bool:
        """Whether the target refuses one of the values in these records, whatever else is sent.

        Each value is tried alone, in a record that is stored without it.
        """
        values = dict(self._values(rows))
        if any(value in self.learnt for value in values):
            return True
        if not values or not all(self._accepts(table, {}) for table in {table for table, _, _ in values}):
            return False
        for value, given in [*values.items()][:MOST]:
            table, name, _ = value
            if not any(self._accepts(table, {name: given}) for _ in range(TIMES)):
                self.learnt[value] = f"{self._described(value, given)} is refused with {status}; the contract allows it"
        return any(value in self.learnt for value in values)

    def _described(self, value: Value, given: Any) -> str:
        """A field and its value in the target's words."""
        table, name, _ = value
        words = self._start().world.words(table)
        return f"{words.called}.{words.label(name)}: {shown(words.shown(name, given))}"

    def _values(self, rows: Sequence[tuple[str, Any]]) -> Iterator[tuple[Value, Any]]:
        """Every value that the contract allows. References, and values of unique keys, are left out."""
        for table, fields in rows:
            if table not in self._schema or not isinstance(fields, Mapping):
                continue
            for name, given in fields.items():
                field = self._schema[table].fields.get(name)
                if field is None or name in self._schema.marked(table) or isinstance(given, (ModelRecord, NoRecord)):
                    continue
                if field.required if given is None else any(value_problems(field, given)):
                    continue
                yield (table, name, json.dumps(given, sort_keys=True)), given

    def _accepts(self, table: str, given: Mapping[str, Any]) -> bool:
        sequence = self._start()
        try:
            sequence.set_up(self._schema[table], given)
        except (CannotExpress, NotApplicable):
            return True  # it was not sent, so it was not refused
        except CheckFailed:
            return sequence.world.last.answer.status not in RESTRICTED
        return True
