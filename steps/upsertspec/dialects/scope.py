"""What the placeholders of a shape stand for, in one request, for one of its records, or for one of its conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from upsertspec.dialects.operations import UNSET
from upsertspec.dialects.paths import MISSING, WHOLE, walk, without
from upsertspec.errors import CannotExpress, NotApplicable
from upsertspec.target.placeholders import CONDITION, KEY, is_of_one


@dataclass(frozen=True)
class Row:
    """One record of a request: the fields to write, and the fields that it is matched by, with where their values are.

    `fields` and `by` are sent right or wrong; `wraps` names the member below which the target has each value.
    """

    fields: Any = UNSET
    by: Any = ()
    given: Any = field(default_factory=dict)
    wraps: str = ""

    def value(self, name: str) -> Any:
        """What a placeholder stands for. Raises NotApplicable where the shape has no place for what was asked."""
        match name:
            case "fields":
                return self._wrapped(self.fields)
            case "otherFields":
                return self._wrapped(self._others())
            case "names" | "otherNames":
                sent = self.fields if name == "names" else self._others()
                return list(sent) if isinstance(sent, Mapping) else UNSET
            case "match":
                return dict(self.conditions())
            case "matchField":
                return self._only()
            case "matchValue":
                return self._given(self._only())
            case _:
                return self._given(name.removeprefix(KEY))

    def of(self, name: str) -> str:
        """The field whose value a placeholder stands for; empty where it stands for something else."""
        return self._only() if name == "matchValue" else name.removeprefix(KEY) if name.startswith(KEY) else ""

    def conditions(self) -> list[tuple[str, Any]]:
        """Each field to match by, with its value."""
        names = self.by
        if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
            raise NotApplicable("the shape names each match field with its value, and has no place for anything else")
        found = [(name, self._given(name)) for name in names]
        if lacking := [name for name, value in found if value is UNSET]:
            raise NotApplicable(f"the shape names {lacking[0]} with its value, and it has no value here")
        return found

    def _given(self, name: str) -> Any:
        if not isinstance(self.given, Mapping):
            return UNSET
        found = walk(self.given, name) if name not in (*self.given, WHOLE) else self.given.get(name, UNSET)
        return UNSET if found is MISSING else found

    def _only(self) -> str:
        match self.by:
            case [str(name)] if name:
                return name
        raise NotApplicable("the shape has room for one match field, no more and no less")

    def _others(self) -> Any:
        names = self.by if isinstance(self.by, (list, tuple)) else ()
        paths = [name.split(".") for name in names if isinstance(name, str)]
        return reduce(without, paths, self.fields) if isinstance(self.fields, Mapping) else self.fields

    def _wrapped(self, fields: Any) -> Any:
        if not self.wraps or not isinstance(fields, Mapping):
            return fields
        return {name: {self.wraps: value} for name, value in fields.items()}


@dataclass(frozen=True)
class Scope:
    """The values of placeholders. `plain` are those of the whole request, UNSET where the request leaves one out.

    `row` is the request's record, or one of a batch, whose records are `rows`. `condition` is a field with its value,
    inside what is repeated for each. `written` is the template of a condition in a text, `joined` what stands between
    two. `numbers` are the fields that hold whole numbers.
    """

    plain: Mapping[str, Any]
    row: Row | None = None
    rows: Sequence[Row] | None = None
    condition: tuple[str, Any] | None = None
    written: str = ""
    joined: str = ","
    numbers: frozenset[str] = frozenset()

    def value(self, name: str) -> Any:
        """What a placeholder stands for, UNSET where the request leaves it out."""
        if self.condition and name in CONDITION:
            return self.condition[CONDITION.index(name)]
        if name in self.plain:
            return self.plain[name]
        if self.row is None:
            raise CannotExpress(f"{{{name}}} stands outside of the list that is repeated for each record")
        return self.row.value(name)

    def of(self, name: str) -> str:
        """The field whose value a placeholder stands for; empty where it stands for something else."""
        if self.condition and name == "value":
            return self.condition[0]
        return self.row.of(name) if self.row else ""

    def each(self, names: set[str]) -> Iterator[Scope]:
        """The scopes that a part of a template is repeated for which has these placeholders; often this one alone."""
        if self.rows is not None and any(map(is_of_one, names)):
            for row in self.rows:
                yield from replace(self, row=row, rows=None).each(names)
        elif self.condition is None and names & set(CONDITION) and self.row is not None:
            yield from (replace(self, condition=condition) for condition in self.row.conditions())
        else:
            yield self
