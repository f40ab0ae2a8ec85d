"""The ledger: what it keeps, what it drops, how workers send it, and how it is judged."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from upsertspec.dialects.words import Words
from upsertspec.http.masking import Masker
from upsertspec.soak.invariants import IDS, LOST, ONCE, TWICE, described, violations
from upsertspec.soak.ledger import KEPT, MOST_FINDINGS, Entry, Ledger, Violation
from upsertspec.soak.plan import TABLE
from upsertspec.soak.settling import read_until
from upsertspec.soak.worker_messages import MOST_MESSAGES, merged, packed, take, unpacked
from upsertspec.soak.written_values import values
from upsertspec.target.bindings import TableBinding

KEY = "soak.run.k1@example.com"
OURS = Words(TableBinding(TABLE, TABLE, TABLE), {})
"""A target that has the table as the specification has it."""


def written(*writes: tuple[str, float, float]) -> Entry:
    """An entry whose writes were acknowledged: stamp, start, end."""
    entry = Entry(KEY)
    for stamp, started, ended in writes:
        entry.acknowledge(stamp, started, ended, created=False)
    return entry


def stored(stamp: str, ident: Any = 1, **other: Any) -> dict[str, Any]:
    return {"id": ident, **values(KEY, stamp, OURS), **other}


def broken(entry: Entry, *records: dict[str, Any]) -> list[str]:
    return [one.invariant for one in violations(entry, records, "curl …", Masker(()), OURS)]


def test_only_the_last_of_writes_that_follow_each_other_may_be_stored() -> None:
    entry = written(("a", 0, 1), ("b", 2, 3))
    assert broken(entry, stored("b")) == []
    assert broken(entry, stored("a")) == [LOST]
    assert broken(entry) == [LOST]


def test_any_of_writes_at_the_same_time_may_be_stored() -> None:
    entry = written(("a", 0, 2), ("b", 1, 3))
    assert broken(entry, stored("a")) == broken(entry, stored("b")) == []


def test_a_write_that_began_before_the_last_was_answered_may_still_be_the_last() -> None:
    entry = written(("b", 5, 6), ("c", 7, 8), ("a", 0, 10))
    assert broken(entry, stored("c")) == broken(entry, stored("a")) == []
    assert broken(entry, stored("b")) == [LOST]


def test_a_write_with_an_unknown_outcome_may_be_stored_or_not() -> None:
    entry = Entry(KEY, unknown=["u"])
    assert broken(entry) == broken(entry, stored("u")) == []
    assert broken(entry, stored("v")) == [LOST]
    entry = written(("a", 0, 1))
    entry.unknown.append("u")
    assert broken(entry, stored("a")) == broken(entry, stored("u")) == []
    assert broken(entry) == [LOST]


@pytest.mark.parametrize("field", ["name", "age", "notes"])
def test_half_of_a_write_is_no_write(field: str) -> None:
    entry = written(("a", 0, 2), ("b", 1, 3))
    assert broken(entry, stored("a", **{field: values(KEY, "b", OURS)[field]})) == [LOST]


def test_a_second_record_a_changed_id_and_a_second_create_are_found() -> None:
    entry = written(("a", 0, 1))
    entry.saw_id(1)
    assert broken(entry, stored("a")) == []
    assert broken(entry, stored("a", 2)) == [IDS]
    assert broken(entry, stored("a"), stored("a", 2)) == [TWICE]
    entry.saw_id(2)
    assert broken(entry, stored("a", 2)) == [IDS]
    entry = Entry(KEY)
    entry.acknowledge("a", 0, 1, created=True)
    entry.acknowledge("b", 2, 3, created=True)
    assert broken(entry, stored("b")) == [ONCE]


def test_ids_of_any_kind_are_compared() -> None:
    entry = written(("a", 0, 1))
    entry.saw_id({"n": [1, 2]})
    assert broken(entry, stored("a", {"n": [1, 2]})) == []
    assert broken(entry, stored("a", "1")) == [IDS]


def test_of_very_many_keys_a_fixed_sample_is_kept() -> None:
    ledger = Ledger()
    ledger.entry("shared", shared=True)
    for number in range(3 * KEPT):
        ledger.entry(f"key-{number}").acknowledge("a", 0, 1, created=True)
    assert ledger.keys == 3 * KEPT + 1
    assert KEPT / 4 < len(ledger.entries) <= KEPT
    chosen = {f"key-{n}" for n in range(3 * KEPT) if zlib.crc32(f"key-{n}".encode()) % 2**ledger.depth == 0}
    assert ledger.entries.keys() == chosen | {"shared"}


def test_ledgers_of_two_processes_are_one() -> None:
    ledgers = [Ledger(writes=2, keys=2), Ledger(writes=3, keys=2)]
    for number, ledger in enumerate(ledgers):
        own, shared = Entry(f"own-{number}", unknown=["u"]), Entry(KEY, shared=True)
        shared.acknowledge(f"s{number}", 0, 1, created=True)
        shared.saw_id(number)
        ledger.entries = {own.key: own, KEY: shared}
    received = {str(n): json.loads(json.dumps(list(packed(ledger)))) for n, ledger in enumerate(ledgers)}
    whole = merged(received, workers=2)
    assert (whole.writes, whole.keys, whole.errors) == (5, 3, [])
    assert set(whole.entries) == {"own-0", "own-1", KEY}
    assert whole.entries[KEY].acknowledged.keys() == {"s0", "s1"}
    assert broken(whole.entries[KEY], stored("s1", 0)) == [IDS, ONCE]


def test_a_deeper_ledger_thins_the_other() -> None:
    one, other = Ledger(), Ledger(depth=3)
    for number in range(100):
        one.entry(f"key-{number}")
    one.merge(other)
    assert one.entries.keys() == {f"key-{n}" for n in range(100) if zlib.crc32(f"key-{n}".encode()) % 8 == 0}


def test_a_ledger_survives_its_messages() -> None:
    ledger = Ledger(batches=[{"a": "s"}], not_sent={"batch": "no words"}, errors=["m"], unknown=4)
    ledger.add(Violation(LOST, KEY, "a", "b", "curl"))
    for number in range(1000):
        ledger.entry(f"key-{number}").acknowledge(f"s{number}", 0, 1, created=True)
    messages = json.loads(json.dumps(list(packed(ledger))))
    assert len(messages) == 6
    assert unpacked(messages) == ledger


@pytest.mark.parametrize(
    "messages",
    [[], [None], ["text"], [{"entries": [{"key": 1, "more": 2}]}, {"rest": {}}], [{"rest": {"findings": [3]}}]],
)
def test_messages_that_are_no_ledger_are_an_error(messages: list[Any]) -> None:
    whole = merged({"worker": messages}, workers=1)
    assert whole.entries == {}
    assert "cannot be read" in whole.errors[0]
    assert whole.errors[1] == "1 of 1 workers sent no ledger"


def test_a_worker_with_endless_findings_fills_no_memory() -> None:
    received: dict[str, list[Any]] = {}
    for _ in range(2 * MOST_MESSAGES):
        take(received, "worker", {})
    assert len(received["worker"]) == MOST_MESSAGES


def test_of_many_findings_the_first_are_kept_and_all_counted() -> None:
    ledger = Ledger()
    for number in range(2 * MOST_FINDINGS):
        ledger.add(Violation(LOST, str(number), "a", "b"))
    assert (len(ledger.findings), ledger.found) == (MOST_FINDINGS, 2 * MOST_FINDINGS)


def test_the_last_write_of_a_lost_worker_does_not_count_as_a_lost_write() -> None:
    ledger = Ledger()
    for key in ("own", KEY):
        entry = ledger.entry(key, shared=key == KEY)
        entry.acknowledge("a", 0, 1, created=True)
        entry.saw_id(1)
    received = {"1": list(packed(ledger))}
    whole, part = (merged(received, workers=workers).entries for workers in (1, 2))
    assert broken(whole[KEY], stored("of-the-lost-one")) == [LOST]
    assert broken(part[KEY], stored("of-the-lost-one")) == []
    assert broken(part[KEY]) == [LOST]
    assert broken(part[KEY], stored("of-the-lost-one", 2)) == [IDS]
    assert broken(part[KEY], stored("a"), stored("a", 2)) == [TWICE]
    assert broken(part["own"], stored("of-the-lost-one")) == [LOST]


def test_a_missing_member_is_never_shown_as_null() -> None:
    record = {name: value for name, value in stored("a").items() if name != "notes"}
    assert broken(written(("a", 0, 1)), record) == []
    assert broken(written(("b", 0, 1)), record) == [LOST]
    assert described([record], OURS).endswith("(no such member: notes)")
    assert "null" not in described([record], OURS)


@pytest.mark.parametrize(("settle", "appears"), [(0.0, False), (5.0, True)])
def test_it_waits_for_the_stated_time_to_consistency(settle: float, appears: bool) -> None:
    reads = iter([0, 0, 0, *[1] * 100])
    found, waited = read_until(lambda: next(reads), lambda read: read == 1, settle)
    assert (found == 1, waited > 0) == (appears, appears)
