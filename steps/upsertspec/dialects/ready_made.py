"""Ready-made dialects: `dialect = "postgrest"` is the file `ready/postgrest.toml`.

    about = "one line for `upsertspec list --dialects`"
    without_match = "what the API does where a request names no match fields"
    [options.database]        # what a target file may state in [dialect_options]; without a default it must
    about = "the name of the database"
    [lacks]                   # what no answer reports, with the reason; [lacks.batch] is about this part's answers only
    [cannot]                  # criteria that the API can't show, with the reason
    [deviations]              # as in a target file, which may state others
    [shape]                   # as in a target file, but a part that the API lacks is its reason, instead of false
    [replacing]               # what [shape.upsert] says instead where the option `replaces` is true

`{option.database}` in a template is the option's value. The option `keys` is that of `[shape]`. If templates are not
enough, a module of the same name beside the file has a class `Ready`, a subclass of `ReadyApi` or `ReadyShape` here.
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import quote

from upsertspec.dialects.base import Answer, Dialect, Request, Response, Setup, Stated, plain_answer, written
from upsertspec.dialects.operations import UNSET, Operation, Verbatim
from upsertspec.dialects.shape import Shape
from upsertspec.dialects.shape_request import part_of
from upsertspec.errors import CannotExpress, ConfigError, NotApplicable
from upsertspec.spec.outcomes import is_success
from upsertspec.spec.schema import tables
from upsertspec.target.nearest import nearest
from upsertspec.target.ready import FOLDER

KEYS = "keys"

File = Mapping[str, Any]


@cache
def file_of(name: str) -> File:
    """What the file of a ready-made dialect says."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def make(name: str, setup: Setup) -> Dialect:
    """The dialect of this name."""
    kind: Any = ReadyShape
    if (FOLDER / f"{name.replace('-', '_')}.py").is_file():
        kind = importlib.import_module(f"upsertspec.dialects.ready.{name.replace('-', '_')}").Ready
    made: Dialect = kind(setup, name)
    return made


def options(name: str, stated: Mapping[str, Any]) -> dict[str, Any]:
    """`[dialect_options]` with the defaults. Raises ConfigError for an unknown option, and for one that is missing."""
    known = file_of(name).get("options", {})
    strange = stated.keys() - known
    wrong = [f"dialect_options.{each}: is no option of {name}; {_one_of(each, known)}" for each in strange]
    wrong += [
        f'dialect_options: "{name}" needs {each}: {what["about"]}; add it'
        for each, what in known.items()
        if "default" not in what and each not in stated
    ]
    keys = stated.get(KEYS, {}) if KEYS in known else {}
    if not isinstance(keys, Mapping):
        wrong.append(f"dialect_options.{KEYS}: write a table of lists, such as contacts = ['email']")
    else:
        no_tables = keys.keys() - tables()
        wrong += [f"dialect_options.{KEYS}: there is no table {each}; {nearest(each, tables())}" for each in no_tables]
    if wrong:
        raise ConfigError(sorted(wrong))
    return {each: stated.get(each, what.get("default")) for each, what in known.items()}


def _one_of(name: str, known: Mapping[str, Any]) -> str:
    return nearest(name, known) if known else "it has none"


class ReadyMade:
    """What every ready-made dialect has from its file."""

    def __init__(self, setup: Setup, name: str) -> None:
        said = file_of(name)
        self.name = name
        self.lacks: Mapping[str, str] = {k: why for k, why in said.get("lacks", {}).items() if isinstance(why, str)}
        self.cannot: Mapping[str, str] = said.get("cannot", {})
        self.deviations = {kind: (each,) if isinstance(each, int) else tuple(each) for kind, each in _declared(said)}
        self.options = setup.options
        self.setup = setup
        self._without_match: str = said.get("without_match", "")
        self._stated = said.get("shape", {})
        self._missing = {k: why for k, why in self._stated.items() if isinstance(why, str)}

    def require(self, operation: Operation) -> None:
        """Raise NotApplicable for what the API lacks, by its file."""
        if why := self._missing.get(part_of(operation, self._stated)):
            raise NotApplicable(why)
        if self._without_match and getattr(operation, "match_fields", None) in (UNSET, []):
            raise NotApplicable(self._without_match)


class ReadyApi(ReadyMade):
    """A ready-made dialect in Python."""

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation. Raises NotApplicable for what the API has no words for."""
        self.require(operation)
        return self.asked(operation)

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        said = plain_answer(response)
        if said.fault:
            return said if is_success(said.status) else replace(said, fault="")
        try:
            return self.said(operation, said)
        except (AttributeError, IndexError, KeyError, TypeError) as wrong:
            return replace(said, fault=f"the body has another form ({wrong!r})")

    def asked(self, operation: Operation) -> Request:
        """The request for an operation that the API has."""
        raise NotImplementedError

    def said(self, operation: Operation, said: Answer) -> Answer:
        """The answer, whose `body` is read. What fails with a LookupError or a TypeError is a body of another form."""
        raise NotImplementedError


class ReadyShape(ReadyMade, Shape):
    """A ready-made dialect made of templates."""

    def __init__(self, setup: Setup, name: str) -> None:
        ReadyMade.__init__(self, setup, name)
        said = file_of(name)
        keys = {KEYS: setup.options[KEYS]} if setup.options.get(KEYS) else {}
        shape = dict(said["shape"])
        if setup.options.get("replaces"):
            shape["upsert"] = {**shape["upsert"], **said["replacing"]}
        self.parts = {**{each: _with(part, setup.options) for each, part in shape.items()}, **keys}
        Shape.__init__(self, replace(setup, options=self.parts))
        self._reasons: Mapping[str, Any] = said.get("lacks", {})

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation. Raises NotApplicable for what the API has no words for."""
        self.require(operation)
        try:
            return super().request(operation)
        except CannotExpress as why:
            raise NotApplicable(str(why)) from why

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says. What it lacks is the API's way, and not the target file's."""
        answer = super().answer(operation, response)
        parts = [replace(part, lacks=self._reasoned(operation, part.lacks)) for part in answer.parts]
        return replace(answer, lacks=self._reasoned(operation, answer.lacks), parts=parts)

    def lacking(self, operation: Operation, status: int, done: str) -> Mapping[str, str]:
        """What an answer of this status does not report, with the API's reasons."""
        return self._reasoned(operation, super().lacking(operation, status, done))

    def _reasoned(self, operation: Operation, lacks: Mapping[str, str]) -> dict[str, str]:
        own = self._reasons.get(part_of(operation, self._stated), {})
        reasons = {**self._reasons, **(own if isinstance(own, dict) else {})}
        return {name: Stated(reasons.get(name, why)) for name, why in lacks.items()}


def sent_as(operation: Operation, *values: Any) -> str:
    """The first field that is sent with one of these values; empty if there is none."""
    for fields in operation.sent:
        for name, value in fields.items():
            plain = value.json if isinstance(value, Verbatim) else written(value)
            if plain in map(written, values):
                return name
    return ""


def _declared(said: File) -> Any:
    return said.get("deviations", {}).items()


def _with(template: Any, given: Mapping[str, Any], member: str = "") -> Any:
    """The template with the options in it."""
    if isinstance(template, dict):
        return {name: _with(inner, given, name) for name, inner in template.items()}
    if isinstance(template, list):
        return [_with(inner, given) for inner in template]
    if isinstance(template, str) and "{option." in template:
        for name, value in given.items():
            text = quote(str(value), safe="/") if member == "path" else str(value)
            template = template.replace(f"{{option.{name}}}", text.replace("{", "{{").replace("}", "}}"))
    return template
