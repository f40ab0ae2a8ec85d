"""Templates of requests: `{name}` stands for a value, `{{` and `}}` for braces.

A text that is a placeholder and nothing else becomes the value as it is; in a longer text the value is written as the
place asks: percent-encoded in a path, escaped between quotes, or in the format that the placeholder names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from upsertspec.dialects.base import written
from upsertspec.dialects.formats import QUOTES, TYPED, as_text, percent
from upsertspec.dialects.operations import UNSET
from upsertspec.dialects.scope import Scope
from upsertspec.errors import CannotExpress, NotApplicable
from upsertspec.target.placeholders import MARK, marks, names_in, repeated_for, sole

DOTS = (".", "..")
OPTIONAL = ("limit", "offset")

Write = Callable[[Scope, str, str, str], str]
"""Writes the value of a placeholder: scope, name, format, and the quote that it stands between."""


def filled(template: Any, scope: Scope) -> Any:
    """A body, or a part of one. A member whose value is left out (UNSET) is left out with it.

    A list, or a member by its name, is repeated for each record of a batch or each condition that it speaks of.
    """
    if isinstance(template, str):
        name = sole(template)
        return scope.value(name) if name else UNSET if _is_left_out(template, scope) else text(template, scope)
    if isinstance(template, Mapping):
        members = [(text(k, each), filled(v, each)) for k, v in template.items() for each in scope.each(names_in(k))]
        return {name: value for name, value in members if value is not UNSET}
    if isinstance(template, list):
        parts = [filled(part, each) for each in scope.each(repeated_for(template)) for part in template]
        return [part for part in parts if part is not UNSET]
    return template


def path(template: str, scope: Scope) -> str:
    """A path with the values in it, each percent-encoded."""
    return text(template, scope, _in_path)


def parameters(templates: Mapping[str, Any], scope: Scope, is_filter: bool) -> list[tuple[str, str]]:
    """Query parameters. One whose value is left out is left out with it; one with a list is repeated; a table is JSON.

    Where the query `is_filter`, it leaves out the conditions that it can't say: the reader looks at what comes back.
    """
    return [
        (text(name, each), value)
        for name, template in templates.items()
        for each in scope.each(names_in(name))
        for value in _parameter(template, each, is_filter)
    ]


def headers(templates: Mapping[str, str], scope: Scope) -> dict[str, str]:
    """Headers; one whose value is left out is left out with it. Raises CannotExpress for what no header can carry."""
    made = {k: text(v, scope, _in_address) for k, v in templates.items() if not _is_left_out(v, scope)}
    for name, value in made.items():
        if not (value.isascii() and value.isprintable()) or value != value.strip():
            raise CannotExpress(f"the header {name} can't carry this value; {{…:url}} or {{…:hex}} can")
    return made


def _parameter(template: Any, scope: Scope, is_filter: bool) -> list[str]:
    if isinstance(template, Mapping):
        return [written(filled(template, scope))]
    if isinstance(template, list):
        scopes = scope.each(repeated_for(template))
        return [value for each in scopes for part in template for value in _element(part, each, is_filter)]
    if _is_left_out(template, scope):
        return []
    try:
        return [text(template, scope, _in_filter if is_filter else _in_address)]
    except CannotExpress:
        if is_filter and (scope.condition or "conditions" in names_in(template)):
            return []
        raise


def _element(part: Any, scope: Scope, is_filter: bool) -> list[str]:
    """An element of a repeated parameter; a placeholder for a list counts as the elements of that list."""
    value = scope.value(sole(part)) if isinstance(part, str) and sole(part) else None
    return list(map(str, value)) if isinstance(value, list) else _parameter(part, scope, is_filter)


def text(template: str, scope: Scope, write: Write | None = None) -> str:
    """A text with the values in it. Raises CannotExpress for a value that has no place in a text."""
    write = write or _in_text

    def value(found: re.Match[str]) -> str:
        name = found["name"]
        if not name:
            return found[0][0]
        if name == "conditions":
            return _conditions(scope, write)
        return write(scope, name, found["format"] or "", _quote_around(template, found))

    return MARK.sub(value, template)


def _quote_around(template: str, found: re.Match[str]) -> str:
    """The quote that a placeholder stands between, an empty text where there is none."""
    opened = ""
    for letter in MARK.sub("", template[: found.start()]):
        if letter in QUOTES and opened in ("", letter):
            opened = "" if opened else letter
    return opened if opened in template[found.end() :] else ""


def _conditions(scope: Scope, write: Write) -> str:
    """The conditions joined. Those that a text can't say are left out, where the text is a filter."""
    listed: list[str] = []
    for each in scope.each({"field"}):
        try:
            listed.append(text(scope.written, each, write))
        except CannotExpress:
            if write is not _in_filter:
                raise
    if not listed:
        kind = CannotExpress if scope.row is None or scope.row.fields is UNSET else NotApplicable
        raise kind("the shape names the fields to match by, and there are none here")
    return scope.joined.join(listed)


def _in_text(scope: Scope, name: str, form: str, inside: str) -> str:
    return as_text(name, scope.value(name), form, inside)


def _in_address(scope: Scope, name: str, form: str, inside: str) -> str:
    """A value where all is text. Raises NotApplicable for one that would be taken for another there."""
    value, field = scope.value(name), scope.of(name)
    if field and value is UNSET:
        raise NotApplicable(f"the shape says {field} in the address, and it has no value here")
    if field and form == "odata" and not (value is None or isinstance(value, (str, int, float))):
        raise NotApplicable(f"the shape says {field} in the address, where it can only be a literal")
    if field and form not in TYPED:
        kinds = (str, int) if field in scope.numbers else str
        if value == "" or not isinstance(value, kinds) or isinstance(value, bool):
            raise NotApplicable(f"the shape says {field} in the address, where it can only be text")
    return as_text(name, value, form, inside)


def _in_filter(scope: Scope, name: str, form: str, inside: str) -> str:
    """A value in the query of a find, where what can't be said is left out."""
    return (_in_text if name == "value" else _in_address)(scope, name, form, inside)


def _in_path(scope: Scope, name: str, form: str, inside: str) -> str:
    plain = _in_address(scope, name, form, inside)
    if plain in DOTS:
        raise NotApplicable(f"the shape says {scope.of(name) or name} in the path, where {plain} has another meaning")
    return percent(plain, keep="'" if form == "odata" else "")


def _is_left_out(template: str, scope: Scope) -> bool:
    """Whether a text has a value that the request leaves out: it is that value, or a page's size or begin."""
    names = {sole(template)} | {found["name"] for found in marks(template) if found["name"] in OPTIONAL}
    return any(scope.value(name) is UNSET for name in names if name and name != "conditions")
