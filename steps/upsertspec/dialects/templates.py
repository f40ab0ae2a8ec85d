"""Templates of requests: `{name}` stands for a value, `{{` and `}}` for braces.

A text that is a placeholder and nothing else becomes the value as it is; in a longer text the value becomes text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from upsertspec.dialects.operations import UNSET
from upsertspec.errors import CannotExpress
from upsertspec.target.placeholders import MARK, names_in, sole

Values = Mapping[str, Any]


def filled(template: Any, values: Values, records: Sequence[Values] | None = None) -> Any:
    """A body, or a part of one. A member whose value is left out (UNSET) is left out with it.

    Where there are `records`, a list of one template with `{fields}` in it becomes a list of one for each of them.
    """
    if isinstance(template, str):
        name = sole(template)
        return values[name] if name else text(template, values)
    if isinstance(template, Mapping):
        whole = {name: filled(inner, values, records) for name, inner in template.items()}
        return {name: inner for name, inner in whole.items() if inner is not UNSET}
    if isinstance(template, list) and len(template) == 1 and records is not None and "fields" in names_in(template):
        return [filled(template[0], {**values, **record}) for record in records]
    if isinstance(template, list):
        return [inner for inner in (filled(part, values, records) for part in template) if inner is not UNSET]
    return template


def text(template: str, values: Values) -> str:
    """A text with the values in it. Raises CannotExpress for a value that is no text, number or list of names."""
    return _replaced(template, lambda name: as_text(name, values[name]))


def path(template: str, values: Values) -> str:
    """A path with the values in it, each one segment."""
    return _replaced(template, lambda name: quote(as_text(name, values[name]), safe=""))


def parameters(templates: Mapping[str, str], values: Values) -> list[tuple[str, str]]:
    """Query parameters. One that is a placeholder whose value is left out is left out with it."""
    kept = {k: v for k, v in templates.items() if not (sole(v) and values[sole(v)] is UNSET)}
    return [(name, text(template, values)) for name, template in kept.items()]


def as_text(name: str, value: Any) -> str:
    """A value as it stands within a text."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ",".join(value)
    if isinstance(value, (str, int, float)) and name != "matchFields":
        return value if isinstance(value, str) else json.dumps(value)
    shown = "nothing" if value is UNSET else json.dumps(value)
    raise CannotExpress(f"{shown} as {name} has no place in an address, where the shape has it")


def _replaced(template: str, value_of: Callable[[str], str]) -> str:
    return re.sub(MARK, lambda m: value_of(m["name"]) if m["name"] else m[0][0], template)
