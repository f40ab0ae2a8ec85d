"""What a dialect is: two pure functions, from an operation to a request and from a response to an answer. No I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol
from uuid import uuid4

from upsertspec.dialects.bounds import deep_json, require_readable, require_short
from upsertspec.dialects.operations import UNSET, Operation, Verbatim

INT_DIGITS = 4000
ROUNDED, OF_64_BITS = 2**53, 2**64
"""From the first number on, a float does not hold every whole one; the second is more than any that is stored."""


@dataclass(frozen=True)
class Request:
    """One HTTP request: a path below the target's URL, JSON-able content, or the raw bytes of a body."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    json: Any = UNSET
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes | None:
        """The body as it is sent, UTF-8 JSON, or None where there is none."""
        return None if self.json is UNSET else written(self.json).encode("utf-8", "surrogatepass")


class Exact(float):
    """A number of a response as a float, with the `text` that it came as: a float may hold less than that."""

    def __init__(self, text: str) -> None:
        self.text = text


@dataclass(frozen=True)
class Response:
    """One HTTP response: the body is complete and uncompressed. `then` is the one to the dialect's second request."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    then: Response | None = None

    @deep_json
    def parsed(self) -> Any:
        """The body as JSON, its broken numbers and the longest as `Exact`.

        Raises ValueError where it is none (NaN is none), or more than is read of any (`dialects.bounds`).
        """
        require_readable(self.body)
        return DECODER.decode(self.body.decode("utf-8"))


class Stated(str):
    """A reason from the target file. Scenarios about it are not applicable instead of not testable."""


SAID, SHOWN = 200, 400
"""The characters of an answer that a reason shows, and those that its text has."""


class Text:
    """A text that may be given as a function: it is called when somebody reads the text."""

    def __get__(self, answer: object, owner: type) -> str:
        held = "" if answer is None else vars(answer)["_text"]
        return held() if callable(held) else held

    def __set__(self, answer: object, text: str | Callable[[], str]) -> None:
        vars(answer)["_text"] = text


@dataclass(frozen=True)
class Answer:
    """What a response says, in the contract's words.

    `id`, `operation`, `record` and `records` are what the dialect found, or None; `parts` are the answers to the
    records of a batch or the operations of a transaction, in order; `counts` says how many records of a batch were
    created, updated and ignored. `body` is the whole JSON. `fault` says why the body can't be read as the dialect
    expects it; a scenario that needs the body then fails with it. `lacks` is like the dialect's, for this answer alone:
    an answer of 204 has no record, say, where the others have one. `tag` is the record's entity tag with its quotes:
    that of the `ETag` header, if the dialect names no other.
    """

    status: int
    id: Any = None
    operation: Any = None
    record: Mapping[str, Any] | None = None
    records: Sequence[Mapping[str, Any]] = ()
    total: int | None = None
    parts: Sequence[Answer] = ()
    body: Any = None
    location: str = ""
    fault: str = ""
    text: Text = Text()
    counts: Mapping[str, Any] | None = None
    lacks: Mapping[str, str] = field(default_factory=dict)
    tag: str = ""

    @property
    def said(self) -> str:
        """What the target answered, in short: the status, and its words or what is wrong with them."""
        is_unreadable = self.fault and 200 <= self.status < 300
        words = self.fault if is_unreadable else " ".join(self.text.split())
        return f"{self.status} {words[:SAID]}".strip()

    @property
    def shown_body(self) -> str:
        """The body in a message."""
        return self.text or "an empty body"


def plain_answer(response: Response) -> Answer:
    """What a response says in every dialect: its status, its body as JSON and as text; `fault` where it is no JSON."""
    text = response.body[:SHOWN].decode("utf-8", "replace")
    try:
        body = response.parsed() if response.body else None
    except (ValueError, RecursionError) as wrong:
        return Answer(response.status, fault=f"the body is no JSON ({wrong})", text=text)
    return Answer(response.status, body=body, text=text)


@dataclass(frozen=True)
class Setup:
    """What a target file says to its dialect: `options` are `[dialect_options]`, or what `[shape]` states.

    A dialect uses the target's own names of tables and fields: `dialects.bound` translates. `tables` are the
    names in paths of all tables that the target has, `numbers` their fields that hold whole numbers, `fields` all
    that a record has.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    tables: frozenset[str] = frozenset()
    numbers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Dialect(Protocol):
    """Speaks one shape of API. A dialect is made from a `Setup`; it raises `ConfigError` for bad options.

    Methods raise `CannotExpress` where the shape has no way. `lacks` names what its answers never report, each
    with the reason: "operation" (whether an upsert created or updated), "record", "id", "counts" (of a batch).
    Scenarios about that are not testable; in all others it is left out, and an id is looked up by reading back.
    A dialect may have `cannot` too: criteria that nothing it sends can show, each with the reason (an id that the
    client makes out of a key says nothing of how the target compares keys). They do not apply. `replaces = True` says
    that an update replaces the whole record, `is_contract = True` that the API has the contract's own paths and
    errors. `follow_up(operation, response, last)` gives the request that asks whether a write is done, or None where
    it is: `response` answers the write, or `last`, the request before. It is sent again and again within the target's
    time limit; its last response takes the place of the first. `said_otherwise(operation)` names the headers of an
    operation that its request says in another place; the others are sent as they are. A dialect may have
    `then(operation, response)`: a second request, to read what the first one did not answer, or None. Its response is
    the first one's `then` when `answer` is called.
    """

    name: str
    lacks: Mapping[str, str]

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation."""
        ...

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        ...


def written(value: Any) -> str:
    """The value as JSON text, with each `Verbatim` in it as it stands."""
    try:
        return ENCODER.encode(value)
    except TypeError:
        return _with_verbatim(value)


def _with_verbatim(value: Any) -> str:
    verbatim: dict[str, str] = {}

    def stand_in(found: Any) -> str:
        if not isinstance(found, Verbatim):
            raise TypeError(f"{type(found).__name__} is no JSON")
        return verbatim.setdefault(mark := uuid4().hex, found.json) and mark

    text = json.dumps(value, ensure_ascii=False, default=stand_in)
    for mark, own in verbatim.items():
        text = text.replace(f'"{mark}"', own)
    return text


def _whole(text: str) -> int | Exact:
    """The number; Python makes no int of more digits than this."""
    return int(text) if len(text) <= INT_DIGITS else _exact(text)


def _fraction(text: str) -> float | int:
    """The number; a whole one of up to 64 bits that a float would round is an int: 9007199254740993.0."""
    number = _exact(text)
    is_rounded = ROUNDED <= abs(number) < OF_64_BITS and Decimal(text) % 1 == 0
    return int(Decimal(text)) if is_rounded else number


def _exact(text: str) -> Exact:
    require_short(text)
    return Exact(text)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


ENCODER = json.JSONEncoder(ensure_ascii=False)
DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_fraction, parse_int=_whole)
