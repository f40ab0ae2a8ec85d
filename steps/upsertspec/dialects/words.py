"""One table's words: translates fields and values to the target's and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from upsertspec.dialects.operations import Verbatim
from upsertspec.dialects.paths import MISSING, walk, without
from upsertspec.errors import NotApplicable
from upsertspec.spec.schema import PROTECTED
from upsertspec.spec.types import Time
from upsertspec.target import time_forms
from upsertspec.target.bindings import FieldBinding, TableBinding, ours_of
from upsertspec.target.text_forms import TextForm

SHOWN = 160

Forms = dict[tuple[str, str], TextForm]


class Words:
    """Translates names, values and records of one table. `forms` are shared by all tables that use one field."""

    def __init__(self, binding: TableBinding, forms: Forms) -> None:
        self.binding = binding
        self._forms = forms

    @property
    def called(self) -> str:
        """The table's name in messages."""
        return self.binding.name

    def label(self, name: str) -> str:
        """The target's name of a field in messages."""
        return self.binding.field(name).name

    def shown(self, name: str, value: Any) -> Any:
        """A value in messages, as the target has it."""
        try:
            return self.value(name, value)
        except NotApplicable:
            return value

    def row_text(self, row: Mapping[str, Any]) -> str:
        """A row in messages: JSON with the target's names and values, cut short."""
        try:
            theirs = self.fields(row)
        except NotApplicable:
            theirs = {self.label(name): self.shown(name, value) for name, value in row.items()}
        text = json.dumps(theirs, ensure_ascii=False, default=str)
        return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

    def names(self, names: Any) -> Any:
        """A list of field names in the target's words; anything else as it is.

        Raises NotApplicable for a field that the target lacks, and for what it has as one field in part or twice.
        """
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            return names
        found: list[str] = []
        for name in names:
            self.require(name)
            parts = self.binding.field(name).parts
            if any(names.count(part) != 1 for part in parts):
                raise NotApplicable(f"{self.called} has {', '.join(parts)} as one field, {self.name(name)}")
            if not parts or self.name(name) not in found:
                found.append(self.name(name))
        return found

    def name(self, name: str) -> str:
        """The target's name of one field. Raises NotApplicable where the target lacks it."""
        self.require(name)
        return self.binding.field(name).name

    def require(self, name: str) -> None:
        """Raise NotApplicable where the target states that it has no such field."""
        if name in self.binding.absent:
            raise NotApplicable(f"{self.called} has no {name}", ((self.binding.table, name),))

    def fields(self, fields: Any) -> Any:
        """An object with the target's names and values; anything else as it is. What the target lacks is left out."""
        if not isinstance(fields, Mapping):
            return fields
        made: dict[str, Any] = {}
        for name, value in fields.items():
            bound = self.binding.field(name)
            if name in self.binding.absent:
                continue
            if not bound.is_bound:
                made[bound.name] = value
                continue
            if bound.parts:
                value = self._together(bound, fields)
            _put(made, bound.path, self.value(name, value))
        return made

    def _together(self, bound: FieldBinding, fields: Mapping[str, Any]) -> str:
        values = [fields.get(part) for part in bound.parts]
        if not all(self._is_part(part, value) for part, value in zip(bound.parts, values, strict=True)):
            raise NotApplicable(f"{self.called} has {', '.join(bound.parts)} as one field, {bound.name}")
        return json.dumps(values, ensure_ascii=False)

    def _is_part(self, name: str, value: Any) -> bool:
        """Whether a value can be kept apart within a text; a value of a wrong type would be a right text there."""
        field = self.binding.spec.fields.get(name)
        is_right = field is None or bool(field.references) or field.type.accepts(value)
        return is_right and isinstance(value, (str, int)) and value != ""

    def value(self, name: str, value: Any) -> Any:
        """One value as the target has it. What is of a wrong type on purpose stays wrong.

        Raises NotApplicable where the wrong value would be a right one there.
        """
        bound = self.binding.field(name)
        if isinstance(value, Verbatim) and any((bound.text, bound.values, bound.format, bound.as_text, bound.in_list)):
            raise NotApplicable(f"{self.called} has {bound.name} in a form of its own, which takes no other text")
        if value is None or isinstance(value, Verbatim):
            return value
        if bound.values:
            value = self._option(bound, name, value)
        elif bound.format:
            value = self._in_format(bound, name, value)
        elif bound.as_text:
            value = self._as_text(bound, name, value)
        elif bound.text and isinstance(value, str):
            value = self.form(bound).write(value)
        return [value] if bound.in_list else value

    def conditions(self, where: Mapping[str, Any]) -> dict[str, Any]:
        """Values that a stored record must have, or objects with an operator, with the target's names and values."""
        compared = {name: value for name, value in where.items() if self._is_comparison(name, value)}
        plain = self.fields({name: value for name, value in where.items() if name not in compared})
        return {**plain, **{self.name(name): self._comparison(name, value) for name, value in compared.items()}}

    def _is_comparison(self, name: str, value: Any) -> bool:
        """Whether a condition is an object with an operator. In a json field an object is a value."""
        spec = self.binding.spec.fields.get(name)
        return isinstance(value, Mapping) and (spec is None or bool(spec.type.finding))

    def _comparison(self, name: str, condition: Mapping[str, Any]) -> dict[str, Any]:
        """Raises NotApplicable for an order that texts of the target's own do not have."""
        bound = self.binding.field(name)
        if (bound.text or bound.values or bound.as_text) and not condition.keys() <= {"ne", "in"}:
            raise NotApplicable(f"{bound.name} of {self.called} has texts of its own form, in another order")
        return {
            operator: [self.value(name, each) for each in value] if isinstance(value, list) else self.value(name, value)
            for operator, value in condition.items()
        }

    def form(self, bound: FieldBinding) -> TextForm:
        """The form of a field's texts."""
        key = (self.binding.name, bound.name)
        return self._forms.setdefault(key, TextForm(bound.text, bound.rules.get("maximum_length")))

    def _option(self, bound: FieldBinding, name: str, value: Any) -> Any:
        spec = self.binding.spec.fields.get(name)
        is_text = isinstance(value, str)
        as_key = value if is_text else json.dumps(value)
        if as_key in bound.values and (spec is None or is_text is not spec.type.cells_are_json):
            return bound.values[as_key]
        if spec is not None and value in spec.options:
            raise NotApplicable(f"{bound.name} of {self.called} has nothing that stands for {value}")
        if value in bound.values.values():
            return f"{value}-none"  # it is none of our options, so it must be none of the target's
        return _near_option(bound, value) if isinstance(value, str) else value

    def _in_format(self, bound: FieldBinding, name: str, value: Any) -> Any:
        kind = self.binding.spec.type_of(name)
        if not isinstance(kind, Time):
            return value
        if not kind.accepts(value):
            if time_forms.read(bound.format, value, kind) == value:
                return value
            raise NotApplicable(f"{bound.name} of {self.called} has times as {bound.format}, where {value!r} is right")
        theirs = time_forms.write(bound.format, value, kind)
        if not kind.same(value, time_forms.read(bound.format, theirs, kind)):
            raise NotApplicable(f"{bound.name} of {self.called} has times as {bound.format}, which can't say {value}")
        return theirs

    def _as_text(self, bound: FieldBinding, name: str, value: Any) -> Any:
        spec = self.binding.spec.fields.get(name)
        if isinstance(value, str) and spec is not None and spec.type.cells_are_json:
            try:
                json.loads(value)
            except ValueError:
                return value
            raise NotApplicable(f"{bound.name} of {self.called} travels as text, where {json.dumps(value)} is right")
        return json.dumps(value) if isinstance(value, (int, float)) else value

    def ours(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record in the specification's words; members of the target's own keep their names behind ours."""
        if not self.binding.fields and not self.binding.absent:
            return dict(record)
        rest, found = dict(record), {}
        for name in (*PROTECTED, *self.binding.spec.fields):
            bound = self.binding.field(name)
            if name in self.binding.absent or (value := walk(record, bound.name)) is MISSING:
                continue
            rest = without(rest, bound.path)
            found[name] = self._part(bound, name, self.back(name, value))
        known = {*PROTECTED, *self.binding.spec.fields}
        return {**found, **{(f"{name} (own)" if name in known else name): value for name, value in rest.items()}}

    def _part(self, bound: FieldBinding, name: str, value: Any) -> Any:
        """The part of a value that holds several fields; the whole where it is none that was written here."""
        if not bound.parts or not isinstance(value, str):
            return value
        try:
            listed = json.loads(value)
        except ValueError:
            return value
        fits = isinstance(listed, list) and len(listed) == len(bound.parts)
        return listed[bound.parts.index(name)] if fits else value

    def back(self, name: str, value: Any) -> Any:
        """One value of the target in the specification's words; one that nothing stands for stays as it is."""
        bound = self.binding.field(name)
        if bound.in_list and isinstance(value, list) and len(value) <= 1:
            value = value[0] if value else None
        if bound.values:
            return ours_of(bound, value)
        if bound.text and isinstance(value, str):
            return self.form(bound).read(value)
        kind = self.binding.spec.type_of(name)
        if bound.format and isinstance(kind, Time):
            return time_forms.read(bound.format, value, kind)
        spec = self.binding.spec.fields.get(name)
        if bound.as_text and isinstance(value, str) and spec is not None and spec.type.cells_are_json:
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value

    def ours_of_name(self, theirs: str) -> list[str]:
        """The specification's names of a field of the target: several where it holds several, else the name itself."""
        named = [name for name in (*PROTECTED, *self.binding.spec.fields) if name not in self.binding.absent]
        return [name for name in named if self.binding.field(name).name == theirs] or [theirs]

    def ours_names(self, described: Mapping[str, Any]) -> dict[str, Any]:
        """What is said of each field, by the specification's names."""
        return {ours: said for theirs, said in described.items() for ours in self.ours_of_name(theirs)}

    def key_of(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The first unique key of a record, in the specification's words; empty where it has none whole."""
        return next(iter(self.binding.view.keys_in(fields)), {})

    def all_names(self) -> list[str]:
        """The target's names of all fields of a record; of a nested one, the member that it is in."""
        named = [name for name in (*PROTECTED, *self.binding.spec.fields) if name not in self.binding.absent]
        bound = [self.binding.field(name).path[0] for name in named]
        return list(dict.fromkeys([*bound, *self.binding.always, *self.binding.fixed, *sorted(self.binding.volatile)]))

    def numbers(self) -> frozenset[str]:
        """The target's names of the fields that hold whole numbers."""
        spec = self.binding.spec.fields.values()
        return frozenset(self.binding.field(f.name).name for f in spec if int in f.type.in_address)


def _put(made: dict[str, Any], path: Sequence[str], value: Any) -> None:
    *outer, last = path
    for part in outer:
        made = made.setdefault(part, {})
    made[last] = value


def _near_option(bound: FieldBinding, value: str) -> str:
    """What is nearly an option of ours, in case, white space or length, as what is nearly one of the target's."""
    for ours, theirs in bound.values.items():
        if not isinstance(theirs, str) or not value:
            continue
        if value.lower() == ours:
            near = theirs.upper() if theirs != theirs.upper() else theirs.lower()
        elif value.strip() == ours:
            near = value.replace(ours, theirs)
        elif ours.startswith(value):
            near = theirs[: min(len(value), len(theirs) - 1)]
        else:
            continue
        if near and near not in bound.values.values():
            return near
    return value
