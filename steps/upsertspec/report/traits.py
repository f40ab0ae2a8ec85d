"""What a scenario does and how it failed, read from its steps, its requests and its failure, without the values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from upsertspec.report.result import Result
from upsertspec.spec import criteria as spec
from upsertspec.spec import schema
from upsertspec.spec.options import find_options

WAYS = ("a plain request", "a batch", "a transaction", "many clients")
"""The ways to write, the simplest first."""
RANKS = (
    (re.compile(r"[Mm]any (?:pairs of )?clients"), 3),
    (re.compile(r"\btransaction\b"), 2),
    (re.compile(r"\bbatch(?:es)?\b|numbered"), 1),
)
"""The place of a request among these ways, by the words of its step."""
VERBS = (("creates in", "posted"), ("deletes", "deleted"), ("has been deleted", "deleted"), ("deleting", "deleted"))
"""What a request does, by the words of its step."""
TO_BE_REFUSED = "to be refused: "
"""How a mark begins whose request is to be refused: what is innocent where it is accepted may be guilty here."""
WRITTEN = "written"
"""How a failure is called where something was written that should not have been."""
TOPICS = (
    ("operation", re.compile(r'"operation": |\["(?:created|updated|ignored)"')),
    ("id", re.compile(r"to keep the id|'s id to stay|the id \S+ in every answer|as it was id is ")),
    ("times", re.compile(r"an updated_at later than|'s (?:created_at|updated_at) to stay")),
    ("record", re.compile(r"the answer's record to be the stored one|in the answer no \w+$|no .record. object")),
    ("filters", re.compile(r"to be listed where|records? in a list|of which a list shows none")),
    ("create", re.compile(r"the setup to be stored as it was sent")),
    ("unmentioned", re.compile(r"what is not mentioned to stay|'s \w+ to stay")),
    ("order", re.compile(r"\d records sorted by")),
    ("children", re.compile(r"\bnested in\b")),
    ("chosen", re.compile(r"^just \w")),
)
"""What a failure is about, by its words; the criterion with the tag `@defines-…` of that name is about just this."""
_REMAINS = re.compile(r"(\w+) to be gone from")
_KEPT = re.compile(r"comes? back as (?:it was|they were) sent|is kept as it was written")
"""The steps that say that a value is kept. A criterion may define just this for a type: it has the tag of its name."""
_NESTED = re.compile(r"in the (?:list|answer) \w+ holds")
_IS_LISTED_WRONG = re.compile(r"\w+ as it is stored$")
"""What a list was to show of a record that it holds."""
_OPERATOR = re.compile(r"[?&]\w+__\w+=")
_SAYS = re.compile(r"\b(created|updated|ignored)\b")
_UPSERT = re.compile(r"upserts?(?: \w+)*? into (\w+) by (\w+(?:, \w+)*)")
_BATCH_OF_SETUP = re.compile(r"numbered transactions")
_ELSEWHERE = re.compile(r"\b(?:in|into|lists|groups|of) (\w+)")
_REFUSED = re.compile(r"answer is [45]\d\d|(?:is|are) refused|a refusal")
_REFUSABLE = re.compile(r"refused, or|or the request is refused|, or 400|says .* or \d\d\d")
_STATUS = re.compile(r"(?:an answer of )?([1-5](?:\d\d|xx)(?: or [1-5]\d\d)*)")
_UNTOUCHED = re.compile(r"as it was\b(?! written)|no new record|to stay ")
_FIELD = re.compile(r"(\w+) (?:is .* instead of|as it was written)", re.DOTALL)
_VALUE = re.compile(r'"(?:[^"\\]|\\.)*"|\S*@\S+|\S*\d\S*')
_SAID = re.compile(r"(?:^|answered with )([45]\d\d)\b")
_OBJECT = re.compile(r"\{[^{}]*\}")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]')
_NAME, _WORD = re.compile(r'"(\w+)"\s*:'), re.compile(r"\w+")
NAMES_AT_MOST = 2
LONGEST_BODY = 2_000
_WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Traits:
    """What a scenario does, and how it failed.

    `rank` is its way to write, as a place in WAYS; `options` are those of its upsert; `is_list` says whether it asks
    for a list, `is_of_setup` whether its setup failed.
    `effects` are what its requests have to do for it, `set_up` those of its setup alone. `refusals` are the
    statuses that it waits for, if its request is to be refused. `marks` are what it may have in common with others,
    `named` the fields that its refusal names. `expected` and `actual` are the failure without its values, `topic` is
    what it is about, or empty.
    """

    rank: int
    tables: frozenset[str]
    effects: frozenset[str]
    refusals: str
    marks: frozenset[str]
    expected: str
    actual: str
    named: frozenset[str] = frozenset()
    topic: str = ""
    set_up: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    is_list: bool = False
    is_of_setup: bool = False

    def without(self, innocent: Set[str]) -> Traits:
        """These traits without the marks that passing scenarios have, too."""
        return replace(self, marks=self.marks - innocent, named=self.named - innocent)

    @property
    def by_the_write(self) -> bool:
        """Whether the write itself has to be done, or to be refused for what is stored."""
        return not self.refusals or "409" in self.refusals

    @property
    def relies_on(self) -> frozenset[str]:
        """The effects that its failure may come from. Where a request was not refused that has to be, it is of none."""
        if self.by_the_write:
            return self.effects
        return frozenset() if self.actual.startswith("2") or self.actual == WRITTEN else self.set_up


def traits_of(result: Result) -> Traits:
    """The traits of a scenario."""
    asked, effects, set_up, marks, tables = "", set[str](), set[str](), set[str](), set[str]()
    section, stored, rank, refusals, is_of_setup = "", dict[str, list[dict[str, str]]](), 0, "", False
    for step in result.steps:
        section = section if step.keyword in ("And", "But", "*") else step.keyword
        records = [dict(zip(step.table[0], cells, strict=False)) for cells in step.table[1:]] if step.table else []
        if section == "Then":
            if _REFUSED.search(step.text) and not _REFUSABLE.search(step.text):
                refusals = refusals or " ".join(re.findall(r"\b[45]\d\d\b", step.text)) or "4xx"
            effects |= set(_SAYS.findall(step.text))
            continue
        done = {effect for words, effect in VERBS if words in step.text}
        effects |= done
        if section == "Given":
            set_up |= done
            if step.state == "failed":
                is_of_setup = True
                rank, effects = (1, effects | {"batch"}) if _BATCH_OF_SETUP.search(step.text) else (rank, effects)
            if named := re.match(r"these (\w+) are stored", step.text):
                tables.add(named[1])
                stored.setdefault(named[1], []).extend(records)
            continue
        asked = step.text
        rank = max([rank, *(number for words, number in RANKS if words.search(step.text))])
        effects |= {"batch"} if rank == 1 else {"transaction"} if rank == 2 else set()
        marks |= {f"{name} = {value}" for record in records for name, value in record.items()}
        if upsert := _UPSERT.search(step.text):
            tables.add(upsert[1])
            key = upsert[2].split(", ")
            effects |= _matches(records, stored.get(upsert[1], []), key)
            marks |= {
                f"a {name} that another record has, in what is {effect}"
                for each in records
                for name in _taken(upsert[1], each, stored.get(upsert[1], []), key)
                for effect in _matches([each], stored.get(upsert[1], []), key)
            }
        elif named := _ELSEWHERE.search(step.text):
            tables.add(named[1])
            known = stored.get(named[1], []) if " creates " in step.text else []
            taken = {name for record in records for name in _taken(named[1], record, known, ())}
            marks |= {f"a {name} that another record has, in a create" for name in taken}
    who = re.match(r"(the \w+|somebody)", asked)
    marks |= {asked, WAYS[rank]} | {f"the table {table}" for table in tables}
    marks |= {f"{who[0] if who else ''}: {effect}" for effect in effects}
    marks |= {f"{name} = {value}" for name, value in result.case.example.items()}
    kind = TO_BE_REFUSED if refusals else ""
    shown = frozenset(kind + mark for mark in marks)
    refused = None if refusals or _is_refused_filter(result) else _refused_write(result)
    expected, actual = ("200", refused[1]) if refused else _failure(result, refusals)
    topic = "" if refused else _topic(result)
    topic = "" if refusals and topic == "unmentioned" else topic
    return Traits(
        rank,
        frozenset(tables),
        frozenset(effects),
        refusals,
        shown,
        expected,
        actual,
        frozenset(_named(refused[0]) if refused else ()),
        topic,
        frozenset(set_up),
        frozenset(option.name for option in find_options(asked)),
        " lists " in asked,
        is_of_setup,
    )


def _topic(result: Result) -> str:
    """What a failure is about: by its words, a filter that is refused, a record that was deleted and is still there, a
    value that is not kept, or a list with other records than those that were expected, with these in another order, or
    with other fields than were chosen."""
    if _is_refused_filter(result):
        return "filters"
    words = f"{result.expected} {result.actual}"
    if topic := next((topic for topic, wording in TOPICS if wording.search(words)), ""):
        return topic
    remains = _REMAINS.match(result.expected)
    if remains and any(f"deletes {remains[1]}" in step.text for step in result.steps):
        return "delete"
    failed = next((step.text for step in result.steps if step.state == "failed"), "")
    if _KEPT.search(failed):
        kind = _wrong_type(result)
        return kind if spec.is_defined(kind) else ""
    is_reordered = sorted(result.expected.split(", ")) == sorted(result.actual.split(", "))
    if _NESTED.match(failed):
        return "order" if is_reordered else "children"
    if not failed.startswith(("the list is", "the lists together are")) or _STATUS.match(result.expected):
        return ""
    if _IS_LISTED_WRONG.match(result.expected) or "id null" in result.actual:
        return "chosen" if any(step.table and "_fields" in step.table[0] for step in result.steps) else ""
    return "order" if is_reordered else "filters"


def _is_refused_filter(result: Result) -> bool:
    """Whether a filter with an operator is refused that has to be answered."""
    if result.expected != "an answer of 200" or not result.exchanges:
        return False
    last = result.exchanges[-1]
    is_refused = last["method"] == "GET" and last.get("response", {}).get("status", 0) // 100 == 4
    return is_refused and bool(_OPERATOR.search(last["url"]))


def _matches(sent: Sequence[dict[str, str]], stored: Sequence[dict[str, str]], key: Sequence[str]) -> set[str]:
    """Whether rows are to be created or updated, by the values of their match fields."""
    known = [tuple(record.get(name) for name in key) for record in stored]
    return {"updated" if tuple(each.get(name) for name in key) in known else "created" for each in sent}


def _taken(table: str, sent: dict[str, str], stored: Sequence[dict[str, str]], key: Sequence[str]) -> set[str]:
    """The fields, unique by themselves, of which another stored record has the value that is sent with a whole key."""
    known = schema.tables().get(table)
    unique = {names[0] for names in known.unique_keys if len(names) == 1} - set(key) if known else set[str]()
    others = [each for each in stored if not key or any(each.get(name) != sent.get(name) for name in key)]
    if not all(map(sent.get, key)):
        return set()
    return {name for name in unique & set(sent) for other in others if other.get(name) == sent[name] != ""}


def _failure(result: Result, refusals: str) -> tuple[str, str]:
    """What was expected and found, without values: of answers the statuses, of records the type of the wrong value."""
    expected, actual = result.expected or result.reason, result.actual
    if status := _STATUS.match(expected):
        found = _STATUS.match(actual)
        return status[1], found[1] if found else _plain(actual)
    if _UNTOUCHED.search(expected):
        return refusals or "nothing written", WRITTEN
    if wrong := _wrong_type(result):
        return "the value", f"another {wrong}"
    return _plain(expected), _plain(actual)


def _wrong_type(result: Result) -> str:
    """The type of the field with another value than the expected one; empty if the failure names none."""
    field = _FIELD.match(result.actual) or _FIELD.match(result.expected or result.reason)
    return _types().get(field[1], field[1]) if field else ""


def _refused_write(result: Result) -> tuple[Mapping[str, Any], str] | None:
    """The exchange of the last write and its status, if it was refused.

    Or of the write whose refusal the failure names, where that was an earlier one, or has its status in the body.
    """
    writes = [e for e in reversed(result.exchanges) if e["method"] in _WRITES and "response" in e]
    if writes and writes[0]["response"]["status"] >= 400:
        return writes[0], str(writes[0]["response"]["status"])
    if not writes or not (said := _SAID.search(result.actual)):
        return None
    return next((e for e in writes if str(e["response"]["status"]) == said[1]), writes[0]), said[1]


def _named(refused: Mapping[str, Any]) -> set[str]:
    """The names in the body of a request that the refusal repeats; none if it repeats so many that it says nothing.

    What it repeats of the request as it was sent is no name of what is wrong.
    """
    body, answer = str(refused["request"].get("body")), str(refused["response"].get("body"))
    for sent in (body, *_OBJECT.findall(body)) if len(body) <= LONGEST_BODY else ():
        answer = re.sub(r"\s*".join(map(re.escape, _TOKEN.findall(sent))), "", answer)
    named = set(_NAME.findall(body)) & set(_WORD.findall(answer))
    return named if len(named) <= NAMES_AT_MOST else set()


def _plain(text: str) -> str:
    return " ".join(_VALUE.sub("…", text.split(";")[0]).split())[:80]


@cache
def _types() -> dict[str, str]:
    """The types of the fields of all tables, by the name of the field."""
    return {name: field.type.name for table in schema.tables().values() for name, field in table.fields.items()}
